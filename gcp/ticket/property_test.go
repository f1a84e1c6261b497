package ticket

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"platen/gcp"
)

// descriptions are CDDs of real printers, as package printer keeps them, and ones
// made up at random.
func descriptions(t *testing.T) map[string]gcp.CDD {
	t.Helper()
	all := map[string]gcp.CDD{}
	files, err := filepath.Glob("../../printer/testdata/golden/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cdd gcp.CDD
		if err := json.Unmarshal(text, &cdd); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = cdd
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		all[fmt.Sprintf("random %d", i)] = description(r)
	}
	return all
}

// description is a printer with any sections.
func description(r *rand.Rand) gcp.CDD {
	var s gcp.PrinterDescriptionSection
	some := func() bool { return r.IntN(2) == 0 }
	if some() {
		s.Color = &gcp.Color{}
		for i := range 1 + r.IntN(3) {
			s.Color.Option = append(s.Color.Option, gcp.ColorOption{VendorID: fmt.Sprint("mode:", i), Type: []gcp.ColorType{"AUTO", "STANDARD_COLOR", "CUSTOM_COLOR"}[i]})
		}
	}
	if some() {
		s.Duplex = &gcp.Duplex{Option: []gcp.DuplexOption{{Type: "NO_DUPLEX"}, {Type: "LONG_EDGE"}}[:1+r.IntN(2)]}
	}
	if some() {
		s.PageOrientation = &gcp.PageOrientation{Option: []gcp.OrientationOption{{Type: "AUTO"}, {Type: "PORTRAIT"}}[:1+r.IntN(2)]}
	}
	if some() {
		s.FitToPage = &gcp.FitToPage{Option: []gcp.FitToPageOption{{Type: "NO_FITTING"}, {Type: "FILL_PAGE"}}[:1+r.IntN(2)]}
	}
	if some() {
		s.Copies = &gcp.Copies{Default: 1, Max: 1 + r.IntN(999)}
	}
	if some() {
		s.PageRange = &gcp.PageRange{}
	}
	if some() {
		s.Margins = &gcp.Margins{}
		for range 1 + r.IntN(3) {
			n := 3000 + r.IntN(9000)
			s.Margins.Option = append(s.Margins.Option, gcp.MarginsOption{Type: "CUSTOM", TopMicrons: n, RightMicrons: n, BottomMicrons: n, LeftMicrons: n})
		}
	}
	if some() {
		s.DPI = &gcp.DPI{}
		for i := range 1 + r.IntN(3) {
			s.DPI.Option = append(s.DPI.Option, gcp.DPIOption{HorizontalDPI: 300 << i, VerticalDPI: 300, VendorID: fmt.Sprint("dpi:", i)})
		}
		if some() {
			s.DPI.MinHorizontalDPI, s.DPI.MaxHorizontalDPI, s.DPI.MinVerticalDPI, s.DPI.MaxVerticalDPI = 100, 400, 100, 400
		}
	}
	if some() {
		s.MediaSize = sizes(r, some())
	}
	s.VendorCapability = capabilities(r)
	return gcp.CDD{Version: "1.0", Printer: s}
}

func sizes(r *rand.Rand, limits bool) *gcp.MediaSize {
	var m gcp.MediaSize
	for i := range 1 + r.IntN(5) {
		o := gcp.MediaSizeOption{Name: "CUSTOM", WidthMicrons: 50_000 + r.IntN(300_000), HeightMicrons: 50_000 + r.IntN(400_000), VendorID: fmt.Sprint("size:", i)}
		if r.IntN(4) == 0 {
			o.IsContinuousFeed, o.HeightMicrons = true, 0
		}
		m.Option = append(m.Option, o)
	}
	if limits {
		m.MinWidthMicrons, m.MaxWidthMicrons, m.MinHeightMicrons, m.MaxHeightMicrons = 80_000, 120_000, 80_000, 300_000
	}
	return &m
}

func capabilities(r *rand.Rand) []gcp.VendorCapability {
	list := []gcp.VendorCapability{
		{ID: "tray", Type: gcp.VendorSelect, SelectCap: &gcp.SelectCap{Option: []gcp.SelectCapOption{{Value: "main"}, {Value: "2"}}}},
		{ID: "density", Type: gcp.VendorRange, RangeCap: &gcp.RangeCap{ValueType: gcp.ValueInteger, Min: "-3", Max: "7"}},
		{ID: "scale", Type: gcp.VendorRange, RangeCap: &gcp.RangeCap{ValueType: gcp.ValueFloat, Min: "0.25", Max: "4"}},
		{ID: "pin", Type: gcp.VendorTypedValue, TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueString}},
		{ID: "proof", Type: gcp.VendorTypedValue, TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueBoolean}},
		{ID: "priority", Type: gcp.VendorTypedValue, TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueInteger}},
	}
	r.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
	return list[:r.IntN(len(list)+1)]
}

// asked is one option of a CDD, chosen in a ticket, and the same altered into
// something that the CDD does not have.
type asked struct {
	item      string
	good, bad gcp.PrintTicketSection
}

// choices lists every option of a CDD.
func choices(s gcp.PrinterDescriptionSection) []asked {
	list := append(plainChoices(s), sizeChoices(s)...)
	for _, c := range s.VendorCapability {
		good, bad := vendorValues(c)
		for _, v := range good {
			for _, not := range bad {
				list = append(list, asked{
					ItemVendor,
					gcp.PrintTicketSection{VendorTicketItem: []gcp.VendorTicketItem{{ID: c.ID, Value: gcp.Text(v)}}},
					gcp.PrintTicketSection{VendorTicketItem: []gcp.VendorTicketItem{{ID: c.ID, Value: gcp.Text(not)}}},
				})
			}
		}
	}
	return list
}

func plainChoices(s gcp.PrinterDescriptionSection) []asked {
	var list []asked
	add := func(item string, good, bad gcp.PrintTicketSection) { list = append(list, asked{item, good, bad}) }
	if s.Color != nil {
		for _, o := range s.Color.Option {
			add(ItemColor, gcp.PrintTicketSection{Color: &gcp.ColorTicketItem{VendorID: o.VendorID, Type: o.Type}},
				gcp.PrintTicketSection{Color: &gcp.ColorTicketItem{VendorID: o.VendorID + "!", Type: o.Type}})
		}
	}
	if s.Duplex != nil {
		for _, o := range s.Duplex.Option {
			add(ItemDuplex, gcp.PrintTicketSection{Duplex: &gcp.DuplexTicketItem{Type: o.Type}}, gcp.PrintTicketSection{Duplex: &gcp.DuplexTicketItem{Type: o.Type + "!"}})
		}
	}
	if s.PageOrientation != nil {
		for _, o := range s.PageOrientation.Option {
			add(ItemOrientation, gcp.PrintTicketSection{PageOrientation: &gcp.OrientationTicketItem{Type: o.Type}},
				gcp.PrintTicketSection{PageOrientation: &gcp.OrientationTicketItem{Type: o.Type + "!"}})
		}
	}
	if s.FitToPage != nil {
		for _, o := range s.FitToPage.Option {
			add(ItemFit, gcp.PrintTicketSection{FitToPage: &gcp.FitToPageTicketItem{Type: o.Type}}, gcp.PrintTicketSection{FitToPage: &gcp.FitToPageTicketItem{Type: o.Type + "!"}})
		}
	}
	if s.Copies != nil && s.Copies.Max > 0 {
		add(ItemCopies, gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: s.Copies.Max}},
			gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: s.Copies.Max + 1}})
	}
	if s.PageRange != nil {
		add(ItemPageRange, gcp.PrintTicketSection{PageRange: &gcp.PageRangeTicketItem{Interval: []gcp.PageInterval{{Start: 2, End: 9}}}},
			gcp.PrintTicketSection{PageRange: &gcp.PageRangeTicketItem{Interval: []gcp.PageInterval{{Start: 9, End: 2}}}})
	}
	return list
}

func sizeChoices(s gcp.PrinterDescriptionSection) []asked {
	var list []asked
	if s.MediaSize != nil {
		for _, o := range s.MediaSize.Option {
			w := gcp.MediaSizeTicketItem{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, VendorID: o.VendorID}
			bad := gcp.MediaSizeTicketItem{WidthMicrons: o.WidthMicrons + 3_000_000, HeightMicrons: o.HeightMicrons + 3_000_000}
			if o.IsContinuousFeed {
				w.IsContinuousFeed, w.HeightMicrons = true, 777_000
			}
			list = append(list, asked{ItemMediaSize, gcp.PrintTicketSection{MediaSize: &w}, gcp.PrintTicketSection{MediaSize: &bad}})
		}
	}
	if s.DPI != nil {
		for _, o := range s.DPI.Option {
			list = append(list, asked{
				ItemDPI,
				gcp.PrintTicketSection{DPI: &gcp.DPITicketItem{HorizontalDPI: o.HorizontalDPI, VerticalDPI: o.VerticalDPI}},
				gcp.PrintTicketSection{DPI: &gcp.DPITicketItem{HorizontalDPI: o.HorizontalDPI, VerticalDPI: 99_999}},
			})
		}
	}
	if s.Margins != nil {
		for _, o := range s.Margins.Option {
			good := gcp.MarginsTicketItem{TopMicrons: o.TopMicrons, RightMicrons: o.RightMicrons, BottomMicrons: o.BottomMicrons, LeftMicrons: o.LeftMicrons}
			bad := good
			bad.LeftMicrons = -1
			list = append(list, asked{ItemMargins, gcp.PrintTicketSection{Margins: &good}, gcp.PrintTicketSection{Margins: &bad}})
		}
	}
	return list
}

func vendorValues(c gcp.VendorCapability) (good, bad []string) {
	switch {
	case c.SelectCap != nil:
		for _, o := range c.SelectCap.Option {
			good = append(good, string(o.Value))
		}
		return good, []string{"no such value", "-"}
	case c.RangeCap != nil:
		lo, _ := strconv.ParseFloat(string(c.RangeCap.Min), 64)
		hi, _ := strconv.ParseFloat(string(c.RangeCap.Max), 64)
		text := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
		return []string{text(lo), text(hi)}, []string{text(lo - 1), text(hi + 1), "many", "NaN"}
	case c.TypedValueCap == nil:
		return nil, nil
	}
	switch c.TypedValueCap.ValueType {
	case gcp.ValueBoolean:
		return []string{"true", "false"}, []string{"perhaps", "2"}
	case gcp.ValueInteger:
		return []string{"7", "-1"}, []string{"1.5", "x", "99999999999"}
	case gcp.ValueFloat:
		return []string{"7", "1.5"}, []string{"x", "Inf"}
	}
	return []string{"1234", "any text"}, []string{strings.Repeat("x", 1024), "a\x00b"}
}

// Every option of a CDD is taken, without a note; altered it is refused, by the
// item's name and with a sentence; and a printer without sections notes it.
func TestEveryOptionIsTakenAndNoOther(t *testing.T) {
	tried := 0
	for name, cdd := range descriptions(t) {
		for _, a := range choices(cdd.Printer) {
			tried++
			if notes, err := Check(cdd, gcp.CJT{Print: a.good}); err != nil || len(notes) > 0 {
				t.Errorf("%s: %s: %v, %v", name, shown(a.good), err, notes)
			}
			_, err := Check(cdd, gcp.CJT{Print: a.bad})
			if e, ok := err.(*Error); !ok || e.Item != a.item || !strings.HasSuffix(e.Message, ".") { //nolint:errorlint // Check returns it as it is
				t.Errorf("%s: %s: %v", name, shown(a.bad), err)
			}
			if _, err := Check(gcp.CDD{}, gcp.CJT{Print: a.bad}); err != nil {
				t.Errorf("%s: %s without a section: %v", name, shown(a.bad), err)
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d options were tried", tried)
	}
}

func shown(s gcp.PrintTicketSection) string {
	b, err := json.Marshal(s)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// What is ignored is said once; what would happen anyway is not.
func TestNotes(t *testing.T) {
	for print, want := range map[string]string{
		`{}`: "",
		`{"copies":{"copies":1},"collate":{"collate":true},"duplex":{"type":"NO_DUPLEX"},"reverse_order":{"reverse_order":false},` +
			`"page_orientation":{"type":"AUTO"},"page_range":{},"color":{"type":""},"vendor_ticket_item":[{"id":"x","value":""}]}`: "",
		`{"copies":{"copies":2},"collate":{"collate":false}}`:                                           "copies collate",
		`{"duplex":{"type":"LONG_EDGE"},"color":{"type":"STANDARD_COLOR"}}`:                             "color duplex",
		`{"reverse_order":{"reverse_order":true},"page_range":{"interval":[{"start":2}]}}`:              "page_range reverse_order",
		`{"page_orientation":{"type":"LANDSCAPE"},"fit_to_page":{"type":"FILL_PAGE"}}`:                  "page_orientation fit_to_page",
		`{"margins":{"top_microns":9},"dpi":{"horizontal_dpi":600},"media_size":{"vendor_id":"x"}}`:     "margins dpi media_size",
		`{"vendor_ticket_item":[{"id":"a","value":"1"},{"id":"b","value":"1"},{"id":"a","value":"1"}]}`: "vendor_ticket_item/a vendor_ticket_item/b",
	} {
		var s gcp.PrintTicketSection
		if err := json.Unmarshal([]byte(print), &s); err != nil {
			t.Fatal(err)
		}
		notes, err := Check(gcp.CDD{}, gcp.CJT{Print: s})
		var items []string
		for _, n := range notes {
			items = append(items, n.Item)
			if !strings.HasSuffix(n.Message, "it is ignored.") {
				t.Errorf("%s: %q", n.Item, n.Message)
			}
		}
		if err != nil || strings.Join(items, " ") != want {
			t.Errorf("%s: %q, %v, want %s", print, items, err, want)
		}
	}
}
