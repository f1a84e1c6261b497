package printer_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// dice chooses what a generated printer has, and what a random ticket asks for.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 42))} }

// often is so three times of four.
func (d dice) often() bool { return d.IntN(4) > 0 }

// some returns some of the values in their order, at least one.
func some[T any](d dice, values ...T) []T {
	var out []T
	for _, v := range values {
		if d.IntN(2) == 0 {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		out = append(out, values[d.IntN(len(values))])
	}
	return out
}

func one[T any](d dice, values ...T) T { return values[d.IntN(len(values))] }

func enums(name string, values ...int) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(goipp.TagEnum, goipp.Integer(v))
	}
	return a
}

func integers(name string, values ...int) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(goipp.TagInteger, goipp.Integer(v))
	}
	return a
}

func ranges(name string, lo, hi int) goipp.Attribute {
	return goipp.MakeAttribute(name, goipp.TagRange, goipp.Range{Lower: lo, Upper: hi})
}

func dpi(name string, values ...goipp.Resolution) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(goipp.TagResolution, v)
	}
	return a
}

func boolean(name string, yes bool) goipp.Attribute {
	return goipp.MakeAttribute(name, goipp.TagBoolean, goipp.Boolean(yes))
}

// choices adds an attribute of keywords with its default.
func choices(d dice, name string, values ...string) goipp.Attributes {
	if !d.often() {
		return nil
	}
	v := some(d, values...)
	return goipp.Attributes{kw(name+"-supported", v...), kw(name+"-default", one(d, v...))}
}

// generated makes a printer of what printers have.
func generated(d dice) goipp.Attributes {
	out := goipp.Attributes{
		enums("printer-state", 3), kw("printer-name", "generated"), kw("printer-make-and-model", "Maker Model"),
		kw("document-format-supported", append(some(d, "application/pdf", "image/pwg-raster", "image/urf", "image/jpeg", "text/plain"), "application/octet-stream")...),
	}
	for _, c := range [][]string{
		{"sides", "one-sided", "two-sided-long-edge", "two-sided-short-edge"},
		{"print-color-mode", "auto", "color", "monochrome", "process-monochrome", "bi-level", "highlight"},
		{"print-scaling", "auto", "auto-fit", "fit", "fill", "none"},
		{"output-bin", "auto", "face-down", "mailbox-1", "stacker-2", "Maker's own bin"},
		{"media-source", "auto", "tray-1", "by-pass-tray", "manual", "Deep tray"},
		{"media-type", "stationery", "photographic-glossy", "Maker Brilliant Paper"},
		{"print-content-optimize", "auto", "photo", "text"},
		{"print-rendering-intent", "auto", "perceptual", "saturation"},
		{"multiple-document-handling", "single-document", "separate-documents-collated-copies", "separate-documents-uncollated-copies"},
		{"job-sheets", "none", "standard"},
		{"job-hold-until", "no-hold", "indefinite", "night"},
		{"presentation-direction-number-up", "toright-tobottom", "tobottom-toright"},
		{"page-delivery", "same-order", "reverse-order"},
	} {
		out = append(out, choices(d, c[0], c[1:]...)...)
	}
	out = append(out, generatedNumbers(d)...)
	return append(out, generatedMedia(d)...)
}

func generatedNumbers(d dice) goipp.Attributes {
	var out goipp.Attributes
	maybe := func(attrs ...goipp.Attribute) {
		if d.often() {
			out = append(out, attrs...)
		}
	}
	maybe(ranges("copies-supported", 1, one(d, 1, 9, 99, 9999)), integers("copies-default", 1))
	maybe(boolean("page-ranges-supported", d.often()))
	maybe(boolean("color-supported", d.often()))
	maybe(enums("orientation-requested-supported", some(d, 3, 4, 5, 6, 7)...), enums("orientation-requested-default", one(d, 3, 4, 7)))
	all := []goipp.Resolution{
		{Xres: 300, Yres: 300, Units: goipp.UnitsDpi},
		{Xres: 600, Yres: 600, Units: goipp.UnitsDpi},
		{Xres: 1200, Yres: 600, Units: goipp.UnitsDpi},
		{Xres: 80, Yres: 80, Units: goipp.UnitsDpcm},
	}
	res := some(d, all...)
	maybe(dpi("printer-resolution-supported", res...), dpi("printer-resolution-default", one(d, res...)))
	maybe(dpi("pwg-raster-document-resolution-supported", some(d, all[:2]...)...),
		kw("pwg-raster-document-type-supported", some(d, "srgb_8", "sgray_8", "black_1", "adobe-rgb_16")...))
	maybe(kw("urf-supported", "V1.4", "W8", "SRGB24", "RS300-600", one(d, "DM1", "DM3", "IFU0")))
	maybe(integers("number-up-supported", append([]int{1}, some(d, 2, 4, 8, 9)...)...), integers("number-up-default", 1))
	maybe(enums("print-quality-supported", some(d, 3, 4, 5)...), enums("print-quality-default", 4))
	fin := append([]int{3}, some(d, 4, 5, 20, 21, 28, 70, 90, 7, 60, 13)...)
	maybe(enums("finishings-supported", fin...), enums("finishings-default", one(d, 3, 3, fin[len(fin)-1])))
	maybe(integers("job-password-supported", one(d, 0, 4, 16)), kw("job-password-encryption-supported", one(d, "none", "sha2-256")))
	maybe(integers("job-priority-supported", one(d, 1, 100)), integers("job-priority-default", 50))
	maybe(boolean("job-account-id-supported", d.often()), boolean("job-accounting-user-id-supported", d.often()))
	maybe(kw("job-creation-attributes-supported", some(d, "copies", "media", "media-col", "sides", "print-color-mode", "output-bin", "finishings")...))
	return out
}

// generatedMedia makes a database of sizes, with and without margins, and at times
// limits of custom sizes.
func generatedMedia(d dice) goipp.Attributes {
	if d.IntN(8) == 0 {
		return goipp.Attributes{kw("media-supported", "iso_a4_210x297mm", "na_letter_8.5x11in"), kw("media-default", "iso_a4_210x297mm")}
	}
	names := some(d, "iso_a4_210x297mm", "na_letter_8.5x11in", "iso_a5_148x210mm", "na_index-4x6_4x6in", "oe_square-photo_5x5in", "om_small-photo_100x150mm", "custom_maker_90x55mm")
	db := goipp.Attribute{Name: "media-col-database"}
	for _, n := range names {
		x, y, _ := pwgSize(n)
		if n == "iso_a4_210x297mm" && d.IntN(2) == 0 {
			x, y = 20990, 29704 // in points
		}
		db.Values.Add(goipp.TagBeginCollection, size(goipp.Integer(x), goipp.Integer(y), goipp.TagInteger, 423))
		if d.IntN(3) == 0 {
			db.Values.Add(goipp.TagBeginCollection, size(goipp.Integer(x), goipp.Integer(y), goipp.TagInteger, 0))
		}
	}
	if d.often() {
		db.Values.Add(goipp.TagBeginCollection, size(goipp.Range{Lower: 7600, Upper: 21600}, goipp.Range{Lower: 12700, Upper: 35600}, goipp.TagRange, 423))
	}
	if d.IntN(3) == 0 {
		db.Values.Add(goipp.TagBeginCollection, goipp.Collection{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, goipp.Collection{
			goipp.MakeAttribute("x-dimension", goipp.TagInteger, goipp.Integer(6200)), ranges("y-dimension", 1270, 100000),
		})})
	}
	return goipp.Attributes{kw("media-supported", names...), kw("media-default", one(d, names...)), db}
}

// randomTicket asks for this and that, mostly of what the printer offers.
func randomTicket(d dice, can gcp.PrinterDescriptionSection) gcp.CJT {
	var t gcp.PrintTicketSection
	wild := d.IntN(10) == 0 // now and then something that it does not offer
	half := func() bool { return d.IntN(2) == 0 }
	if half() {
		t.Copies = &gcp.CopiesTicketItem{Copies: one(d, 1, 2, 3, 9)}
		t.Collate = &gcp.CollateTicketItem{Collate: half()}
	}
	if half() {
		t.PageRange = &gcp.PageRangeTicketItem{Interval: []gcp.PageInterval{{Start: 1 + d.IntN(9)}, {Start: 1, End: 1 + d.IntN(5)}}}
	}
	if half() {
		t.ReverseOrder = &gcp.ReverseTicketItem{ReverseOrder: half()}
	}
	if half() && (wild || can.Color != nil) {
		t.Color = &gcp.ColorTicketItem{Type: one(d, gcp.ColorStandard, gcp.ColorMonochrome)}
		if can.Color != nil && !wild {
			o := one(d, can.Color.Option...)
			t.Color = &gcp.ColorTicketItem{Type: o.Type, VendorID: o.VendorID}
		}
	}
	if half() {
		t.Duplex = &gcp.DuplexTicketItem{Type: one(d, gcp.DuplexNone, gcp.DuplexLongEdge, gcp.DuplexShortEdge)}
		if can.Duplex != nil && !wild {
			t.Duplex.Type = one(d, can.Duplex.Option...).Type
		}
	}
	if half() {
		t.PageOrientation = &gcp.OrientationTicketItem{Type: gcp.OrientationLandscape}
		if can.PageOrientation != nil && !wild {
			t.PageOrientation.Type = one(d, can.PageOrientation.Option...).Type
		}
	}
	if half() {
		t.FitToPage = &gcp.FitToPageTicketItem{Type: gcp.FitGrow}
		if can.FitToPage != nil && !wild {
			t.FitToPage.Type = one(d, can.FitToPage.Option...).Type
		}
	}
	randomMedia(d, can, &t)
	if half() {
		t.DPI = &gcp.DPITicketItem{HorizontalDPI: 600, VerticalDPI: 600}
		if can.DPI != nil && !wild {
			o := one(d, can.DPI.Option...)
			t.DPI = &gcp.DPITicketItem{HorizontalDPI: o.HorizontalDPI, VerticalDPI: o.VerticalDPI, VendorID: o.VendorID}
		}
	}
	for _, c := range can.VendorCapability {
		if d.IntN(3) == 0 {
			t.VendorTicketItem = append(t.VendorTicketItem, gcp.VendorTicketItem{ID: c.ID, Value: valueOf(d, c)})
		}
	}
	if d.IntN(5) == 0 {
		t.VendorTicketItem = append(t.VendorTicketItem, gcp.VendorTicketItem{ID: "unheard-of", Value: "x"})
	}
	return gcp.CJT{Version: "1.0", Print: t}
}

func randomMedia(d dice, can gcp.PrinterDescriptionSection, t *gcp.PrintTicketSection) {
	switch {
	case can.MediaSize == nil || d.IntN(3) == 0:
		t.MediaSize = one(d, nil, &gcp.MediaSizeTicketItem{WidthMicrons: 210000, HeightMicrons: 297000}, &gcp.MediaSizeTicketItem{WidthMicrons: 100000, HeightMicrons: 150000})
	case d.IntN(2) == 0:
		o := one(d, can.MediaSize.Option...)
		t.MediaSize = &gcp.MediaSizeTicketItem{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, VendorID: o.VendorID, IsContinuousFeed: o.IsContinuousFeed}
	}
	if d.IntN(3) == 0 {
		t.Margins = &gcp.MarginsTicketItem{TopMicrons: 5000, RightMicrons: 5000, BottomMicrons: 5000, LeftMicrons: 5000}
		if can.Margins != nil && len(can.Margins.Option) > 0 && d.often() {
			o := one(d, can.Margins.Option...)
			t.Margins = &gcp.MarginsTicketItem{TopMicrons: o.TopMicrons, RightMicrons: o.RightMicrons, BottomMicrons: o.BottomMicrons, LeftMicrons: o.LeftMicrons}
		}
	}
}

// valueOf returns a value that a vendor capability takes.
func valueOf(d dice, c gcp.VendorCapability) gcp.Text {
	switch {
	case c.SelectCap != nil:
		return one(d, c.SelectCap.Option...).Value
	case c.RangeCap != nil:
		return one(d, c.RangeCap.Min, c.RangeCap.Max)
	case c.TypedValueCap != nil && c.TypedValueCap.ValueType == gcp.ValueBoolean:
		return one[gcp.Text](d, "true", "false")
	}
	return "1234"
}

// subject is a printer with its own answer.
type subject struct {
	name   string
	attrs  goipp.Attributes
	origin printer.Origin
	printer.Printer
}

// subjects are all captured printers and some generated ones, with a renderer and
// without.
func subjects(t *testing.T) []subject {
	t.Helper()
	var out []subject
	add := func(name string, attrs goipp.Attributes, o printer.Origin) {
		for _, o.Render = range []bool{true, false} {
			p, err := printer.FromIPP(attrs, o)
			if err != nil {
				t.Fatalf("FromIPP(%s): %v", name, err)
			}
			out = append(out, subject{name, attrs, o, p})
		}
	}
	files, _ := filepath.Glob(filepath.Join(folder(), "*.ipp"))
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".ipp")
		o := printer.Origin{Name: "p", Source: printer.SourceDirect, URI: "ipp://host/ipp/print"}
		if strings.HasPrefix(name, "cups") {
			o.Source = printer.SourceCUPS
		}
		for _, g := range captured(t, name).Groups {
			if g.Tag == goipp.TagPrinterGroup {
				add(name, g.Attrs, o)
			}
		}
	}
	for seed := range uint64(60) {
		add("generated", generated(newDice(seed)), printer.Origin{Name: "p", Source: printer.SourceDirect, URI: "ipp://host/ipp/print"})
	}
	return out
}
