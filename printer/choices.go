package printer

import (
	"fmt"
	"math"
	"slices"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ippwords"
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
	modes := unique(first(m.texts("print-color-mode-supported")))
	if len(modes) == 0 {
		return plainColors(m)
	}
	var c gcp.Color
	for _, mode := range modes {
		o := gcp.ColorOption{VendorID: "print-color-mode:" + mode, Type: colorType(mode), IsDefault: mode == m.text("print-color-mode-default")}
		if o.Type == gcp.ColorCustom || o.Type == gcp.ColorCustomMonochrome {
			o.CustomDisplayName = valueText("print-color-mode", mode)
		}
		c.Option = append(c.Option, o)
	}
	gcp.OneDefault(c.Option, func(o *gcp.ColorOption) *bool { return &o.IsDefault })
	return &c
}

// plainColors tells colour from monochrome where the printer has no modes. Printers
// from before PWG 5100.13 are asked by output-mode, where they have that; else nothing
// is sent, and what is drawn for the printer is drawn without colour.
func plainColors(m attributes) *gcp.Color {
	color, known := m.flag("color-supported")
	if !known {
		return nil
	}
	modes, def := m.texts("output-mode-supported"), m.text("output-mode-default")
	option := func(t gcp.ColorType, mode string) gcp.ColorOption {
		o := gcp.ColorOption{Type: t, IsDefault: mode == def}
		if slices.Contains(modes, mode) {
			o.VendorID = "output-mode:" + mode
		}
		return o
	}
	var c gcp.Color
	if color {
		c.Option = append(c.Option, option(gcp.ColorStandard, "color"))
	}
	c.Option = append(c.Option, option(gcp.ColorMonochrome, "monochrome"))
	gcp.OneDefault(c.Option, func(o *gcp.ColorOption) *bool { return &o.IsDefault })
	return &c
}

func duplex(m attributes) *gcp.Duplex {
	var d gcp.Duplex
	for _, s := range unique(first(m.texts("sides-supported"))) {
		for _, t := range []gcp.DuplexType{gcp.DuplexNone, gcp.DuplexLongEdge, gcp.DuplexShortEdge} {
			if ippwords.Sides(t) == s {
				d.Option = append(d.Option, gcp.DuplexOption{Type: t, IsDefault: s == m.text("sides-default")})
			}
		}
	}
	if d.Option == nil {
		return nil
	}
	gcp.OneDefault(d.Option, func(o *gcp.DuplexOption) *bool { return &o.IsDefault })
	return &d
}

// orientation lists what the printer lists, or all where the renderer turns pages.
// AUTO is what happens where a ticket says nothing, unless the printer says better.
func orientation(m attributes, caps Capabilities) *gcp.PageOrientation {
	have := m.numbers("orientation-requested-supported")
	if caps.Rendered.Orientation {
		have = []int{ippwords.Portrait, ippwords.Landscape}
	}
	if len(have) == 0 {
		return nil
	}
	def := m.number("orientation-requested-default", 0)
	o := gcp.PageOrientation{Option: []gcp.OrientationOption{{Type: gcp.OrientationAuto}}}
	if slices.Contains(have, ippwords.Portrait) {
		o.Option = append(o.Option, gcp.OrientationOption{Type: gcp.OrientationPortrait, IsDefault: def == ippwords.Portrait})
	}
	if slices.Contains(have, ippwords.Landscape) {
		o.Option = append(o.Option, gcp.OrientationOption{Type: gcp.OrientationLandscape, IsDefault: def == ippwords.Landscape})
	}
	gcp.OneDefault(o.Option, func(o *gcp.OrientationOption) *bool { return &o.IsDefault })
	return &o
}

func copies(m attributes, caps Capabilities) *gcp.Copies {
	most := m.upper("copies-supported")
	if caps.Rendered.Copies {
		most = max(most, maxCopies)
	}
	if most < 1 {
		return nil
	}
	return &gcp.Copies{Default: min(max(1, m.number("copies-default", 1)), most), Max: most}
}

// maxDots is more dots to the inch or cm than any printer has.
const maxDots = 1 << 16

// dots is a resolution in dots per inch.
type dots struct {
	x, y int
	text string // as the printer has it: 600x600dpi, 118x118dpcm
}

// resolutions returns the values of a resolution attribute in dots per inch, each once.
func (m attributes) resolutions(name string) []dots {
	var out []dots
	for _, v := range first(m[name]) {
		r, ok := v.V.(goipp.Resolution)
		if !ok || r.Xres <= 0 || r.Yres <= 0 || r.Xres > maxDots || r.Yres > maxDots {
			continue
		}
		d := dots{r.Xres, r.Yres, fmt.Sprintf("%dx%ddpi", r.Xres, r.Yres)}
		if r.Units == goipp.UnitsDpcm {
			d = dots{
				int(math.Round(float64(r.Xres) * 2.54)), int(math.Round(float64(r.Yres) * 2.54)),
				fmt.Sprintf("%dx%ddpcm", r.Xres, r.Yres),
			}
		}
		if !slices.ContainsFunc(out, d.same) {
			out = append(out, d)
		}
	}
	return out
}

func (d dots) same(e dots) bool { return d.x == e.x && d.y == e.y }

// resolutions lists the resolutions: horizontal is across the feed.
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
			VendorID:  "printer-resolution:" + r.text,
			IsDefault: len(def) > 0 && def[0].same(r),
		})
	}
	gcp.OneDefault(d.Option, func(o *gcp.DPIOption) *bool { return &o.IsDefault })
	return &d
}

// fits lists the ways of the printer and of the renderer. The keyword auto is no way
// of its own (PWG 5100.13, 6.2.5): where it is the default, pages are made smaller if
// they have to be.
func fits(m attributes, caps Capabilities) *gcp.FitToPage {
	def := m.text("print-scaling-default")
	if !slices.ContainsFunc(fitTypes(), func(t gcp.FitToPageType) bool { return ippwords.Scaling(t) == def }) {
		def = "auto-fit"
	}
	var f gcp.FitToPage
	for _, t := range fitTypes() {
		if slices.Contains(caps.Native.Fit, t) || slices.Contains(caps.Rendered.Fit, t) {
			f.Option = append(f.Option, gcp.FitToPageOption{Type: t, IsDefault: ippwords.Scaling(t) == def})
		}
	}
	if f.Option == nil {
		return nil
	}
	gcp.OneDefault(f.Option, func(o *gcp.FitToPageOption) *bool { return &o.IsDefault })
	return &f
}

func pageRange(caps Capabilities) *gcp.PageRange {
	if !caps.Native.Pages && !caps.Rendered.Pages {
		return nil
	}
	return &gcp.PageRange{}
}

// collates reports whether the printer lets choose how copies are sorted.
func collates(m attributes) bool {
	have := m.texts("multiple-document-handling-supported")
	return slices.Contains(have, ippwords.Collated) && slices.Contains(have, ippwords.Uncollated)
}

func collate(m attributes, caps Capabilities) *gcp.Collate {
	if !caps.Native.Collate && !caps.Rendered.Collate {
		return nil
	}
	// A printer that knows of uncollated copies alone makes those.
	have := m.texts("multiple-document-handling-supported")
	yes := m.text("multiple-document-handling-default") != ippwords.Uncollated && (len(have) != 1 || have[0] != ippwords.Uncollated)
	return &gcp.Collate{Default: &yes}
}

func reverse(caps Capabilities) *gcp.ReverseOrder {
	if !caps.Native.Reverse && !caps.Rendered.Reverse {
		return nil
	}
	return &gcp.ReverseOrder{}
}
