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

// contentTypes lists the formats that the printer takes and people can send.
func contentTypes(m attributes) []gcp.SupportedContentType {
	have := m.texts("document-format-supported")
	var out []gcp.SupportedContentType
	for _, f := range contentOrder() {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.EqualFold(h, f) }) {
			continue
		}
		t := gcp.SupportedContentType{ContentType: f}
		if f == "application/pdf" {
			t.MinVersion, t.MaxVersion = pdfVersions(m)
		}
		out = append(out, t)
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
	if !slices.Contains(m.texts("document-format-supported"), "image/pwg-raster") {
		return nil
	}
	var c gcp.PWGRasterConfig
	for _, r := range m.resolutions("pwg-raster-document-resolution-supported") {
		c.DocumentResolutionSupported = append(c.DocumentResolutionSupported, gcp.PWGResolution{CrossFeedDir: r.x, FeedDir: r.y})
	}
	for _, t := range m.texts("pwg-raster-document-type-supported") {
		c.DocumentTypeSupported = append(c.DocumentTypeSupported, gcp.PWGType(upperName(t)))
	}
	c.DocumentSheetBack = gcp.SheetBackRotated
	if back := m.text("pwg-raster-document-sheet-back"); back != "" {
		c.DocumentSheetBack = gcp.PWGSheetBack(upperName(back))
	}
	return &c
}

// upperName turns a keyword into an enum's name.
func upperName(keyword string) string {
	return strings.ToUpper(strings.ReplaceAll(valid(keyword), "-", "_"))
}
