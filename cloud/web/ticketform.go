package web

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"platen/gcp"
)

// order is what somebody has filled in.
type order struct {
	ticket   gcp.CJT
	problems map[string]string // what is wrong, by the names of fields
}

// sheet reads a filled form.
type sheet struct {
	cdd    gcp.CDD
	fields []field
	values url.Values
	pages  int // of the document; 0 if that is not known
	words  map[string]string
}

// unknownPages is how many pages a document is taken to have of which that is not
// known: only odd and even pages ask.
const unknownPages = 1000

// read makes a ticket of the form. What is as the printer does it anyway is left out,
// so that it stays so when the printer is set up differently.
func (s sheet) read() order {
	o := order{ticket: gcp.CJT{Version: "1.0"}, problems: map[string]string{}}
	t := &o.ticket.Print
	for _, f := range s.fields {
		value, problem := s.valueOf(f)
		if problem != "" {
			o.problems[f.Name] = problem
			continue
		}
		if id, ok := strings.CutPrefix(f.Name, vendorPrefix); ok && value != "" {
			t.VendorTicketItem = append(t.VendorTicketItem, gcp.VendorTicketItem{ID: id, Value: gcp.Text(value)})
			continue
		}
		s.item(t, f.Name, value)
	}
	s.choosePages(&o)
	s.ownMedia(&o)
	return o
}

// valueOf returns what is chosen in a field, "" for what the printer does anyway.
func (s sheet) valueOf(f field) (value, problem string) {
	value = strings.TrimSpace(s.values.Get(f.Name))
	switch {
	case value == "" || value == f.Default && f.Name != nameCopies:
		return "", ""
	case f.Kind == fieldSelect && !f.has(value):
		return "", s.words["print.gone"]
	case f.Kind == fieldNumber && !number(value, f.Step):
		return "", s.words["print.nonumber"]
	case f.Name == nameCopies && strings.HasPrefix(value, "-") || value == "0" && f.Name == nameCopies:
		return "", s.words["print.nocopies"]
	}
	return value, ""
}

func number(text, step string) bool {
	if step == "1" {
		_, err := strconv.ParseInt(text, 10, 32)
		return err == nil
	}
	n, err := strconv.ParseFloat(text, 64)
	return err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// item puts a choice into the ticket.
func (s sheet) item(t *gcp.PrintTicketSection, name, value string) {
	if value == "" {
		return
	}
	can := s.cdd.Printer
	switch name {
	case nameCopies:
		if n, err := strconv.Atoi(value); err == nil && (n != 1 || can.Copies != nil && can.Copies.Default > 1) {
			t.Copies = &gcp.CopiesTicketItem{Copies: n}
		}
	case nameColor:
		for _, o := range can.Color.Option {
			if colorKey(o) == value {
				t.Color = &gcp.ColorTicketItem{VendorID: o.VendorID, Type: o.Type}
				return
			}
		}
	case nameDuplex:
		t.Duplex = &gcp.DuplexTicketItem{Type: gcp.DuplexType(value)}
	case nameOrientation:
		t.PageOrientation = &gcp.OrientationTicketItem{Type: gcp.OrientationType(value)}
	case nameFit:
		t.FitToPage = &gcp.FitToPageTicketItem{Type: gcp.FitToPageType(value)}
	case nameCollate:
		t.Collate = &gcp.CollateTicketItem{Collate: value == valueYes}
	case nameReverse:
		t.ReverseOrder = &gcp.ReverseTicketItem{ReverseOrder: value == valueYes}
	default:
		s.measured(t, name, value)
	}
}

// measured puts a choice into the ticket that is one of a list of measures.
func (s sheet) measured(t *gcp.PrintTicketSection, name, value string) {
	can := s.cdd.Printer
	switch name {
	case nameMedia:
		for _, o := range can.MediaSize.Option {
			if mediaKey(o) == value {
				t.MediaSize = &gcp.MediaSizeTicketItem{
					WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, IsContinuousFeed: o.IsContinuousFeed, VendorID: o.VendorID,
				}
				return
			}
		}
	case nameMargins:
		for _, o := range can.Margins.Option {
			if marginsKey(o) == value {
				t.Margins = &gcp.MarginsTicketItem{
					TopMicrons: o.TopMicrons, RightMicrons: o.RightMicrons, BottomMicrons: o.BottomMicrons, LeftMicrons: o.LeftMicrons,
				}
				return
			}
		}
	case nameDPI:
		for _, o := range can.DPI.Option {
			if dpiKey(o) == value {
				t.DPI = &gcp.DPITicketItem{HorizontalDPI: o.HorizontalDPI, VerticalDPI: o.VerticalDPI, VendorID: o.VendorID}
				return
			}
		}
	}
}

// ownMedia reads a size that is not in the list, in millimetres.
func (s sheet) ownMedia(o *order) {
	if s.values.Get(nameMedia) != valueCustom {
		return
	}
	side := func(name string) int {
		mm, err := strconv.ParseFloat(strings.TrimSpace(s.values.Get(name)), 64)
		if err != nil || !(mm > 0 && mm <= 100_000) { // which NaN is not
			o.problems[name] = s.words["print.nosize"]
			return 0
		}
		return int(mm*1000 + 0.5)
	}
	width, height := side(nameWidth), side(nameHeight)
	if width > 0 && height > 0 {
		o.ticket.Print.MediaSize = &gcp.MediaSizeTicketItem{WidthMicrons: width, HeightMicrons: height}
	}
}

// choosePages reads which pages are printed.
func (s sheet) choosePages(o *order) {
	if s.cdd.Printer.PageRange == nil {
		return
	}
	list, ok := intervals(s.values.Get(nameRange))
	if !ok {
		o.problems[nameRange] = s.words["print.norange"]
		return
	}
	if odd, some := map[string]int{valueOdd: 1, valueEven: 0}[s.values.Get(nameSubset)]; some {
		if list = everySecond(list, odd, s.lastPage(list)); len(list) == 0 {
			o.problems[nameSubset] = s.words["print.nopage"]
		}
	}
	if len(list) > 0 {
		o.ticket.Print.PageRange = &gcp.PageRangeTicketItem{Interval: list}
	}
}

// lastPage returns how many pages the document has, or may have.
func (s sheet) lastPage(list []gcp.PageInterval) int {
	if s.pages > 0 {
		return s.pages
	}
	last := unknownPages
	for _, r := range list {
		last = max(last, min(r.Start, math.MaxInt32)+unknownPages)
	}
	return last
}

// intervals reads page ranges as people write them: 1-3, 5, 8-.
func intervals(text string) ([]gcp.PageInterval, bool) {
	var list []gcp.PageInterval
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		from, to, isRange := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
		from, to = strings.TrimSpace(from), strings.TrimSpace(to)
		var i gcp.PageInterval
		var err error
		if i.Start = 1; from != "" {
			i.Start, err = strconv.Atoi(from)
		}
		switch {
		case err != nil, from == "" && to == "":
			return nil, false
		case !isRange:
			i.End = i.Start
		case to != "":
			if i.End, err = strconv.Atoi(to); err != nil || i.End < 1 {
				return nil, false
			}
		}
		list = append(list, i)
	}
	return list, true
}

// everySecond returns the odd (1) or even (0) pages of some ranges, or of all pages.
func everySecond(list []gcp.PageInterval, odd, last int) []gcp.PageInterval {
	if len(list) == 0 {
		list = []gcp.PageInterval{{Start: 1}}
	}
	var out []gcp.PageInterval
	for _, r := range list {
		end := last
		if r.End != 0 {
			end = min(r.End, last)
		}
		for p := max(r.Start, 1); p <= end; p++ {
			if len(out) > unknownPages {
				return out // more ranges than any ticket may have
			}
			if p%2 == odd {
				out = append(out, gcp.PageInterval{Start: p, End: p})
			}
		}
	}
	return out
}
