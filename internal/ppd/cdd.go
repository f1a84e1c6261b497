package ppd

import (
	"strconv"
	"strings"

	"platen/gcp"
)

// CDD describes a printer that is known by its PPD alone, as the translation of
// Google Cloud Print did it for printers that were registered with one: vendor_id
// and the ids of vendor capabilities are the file's own keywords. The document
// formats are not the file's to tell.
func CDD(f *File) gcp.CDD {
	duplex, color, dpi := f.DuplexKeyword(), f.ColorKeyword(), f.ResolutionKeyword()
	s := gcp.PrinterDescriptionSection{
		MediaSize: f.MediaSizes(""),
		Color:     f.Color(""),
		Duplex:    f.duplex(),
		DPI:       f.resolutions(),
		Margins:   f.margins(),
	}
	if s.Color == nil {
		s.Color = &gcp.Color{Option: []gcp.ColorOption{{Type: gcp.ColorMonochrome, IsDefault: true}}}
		if f.ColorDevice {
			s.Color.Option[0].Type = gcp.ColorStandard
		}
	}
	if f.Throughput > 0 {
		s.PrintingSpeed = &gcp.PrintingSpeed{Option: []gcp.PrintingSpeedOption{{SpeedPPM: float64(f.Throughput)}}}
	}
	s.VendorCapability = f.Vendor("", func(o Option) bool {
		switch o.Keyword {
		case "PageSize", "PageRegion":
			return s.MediaSize != nil
		case duplex:
			return s.Duplex != nil
		case color:
			return true
		case dpi:
			return s.DPI != nil
		}
		return false
	})
	return gcp.CDD{Version: "1.0", Printer: s}
}

// ResolutionKeyword returns the keyword of the option that chooses the resolution, ""
// if there is none.
func (f *File) ResolutionKeyword() string {
	for _, k := range []string{"Resolution", "SetResolution", "JCLResolution"} {
		if o := f.Option(k); o != nil && len(f.Possible(*o)) > 0 {
			return k
		}
	}
	return ""
}

// resolutions lists the resolutions; nil where the choices are no resolutions, or
// not all of them.
func (f *File) resolutions() *gcp.DPI {
	o := f.Option(f.ResolutionKeyword())
	if o == nil {
		return nil
	}
	var d gcp.DPI
	for _, c := range f.Possible(*o) {
		x, y, ok := dots(c.Keyword)
		if !ok {
			return nil
		}
		d.Option = append(d.Option, gcp.DPIOption{
			HorizontalDPI: x, VerticalDPI: y, VendorID: c.Keyword, IsDefault: c.Keyword == o.Default,
		})
	}
	gcp.OneDefault(d.Option, func(o *gcp.DPIOption) *bool { return &o.IsDefault })
	return &d
}

// dots reads 600dpi and 600x1200dpi.
func dots(keyword string) (x, y int, ok bool) {
	text, ok := strings.CutSuffix(keyword, "dpi")
	if !ok {
		return 0, 0, false
	}
	w, h, both := strings.Cut(text, "x")
	if !both {
		h = w
	}
	x, errX := strconv.Atoi(w)
	y, errY := strconv.Atoi(h)
	return x, y, errX == nil && errY == nil && x > 0 && y > 0 && x < 1e5 && y < 1e5
}
