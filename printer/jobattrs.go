package printer

import (
	"math"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ippwords"
)

// keyword makes an attribute with one keyword, or with a name where the value is
// none: printers list their own media types and trays as names (RFC 8011, 5.1.4).
func keyword(name, value string) goipp.Attribute {
	return goipp.MakeAttribute(name, ippwords.Tag(value), goipp.String(value))
}

func integer(name string, tag goipp.Tag, n int) goipp.Attribute {
	return goipp.MakeAttribute(name, tag, goipp.Integer(n))
}

// option makes the attribute that a vendor_id stands for: "attribute:value", or
// "ppd:Keyword:Choice". Others stand for none.
func option(vendorID string) (goipp.Attribute, bool) {
	name, value, ok := strings.Cut(strings.TrimPrefix(vendorID, "ppd:"), ":")
	if !ok || !attributeName(name) || value == "" || len(value) > maxName {
		return goipp.Attribute{}, false
	}
	return keyword(name, value), true
}

// maxName is the longest name or keyword in octets (RFC 8011, 5.1.3 and 5.1.4).
const maxName = 255

// attributeName reports whether s can name an attribute.
func attributeName(s string) bool {
	return s != "" && len(s) <= maxName && ippwords.Tag(s) == goipp.TagKeyword
}

// copyAttributes asks for copies. One copy is asked for only where the printer
// makes more by itself.
func (w *wish) copyAttributes(r route) goipp.Attributes {
	var out goipp.Attributes
	usual := 1
	if w.can.Copies != nil {
		usual = max(w.can.Copies.Default, 1)
	}
	n := w.copies
	if r.copies {
		n = 1 // of a document that has all of them
	}
	if n > 1 || n == 1 && usual != 1 {
		out.Add(integer("copies", goipp.TagInteger, n))
	}
	if w.collate != nil && !r.copies && !w.collatesAnyway() {
		value := ippwords.Uncollated
		if *w.collate {
			value = ippwords.Collated
		}
		out.Add(keyword("multiple-document-handling", value))
	}
	return out
}

// lookAttributes asks for colour, sides, orientation, resolution and scaling.
func (w *wish) lookAttributes(r route) goipp.Attributes {
	var out goipp.Attributes
	if w.mode != nil {
		if a, ok := option(w.mode.VendorID); ok {
			out.Add(a)
		}
	}
	if d := w.sides(r); d != "" {
		out.Add(keyword("sides", ippwords.Sides(d)))
	}
	if w.orientation != "" && !r.layout {
		n := ippwords.Portrait
		if w.orientation == gcp.OrientationLandscape {
			n = ippwords.Landscape
		}
		out.Add(integer("orientation-requested", goipp.TagEnum, n))
	}
	if w.dpi != nil {
		out.Add(resolution(*w.dpi))
	}
	fit := w.fit
	if r.layout {
		fit = "" // the sheets are finished: the printer must not scale them again
		if offers(w.caps.Native.Fit, gcp.FitNone) {
			fit = gcp.FitNone
		}
	}
	if fit != "" {
		out.Add(keyword("print-scaling", ippwords.Scaling(fit)))
	}
	return out
}

// sides returns the way to print on sheets that is asked for, or that must be:
// raster which is one-sided goes to no printer that turns sheets by itself.
func (w *wish) sides(r route) gcp.DuplexType {
	if r.raster == nil || r.raster.TwoSided || w.duplex != "" || !w.usualDuplex().TwoSided() {
		return w.duplex
	}
	return gcp.DuplexNone
}

// resolution makes printer-resolution as the printer lists it: its vendor_id keeps
// the numbers and units. In the attribute x is across the feed (RFC 8011, 5.1.16).
func resolution(o gcp.DPIOption) goipp.Attribute {
	if name, value, ok := strings.Cut(strings.TrimPrefix(o.VendorID, "ppd:"), ":"); ok && name != "printer-resolution" {
		return keyword(name, value)
	}
	r := goipp.Resolution{Xres: o.HorizontalDPI, Yres: o.VerticalDPI, Units: goipp.UnitsDpi}
	text, dpcm := strings.CutSuffix(strings.TrimPrefix(o.VendorID, "printer-resolution:"), "dpcm")
	if x, y, ok := strings.Cut(text, "x"); ok && dpcm {
		nx, errX := strconv.Atoi(x)
		ny, errY := strconv.Atoi(y)
		if errX == nil && errY == nil && nx > 0 && ny > 0 {
			r = goipp.Resolution{Xres: nx, Yres: ny, Units: goipp.UnitsDpcm}
		}
	}
	return goipp.MakeAttribute("printer-resolution", goipp.TagResolution, r)
}

// pageRanges makes page-ranges. CUPS and printers take the largest number for the
// last page.
func pageRanges(pages []gcp.PageInterval) goipp.Attribute {
	a := goipp.Attribute{Name: "page-ranges"}
	for _, p := range pages {
		if p.End == 0 {
			p.End = math.MaxInt32
		}
		a.Values.Add(goipp.TagRange, goipp.Range{Lower: p.Start, Upper: p.End})
	}
	return a
}
