package web

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"platen/gcp"
	"platen/gcp/ticket"
)

// golden returns the capabilities of real printers, by their names.
func golden(t *testing.T) map[string]gcp.CDD {
	t.Helper()
	paths, err := filepath.Glob("../../printer/testdata/golden/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v, %v", paths, err)
	}
	all := map[string]gcp.CDD{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var cdd gcp.CDD
		if err := json.Unmarshal(text, &cdd); err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = cdd
	}
	return all
}

func find(t *testing.T, fields []field, name string) field {
	t.Helper()
	for _, f := range fields {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no field %q", name)
	return field{}
}

// A printer's own choices, as an HP Color LaserJet told them (captured, see golden).
func TestDialogOfALaserPrinter(t *testing.T) {
	fields := dialog(golden(t)["hp-color-laserjet-mfp-m477fdw"], english())
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	want := []string{
		"copies", "range", "subset", "color", "duplex", "media", "media_width", "media_height", "orientation", "v:media-source",
		"fit", "collate", "v:print-quality", "v:media-type", "v:print-content-optimize",
	}
	if !slices.Equal(names, want) { // one output bin, one resolution and one kind of margins are no choice
		t.Errorf("fields %v,\nwant %v", names, want)
	}
	if f := find(t, fields, "copies"); f.Max != "999" || f.Default != "1" || f.Kind != fieldNumber {
		t.Errorf("%+v", f)
	}
	for name, want := range map[string]struct {
		chosen string
		labels []string
	}{
		"color":          {"print-color-mode:auto", []string{"Automatic", "Automatic monochrome", "Black and white", "Colour"}},
		"duplex":         {"NO_DUPLEX", []string{"One side", "Both sides, turn like a calendar", "Both sides, turn like a book"}},
		"orientation":    {"AUTO", []string{"Automatic", "Portrait", "Landscape"}},
		"v:media-source": {"auto", []string{"Automatic", "Manual feed", "Tray 1", "Tray 2"}},
		"fit":            {"SHRINK_TO_PAGE", []string{"As it is", "Fit to the paper", "Fill the paper, cut the edges", "Shrink if it is too large"}},
	} {
		f := find(t, fields, name)
		var labels []string
		for _, c := range f.Choices {
			labels = append(labels, c.Label)
		}
		if f.Default != want.chosen || !slices.Equal(labels, want.labels) {
			t.Errorf("%s: %s of %q", name, f.Default, labels)
		}
	}
	media := find(t, fields, "media")
	for key, label := range map[string]string{
		"media:iso_a4_210x297mm":         "A4 (210 × 297 mm)",
		"media:na_letter_8.5x11in":       "Letter (215.9 × 279.4 mm)",
		"media:na_index-4x6_4x6in":       "Index 4×6 (101.6 × 152.4 mm)",
		"media:jis_b5_182x257mm":         "JIS B5 (182 × 257 mm)",
		"media:na_oficio_8.5x13.4in":     "Oficio (8.5 × 13.4 in)",
		"media:na_number-10_4.125x9.5in": "Number 10 (104.8 × 241.3 mm)",
		"custom":                         "Another size",
	} {
		if !slices.Contains(media.Choices, fieldChoice{key, label}) {
			t.Errorf("no %q: %q in %v", key, label, media.Choices)
		}
	}
	if media.Default != "media:iso_a4_210x297mm" {
		t.Errorf("the default is %s", media.Default)
	}
}

// The form as it is shown asks for nothing, each choice in it is one that the printer
// takes, and none is ignored: by gcp/ticket, for all printers that were captured.
func TestEveryChoiceCanBePrinted(t *testing.T) {
	tried := 0
	for name, cdd := range golden(t) {
		fields := dialog(cdd, english())
		shown := url.Values{}
		for _, f := range fields {
			shown.Set(f.Name, f.Default)
		}
		read := func(v url.Values) order { return sheet{cdd: cdd, fields: fields, values: v, words: english()}.read() }
		if o := read(shown); len(o.problems) > 0 || !jsonEqual(t, o.ticket, `{"version":"1.0","print":{}}`) {
			t.Errorf("%s: as it is shown: %v", name, o)
		}
		for _, f := range fields {
			for _, c := range f.Choices {
				if c.Value == valueCustom {
					continue
				}
				tried++
				chosen := url.Values{f.Name: {c.Value}}
				o := read(chosen)
				notes, err := ticket.Check(cdd, o.ticket)
				if err != nil || len(notes) > 0 || len(o.problems) > 0 && c.Label != "" {
					t.Errorf("%s: %s=%s: %v, %v, %v", name, f.Name, c.Value, err, notes, o.problems)
				}
				if empty := jsonEqual(t, o.ticket, `{"version":"1.0","print":{}}`); empty != (c.Value == f.Default) {
					t.Errorf("%s: %s=%s of %s asks for nothing: %v", name, f.Name, c.Value, f.Default, empty)
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d choices were tried", tried)
	}
}

func jsonEqual(t *testing.T, have any, want string) bool {
	t.Helper()
	text, err := json.Marshal(have)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) == want
}

// sections are those that no captured printer has.
const sections = `{"version":"1.0","printer":{
 "vendor_capability":[
  {"id":"job-password","type":"TYPED_VALUE","display_name":"PIN","typed_value_cap":{"value_type":"STRING"}},
  {"id":"job-priority","type":"RANGE","range_cap":{"value_type":"INTEGER","default":"50","min":"1","max":"100"}},
  {"id":"finishings/staple","type":"SELECT","display_name_localized":[{"locale":"DE","value":"Heften"},{"locale":"EN","value":"Staple"}],
   "select_cap":{"option":[{"value":"3","display_name":"None","is_default":true},{"value":"20","display_name":"Top left"}]}},
  {"id":"number-up","type":"SELECT","display_name":"Pages per side","select_cap":{"option":[{"value":1,"is_default":true},{"value":2}]}},
  {"id":"fold-it","type":"TYPED_VALUE","typed_value_cap":{"value_type":"BOOLEAN"}}],
 "color":{"option":[{"vendor_id":"CM:Gray","type":"STANDARD_MONOCHROME","is_default":true},{"type":"STANDARD_COLOR"}]},
 "copies":{"default":2,"max":9},
 "collate":{"default":false},"reverse_order":{},"page_range":{},
 "page_orientation":{"option":[{"type":"PORTRAIT"},{"type":"LANDSCAPE","is_default":true}]},
 "margins":{"option":[{"type":"STANDARD","top_microns":4000,"right_microns":4000,"bottom_microns":4000,"left_microns":4000,"is_default":true},
  {"type":"BORDERLESS","top_microns":0,"right_microns":0,"bottom_microns":0,"left_microns":0}]},
 "dpi":{"option":[{"horizontal_dpi":300,"vertical_dpi":300},{"horizontal_dpi":600,"vertical_dpi":1200,"is_default":true}]},
 "media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000},
   {"name":"CUSTOM","width_microns":62000,"is_continuous_feed":true}],
  "min_width_microns":50000,"max_width_microns":216000,"min_height_microns":100000,"max_height_microns":356000}
}}`

func TestTicketOfForm(t *testing.T) {
	var cdd gcp.CDD
	if err := json.Unmarshal([]byte(sections), &cdd); err != nil {
		t.Fatal(err)
	}
	fields := dialog(cdd, english())
	if f := find(t, fields, "v:job-password"); f.Kind != fieldSecret || f.Label != "PIN" || f.Rare {
		t.Errorf("%+v", f)
	}
	if f := find(t, fields, "v:finishings/staple"); f.Label != "Staple" || !f.Rare {
		t.Errorf("%+v", f)
	}
	if f := find(t, fields, "v:fold-it"); f.Label != "Fold it" || len(f.Choices) != 2 {
		t.Errorf("%+v", f)
	}
	for form, want := range map[string]string{
		"":                     `{}`,
		"copies=2":             `{"copies":{"copies":2}}`,
		"copies=1":             `{"copies":{"copies":1}}`, // the printer would make two
		"copies=3&collate=yes": `{"copies":{"copies":3},"collate":{"collate":true}}`,
		"color=STANDARD_COLOR": `{"color":{"type":"STANDARD_COLOR"}}`,
		"reverse=yes":          `{"reverse_order":{"reverse_order":true}}`,
		"orientation=PORTRAIT": `{"page_orientation":{"type":"PORTRAIT"}}`,
		"margins=0,0,0,0":      `{"margins":{"top_microns":0,"right_microns":0,"bottom_microns":0,"left_microns":0}}`,
		"dpi=300x300":          `{"dpi":{"horizontal_dpi":300,"vertical_dpi":300}}`,
		"media=62000x0":        `{"media_size":{"width_microns":62000,"is_continuous_feed":true}}`,
		"media=custom&media_width=100&media_height=150.5": `{"media_size":{"width_microns":100000,"height_microns":150500}}`,
		"range=1-3, 5 ,8-":                   `{"page_range":{"interval":[{"start":1,"end":3},{"start":5,"end":5},{"start":8}]}}`,
		"range=–3;9":                         `{"page_range":{"interval":[{"start":1,"end":3},{"start":9,"end":9}]}}`,
		"subset=odd":                         `{"page_range":{"interval":[{"start":1,"end":1},{"start":3,"end":3},{"start":5,"end":5}]}}`,
		"subset=even&range=3-":               `{"page_range":{"interval":[{"start":4,"end":4}]}}`,
		"v:job-password=0815&v:number-up=2":  `{"vendor_ticket_item":[{"id":"job-password","value":"0815"},{"id":"number-up","value":"2"}]}`,
		"v:job-priority=50":                  `{}`,
		"v:job-priority=51&v:fold-it=true":   `{"vendor_ticket_item":[{"id":"job-priority","value":"51"},{"id":"fold-it","value":"true"}]}`,
		"v:finishings/staple=20&v:unknown=1": `{"vendor_ticket_item":[{"id":"finishings/staple","value":"20"}]}`,
	} {
		values, err := url.ParseQuery(strings.ReplaceAll(form, ";", "%3B"))
		if err != nil {
			t.Fatal(err)
		}
		if !values.Has("copies") {
			values.Set("copies", "")
		}
		o := sheet{cdd: cdd, fields: fields, values: values, pages: 5, words: english()}.read()
		// The order of vendor items is that of the form.
		if have := o.ticket.Print; len(o.problems) > 0 || !sameItems(t, have, want) {
			t.Errorf("%q: %s, %v", form, mustJSON(t, have), o.problems)
		}
	}
	for form, field := range map[string]string{
		"copies=0": "copies", "copies=-3": "copies", "copies=two": "copies", "copies=1.5": "copies",
		"range=x": "range", "range=3-x": "range", "range=-": "range", "range=4-0": "range",
		"media=custom": "media_width", "media=custom&media_width=10&media_height=-1": "media_height",
		"color=STANDARD_GREEN": "color", "v:job-priority=many": "v:job-priority",
		"subset=even&range=1": "subset", "subset=odd&range=2": "subset",
		"media=custom&media_width=NaN&media_height=10": "media_width", "media=custom&media_width=Inf&media_height=10": "media_width",
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if o := (sheet{cdd: cdd, fields: fields, values: values, words: english()}).read(); o.problems[field] == "" {
			t.Errorf("%q: %v, want one of %s", form, o.problems, field)
		}
	}
}

// While nobody has counted a document's pages it may have those that are chosen.
func TestPagesOfAnUnknownDocument(t *testing.T) {
	cdd := gcp.CDD{Printer: gcp.PrinterDescriptionSection{PageRange: &gcp.PageRange{}}}
	for form, want := range map[string]int{"subset=odd&range=2000-2004": 2, "subset=even&range=5000": 1, "subset=odd&range=1-2000000000,3-": unknownPages + 1} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		o := sheet{cdd: cdd, values: values, words: english()}.read()
		if o.ticket.Print.PageRange == nil || len(o.ticket.Print.PageRange.Interval) != want {
			t.Errorf("%q: %+v, %v", form, o.ticket.Print.PageRange, o.problems)
		}
	}
}

// A form that names thousands of ranges costs no more than one that names few.
func TestEndlessRanges(t *testing.T) {
	list, ok := intervals(strings.Repeat("1-,", 20_000))
	if every := everySecond(list, 1, 1_000_000); !ok || len(every) > unknownPages+1_000_000/2 {
		t.Errorf("%v, %d", ok, len(every))
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sameItems compares a ticket with JSON, whatever the order of the vendor items.
func sameItems(t *testing.T, have gcp.PrintTicketSection, want string) bool {
	t.Helper()
	var expected gcp.PrintTicketSection
	if err := json.Unmarshal([]byte(want), &expected); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*gcp.PrintTicketSection{&have, &expected} {
		slices.SortFunc(s.VendorTicketItem, func(a, b gcp.VendorTicketItem) int { return strings.Compare(a.ID, b.ID) })
	}
	return mustJSON(t, have) == mustJSON(t, expected)
}

// Whatever asks for a PIN is hidden, stands among the usual choices, and keeps its zeros.
func TestSecretFields(t *testing.T) {
	var cdd gcp.CDD
	if err := json.Unmarshal([]byte(`{"version":"1.0","printer":{"vendor_capability":[
	 {"id":"job-password","type":"TYPED_VALUE","typed_value_cap":{"value_type":"STRING"}},
	 {"id":"psk:LockedPrintPassword","type":"TYPED_VALUE","typed_value_cap":{"value_type":"STRING","default":"0000"}},
	 {"id":"KCSecurePrint/PIN","type":"TYPED_VALUE","typed_value_cap":{"value_type":"INTEGER"}},
	 {"id":"job-password-encryption","type":"TYPED_VALUE","typed_value_cap":{"value_type":"STRING"}},
	 {"id":"pinning","type":"TYPED_VALUE","typed_value_cap":{"value_type":"INTEGER"}}]}}`), &cdd); err != nil {
		t.Fatal(err)
	}
	fields := dialog(cdd, english())
	for id, want := range map[string]fieldKind{
		"job-password": fieldSecret, "psk:LockedPrintPassword": fieldSecret, "KCSecurePrint/PIN": fieldSecret,
		"job-password-encryption": fieldText, "pinning": fieldNumber,
	} {
		f := find(t, fields, vendorPrefix+id)
		if f.Kind != want || f.Rare != (want != fieldSecret) || want == fieldSecret && f.Default != "" {
			t.Errorf("%+v", f)
		}
	}
	o := sheet{cdd: cdd, fields: fields, values: url.Values{"v:KCSecurePrint/PIN": {"0042"}}, words: english()}.read()
	if items := o.ticket.Print.VendorTicketItem; len(items) != 1 || items[0].Value != "0042" {
		t.Errorf("%+v, %v", items, o.problems)
	}
}
