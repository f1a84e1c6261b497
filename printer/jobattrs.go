package printer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// JobAttributes turns a ticket into the job attributes that p understands
// (RFC 8011, 5.2). An impossible wish is an *ErrTicket; the printer's default never
// takes its place. What the ticket leaves out stays the printer's default.
func JobAttributes(p Printer, t gcp.CJT) (goipp.Attributes, error) {
	w := wish{can: p.CDD.Printer, caps: p.Capabilities, want: t.Print}
	for _, translate := range []func() error{
		w.copies, w.collate, w.color, w.duplex, w.orientation, w.media, w.resolution, w.fit, w.pages, w.reverse,
	} {
		if err := translate(); err != nil {
			return nil, fmt.Errorf("translating the ticket: %w", err)
		}
	}
	return w.out, nil
}

// wish is a ticket on its way into attributes.
type wish struct {
	can  gcp.PrinterDescriptionSection
	caps Capabilities
	want gcp.PrintTicketSection
	out  goipp.Attributes
}

func (w *wish) add(name string, tag goipp.Tag, v goipp.Value) {
	w.out.Add(goipp.MakeAttribute(name, tag, v))
}

func (w *wish) keyword(name, value string) {
	w.add(name, goipp.TagKeyword, goipp.String(value))
}

func refuse(format string, args ...any) error {
	return &ErrTicket{Reason: fmt.Sprintf(format, args...)}
}

func (w *wish) copies() error {
	if w.want.Copies == nil {
		return nil
	}
	n := w.want.Copies.Copies
	switch {
	case n < 1:
		return refuse("%d copies cannot be printed", n)
	case n == 1:
		// A printer whose default is another number must be told.
		if w.can.Copies == nil || w.can.Copies.Default == 1 {
			return nil
		}
	case w.can.Copies == nil:
		return refuse("the printer makes one copy only, not %d", n)
	case n > w.can.Copies.Max:
		return refuse("the printer makes at most %d copies, not %d", w.can.Copies.Max, n)
	}
	w.add("copies", goipp.TagInteger, goipp.Integer(n))
	return nil
}

func (w *wish) collate() error {
	if w.want.Collate == nil || w.want.Copies == nil || w.want.Copies.Copies < 2 {
		return nil
	}
	if w.can.Collate == nil {
		return refuse("the printer cannot choose how copies are sorted")
	}
	value := ippUncollated
	if w.want.Collate.Collate {
		value = ippCollated
	}
	w.keyword("multiple-document-handling", value)
	return nil
}

func (w *wish) color() error {
	c := w.want.Color
	if c == nil || c.Type == "" && c.VendorID == "" {
		return nil
	}
	if w.can.Color != nil {
		for _, o := range w.can.Color.Option {
			if c.VendorID != "" && c.VendorID == o.VendorID || c.VendorID == "" && c.Type == o.Type {
				return w.colorOption(o)
			}
		}
		for _, o := range w.can.Color.Option {
			if c.Type == o.Type { // of another printer's ticket, but the same thing
				return w.colorOption(o)
			}
		}
	}
	if c.Type == gcp.ColorAuto {
		return nil // whatever the printer does is that
	}
	return refuse("the printer has no colour mode %s", cmp.Or(string(c.Type), c.VendorID))
}

func (w *wish) colorOption(o gcp.ColorOption) error {
	if mode, ok := strings.CutPrefix(o.VendorID, "print-color-mode:"); ok {
		w.keyword("print-color-mode", mode)
	}
	return nil
}

func (w *wish) duplex() error {
	if w.want.Duplex == nil || w.want.Duplex.Type == "" {
		return nil
	}
	t := w.want.Duplex.Type
	if w.can.Duplex == nil {
		if t == gcp.DuplexNone {
			return nil
		}
		return refuse("the printer prints on one side only")
	}
	if !slices.ContainsFunc(w.can.Duplex.Option, func(o gcp.DuplexOption) bool { return o.Type == t }) {
		return refuse("the printer cannot print with duplex %s", t)
	}
	w.keyword("sides", sides(t))
	return nil
}

func (w *wish) orientation() error {
	if w.want.PageOrientation == nil {
		return nil
	}
	t := w.want.PageOrientation.Type
	if t == gcp.OrientationAuto || t == "" {
		return nil
	}
	if w.can.PageOrientation == nil ||
		!slices.ContainsFunc(w.can.PageOrientation.Option, func(o gcp.OrientationOption) bool { return o.Type == t }) {
		return refuse("the printer cannot turn pages to %s", t)
	}
	n := ippPortrait
	if t == gcp.OrientationLandscape {
		n = ippLandscape
	}
	w.add("orientation-requested", goipp.TagEnum, goipp.Integer(n))
	return nil
}

func (w *wish) resolution() error {
	d := w.want.DPI
	if d == nil || d.HorizontalDPI == 0 && d.VendorID == "" {
		return nil
	}
	if w.can.DPI != nil {
		for _, o := range w.can.DPI.Option {
			same := d.HorizontalDPI == o.HorizontalDPI && d.VerticalDPI == o.VerticalDPI
			if same || d.HorizontalDPI == 0 && d.VendorID == o.VendorID {
				w.add("printer-resolution", goipp.TagResolution,
					goipp.Resolution{Xres: o.HorizontalDPI, Yres: o.VerticalDPI, Units: goipp.UnitsDpi})
				return nil
			}
		}
	}
	return refuse("the printer has no resolution of %dx%d dpi", d.HorizontalDPI, d.VerticalDPI)
}

func (w *wish) fit() error {
	if w.want.FitToPage == nil || w.want.FitToPage.Type == "" {
		return nil
	}
	t := w.want.FitToPage.Type
	if w.can.FitToPage != nil {
		for _, o := range w.can.FitToPage.Option {
			if fitKeyword(o.Type) == fitKeyword(t) {
				w.keyword("print-scaling", fitKeyword(t))
				return nil
			}
		}
	}
	if t == gcp.FitNone && w.can.FitToPage == nil {
		return nil
	}
	return refuse("the printer cannot scale pages by %s", t)
}

func (w *wish) pages() error {
	if w.want.PageRange == nil || len(w.want.PageRange.Interval) == 0 {
		return nil
	}
	ranges, err := mergeRanges(w.want.PageRange.Interval)
	if err != nil {
		return err
	}
	if len(ranges) == 1 && ranges[0] == (goipp.Range{Lower: 1, Upper: math.MaxInt32}) {
		return nil // all pages
	}
	if w.can.PageRange == nil {
		return refuse("the printer prints whole documents only, not chosen pages")
	}
	a := goipp.Attribute{Name: "page-ranges"}
	for _, r := range ranges {
		a.Values.Add(goipp.TagRange, r)
	}
	w.out.Add(a)
	return nil
}

// mergeRanges sorts and merges page intervals: IPP wants them ascending and
// apart (RFC 8011, 5.2.7). An open end reaches to the last page.
func mergeRanges(in []gcp.PageInterval) ([]goipp.Range, error) {
	in = slices.Clone(in)
	for i, p := range in {
		if p.Start == 0 {
			p.Start = 1
		}
		if p.End == 0 {
			p.End = math.MaxInt32
		}
		if p.Start < 1 || p.End < p.Start || p.End > math.MaxInt32 {
			return nil, refuse("pages %d to %d are no range", in[i].Start, in[i].End)
		}
		in[i] = p
	}
	slices.SortFunc(in, func(a, b gcp.PageInterval) int { return a.Start - b.Start })
	var out []goipp.Range
	for _, p := range in {
		if n := len(out); n > 0 && p.Start-1 <= out[n-1].Upper {
			out[n-1].Upper = max(out[n-1].Upper, p.End)
			continue
		}
		out = append(out, goipp.Range{Lower: p.Start, Upper: p.End})
	}
	return out, nil
}

func (w *wish) reverse() error {
	if w.want.ReverseOrder == nil || !w.want.ReverseOrder.ReverseOrder {
		return nil
	}
	if w.can.ReverseOrder == nil {
		return refuse("the printer cannot print the last page first")
	}
	w.keyword("page-delivery", "reverse-order")
	return nil
}
