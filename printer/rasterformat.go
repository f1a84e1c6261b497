package printer

import (
	"slices"
	"strconv"
	"strings"

	"platen/gcp"
)

// rasterTypes are the kinds of raster that we can make, best first.
func rasterTypes() []gcp.PWGType {
	return []gcp.PWGType{"SRGB_8", "SGRAY_8", "BLACK_8", "BLACK_1"}
}

// takesFormat reports whether the printer lists a document format.
func takesFormat(m attributes, format string) bool {
	return slices.ContainsFunc(m.texts("document-format-supported"), func(f string) bool { return sameFormat(f, format) })
}

// sameFormat compares MIME types, which know no case (RFC 2045, 5.1).
func sameFormat(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), b) }

// pwgRaster says how the printer takes PWG raster (PWG 5102.4).
func pwgRaster(m attributes) *Raster {
	if !takesFormat(m, "image/pwg-raster") {
		return nil
	}
	r := &Raster{SheetBack: sheetBack(m)}
	for _, s := range m.texts("sides-supported") {
		r.TwoSided = r.TwoSided || strings.HasPrefix(s, "two-sided")
	}
	have := m.resolutions("pwg-raster-document-resolution-supported")
	if len(have) == 0 {
		have = m.resolutions("printer-resolution-supported")
	}
	for _, d := range have {
		r.Resolutions = append(r.Resolutions, gcp.PWGResolution{CrossFeedDir: d.x, FeedDir: d.y})
	}
	listed := rasterKeywords(m)
	for _, t := range rasterTypes() {
		if slices.Contains(listed, t) {
			r.Types = append(r.Types, t)
		}
	}
	if len(listed) == 0 {
		// Every printer that takes PWG raster takes grey (PWG 5100.14).
		if color, _ := m.flag("color-supported"); color {
			r.Types = append(r.Types, "SRGB_8")
		}
		r.Types = append(r.Types, "SGRAY_8")
	}
	if len(r.Resolutions) == 0 || len(r.Types) == 0 {
		return nil
	}
	return r
}

// rasterKeywords are the values of pwg-raster-document-type-supported.
func rasterKeywords(m attributes) []gcp.PWGType {
	var out []gcp.PWGType
	for _, k := range unique(m.texts("pwg-raster-document-type-supported")) {
		out = append(out, gcp.PWGType(upperName(k)))
	}
	return out
}

// sheetBack says how the back sides of PWG raster are turned; absent is rotated.
// Some printers write it with another name, and with a capital.
func sheetBack(m attributes) gcp.PWGSheetBack {
	for _, name := range []string{"pwg-raster-document-sheet-back", "pwg-raster-document-sheet-back-supported"} {
		switch b := gcp.PWGSheetBack(upperName(m.text(name))); b {
		case gcp.SheetBackNormal, gcp.SheetBackRotated, gcp.SheetBackFlipped, gcp.SheetBackManualTumble:
			return b
		}
	}
	return gcp.SheetBackRotated
}

// urfRaster says how the printer takes Apple raster, by the words of urf-supported:
// RS300-600 are resolutions, W8 and SRGB24 kinds of raster, DM1 to DM4 how the back
// of a sheet is turned; without DM it takes one side only.
func urfRaster(m attributes) *Raster {
	if !takesFormat(m, "image/urf") {
		return nil
	}
	r := &Raster{SheetBack: gcp.SheetBackNormal}
	words := urfWords(m)
	for _, w := range words {
		switch {
		case strings.HasPrefix(w, "RS"):
			r.Resolutions = urfResolutions(w[2:])
		case strings.HasPrefix(w, "DM"):
			n, _, _ := strings.Cut(w[2:], "-")
			if back, ok := urfBack(n); ok {
				r.SheetBack, r.TwoSided = back, true
			}
		}
	}
	for _, t := range []struct {
		word string
		make gcp.PWGType
	}{{"SRGB24", "SRGB_8"}, {"W8", "SGRAY_8"}} {
		// Several depths are joined: W8-16.
		if slices.ContainsFunc(words, func(w string) bool { return w == t.word || strings.HasPrefix(w, t.word+"-") }) {
			r.Types = append(r.Types, t.make)
		}
	}
	if len(r.Resolutions) == 0 || len(r.Types) == 0 {
		return nil
	}
	return r
}

// urfWords are the words of urf-supported, in upper case. Some printers put all of
// them into one value, some tell them in their IEEE 1284 id alone.
func urfWords(m attributes) []string {
	values := m.texts("urf-supported")
	if len(values) == 0 {
		values = []string{deviceID(m.text("printer-device-id"))["URF"]}
	}
	var words []string
	for _, v := range values {
		for w := range strings.SplitSeq(strings.ToUpper(v), ",") {
			if w = strings.TrimSpace(w); w != "" {
				words = append(words, w)
			}
		}
	}
	return words
}

// urfResolutions reads "300-600".
func urfResolutions(list string) []gcp.PWGResolution {
	var out []gcp.PWGResolution
	for n := range strings.SplitSeq(list, "-") {
		dpi, err := strconv.Atoi(n)
		r := gcp.PWGResolution{CrossFeedDir: dpi, FeedDir: dpi}
		if err == nil && dpi > 0 && dpi <= maxDots && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// urfBack returns what a duplex mode of urf-supported means for back sides.
func urfBack(mode string) (gcp.PWGSheetBack, bool) {
	switch mode {
	case "1":
		return gcp.SheetBackNormal, true
	case "2":
		return gcp.SheetBackFlipped, true
	case "3":
		return gcp.SheetBackRotated, true
	case "4":
		return gcp.SheetBackManualTumble, true
	}
	return "", false
}
