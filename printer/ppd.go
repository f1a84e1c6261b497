package printer

import (
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ppd"
)

// overlay adds what a CUPS queue's PPD has and IPP does not tell. What IPP tells
// counts: CUPS takes it, and turns it into the PPD's options itself.
func overlay(m attributes, f *ppd.File, s *gcp.PrinterDescriptionSection, caps *Capabilities) {
	color := ""
	if !m.has("print-color-mode-supported") {
		if c := f.Color(ppdPrefix); c != nil {
			s.Color, color = c, f.ColorKeyword()
		}
	}
	overlaySizes(f, s, caps)
	s.VendorCapability = append(s.VendorCapability, f.Vendor(ppdPrefix, func(o ppd.Option) bool {
		return o.Keyword == color || told(m, f, o)
	})...)
	if least, most, ok := f.PINDigits(); ok {
		pin := f.Option("LockedPrintPassword")
		caps.LockedPrint = &LockedPrint{Least: least, Most: most, Custom: pin != nil && pin.Custom}
	}
}

// told reports whether a PPD's option is one that CUPS offers over IPP.
func told(m attributes, f *ppd.File, o ppd.Option) bool {
	switch o.Keyword {
	case "PageSize", "PageRegion":
		return m.has("media-supported") || m.has("media-col-database")
	case "InputSlot":
		return m.has("media-source-supported")
	case "MediaType":
		return m.has("media-type-supported")
	case "OutputBin":
		return m.has("output-bin-supported")
	case "ColorModel", "CMAndResolution", "SelectColor":
		return m.has("print-color-mode-supported")
	case "Resolution", "SetResolution", "JCLResolution", "CNRes_PGP":
		return m.has("printer-resolution-supported")
	case "cupsPrintQuality":
		return m.has("print-quality-supported")
	case "Collate":
		return m.has("multiple-document-handling-supported")
	case f.DuplexKeyword():
		return len(m.texts("sides-supported")) > 1
	}
	return finished(m, f, o)
}

// finished reports whether CUPS offers all choices of an option as finishings.
func finished(m attributes, f *ppd.File, o ppd.Option) bool {
	if !slices.ContainsFunc(m.numbers("finishings-supported"), func(n int) bool { return n > 3 }) {
		return false
	}
	maps := func(c ppd.Choice) bool { return f.Finishing(ppd.Choosing{Option: o.Keyword, Choice: c.Keyword}) }
	for _, c := range f.Possible(o) {
		if !maps(c) && c.Keyword != o.Default && !strings.EqualFold(c.Keyword, "None") {
			return false
		}
	}
	return slices.ContainsFunc(o.Choices, maps)
}

// overlaySizes adds the media sizes that CUPS does not list.
func overlaySizes(f *ppd.File, s *gcp.PrinterDescriptionSection, caps *Capabilities) {
	own := f.MediaSizes(ppdPrefix + "PageSize:")
	if own == nil || s.MediaSize == nil || len(caps.Media) != len(s.MediaSize.Option) {
		return
	}
	listed := len(caps.Media)
	for _, o := range own.Option {
		x, y := (o.WidthMicrons+micron/2)/micron, (o.HeightMicrons+micron/2)/micron
		if slices.ContainsFunc(caps.Media[:listed], func(md Media) bool { return abs(md.X-x) <= near && abs(md.Y-y) <= near }) {
			continue
		}
		o.IsDefault = false
		s.MediaSize.Option = append(s.MediaSize.Option, o)
		caps.Media = append(caps.Media, Media{X: x, Y: y, PPD: strings.TrimPrefix(o.VendorID, ppdPrefix+"PageSize:")})
	}
}

// HasPPD reports whether the attributes are those of a CUPS queue whose PPD may
// have more than IPP tells. A queue for a driverless printer has one that was made
// of what the printer told; classes and raw queues have none.
func HasPPD(attrs goipp.Attributes) bool {
	m := index(attrs)
	maker := strings.ToLower(m.text("printer-make-and-model"))
	return !raw(m, SourceCUPS) && !m.has("member-names") && m.number("printer-type", 0)&typeClass == 0 &&
		!strings.Contains(maker, "ipp everywhere") && !strings.Contains(maker, "driverless")
}
