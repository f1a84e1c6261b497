package printer

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/impose"
)

// wish is a ticket that was checked: what is asked for beyond what happens anyway.
type wish struct {
	can   gcp.PrinterDescriptionSection
	caps  Capabilities
	asked gcp.PrintTicketSection
	notes []string

	pages       []gcp.PageInterval // ascending and apart, an End of 0 is open; nil: all
	reverse     bool
	copies      int   // 0: not said
	collate     *bool // nil: not said, or one copy only
	numberUp    int   // 0: not said
	orientation gcp.OrientationType
	fit         gcp.FitToPageType
	mode        *gcp.ColorOption
	duplex      gcp.DuplexType
	dpi         *gcp.DPIOption
	media       mediaWish
	vendor      vendorWish
}

// readTicket checks a ticket and reads it. What the ticket leaves out stays the
// printer's default.
func readTicket(p Printer, t gcp.CJT) (*wish, error) {
	w := &wish{can: p.CDD.Printer, caps: p.Capabilities, asked: t.Print}
	// Whatever goes to such a queue goes to a device that nobody knows.
	w.caps.Render = w.caps.Render && p.Kind != KindRaw
	w.asked.FitToPage = knownFit(w.can.FitToPage, w.asked.FitToPage)
	notes, err := checked(p.CDD, gcp.CJT{Version: t.Version, Print: w.asked})
	if err != nil {
		return nil, err
	}
	w.notes = notes
	w.readLook()
	w.readOrder()
	if err := w.readVendor(); err != nil {
		return nil, err
	}
	return w, w.readMedia()
}

func refuse(format string, args ...any) error {
	return &ErrTicket{Reason: fmt.Sprintf(format, args...)}
}

// knownFit reads GROW_TO_PAGE as FIT_TO_PAGE where it is not offered itself: IPP has
// one keyword for both (PWG 5100.16, print-scaling).
func knownFit(can *gcp.FitToPage, want *gcp.FitToPageTicketItem) *gcp.FitToPageTicketItem {
	if can == nil || want == nil || want.Type != gcp.FitGrow {
		return want
	}
	has := func(t gcp.FitToPageType) bool {
		return slices.ContainsFunc(can.Option, func(o gcp.FitToPageOption) bool { return o.Type == t })
	}
	if has(gcp.FitGrow) || !has(gcp.FitPage) {
		return want
	}
	return &gcp.FitToPageTicketItem{Type: gcp.FitPage}
}

// readLook reads how a page looks: colour, sides, orientation, resolution, scaling.
// The check has found every value among the options.
func (w *wish) readLook() {
	if c := w.asked.Color; c != nil && w.can.Color != nil && *c != (gcp.ColorTicketItem{}) {
		w.mode = find(w.can.Color.Option, func(o gcp.ColorOption) bool {
			return (c.VendorID == "" || c.VendorID == o.VendorID) && (c.Type == "" || c.Type == o.Type)
		})
	}
	if d := w.asked.Duplex; d != nil && w.can.Duplex != nil && len(w.can.Duplex.Option) > 0 {
		w.duplex = d.Type
	}
	if o := w.asked.PageOrientation; o != nil && o.Type != gcp.OrientationAuto && w.can.PageOrientation != nil && len(w.can.PageOrientation.Option) > 0 {
		w.orientation = o.Type
	}
	if f := w.asked.FitToPage; f != nil && w.can.FitToPage != nil && len(w.can.FitToPage.Option) > 0 {
		w.fit = f.Type
	}
	w.readResolution()
}

func (w *wish) readResolution() {
	d := w.asked.DPI
	if d == nil || w.can.DPI == nil || *d == (gcp.DPITicketItem{}) || len(w.can.DPI.Option) == 0 && w.can.DPI.MaxHorizontalDPI == 0 {
		return
	}
	named := d.HorizontalDPI == 0 && d.VerticalDPI == 0
	match := func(o gcp.DPIOption) bool {
		return named && o.VendorID == d.VendorID || !named && o.HorizontalDPI == d.HorizontalDPI && o.VerticalDPI == d.VerticalDPI
	}
	w.dpi = cmp.Or(
		find(w.can.DPI.Option, func(o gcp.DPIOption) bool { return match(o) && o.VendorID == d.VendorID }),
		find(w.can.DPI.Option, match),
	)
	if w.dpi == nil { // between the limits
		w.dpi = &gcp.DPIOption{HorizontalDPI: d.HorizontalDPI, VerticalDPI: d.VerticalDPI}
	}
}

// readOrder reads which pages come, how often, and in which order.
func (w *wish) readOrder() {
	if c := w.asked.Copies; c != nil && w.can.Copies != nil {
		w.copies = min(c.Copies, math.MaxInt32)
	}
	if c := w.asked.Collate; c != nil && w.can.Collate != nil && w.manyCopies() > 1 {
		w.collate = &c.Collate
	}
	if r := w.asked.PageRange; r != nil && w.can.PageRange != nil {
		// IPP wants them ascending and apart (RFC 8011, 5.2.7).
		if pages := impose.Ascending(r.Interval); !allPages(pages) {
			w.pages = pages
		}
	}
	if r := w.asked.ReverseOrder; r != nil && w.can.ReverseOrder != nil {
		w.reverse = r.ReverseOrder
	}
}

// manyCopies is the number of copies that come out.
func (w *wish) manyCopies() int {
	n := w.copies
	if n == 0 && w.can.Copies != nil {
		n = w.can.Copies.Default
	}
	return max(n, 1)
}

// allPages reports whether page ranges leave nothing out.
func allPages(pages []gcp.PageInterval) bool {
	return len(pages) == 1 && pages[0] == gcp.PageInterval{Start: 1}
}

// find returns the first option that matches, or nil.
func find[T any](options []T, match func(T) bool) *T {
	if i := slices.IndexFunc(options, match); i >= 0 {
		return &options[i]
	}
	return nil
}

// attributes returns the job attributes of what is not done to the document before.
func (w *wish) attributes(r route) (goipp.Attributes, error) {
	var out goipp.Attributes
	out = append(out, w.copyAttributes(r)...)
	out = append(out, w.lookAttributes(r)...)
	media, err := w.mediaAttributes()
	if err != nil {
		return nil, err
	}
	out = append(out, media...)
	if len(w.pages) > 0 && !r.pages {
		out.Add(pageRanges(w.pages))
	}
	if w.reverse && !r.reverse {
		out.Add(keyword("page-delivery", w.reversed()))
	}
	vendor, err := w.vendorAttributes(r)
	return w.caps.written(append(out, vendor...)), err
}

// reversed returns the page-delivery that is not the usual one: what CUPS reverses by
// itself comes in the document's order.
func (w *wish) reversed() string {
	bin := ""
	for _, a := range w.vendor.attrs {
		if a.Name == "output-bin" && len(a.Values) > 0 {
			bin = a.Values[0].V.String()
		}
	}
	if slices.Contains(w.caps.LastFirst, bin) {
		return "same-order"
	}
	return "reverse-order"
}
