package ipp

import (
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

// template reads the job template attributes of a request into a ticket.
type template struct {
	can         gcp.PrinterDescriptionSection
	ticket      gcp.PrintTicketSection
	unsupported goipp.Attributes
}

// ticketOf translates what a job asks for. What the printer cannot do is returned as
// the standard wants it told (RFC 8011, 4.1.7): the attribute with the values that are
// not supported, or with the value unsupported where the attribute itself is not.
func ticketOf(f *cloud.Front, attrs goipp.Attributes) (gcp.CJT, goipp.Attributes) {
	t := &template{can: f.CDD.Printer}
	seen := map[string]bool{}
	for _, a := range attrs {
		if len(a.Values) == 0 || seen[a.Name] || outOfBand(a.Values[0].T) {
			continue
		}
		seen[a.Name] = true
		t.read(a)
	}
	return gcp.CJT{Version: "1.0", Print: t.ticket}, t.unsupported
}

func outOfBand(t goipp.Tag) bool { return t >= goipp.TagUnsupportedValue && t < goipp.TagInteger }

func (t *template) unknown(a goipp.Attribute) {
	t.unsupported.Add(goipp.MakeAttribute(a.Name, goipp.TagUnsupportedValue, goipp.Void{}))
}

func (t *template) read(a goipp.Attribute) {
	ok := true
	word := ippserver.TextOf(a.Values[0].V)
	switch a.Name {
	case "job-uuid": // the client's own name for the job, which order reads
	case "copies":
		ok = t.copies(a)
	case "sides":
		ok = t.sides(word)
	case "print-color-mode":
		ok = t.color(word)
	case "print-scaling":
		ok = t.scaling(word)
	case "multiple-document-handling":
		ok = t.handling(word)
	case "orientation-requested":
		ok = t.orientation(a)
	case "printer-resolution":
		ok = t.resolution(a)
	case "page-ranges":
		ok = t.pages(a)
	case "page-delivery":
		ok = t.delivery(word)
	case "media":
		ok = t.mediaNamed(word)
	case "media-col":
		ok = t.mediaColumn(a)
	case "finishings":
		ok = t.finishings(a)
	case "print-quality":
		ok = t.vendor(a.Name, number(a), strconv.Itoa(normalQuality))
	case "number-up":
		ok = t.vendor(a.Name, number(a), "1")
	case "output-bin", "print-content-optimize", "print-rendering-intent":
		ok = t.vendor(a.Name, word, "auto")
	case "presentation-direction-number-up":
		ok = t.vendor(a.Name, word, "toright-tobottom")
	default:
		t.unknown(a)
	}
	if !ok {
		t.unsupported.Add(a)
	}
}

// number returns the first value as a choice's value, "" if it is no number.
func number(a goipp.Attribute) string {
	if n, ok := a.Values[0].V.(goipp.Integer); ok {
		return strconv.Itoa(int(n))
	}
	return ""
}

func (t *template) copies(a goipp.Attribute) bool {
	n, ok := a.Values[0].V.(goipp.Integer)
	most := 1
	if c := t.can.Copies; c != nil {
		most = max(1, c.Max)
	}
	if !ok || n < 1 || int(n) > most {
		return false
	}
	if t.can.Copies != nil {
		t.ticket.Copies = &gcp.CopiesTicketItem{Copies: int(n)}
	}
	return true
}

func (t *template) sides(word string) bool {
	if !slices.Contains(sidesList(t.can).words, word) {
		return false
	}
	if d := t.can.Duplex; d != nil {
		for _, o := range d.Option {
			if ippwords.Sides(o.Type) == word {
				t.ticket.Duplex = &gcp.DuplexTicketItem{Type: o.Type}
				if o.Type == "" {
					t.ticket.Duplex.Type = gcp.DuplexNone
				}
			}
		}
	}
	return true
}

func (t *template) color(word string) bool {
	if c := t.can.Color; c != nil {
		for _, o := range c.Option {
			if colorMode(o) == word {
				t.ticket.Color = &gcp.ColorTicketItem{VendorID: o.VendorID, Type: o.Type}
				return true
			}
		}
	}
	return word == "auto" // which is what the printer does by itself
}

func (t *template) scaling(word string) bool {
	if word == "auto" {
		return true
	}
	if f := t.can.FitToPage; f != nil {
		for _, o := range f.Option {
			if ippwords.Scaling(o.Type) == word {
				t.ticket.FitToPage = &gcp.FitToPageTicketItem{Type: o.Type}
				return true
			}
		}
	}
	return false
}

func (t *template) handling(word string) bool {
	if t.can.Collate == nil {
		return word == ippwords.Collated
	}
	if word != ippwords.Collated && word != ippwords.Uncollated {
		return false
	}
	t.ticket.Collate = &gcp.CollateTicketItem{Collate: word == ippwords.Collated}
	return true
}

func (t *template) orientation(a goipp.Attribute) bool {
	n, _ := a.Values[0].V.(goipp.Integer)
	want := map[goipp.Integer]gcp.OrientationType{ippwords.Portrait: gcp.OrientationPortrait, ippwords.Landscape: gcp.OrientationLandscape}[n]
	told := false
	if o := t.can.PageOrientation; o != nil {
		for _, have := range o.Option {
			told = told || have.Type == gcp.OrientationPortrait || have.Type == gcp.OrientationLandscape
			if want != "" && have.Type == want {
				t.ticket.PageOrientation = &gcp.OrientationTicketItem{Type: want}
				return true
			}
		}
	}
	return !told && n == ippwords.Portrait // which is how the printer does it by itself
}

func (t *template) resolution(a goipp.Attribute) bool {
	r, ok := a.Values[0].V.(goipp.Resolution)
	if !ok || r.Units != goipp.UnitsDpi || !slices.Contains(dots(t.can), r) {
		return false
	}
	if t.can.DPI == nil {
		return true
	}
	for _, o := range t.can.DPI.Option {
		if o.HorizontalDPI == r.Xres && o.VerticalDPI == r.Yres {
			t.ticket.DPI = &gcp.DPITicketItem{HorizontalDPI: r.Xres, VerticalDPI: r.Yres, VendorID: o.VendorID}
		}
	}
	return true
}

// maxRanges is how many page ranges a job may have.
const maxRanges = 1000

func (t *template) pages(a goipp.Attribute) bool {
	if t.can.PageRange == nil || len(a.Values) > maxRanges {
		return false
	}
	var list []gcp.PageInterval
	for _, v := range a.Values {
		r, ok := v.V.(goipp.Range)
		if !ok || r.Lower < 1 || r.Upper < r.Lower {
			return false
		}
		i := gcp.PageInterval{Start: r.Lower, End: r.Upper}
		if r.Upper >= 1<<31-1 { // to the last page
			i.End = 0
		}
		list = append(list, i)
	}
	if len(list) == 1 && list[0].Start == 1 && (list[0].End == 0 || list[0].End >= 65535) {
		return true // all of them, as clients say who always say something
	}
	t.ticket.PageRange = &gcp.PageRangeTicketItem{Interval: list}
	return true
}

func (t *template) delivery(word string) bool {
	switch {
	case word == "system-specified":
		return true
	case t.can.ReverseOrder == nil || word != "same-order" && word != "reverse-order":
		return false
	}
	t.ticket.ReverseOrder = &gcp.ReverseTicketItem{ReverseOrder: word == "reverse-order"}
	return true
}

// vendor takes a value of one of the printer's own choices. Where it has no such choice
// the only value is what happens anyway.
func (t *template) vendor(id, value, otherwise string) bool {
	s := vendorOf(t.can, id)
	if s == nil {
		return value == otherwise
	}
	if value == "" || !slices.ContainsFunc(s.Option, func(o gcp.SelectCapOption) bool { return string(o.Value) == value }) {
		return false
	}
	t.ticket.VendorTicketItem = append(t.ticket.VendorTicketItem, gcp.VendorTicketItem{ID: id, Value: gcp.Text(value)})
	return true
}

func (t *template) finishings(a goipp.Attribute) bool {
	all := true
	for _, v := range a.Values {
		n, ok := v.V.(goipp.Integer)
		if ok && n == noFinishing {
			continue
		}
		all = all && ok && t.finishing(strconv.Itoa(int(n)))
	}
	return all
}

func (t *template) finishing(value string) bool {
	for _, v := range t.can.VendorCapability {
		if strings.HasPrefix(v.ID, finishingPrefix) && t.vendorHas(v.ID, value) {
			return t.vendor(v.ID, value, "")
		}
	}
	return false
}

func (t *template) vendorHas(id, value string) bool {
	s := vendorOf(t.can, id)
	return s != nil && slices.ContainsFunc(s.Option, func(o gcp.SelectCapOption) bool { return string(o.Value) == value })
}

func (t *template) mediaNamed(name string) bool {
	size, ok := sizeNamed(t.can, name)
	if !ok {
		return false
	}
	t.size(size)
	return true
}

// size asks for a size; a printer that lists none prints on what it has.
func (t *template) size(size gcp.MediaSizeTicketItem) {
	if t.can.MediaSize != nil && len(t.can.MediaSize.Option) > 0 {
		t.ticket.MediaSize = &size
	}
}

// mediaColumn reads media-col (PWG 5100.7, 6.3.1). Of margins only whether there are to
// be none counts: the printer has the others anyway.
func (t *template) mediaColumn(a goipp.Attribute) bool {
	col, ok := a.Values[0].V.(goipp.Collection)
	if !ok {
		return false
	}
	m := goipp.Attributes(col)
	ok = t.columnSize(m)
	for _, id := range []string{"media-source", "media-type"} {
		otherwise := map[string]string{"media-source": "auto", "media-type": "stationery"}[id]
		if word := ippserver.Text(m, id); word != "" && word != otherwise && word != "auto" {
			ok = t.vendor(id, word, otherwise) && ok
		}
	}
	t.margins(m)
	return ok
}

func (t *template) columnSize(m goipp.Attributes) bool {
	if v := ippwords.First(m, "media-size"); len(v) > 0 {
		dim, ok := v[0].V.(goipp.Collection)
		x := ippserver.Integer(goipp.Attributes(dim), "x-dimension", 0)
		y := ippserver.Integer(goipp.Attributes(dim), "y-dimension", 0)
		const most = 10_000_000 // 1/100 mm
		if !ok || x <= 0 || y <= 0 || x > most || y > most {
			return false
		}
		size, found := sizeOf(t.can, x*micron, y*micron)
		if found {
			t.size(size)
		}
		return found
	}
	if name := ippserver.Text(m, "media-size-name"); name != "" {
		return t.mediaNamed(name)
	}
	return true
}

func (t *template) margins(m goipp.Attributes) {
	for _, side := range []string{"bottom", "left", "right", "top"} {
		if ippserver.Integer(m, "media-"+side+"-margin", -1) != 0 {
			return
		}
	}
	if t.can.Margins != nil && slices.ContainsFunc(t.can.Margins.Option, func(o gcp.MarginsOption) bool { return o.Type == gcp.MarginsBorderless }) {
		t.ticket.Margins = &gcp.MarginsTicketItem{}
	}
}
