package ipp_test

import (
	"encoding/json"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

func column(members ...goipp.Attribute) goipp.Attribute {
	return goipp.MakeAttribute("media-col", goipp.TagBeginCollection, goipp.Collection(members))
}

func size(x, y int) goipp.Attribute {
	return goipp.MakeAttribute("media-size", goipp.TagBeginCollection, goipp.Collection{integer("x-dimension", x), integer("y-dimension", y)})
}

func ranges(pairs ...int) goipp.Attribute {
	a := goipp.Attribute{Name: "page-ranges"}
	for i := 0; i < len(pairs); i += 2 {
		a.Values.Add(goipp.TagRange, goipp.Range{Lower: pairs[i], Upper: pairs[i+1]})
	}
	return a
}

// What a job asks for by attributes (RFC 8011, 5.2; PWG 5100.7 and 5100.13) becomes what the
// protocol's ticket says; the other way round it is the connector's table.
func TestTickets(t *testing.T) {
	b := newBench(t)
	resolution := goipp.MakeAttribute("printer-resolution", goipp.TagResolution, goipp.Resolution{Xres: 300, Yres: 300, Units: goipp.UnitsDpi})
	for _, tt := range []struct {
		name string
		job  goipp.Attributes
		want string
	}{
		{"nothing", nil, `{}`},
		{"copies", goipp.Attributes{integer("copies", 3)}, `{"copies":{"copies":3}}`},
		{"sides", goipp.Attributes{keyword("sides", "two-sided-short-edge")}, `{"duplex":{"type":"SHORT_EDGE"}}`},
		{"gray", goipp.Attributes{keyword("print-color-mode", "monochrome")}, `{"color":{"vendor_id":"print-color-mode:monochrome","type":"STANDARD_MONOCHROME"}}`},
		{"automatic colour", goipp.Attributes{keyword("print-color-mode", "auto")}, `{}`},
		{"scaling", goipp.Attributes{keyword("print-scaling", "fill")}, `{"fit_to_page":{"type":"FILL_PAGE"}}`},
		{"uncollated", goipp.Attributes{keyword("multiple-document-handling", "separate-documents-uncollated-copies")}, `{"collate":{"collate":false}}`},
		{"landscape", goipp.Attributes{enum("orientation-requested", 4)}, `{"page_orientation":{"type":"LANDSCAPE"}}`},
		{"resolution", goipp.Attributes{resolution}, `{"dpi":{"horizontal_dpi":300,"vertical_dpi":300,"vendor_id":"printer-resolution:300x300dpi"}}`},
		{"pages", goipp.Attributes{ranges(2, 3, 7, 1<<31-1)}, `{"page_range":{"interval":[{"start":2,"end":3},{"start":7}]}}`},
		{"all pages", goipp.Attributes{ranges(1, 1<<31-1)}, `{}`},
		{"reverse", goipp.Attributes{keyword("page-delivery", "reverse-order")}, `{"reverse_order":{"reverse_order":true}}`},
		{"media", goipp.Attributes{keyword("media", "na_letter_8.5x11in")}, `{"media_size":{"width_microns":215900,"height_microns":279400}}`},
		{
			"media-col",
			goipp.Attributes{column(size(21000, 29700), keyword("media-source", "tray-2"), keyword("media-type", "labels"))},
			`{"vendor_ticket_item":[{"id":"media-source","value":"tray-2"},{"id":"media-type","value":"labels"}],"media_size":{"width_microns":210000,"height_microns":297000,"vendor_id":"media:iso_a4_210x297mm"}}`,
		},
		{"points for A4", goipp.Attributes{column(size(20990, 29704))}, `{"media_size":{"width_microns":210000,"height_microns":297000,"vendor_id":"media:iso_a4_210x297mm"}}`},
		{"custom size", goipp.Attributes{column(size(10000, 15000))}, `{"media_size":{"width_microns":100000,"height_microns":150000}}`},
		{
			"borderless",
			goipp.Attributes{column(size(10160, 15240), integer("media-bottom-margin", 0), integer("media-left-margin", 0), integer("media-right-margin", 0), integer("media-top-margin", 0))},
			`{"margins":{"top_microns":0,"right_microns":0,"bottom_microns":0,"left_microns":0},"media_size":{"width_microns":101600,"height_microns":152400}}`,
		},
		{"quality", goipp.Attributes{enum("print-quality", 5)}, `{"vendor_ticket_item":[{"id":"print-quality","value":"5"}]}`},
		{"bin", goipp.Attributes{keyword("output-bin", "face-up")}, `{"vendor_ticket_item":[{"id":"output-bin","value":"face-up"}]}`},
		{"staple", goipp.Attributes{enum("finishings", 20)}, `{"vendor_ticket_item":[{"id":"finishings/staple","value":"20"}]}`},
		{"no finishing", goipp.Attributes{enum("finishings", 3)}, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := b.must(ask{op: goipp.OpPrintJob, bearer: b.keys["owner"], job: append(goipp.Attributes{}, tt.job...), doc: pdf()})
			if status(m) != goipp.StatusOk {
				t.Errorf("%s: %v", status(m), m.Unsupported)
			}
			told := b.must(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["owner"], attrs: goipp.Attributes{integer("job-id", ippserver.Integer(m.Job, "job-id", 0))}})
			for _, a := range tt.job {
				v := ippwords.First(told.Job, a.Name)
				if tt.want != "{}" && a.Name != "media-col" && (len(v) != len(a.Values) || v.String() != a.Values.String()) {
					t.Errorf("the job tells %s = %v, want %v", a.Name, v, a.Values)
				}
			}
			got, err := json.Marshal(b.ticket())
			if err != nil || string(got) != tt.want {
				t.Errorf("the ticket is %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}

// What the printer cannot do is left out and told, or refused where the client wants all
// or nothing (RFC 8011, 4.1.7 and 4.2.1.1).
func TestUnsupportedAttributes(t *testing.T) {
	b := newBench(t)
	job := goipp.Attributes{integer("copies", 1000), keyword("sides", "two-sided-long-edge"), keyword("media", "iso_a0_841x1189mm"), keyword("job-sheets", "standard")}
	m := b.must(ask{op: goipp.OpPrintJob, bearer: b.keys["owner"], job: job, doc: pdf()})
	if status(m) != goipp.StatusOkIgnoredOrSubstituted {
		t.Errorf("%s, want successful-ok-ignored-or-substituted-attributes", status(m))
	}
	for _, want := range []struct {
		name string
		tag  goipp.Tag
	}{{"copies", goipp.TagInteger}, {"media", goipp.TagKeyword}, {"job-sheets", goipp.TagUnsupportedValue}} {
		if v := ippwords.First(m.Unsupported, want.name); len(v) != 1 || v[0].T != want.tag {
			t.Errorf("unsupported %s: %v", want.name, v)
		}
	}
	if v := ippwords.First(m.Unsupported, "sides"); v != nil {
		t.Error("sides is told to be unsupported")
	}
	if d := b.ticket().Duplex; d == nil || d.Type != "LONG_EDGE" {
		t.Errorf("what can be done is left out: %+v", d)
	}
	before := b.newest().ID
	for _, op := range []goipp.Op{goipp.OpPrintJob, goipp.OpValidateJob, goipp.OpCreateJob} {
		m, _ := b.send(ask{op: op, bearer: b.keys["owner"], attrs: goipp.Attributes{flag("ipp-attribute-fidelity", true)}, job: job, doc: pdf()})
		if status(m) != goipp.StatusErrorAttributesOrValues || len(m.Unsupported) != 3 {
			t.Errorf("%s with fidelity: %s, %v", op, status(m), m.Unsupported)
		}
	}
	if b.newest().ID != before {
		t.Error("a job was made all the same")
	}
}

// A printer that says nothing of orientation prints upright, as it says that it can.
func TestOrientationThatIsNotTold(t *testing.T) {
	b := newBench(t)
	_, err := b.service.UpdatePrinter(t.Context(), b.robot, b.printer, cloud.PrinterFields{
		Capabilities: []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}]}}`),
	})
	b.ok(err)
	for n, want := range map[int]goipp.Status{3: goipp.StatusOk, 4: goipp.StatusErrorAttributesOrValues} {
		m, _ := b.send(ask{
			op: goipp.OpValidateJob, bearer: b.keys["owner"], attrs: goipp.Attributes{flag("ipp-attribute-fidelity", true)},
			job: goipp.Attributes{enum("orientation-requested", n)},
		})
		if status(m) != want {
			t.Errorf("orientation-requested %d: %s, want %s", n, status(m), want)
		}
	}
}
