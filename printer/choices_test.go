package printer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// Finishings by the registry's groups, with the numbers of makers.
func TestFinishings(t *testing.T) {
	var all []goipp.Value
	for _, n := range []int{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 35, 50, 53, 60, 63, 70, 85, 89, 90, 101, 102, 0x40000046, 0x4000005a, 0x40001234} {
		all = append(all, goipp.Integer(n))
	}
	template := func(name string) goipp.Collection {
		return goipp.Collection{goipp.MakeAttribute("finishing-template", goipp.TagKeyword, goipp.String(name))}
	}
	p := describe(t, printer.Origin{},
		attr("finishings-supported", goipp.TagEnum, all...),
		attr("finishings-default", goipp.TagEnum, goipp.Integer(20), goipp.Integer(90), goipp.Integer(999)),
		attr("finishings-col-database", goipp.TagBeginCollection, template("none"), template("staple"), template("com.example-bow"), template("com.example-bow"), template("jdf-f10-2")),
	)
	var got strings.Builder
	for _, c := range p.CDD.Printer.VendorCapability {
		if !strings.HasPrefix(c.ID, "finishing") {
			continue
		}
		fmt.Fprintf(&got, "%s:", c.ID)
		for _, o := range c.SelectCap.Option {
			mark := ""
			if o.IsDefault {
				mark = "*"
			}
			fmt.Fprintf(&got, " %s%s", mark, o.Value)
		}
		got.WriteString("\n")
	}
	if want := `finishings/staple: 3 4 *20 35
finishings/punch: *3 5 70 85 89 1073741894
finishings/cover: *3 6
finishings/bind: *3 7 50 53
finishings/saddle-stitch: *3 8
finishings/edge-stitch: *3 9
finishings/fold: 3 10 *90 101 1073741914
finishings/trim: *3 11 60 63
finishings/bale: *3 12
finishings/booklet-maker: *3 13
finishings/jog-offset: *3 14
finishings/coat: *3 15
finishings/laminate: *3 16
finishings/other: *3 102 1073746484
finishing-template: *none com.example-bow jdf-f10-2
`; got.String() != want {
		t.Errorf("got\n%s", &got)
	}
}

// Numbers and texts that are typed in, with their limits.
func TestTypedCapabilities(t *testing.T) {
	p := describe(t, printer.Origin{},
		attr("job-priority-supported", goipp.TagInteger, goipp.Integer(100)),
		attr("print-darkness-supported", goipp.TagInteger, goipp.Integer(16)),
		attr("print-speed-supported", goipp.TagRange, span(2540, 15240)),
		attr("print-speed-default", goipp.TagInteger, goipp.Integer(99999)),
		attr("job-password-supported", goipp.TagInteger, goipp.Integer(4)),
		attr("document-password-supported", goipp.TagInteger, goipp.Integer(0)),
		attr("job-account-id-supported", goipp.TagBoolean, goipp.Boolean(true)),
		attr("job-accounting-user-id-supported", goipp.TagBoolean, goipp.Boolean(false)),
	)
	var got strings.Builder
	for _, c := range p.CDD.Printer.VendorCapability {
		fmt.Fprintf(&got, "%s (%s) %s", c.ID, c.DisplayName, c.Type)
		if r := c.RangeCap; r != nil {
			fmt.Fprintf(&got, " %s %s-%s, %s", r.ValueType, r.Min, r.Max, r.Default)
		}
		if v := c.TypedValueCap; v != nil {
			fmt.Fprintf(&got, " %s", v.ValueType)
		}
		got.WriteString("\n")
	}
	if want := `job-priority (Priority) RANGE INTEGER 1-100, 50
print-darkness (Darkness) RANGE INTEGER -100-100, 0
print-speed (Print speed) RANGE INTEGER 2540-15240, 15240
job-password (PIN) TYPED_VALUE STRING
job-account-id (Account) TYPED_VALUE STRING
`; got.String() != want {
		t.Errorf("got\n%s", &got)
	}
}

// Colour modes by print-color-mode, by output-mode, and by neither.
func TestColors(t *testing.T) {
	yes, no := attr("color-supported", goipp.TagBoolean, goipp.Boolean(true)), attr("color-supported", goipp.TagBoolean, goipp.Boolean(false))
	for name, c := range map[string]struct {
		attrs []goipp.Attribute
		want  string
	}{
		"modes": {
			[]goipp.Attribute{yes, kw("print-color-mode-supported", "process-bi-level", "highlight", "color", "com.example-warm"), kw("print-color-mode-default", "color")},
			"CUSTOM_MONOCHROME print-color-mode:process-bi-level Black and white of all colours, CUSTOM_COLOR print-color-mode:highlight Black and one colour, *STANDARD_COLOR print-color-mode:color , CUSTOM_COLOR print-color-mode:com.example-warm Example warm, ",
		},
		"output-mode":  {[]goipp.Attribute{yes, kw("output-mode-supported", "auto", "color", "monochrome"), kw("output-mode-default", "monochrome")}, "STANDARD_COLOR output-mode:color , *STANDARD_MONOCHROME output-mode:monochrome , "},
		"colour alone": {[]goipp.Attribute{yes}, "*STANDARD_COLOR  , STANDARD_MONOCHROME  , "},
		"gray alone":   {[]goipp.Attribute{no}, "*STANDARD_MONOCHROME  , "},
		"nothing":      {nil, ""},
	} {
		var got strings.Builder
		for _, o := range colorOptions(describe(t, printer.Origin{}, c.attrs...).CDD.Printer) {
			if o.IsDefault {
				got.WriteString("*")
			}
			fmt.Fprintf(&got, "%s %s %s, ", o.Type, o.VendorID, o.CustomDisplayName)
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q", name, got.String(), c.want)
		}
	}
}

// What the printer does not do the renderer does, never both; what neither does is not
// offered.
func TestWhoDoesWhat(t *testing.T) {
	able := []goipp.Attribute{
		attr("page-ranges-supported", goipp.TagBoolean, goipp.Boolean(true)),
		attr("copies-supported", goipp.TagRange, span(1, 50)),
		kw("multiple-document-handling-supported", "separate-documents-collated-copies", "separate-documents-uncollated-copies"),
		attr("number-up-supported", goipp.TagRange, span(1, 4)),
		attr("orientation-requested-supported", goipp.TagEnum, goipp.Integer(3), goipp.Integer(4)),
		kw("print-scaling-supported", "auto", "fill"), kw("print-scaling-default", "auto"),
	}
	unable := []goipp.Attribute{
		attr("copies-supported", goipp.TagInteger, goipp.Integer(1)), attr("number-up-supported", goipp.TagInteger, goipp.Integer(1)),
		attr("orientation-requested-supported", goipp.TagEnum, goipp.Integer(3)),
	}
	cups := []goipp.Attribute{kw("media-supported", "iso_a4_210x297mm"), kw("sides-supported", "one-sided")}
	for name, c := range map[string]struct {
		o                printer.Origin
		attrs            []goipp.Attribute
		native, rendered string
		offered          string
	}{
		"able":           {printer.Origin{}, able, "{true false true true true true [FILL_PAGE]}", "{false false false false false false []}", "pages copies 50 collate up 1 2 4 turn 3 fit FILL_PAGE* "},
		"able, drawn":    {printer.Origin{Render: true}, able, "{true false true true true true [FILL_PAGE]}", "{false true false false false false [NO_FITTING FIT_TO_PAGE SHRINK_TO_PAGE]}", "pages reverse copies 50 collate up 1 2 4 turn 3 fit NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE* "},
		"unable":         {printer.Origin{}, unable, "{false false false false false false []}", "{false false false false false false []}", "copies 1 up 1 turn 2 "},
		"unable, drawn":  {printer.Origin{Render: true}, unable, "{false false false false false false []}", "{true true true true true true [NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE]}", "pages reverse copies 99 collate up 1 2 4 6 9 16 turn 3 fit NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE* "},
		"CUPS":           {printer.Origin{Source: printer.SourceCUPS}, cups, "{true false true true true true [NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE]}", "{false false false false false false []}", "pages collate fit NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE* "},
		"CUPS, reversed": {printer.Origin{Source: printer.SourceCUPS}, append(cups, kw("page-delivery-supported", "reverse-order", "same-order")), "{true true true true true true [NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE]}", "{false false false false false false []}", "pages reverse collate fit NO_FITTING FIT_TO_PAGE FILL_PAGE SHRINK_TO_PAGE* "},
		"raw queue":      {printer.Origin{Source: printer.SourceCUPS, Render: true}, unable, "{false false false false false false []}", "{false false false false false false []}", ""},
	} {
		p := describe(t, c.o, c.attrs...)
		if got := fmt.Sprint(p.Capabilities.Native); got != c.native {
			t.Errorf("%s: native %s, want %s", name, got, c.native)
		}
		if got := fmt.Sprint(p.Capabilities.Rendered); got != c.rendered {
			t.Errorf("%s: rendered %s, want %s", name, got, c.rendered)
		}
		if got := offered(p.CDD.Printer); got != c.offered {
			t.Errorf("%s: offered %q, want %q", name, got, c.offered)
		}
	}
}

// offered lists the sections of what either side can do.
func offered(s gcp.PrinterDescriptionSection) string {
	var b strings.Builder
	for _, o := range []struct {
		name string
		has  bool
	}{{"pages", s.PageRange != nil}, {"reverse", s.ReverseOrder != nil}} {
		if o.has {
			b.WriteString(o.name + " ")
		}
	}
	if s.Copies != nil {
		fmt.Fprintf(&b, "copies %d ", s.Copies.Max)
	}
	if s.Collate != nil {
		b.WriteString("collate ")
	}
	if values, _ := selected(s, "number-up"); len(values) > 0 {
		b.WriteString("up " + strings.Join(values, " ") + " ")
	}
	if s.PageOrientation != nil {
		fmt.Fprintf(&b, "turn %d ", len(s.PageOrientation.Option))
	}
	if s.FitToPage != nil {
		b.WriteString("fit ")
		for _, o := range s.FitToPage.Option {
			b.WriteString(string(o.Type))
			if o.IsDefault {
				b.WriteString("*")
			}
			b.WriteString(" ")
		}
	}
	return b.String()
}

// CUPS begins with the last page by itself where sheets lie face up; the other order
// is then the document's.
func TestReverseOrderByBin(t *testing.T) {
	usual := []goipp.Attribute{kw("document-format-supported", "application/pdf"), kw("media-supported", "iso_a4_210x297mm"), kw("page-delivery-supported", "reverse-order", "same-order"), kw("output-bin-supported", "face-down", "face-up")}
	for _, c := range []struct {
		source     printer.Source
		usual, bin string
		want       string
	}{
		{printer.SourceCUPS, "face-down", "", "reverse-order"},
		{printer.SourceCUPS, "face-down", "face-down", "reverse-order"},
		{printer.SourceCUPS, "face-down", "face-up", "same-order"},
		{printer.SourceCUPS, "face-up", "", "same-order"},
		{printer.SourceCUPS, "face-up", "face-up", "same-order"},
		{printer.SourceCUPS, "face-up", "face-down", "reverse-order"},
		{printer.SourceDirect, "face-up", "", "reverse-order"}, // the printer itself says what that means
	} {
		p := describe(t, printer.Origin{Source: c.source}, append(usual, kw("output-bin-default", c.usual))...)
		ticket := gcp.PrintTicketSection{ReverseOrder: &gcp.ReverseTicketItem{ReverseOrder: true}}
		if c.bin != "" {
			ticket.VendorTicketItem = []gcp.VendorTicketItem{{ID: "output-bin", Value: gcp.Text(c.bin)}}
		}
		plan, err := printer.PlanJob(p, gcp.CJT{Version: "1.0", Print: ticket}, "application/pdf")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, a := range plan.Attributes {
			if a.Name == "page-delivery" {
				got = a.Values.String()
			}
		}
		if got != c.want {
			t.Errorf("%+v: page-delivery %q", c, got)
		}
	}
}

// Printers tell an attribute twice (the first counts), and "no-value" where they have
// nothing to say (RFC 8010, 3.8).
func TestTwiceAndNothing(t *testing.T) {
	void := func(name string) goipp.Attribute { return goipp.MakeAttribute(name, goipp.TagNoValue, goipp.Void{}) }
	p := describe(t, printer.Origin{},
		kw("document-format-supported", "application/pdf"), kw("document-format-supported", "image/jpeg"),
		kw("media-supported", "iso_a4_210x297mm"), kw("media-supported", "iso_a3_297x420mm"), void("media-default"), kw("media-default", "iso_a3_297x420mm"),
		kw("sides-supported", "one-sided", "two-sided-long-edge"), kw("sides-supported", "one-sided"), void("sides-default"),
		void("printer-resolution-supported"), void("output-bin-supported"), void("printer-name"), void("marker-levels"),
	)
	s := p.CDD.Printer
	if n := len(s.SupportedContentType); n != 1 || s.SupportedContentType[0].ContentType != "application/pdf" {
		t.Errorf("formats %+v", s.SupportedContentType)
	}
	if m := s.MediaSize; m == nil || len(m.Option) != 1 || m.Option[0].Name != "ISO_A4" || !m.Option[0].IsDefault {
		t.Errorf("sizes %+v", m)
	}
	if d := s.Duplex; d == nil || len(d.Option) != 2 || !d.Option[0].IsDefault || d.Option[0].Type != gcp.DuplexNone {
		t.Errorf("duplex %+v", d)
	}
	if s.DPI != nil || s.OutputBinUnit != nil || s.Marker != nil {
		t.Errorf("made of nothing: %+v %+v %+v", s.DPI, s.OutputBinUnit, s.Marker)
	}
}
