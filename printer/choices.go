package printer

import (
	"math"
	"slices"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// colorType returns the CDD type of a print-color-mode keyword.
func colorType(mode string) gcp.ColorType {
	switch mode {
	case "color":
		return gcp.ColorStandard
	case "monochrome":
		return gcp.ColorMonochrome
	case "auto":
		return gcp.ColorAuto
	case "auto-monochrome", "process-monochrome", "bi-level", "process-bi-level":
		return gcp.ColorCustomMonochrome
	}
	return gcp.ColorCustom
}

func colors(m attributes) *gcp.Color {
	modes := m.texts("print-color-mode-supported")
	if len(modes) == 0 {
		color, known := m.flag("color-supported")
		switch {
		case !known:
			return nil
		case !color:
			// The attribute is not there, so nothing is sent for this one choice.
			return &gcp.Color{Option: []gcp.ColorOption{{Type: gcp.ColorMonochrome, IsDefault: true}}}
		}
		return nil // in colour, but with no way to ask for anything
	}
	var c gcp.Color
	for _, mode := range unique(modes) {
		o := gcp.ColorOption{VendorID: "print-color-mode:" + mode, Type: colorType(mode), IsDefault: mode == m.text("print-color-mode-default")}
		if o.Type == gcp.ColorCustom || o.Type == gcp.ColorCustomMonochrome {
			o.CustomDisplayName = readable(mode)
		}
		c.Option = append(c.Option, o)
	}
	oneDefault(c.Option, func(o *gcp.ColorOption) *bool { return &o.IsDefault })
	return &c
}

// sides returns the sides keyword of a duplex type.
func sides(t gcp.DuplexType) string {
	switch t {
	case gcp.DuplexLongEdge:
		return "two-sided-long-edge"
	case gcp.DuplexShortEdge:
		return "two-sided-short-edge"
	case gcp.DuplexNone, "":
		return "one-sided"
	}
	return ""
}

func duplex(m attributes) *gcp.Duplex {
	var d gcp.Duplex
	for _, s := range unique(m.texts("sides-supported")) {
		for _, t := range []gcp.DuplexType{gcp.DuplexNone, gcp.DuplexLongEdge, gcp.DuplexShortEdge} {
			if sides(t) == s {
				d.Option = append(d.Option, gcp.DuplexOption{Type: t, IsDefault: s == m.text("sides-default")})
			}
		}
	}
	if d.Option == nil {
		return nil
	}
	oneDefault(d.Option, func(o *gcp.DuplexOption) *bool { return &o.IsDefault })
	return &d
}

// The values of orientation-requested (RFC 8011, 5.2.10).
const (
	ippPortrait  = 3
	ippLandscape = 4
)

func orientation(m attributes) *gcp.PageOrientation {
	have := m.numbers("orientation-requested-supported")
	if len(have) == 0 {
		return nil
	}
	def := m.number("orientation-requested-default", 0)
	o := gcp.PageOrientation{Option: []gcp.OrientationOption{{Type: gcp.OrientationAuto}}}
	for _, n := range have {
		switch n {
		case ippPortrait:
			o.Option = append(o.Option, gcp.OrientationOption{Type: gcp.OrientationPortrait, IsDefault: def == n})
		case ippLandscape:
			o.Option = append(o.Option, gcp.OrientationOption{Type: gcp.OrientationLandscape, IsDefault: def == n})
		}
	}
	oneDefault(o.Option, func(o *gcp.OrientationOption) *bool { return &o.IsDefault })
	return &o
}

func copies(m attributes) *gcp.Copies {
	most := m.upper("copies-supported")
	if most < 1 {
		return nil
	}
	return &gcp.Copies{Default: min(max(1, m.number("copies-default", 1)), most), Max: most}
}

// dots is a resolution in dots per inch.
type dots struct{ x, y int }

// resolutions returns the values of a resolution attribute in dots per inch.
func (m attributes) resolutions(name string) []dots {
	var out []dots
	for _, v := range m[name] {
		r, ok := v.V.(goipp.Resolution)
		if !ok || r.Xres <= 0 || r.Yres <= 0 {
			continue
		}
		d := dots{r.Xres, r.Yres}
		if r.Units == goipp.UnitsDpcm {
			d = dots{int(math.Round(float64(r.Xres) * 2.54)), int(math.Round(float64(r.Yres) * 2.54))}
		}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

func resolutions(m attributes) *gcp.DPI {
	have := m.resolutions("printer-resolution-supported")
	if len(have) == 0 {
		return nil
	}
	def := m.resolutions("printer-resolution-default")
	var d gcp.DPI
	for _, r := range have {
		d.Option = append(d.Option, gcp.DPIOption{
			HorizontalDPI: r.x, VerticalDPI: r.y,
			VendorID:  "printer-resolution:" + r.String(),
			IsDefault: len(def) > 0 && def[0] == r,
		})
	}
	oneDefault(d.Option, func(o *gcp.DPIOption) *bool { return &o.IsDefault })
	return &d
}

// fitKeyword returns the print-scaling keyword of a fit type (PWG 5100.16).
func fitKeyword(t gcp.FitToPageType) string {
	switch t {
	case gcp.FitNone:
		return "none"
	case gcp.FitPage, gcp.FitGrow:
		return "fit"
	case gcp.FitFill:
		return "fill"
	case gcp.FitShrink:
		return "auto-fit"
	}
	return ""
}

func fits(m attributes, src Source) *gcp.FitToPage {
	have, def := m.texts("print-scaling-supported"), m.text("print-scaling-default")
	if len(have) == 0 && src == SourceCUPS {
		have = []string{"none", "fit", "fill", "auto-fit"}
	}
	if def == "auto" {
		def = "auto-fit"
	}
	var f gcp.FitToPage
	for _, t := range []gcp.FitToPageType{gcp.FitNone, gcp.FitPage, gcp.FitFill, gcp.FitShrink} {
		if k := fitKeyword(t); slices.Contains(have, k) {
			f.Option = append(f.Option, gcp.FitToPageOption{Type: t, IsDefault: k == def})
		}
	}
	if f.Option == nil {
		return nil
	}
	oneDefault(f.Option, func(o *gcp.FitToPageOption) *bool { return &o.IsDefault })
	return &f
}

func pageRange(m attributes) *gcp.PageRange {
	if yes, _ := m.flag("page-ranges-supported"); !yes {
		return nil
	}
	return &gcp.PageRange{}
}

// The values of multiple-document-handling (RFC 8011, 5.2.4).
const (
	ippCollated   = "separate-documents-collated-copies"
	ippUncollated = "separate-documents-uncollated-copies"
)

func collate(m attributes) *gcp.Collate {
	have := m.texts("multiple-document-handling-supported")
	if !slices.Contains(have, ippCollated) || !slices.Contains(have, ippUncollated) {
		return nil
	}
	yes := m.text("multiple-document-handling-default") != ippUncollated
	return &gcp.Collate{Default: &yes}
}

func reverse(m attributes) *gcp.ReverseOrder {
	if !slices.Contains(m.texts("page-delivery-supported"), "reverse-order") {
		return nil
	}
	return &gcp.ReverseOrder{}
}
