package printer_test

import (
	"errors"
	"math"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

func kw(name string, values ...string) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(goipp.TagKeyword, goipp.String(v))
	}
	return a
}

func size(x, y goipp.Value, tag goipp.Tag, margin int) goipp.Collection {
	c := goipp.Collection{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, goipp.Collection{
		goipp.MakeAttribute("x-dimension", tag, x), goipp.MakeAttribute("y-dimension", tag, y),
	})}
	for _, side := range []string{"top", "right", "bottom", "left"} {
		c.Add(goipp.MakeAttribute("media-"+side+"-margin", goipp.TagInteger, goipp.Integer(margin)))
	}
	return c
}

// office is a printer with all that is difficult about them.
func office(t *testing.T) printer.Printer {
	t.Helper()
	db := goipp.Attribute{Name: "media-col-database"}
	db.Values.Add(goipp.TagBeginCollection, size(goipp.Integer(20990), goipp.Integer(29704), goipp.TagInteger, 423))
	db.Values.Add(goipp.TagBeginCollection, size(goipp.Integer(20990), goipp.Integer(29704), goipp.TagInteger, 0))
	db.Values.Add(goipp.TagBeginCollection, size(goipp.Integer(21590), goipp.Integer(27940), goipp.TagInteger, 423))
	db.Values.Add(goipp.TagBeginCollection, size(goipp.Range{Lower: 7600, Upper: 21600}, goipp.Range{Lower: 12700, Upper: 35600}, goipp.TagRange, 423))
	p, err := printer.FromIPP(goipp.Attributes{
		goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3)),
		kw("document-format-supported", "application/octet-stream", "application/pdf"),
		kw("document-format-supported", "text/plain"), // again: the first counts
		kw("media-supported", "iso_a4_210x297mm", "na_letter_8.5x11in"),
		kw("media-default", "iso_a4_210x297mm"), db,
		kw("sides-supported", "one-sided", "two-sided-long-edge"),
		kw("print-color-mode-supported", "color", "monochrome"),
		goipp.MakeAttribute("orientation-requested-default", goipp.TagNoValue, goipp.Void{}),
		goipp.MakeAttribute("copies-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: 99}),
		goipp.MakeAttribute("page-ranges-supported", goipp.TagBoolean, goipp.Boolean(true)),
		kw("job-creation-attributes-supported", "media-col"),
	}, printer.Origin{Name: "office", Source: printer.SourceDirect, URI: "ipp://host/"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOffice(t *testing.T) {
	p := office(t)
	s := p.CDD.Printer
	if len(s.SupportedContentType) != 1 {
		t.Errorf("formats %+v, want PDF alone", s.SupportedContentType)
	}
	if len(s.MediaSize.Option) != 2 {
		t.Fatalf("sizes %+v, want A4 and Letter", s.MediaSize.Option)
	}
	a4 := s.MediaSize.Option[0]
	if a4.Name != "ISO_A4" || a4.WidthMicrons != 210000 || a4.HeightMicrons != 297000 || !a4.IsDefault {
		t.Errorf("A4 in points became %+v", a4)
	}
	if s.MediaSize.MinWidthMicrons != 76000 || s.MediaSize.MaxHeightMicrons != 356000 {
		t.Errorf("custom sizes %+v", s.MediaSize)
	}
	if len(s.Margins.Option) != 2 || s.Margins.Option[1].Type != gcp.MarginsBorderless {
		t.Errorf("margins %+v", s.Margins)
	}
}

func TestTickets(t *testing.T) {
	p := office(t)
	col := func(x, y int, margins ...int) goipp.Attributes {
		c := goipp.Collection{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, goipp.Collection{
			goipp.MakeAttribute("x-dimension", goipp.TagInteger, goipp.Integer(x)),
			goipp.MakeAttribute("y-dimension", goipp.TagInteger, goipp.Integer(y)),
		})}
		for i, m := range margins {
			c.Add(goipp.MakeAttribute("media-"+[]string{"bottom", "left", "right", "top"}[i]+"-margin", goipp.TagInteger, goipp.Integer(m)))
		}
		return goipp.Attributes{goipp.MakeAttribute("media-col", goipp.TagBeginCollection, c)}
	}
	ranges := goipp.Attribute{Name: "page-ranges"}
	ranges.Values.Add(goipp.TagRange, goipp.Range{Lower: 1, Upper: 5})
	ranges.Values.Add(goipp.TagRange, goipp.Range{Lower: 8, Upper: math.MaxInt32})
	for name, c := range map[string]struct {
		ticket gcp.PrintTicketSection
		want   goipp.Attributes // nil: refused
	}{
		"nothing":    {gcp.PrintTicketSection{}, goipp.Attributes{}},
		"letter":     {gcp.PrintTicketSection{MediaSize: &gcp.MediaSizeTicketItem{WidthMicrons: 215900, HeightMicrons: 279400}}, col(21590, 27940)},
		"custom":     {gcp.PrintTicketSection{MediaSize: &gcp.MediaSizeTicketItem{WidthMicrons: 100000, HeightMicrons: 150000}}, col(10000, 15000)},
		"too large":  {gcp.PrintTicketSection{MediaSize: &gcp.MediaSizeTicketItem{WidthMicrons: 297000, HeightMicrons: 420000}}, nil},
		"borderless": {gcp.PrintTicketSection{Margins: &gcp.MarginsTicketItem{}}, col(20990, 29704, 0, 0, 0, 0)},
		"borderless letter": {gcp.PrintTicketSection{
			Margins: &gcp.MarginsTicketItem{}, MediaSize: &gcp.MediaSizeTicketItem{WidthMicrons: 215900, HeightMicrons: 279400},
		}, nil},
		"copies":          {gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: 3}}, goipp.Attributes{goipp.MakeAttribute("copies", goipp.TagInteger, goipp.Integer(3))}},
		"one copy":        {gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: 1}}, goipp.Attributes{}},
		"too many copies": {gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: 100}}, nil},
		"duplex":          {gcp.PrintTicketSection{Duplex: &gcp.DuplexTicketItem{Type: gcp.DuplexLongEdge}}, goipp.Attributes{kw("sides", "two-sided-long-edge")}},
		"short edge":      {gcp.PrintTicketSection{Duplex: &gcp.DuplexTicketItem{Type: gcp.DuplexShortEdge}}, nil},
		"gray":            {gcp.PrintTicketSection{Color: &gcp.ColorTicketItem{Type: gcp.ColorMonochrome}}, goipp.Attributes{kw("print-color-mode", "monochrome")}},
		"no such colour":  {gcp.PrintTicketSection{Color: &gcp.ColorTicketItem{Type: gcp.ColorCustom}}, nil},
		"pages": {gcp.PrintTicketSection{PageRange: &gcp.PageRangeTicketItem{Interval: []gcp.PageInterval{
			{Start: 8}, {Start: 1, End: 3}, {Start: 3, End: 5},
		}}}, goipp.Attributes{ranges}},
		"no range":       {gcp.PrintTicketSection{PageRange: &gcp.PageRangeTicketItem{Interval: []gcp.PageInterval{{Start: 5, End: 2}}}}, nil},
		"no resolutions": {gcp.PrintTicketSection{DPI: &gcp.DPITicketItem{HorizontalDPI: 600, VerticalDPI: 600}}, goipp.Attributes{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := attributesOf(p, gcp.CJT{Version: "1.0", Print: c.ticket})
			var ticket *printer.ErrTicket
			switch {
			case c.want == nil && !errors.As(err, &ticket):
				t.Errorf("got %v, %v; want a refusal", got, err)
			case c.want != nil && (err != nil || !got.Similar(c.want)):
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}
