package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/connector/control"
	"platen/gcp"
	"platen/internal/cli"
)

// captured writes an answer with the given printers, and returns its path.
func captured(t *testing.T, printers ...goipp.Attributes) string {
	t.Helper()
	groups := goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: goipp.Attributes{
		goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
		goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
	}}}
	for _, attrs := range printers {
		groups = append(groups, goipp.Group{Tag: goipp.TagPrinterGroup, Attrs: attrs})
	}
	b, err := goipp.NewMessageWithGroups(goipp.MakeVersion(2, 0), goipp.Code(goipp.StatusOk), 1, groups).EncodeBytes()
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "answer.ipp", b)
}

func file(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// one returns the attributes of a printer that takes the formats, up to nine copies,
// and what more is given.
func one(name string, formats []string, more ...goipp.Attribute) goipp.Attributes {
	types := goipp.Attribute{Name: "document-format-supported"}
	for _, f := range formats {
		types.Values.Add(goipp.TagMimeType, goipp.String(f))
	}
	return append(goipp.Attributes{
		goipp.MakeAttribute("printer-name", goipp.TagName, goipp.String(name)),
		goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3)),
		types,
		goipp.MakeAttribute("media-supported", goipp.TagKeyword, goipp.String("iso_a4_210x297mm")),
		goipp.MakeAttribute("sides-supported", goipp.TagKeyword, goipp.String("one-sided")),
		goipp.MakeAttribute("copies-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: 9}),
	}, more...)
}

// run runs the program, and returns what it wrote and its exit code.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&errs)
	code = cli.Execute(t.Context(), root, args)
	return out.String(), errs.String(), code
}

// explained returns what --json says of a capture.
func explained(t *testing.T, args ...string) (control.Explanation, int) {
	t.Helper()
	out, stderr, code := run(t, append([]string{"printer", "explain", "--json", "--from"}, args...)...)
	var e control.Explanation
	if err := json.Unmarshal([]byte(out), &e); err != nil {
		t.Fatalf("%v: %s%s", err, out, stderr)
	}
	return e, code
}

// What a ticket asks for is there as the attributes that would be sent; the members
// have the names that design and scripts rely on.
func TestExplainCapture(t *testing.T) {
	path := captured(t, one("lp", []string{"application/pdf"}))
	ticket := file(t, "t.json", []byte(`{"version":"1.0","print":{"copies":{"copies":3},"vendor_ticket_item":[{"id":"x","value":"y"}]}}`))
	out, stderr, code := run(t, "printer", "explain", "--from", path, "--ticket", ticket, "--json")
	if code != 0 {
		t.Fatal(stderr)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(out), &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cdd", "state", "job_attributes", "format", "notes"} {
		if members[name] == nil {
			t.Errorf("no member %s in %s", name, out)
		}
	}
	e, _ := explained(t, path, "--ticket", ticket)
	if len(e.JobAttributes) != 1 || e.JobAttributes[0].Name != "copies" || e.JobAttributes[0].Values[0] != "3" || e.JobAttributes[0].Type != "integer" {
		t.Errorf("job attributes %+v", e.JobAttributes)
	}
	if e.Work != nil || len(e.Notes) != 1 {
		t.Errorf("work %+v, notes %q", e.Work, e.Notes)
	}
}

// An impossible ticket is a failure with a sentence, in JSON as well; so is a
// document that the printer does not take.
func TestExplainImpossible(t *testing.T) {
	path := captured(t, one("lp", []string{"application/pdf"}))
	ticket := file(t, "t.json", []byte(`{"version":"1.0","print":{"copies":{"copies":10}}}`))
	if e, code := explained(t, path, "--ticket", ticket); code != cli.ExitFailed || !strings.Contains(e.Error, "copies") || e.CDD.Printer.Copies == nil {
		t.Errorf("code %d, error %q", code, e.Error)
	}
	out, stderr, code := run(t, "printer", "explain", "--from", path, "--ticket", ticket)
	if code != cli.ExitFailed || !strings.Contains(stderr, "copies") || !strings.Contains(out, "THE JOB IS REFUSED") {
		t.Errorf("code %d\n%s%s", code, out, stderr)
	}
	if e, code := explained(t, path, "--document", "model/obj"); code != cli.ExitFailed || !strings.Contains(e.Error, "model/obj") {
		t.Errorf("code %d, error %q", code, e.Error)
	}
}

// Of several printers one is chosen by its name; CUPS is known by what it says.
func TestExplainChooses(t *testing.T) {
	cups := goipp.MakeAttribute("cups-version", goipp.TagText, goipp.String("2.4.2"))
	path := captured(t, one("a", []string{"application/pdf"}, cups), one("b", []string{"image/pwg-raster"}, cups))
	for _, tt := range []struct {
		args []string
		name string
	}{{nil, "a"}, {[]string{"--name", "b"}, "b"}} {
		if e, _ := explained(t, append([]string{path}, tt.args...)...); string(e.Name) != tt.name {
			t.Errorf("%q explains %s", tt.args, e.Name)
		}
	}
	if _, stderr, _ := run(t, "printer", "explain", "--from", path, "--json"); !strings.Contains(stderr, "has 2 printers, and this is the first, a; --name chooses another: b") {
		t.Errorf("not told of the other: %s", stderr)
	}
	if _, stderr, _ := run(t, "printer", "explain", "--from", path, "--name", "b"); strings.Contains(stderr, "note:") {
		t.Errorf("told although one was named: %s", stderr)
	}
	_, stderr, code := run(t, "printer", "explain", "--from", path, "--name", "c")
	if code != cli.ExitFailed || !strings.Contains(stderr, "it has a, b") {
		t.Errorf("code %d: %s", code, stderr)
	}
	raster := captured(t, one("b", []string{"image/pwg-raster"}, goipp.MakeAttribute("pwg-raster-document-resolution-supported", goipp.TagResolution,
		goipp.Resolution{Xres: 300, Yres: 300, Units: goipp.UnitsDpi}),
		goipp.MakeAttribute("pwg-raster-document-type-supported", goipp.TagKeyword, goipp.String("sgray_8"))))
	if e, code := explained(t, raster); code != 0 || e.Work == nil || e.Work.To != "image/pwg-raster" || e.Format != "image/pwg-raster" {
		t.Errorf("a printer of raster alone: %+v %q", e.Work, e.Error)
	}
	if e, code := explained(t, raster, "--no-render"); code == 0 || e.Error == "" {
		t.Errorf("without a renderer: %+v", e.Work)
	}
	if e, code := explained(t, raster, "--source", "cups"); code != 0 && e.Work != nil {
		t.Errorf("said to be of CUPS: %+v %q", e.Work, e.Error)
	}
}

// A ticket of a wrong shape is told by the member that is wrong; what a ticket has no
// place for is said to be ignored.
func TestExplainTicketShapes(t *testing.T) {
	path := captured(t, one("lp", []string{"application/pdf"}))
	for ticket, tt := range map[string]struct {
		code int
		want string
	}{
		`{"copies":{"copies":2}}`:                                         {cli.ExitFailed, `the ticket has no member "print"`},
		`[1]`:                                                             {cli.ExitFailed, "the ticket is a list, and must be an object"},
		`{"version":"1.0","print":[]}`:                                    {cli.ExitFailed, "the ticket's print is a list, and must be an object"},
		`{"print":{"copies":3}}`:                                          {cli.ExitFailed, "the ticket's print.copies is 3, and must be an object"},
		`{"print":{"copies":{"copies":"two"}}}`:                           {cli.ExitFailed, `the ticket's print.copies.copies is the text "two", and must be a whole number`},
		`{"print":{"copies":{"copies":1.5}}}`:                             {cli.ExitFailed, `the ticket's print.copies.copies is 1.5, and must be a whole number`},
		`{"print":{"collate":{"collate":"yes"}}}`:                         {cli.ExitFailed, `the ticket's print.collate.collate is the text "yes", and must be true or false`},
		`{"print":{"page_range":{"interval":{"start":1}}}}`:               {cli.ExitFailed, `the ticket's print.page_range.interval is an object, and must be a list`},
		`{"print":{"page_range":{"interval":[{"start":1},{"end":"z"}]}}}`: {cli.ExitFailed, `the ticket's print.page_range.interval #2.end is the text "z"`},
		`{"print":{"vendor_ticket_item":[{"id":"job-password","value":["1234"]}]}}`: {cli.ExitFailed, `vendor_ticket_item #1.value is a list, and must be a text`},
		`{"print":{}} {}`:                                   {cli.ExitFailed, "no JSON"},
		`{"print":{"colour":{"type":"AUTO"}}}`:              {0, "print.colour is nothing that a ticket has, and is ignored: did you mean print.color?"},
		`{"print":{"copies":{"copies":2,"collated":true}}}`: {0, "print.copies.collated is nothing that a ticket has, and is ignored"},
		`{"Version":"1.0","Print":{"copies":{"copies":2}}}`: {0, "copies"},
		`{}`: {0, "the printer's defaults"},
		`{"version":"1.0","print":{"vendor_ticket_item":[{"id":"x","value":7}]}}`: {0, "x"},
	} {
		out, stderr, code := run(t, "printer", "explain", "--from", path, "--ticket", file(t, "t.json", []byte(ticket)))
		if code != tt.code || !strings.Contains(out+stderr, tt.want) {
			t.Errorf("%s: code %d, want %d, with %q in\n%s%s", ticket, code, tt.code, tt.want, out, stderr)
		}
		if strings.Contains(out+stderr, "1234") || strings.Contains(out+stderr, "gcp.") {
			t.Errorf("%s: a password, or Go's words:\n%s%s", ticket, out, stderr)
		}
	}
}

// Each mistake is answered with what to do.
func TestExplainMistakes(t *testing.T) {
	path := captured(t, one("lp", []string{"application/pdf"}))
	garbage := file(t, "page.html", []byte("<html>"))
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{nil, cli.ExitUsage, "which printer"},
		{[]string{"lp", "--from", path}, cli.ExitUsage, "not both"},
		{[]string{"lp", "--raw"}, cli.ExitUsage, "go with --from"},
		{[]string{"--from", garbage}, cli.ExitFailed, "without HTTP headers"},
		{[]string{"--from", path + "x"}, cli.ExitFailed, "no such file"},
		{[]string{"--from", captured(t)}, cli.ExitFailed, "not the request"},
		{[]string{"--from", path, "--source", "usb"}, cli.ExitUsage, "cups or direct"},
		{[]string{"--from", path, "--ticket", garbage}, cli.ExitFailed, "no JSON"},
		{[]string{"--from", path, "--ppd", garbage}, cli.ExitUsage, "--source cups"},
		{[]string{"--from", path, "--source", "cups", "--ppd", garbage}, cli.ExitFailed, "no PPD"},
	} {
		_, stderr, code := run(t, append([]string{"printer", "explain"}, tt.args...)...)
		if code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%q: code %d, want %d, with %q in\n%s", tt.args, code, tt.code, tt.want, stderr)
		}
	}
}

// A PPD's own options are in what the cloud sees.
func TestExplainWithPPD(t *testing.T) {
	path := captured(t, one("lp", []string{"application/pdf"}, goipp.MakeAttribute("cups-version", goipp.TagText, goipp.String("2.4.2"))))
	ppd := file(t, "lp.ppd", []byte("*PPD-Adobe: \"4.3\"\n*OpenUI *Economy/Toner saving: PickOne\n*DefaultEconomy: Off\n"+
		"*Economy Off/No: \"\"\n*Economy On/Yes: \"\"\n*CloseUI: *Economy\n"))
	e, code := explained(t, path, "--ppd", ppd)
	if code != 0 {
		t.Fatal(e.Error)
	}
	for _, v := range e.CDD.Printer.VendorCapability {
		if v.DisplayName == "Toner saving" {
			return
		}
	}
	t.Errorf("no toner saving in %+v", e.CDD.Printer.VendorCapability)
}

// People see the same in lines.
func TestExplainForPeople(t *testing.T) {
	path := captured(t, one("lp", []string{"application/pdf"}, goipp.MakeAttribute("printer-info", goipp.TagText, goipp.String("Front desk"))))
	out, stderr, code := run(t, "printer", "explain", "--from", path)
	for _, want := range []string{"Front desk", "idle", "210×297 mm", "1 to 9", "WHAT IS SENT", "application/pdf", "it goes as it is"} {
		if !strings.Contains(out, want) || code != 0 {
			t.Errorf("no %q in\n%s%s", want, out, stderr)
		}
	}
}

// Beside a vendor's names stand the ids that a ticket needs; a speed is said once.
func TestExplainShowsIDs(t *testing.T) {
	path := captured(t, one("lp", []string{"application/pdf"},
		goipp.MakeAttribute("output-bin-supported", goipp.TagKeyword, goipp.String("face-down")),
		goipp.MakeAttribute("print-quality-supported", goipp.TagEnum, goipp.Integer(4)),
		goipp.MakeAttribute("pages-per-minute", goipp.TagInteger, goipp.Integer(28)),
		goipp.MakeAttribute("pages-per-minute-color", goipp.TagInteger, goipp.Integer(28)),
		goipp.MakeAttribute("color-supported", goipp.TagBoolean, goipp.Boolean(true))))
	out, stderr, code := run(t, "printer", "explain", "--from", path)
	for _, want := range []string{"[output-bin]", "[face-down]", "[print-quality]", "Normal [4]"} {
		if !strings.Contains(out, want) || code != 0 {
			t.Errorf("no %q in\n%s%s", want, out, stderr)
		}
	}
	if n := strings.Count(out, "28 pages a minute"); n != 1 {
		t.Errorf("the speed is there %d times in\n%s", n, out)
	}
	for _, tt := range []struct {
		list []gcp.PrintingSpeedOption
		want string
	}{
		{[]gcp.PrintingSpeedOption{{SpeedPPM: 28}}, "28 pages a minute"},
		{
			[]gcp.PrintingSpeedOption{{SpeedPPM: 30, ColorType: []gcp.ColorType{gcp.ColorMonochrome}}, {SpeedPPM: 12.5, ColorType: []gcp.ColorType{gcp.ColorStandard}}},
			"30 pages a minute (standard_monochrome), 12.5 pages a minute (standard_color)",
		},
	} {
		if got := strings.Join(speeds(tt.list), ", "); got != tt.want {
			t.Errorf("speeds(%v) = %q, want %q", tt.list, got, tt.want)
		}
	}
}

// What is done to the document before is said in words.
func TestExplainWorkForPeople(t *testing.T) {
	path := captured(t, one("b", []string{"image/pwg-raster"}, goipp.MakeAttribute("pwg-raster-document-resolution-supported", goipp.TagResolution,
		goipp.Resolution{Xres: 300, Yres: 300, Units: goipp.UnitsDpi}),
		goipp.MakeAttribute("pwg-raster-document-type-supported", goipp.TagKeyword, goipp.String("sgray_8"))))
	ticket := file(t, "t.json", []byte(`{"version":"1.0","print":{"page_range":{"interval":[{"start":2,"end":3},{"start":5}]},"reverse_order":{"reverse_order":true}}}`))
	out, stderr, code := run(t, "printer", "explain", "--from", path, "--ticket", ticket)
	for _, want := range []string{"made into image/pwg-raster", "pages 2 to 3 and 5 to the last", "210×297 mm", "300×300 dpi", "reverse order"} {
		if !strings.Contains(out, want) || code != 0 {
			t.Errorf("no %q in\n%s%s", want, out, stderr)
		}
	}
	if _, done, _ := strings.Cut(out, "done before"); strings.Contains(done, "{") {
		t.Errorf("JSON for people: %s", done)
	}
}
