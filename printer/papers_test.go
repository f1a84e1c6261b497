package printer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// attr makes an attribute of several values.
func attr(name string, tag goipp.Tag, values ...goipp.Value) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(tag, v)
	}
	return a
}

func span(lo, hi int) goipp.Range { return goipp.Range{Lower: lo, Upper: hi} }

func named4(name string, c goipp.Collection) goipp.Collection {
	return append(c, goipp.MakeAttribute("media-size-name", goipp.TagKeyword, goipp.String(name)))
}

// describe translates attributes of a printer that is asked directly.
func describe(t *testing.T, o printer.Origin, attrs ...goipp.Attribute) printer.Printer {
	t.Helper()
	if o.Source == "" {
		o.Source = printer.SourceDirect
	}
	p, err := printer.FromIPP(append(attrs, goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3))), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A roll is a size of one width and any length; what lies between widths too is the
// limits of custom sizes.
func TestRolls(t *testing.T) {
	for name, c := range map[string]struct {
		attrs  []goipp.Attribute
		want   string // options: width x height, and a name
		limits string
	}{
		"one width by name": {
			[]goipp.Attribute{kw("media-supported", "roll_label_4x0in", "oe_4x6-label_4x6in")},
			"101600x0 media:roll_label_4x0in, 101600x152400 media:oe_4x6-label_4x6in, ", "0-0 0-0",
		},
		"limits of one width": {
			[]goipp.Attribute{kw("media-supported", "roll_min_62x25mm", "roll_max_62x1000mm")},
			"62000x0 media-size:6200x0, ", "0-0 0-0",
		},
		"limits of many widths": {
			[]goipp.Attribute{kw("media-supported", "roll_max_4x39.6in", "oe_4x6-label_4x6in", "roll_min_0.75x0.25in")},
			"101600x152400 media:oe_4x6-label_4x6in, ", "19050-101600 6350-1005840",
		},
		"range of lengths from a roll": {
			[]goipp.Attribute{
				kw("media-source-supported", "main-roll"),
				attr("media-size-supported", goipp.TagBeginCollection, measure(goipp.Integer(6200), span(2500, 100000)), measure(goipp.Integer(6200), goipp.Integer(2900))),
			},
			"62000x0 media-size:6200x0, 62000x29000 media-size:6200x2900, ", "0-0 0-0",
		},
		"range of lengths from a tray": {
			[]goipp.Attribute{attr("media-size-supported", goipp.TagBeginCollection, measure(goipp.Integer(21000), span(14800, 120000)))},
			"", "210000-210000 148000-1200000",
		},
		"no end": {
			[]goipp.Attribute{attr("media-size-supported", goipp.TagBeginCollection, measure(span(10000, 91440), span(10000, 1<<31-1)))},
			"", "100000-914400 100000-1000000000",
		},
		"least alone": {[]goipp.Attribute{kw("media-supported", "custom_min_3x5in")}, "", "0-0 0-0"},
	} {
		s := sizesOf(t, c.attrs...)
		var got strings.Builder
		for _, o := range s.Option {
			fmt.Fprintf(&got, "%dx%d %s, ", o.WidthMicrons, o.HeightMicrons, o.VendorID)
			if o.IsContinuousFeed != (o.HeightMicrons == 0) {
				t.Errorf("%s: %+v", name, o)
			}
		}
		limits := fmt.Sprintf("%d-%d %d-%d", s.MinWidthMicrons, s.MaxWidthMicrons, s.MinHeightMicrons, s.MaxHeightMicrons)
		if got.String() != c.want || limits != c.limits {
			t.Errorf("%s: %q, %q; want %q, %q", name, got.String(), limits, c.want, c.limits)
		}
	}
}

// The lists differ: each has something that the others have not.
func TestListsJoin(t *testing.T) {
	p := describe(t, printer.Origin{},
		kw("media-supported", "iso_a4_210x297mm", "custom_209.9x297.04mm_209.9x297.04mm", "iso_a5_148x210mm"),
		attr("media-col-database", goipp.TagBeginCollection,
			append(size(goipp.Integer(20990), goipp.Integer(29704), goipp.TagInteger, 0), goipp.MakeAttribute("media-source", goipp.TagKeyword, goipp.String("rear"))),
			size(goipp.Integer(20990), goipp.Integer(29704), goipp.TagInteger, 300),
			named4("iso_a6_105x148mm", size(goipp.Integer(10500), goipp.Integer(14800), goipp.TagInteger, 300))),
		attr("media-size-supported", goipp.TagBeginCollection, measure(goipp.Integer(21590), goipp.Integer(27940))),
		kw("media-source-supported", "main"),
		attr("media-col-default", goipp.TagBeginCollection, size(goipp.Integer(14800), goipp.Integer(21000), goipp.TagInteger, 0)),
		kw("media-default", "iso_a4_210x297mm"),
	)
	want := []gcp.MediaSizeOption{
		{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000, VendorID: "media:iso_a4_210x297mm"},
		{Name: "ISO_A6", WidthMicrons: 105000, HeightMicrons: 148000, VendorID: "media:iso_a6_105x148mm"},
		{Name: "NA_LETTER", WidthMicrons: 215900, HeightMicrons: 279400, VendorID: "media-size:21590x27940"},
		{Name: "ISO_A5", WidthMicrons: 148000, HeightMicrons: 210000, VendorID: "media:iso_a5_148x210mm", IsDefault: true},
	}
	if got := p.CDD.Printer.MediaSize.Option; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sizes %+v\nwant %+v", got, want)
	}
	a4 := p.Capabilities.Media[0]
	if a4.X != 20990 || a4.Y != 29704 || fmt.Sprint(a4.Margins) != "[{0 0 0 0} {300 300 300 300}]" {
		t.Errorf("the printer's own A4 is %+v", a4)
	}
	if got := fmt.Sprint(selected(p.CDD.Printer, "media-source")); got != "[main rear] [true false]" {
		t.Errorf("sources %s", got)
	}
	// The usual margins are none at all.
	if m := p.CDD.Printer.Margins.Option; len(m) != 2 || m[0].Type != gcp.MarginsStandard || m[0].TopMicrons != 3000 || !m[1].IsDefault || m[1].Type != gcp.MarginsBorderless {
		t.Errorf("margins %+v", m)
	}
}

// Without a database the margins are those that the printer lists for all sizes.
func TestMarginsWithoutDatabase(t *testing.T) {
	var attrs []goipp.Attribute
	for _, side := range []string{"top", "right", "bottom", "left"} {
		attrs = append(attrs, attr("media-"+side+"-margin-supported", goipp.TagInteger, goipp.Integer(0), goipp.Integer(318)))
	}
	p := describe(t, printer.Origin{}, append(attrs, kw("media-supported", "iso_a4_210x297mm"))...)
	if got := fmt.Sprint(p.CDD.Printer.Margins.Option); got != "[{STANDARD 3180 3180 3180 3180 true} {BORDERLESS 0 0 0 0 false}]" {
		t.Errorf("margins %s", got)
	}
	if got := fmt.Sprint(p.Capabilities.Media[0].Margins); got != "[{318 318 318 318} {0 0 0 0}]" {
		t.Errorf("of A4 %s", got)
	}
}
