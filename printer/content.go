package printer

import (
	"slices"
	"strings"

	"platen/gcp"
)

// contentOrder is the allow-list of document formats, best first.
func contentOrder() []string {
	return []string{
		"application/pdf", "application/oxps", "application/openxps", "application/vnd.ms-xpsdocument",
		"application/postscript", "image/jpeg", "image/png", "image/tiff", "image/gif", "text/plain",
		"application/PCLm", "image/pwg-raster", "image/urf",
	}
}

// rawFormat is what documents in a printer's own language are called.
const rawFormat = "application/octet-stream"

// contentTypes lists the formats that the printer takes and people can send. Where
// it takes raster but no PDF, and the renderer is there, PDF comes first all the same.
// The owner's permission for documents in the printer's own language comes last: it
// is no preference. A queue that passes on all bytes takes nothing else then.
func contentTypes(m attributes, o Origin, caps Capabilities) []gcp.SupportedContentType {
	if o.Raw && raw(m, o.Source) {
		return []gcp.SupportedContentType{{ContentType: rawFormat}}
	}
	var out []gcp.SupportedContentType
	for _, f := range contentOrder() {
		draw := f == "application/pdf" && o.Render && (caps.PWG != nil || caps.URF != nil)
		have := takesFormat(m, f)
		if !have && !draw || have && raw(m, o.Source) && commands(f) {
			continue
		}
		t := gcp.SupportedContentType{ContentType: f}
		if have && f == "application/pdf" {
			t.MinVersion, t.MaxVersion = pdfVersions(m)
		}
		out = append(out, t)
	}
	if o.Raw {
		out = append(out, gcp.SupportedContentType{ContentType: rawFormat})
	}
	return out
}

// pdfVersions returns the lowest and highest PDF version (PWG 5100.21).
func pdfVersions(m attributes) (lo, hi string) {
	for _, v := range m.texts("pdf-versions-supported") {
		switch {
		case strings.HasPrefix(v, "adobe-"):
			v = strings.TrimPrefix(v, "adobe-")
		case strings.HasPrefix(v, "iso-32000-1"):
			v = "1.7"
		case strings.HasPrefix(v, "iso-32000-2"):
			v = "2.0"
		default:
			continue
		}
		if len(v) != len("1.7") || v[1] != '.' {
			continue
		}
		if lo == "" || v < lo {
			lo = v
		}
		hi = max(hi, v)
	}
	return strings.Clone(lo), strings.Clone(hi)
}

// speeds lists the pages a minute. CUPS fills in 1 where it knows nothing.
func speeds(m attributes) *gcp.PrintingSpeed {
	mono, color := m.number("pages-per-minute", 0), m.number("pages-per-minute-color", 0)
	var s gcp.PrintingSpeed
	if mono > 1 {
		s.Option = append(s.Option, gcp.PrintingSpeedOption{SpeedPPM: float64(mono), ColorType: []gcp.ColorType{gcp.ColorMonochrome}})
	}
	if color > 1 {
		s.Option = append(s.Option, gcp.PrintingSpeedOption{SpeedPPM: float64(color), ColorType: []gcp.ColorType{gcp.ColorStandard}})
	}
	if s.Option == nil {
		return nil
	}
	return &s
}

// rasterConfig says how PWG raster must be made (PWG 5102.4).
func rasterConfig(m attributes) *gcp.PWGRasterConfig {
	if !takesFormat(m, "image/pwg-raster") {
		return nil
	}
	c := gcp.PWGRasterConfig{DocumentSheetBack: sheetBack(m), DocumentTypeSupported: rasterKeywords(m), ReverseOrderStreaming: faceUp(m)}
	for _, r := range m.resolutions("pwg-raster-document-resolution-supported") {
		c.DocumentResolutionSupported = append(c.DocumentResolutionSupported, gcp.PWGResolution{CrossFeedDir: r.x, FeedDir: r.y})
	}
	return &c
}

// faceUp reports whether sheets come out face up in the default output bin, so that
// the last page should come first.
func faceUp(m attributes) bool {
	bin := m.text("output-bin-default")
	list, rows := m.texts("output-bin-supported"), m["printer-output-tray"]
	if i := slices.Index(list, bin); i >= 0 && len(list) == len(rows) {
		switch row := fields(rows[i].V); row["pagedelivery"] {
		case "faceUp":
			return true
		case "faceDown":
			return false
		}
	}
	return bin == faceUpBin
}

// upperName turns a keyword into an enum's name.
func upperName(keyword string) string {
	return strings.ToUpper(strings.ReplaceAll(valid(keyword), "-", "_"))
}
