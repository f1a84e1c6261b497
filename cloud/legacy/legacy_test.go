package legacy

import (
	"encoding/json"
	"encoding/xml"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/gcp"
	"platen/gcp/ticket"
)

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t testing.TB, f Format, name, defaults string) *Description {
	t.Helper()
	d, err := Read(f, sample(t, name), defaults, "application/pdf, image/jpeg")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The sections of a CDD for PrintCapabilities, with the options of the PrintTicket
// as defaults. The document calls the keywords' namespace what it likes.
func TestXPSCapabilities(t *testing.T) {
	d := read(t, XPS, "laser.xml", sample(t, "defaults.xml"))
	have := written(t, d.CDD.Printer)
	for _, want := range []string{
		`"supported_content_type":[{"content_type":"application/pdf"},{"content_type":"image/jpeg"}]`,
		`{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"vendor_id":"psk:ISOA4"}`,
		`{"name":"NA_LETTER","width_microns":215900,"height_microns":279400,"is_default":true,"vendor_id":"psk:NorthAmericaLetter"}`,
		`{"name":"CUSTOM","width_microns":210000,"height_microns":900000,"custom_display_name":"Banner \u0026 long","vendor_id":"ns0000:Banner"}`,
		`"color":{"option":[{"vendor_id":"psk:PageOutputColor:psk:Color","type":"STANDARD_COLOR","is_default":true},` +
			`{"vendor_id":"psk:PageOutputColor:psk:Grayscale","type":"STANDARD_MONOCHROME"},` +
			`{"vendor_id":"psk:PageOutputColor:psk:Monochrome","type":"CUSTOM_MONOCHROME","custom_display_name":"Monochrome"}]}`,
		`"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"},{"type":"SHORT_EDGE"}]}`,
		`"page_orientation":{"option":[{"type":"PORTRAIT","is_default":true},{"type":"LANDSCAPE"}]}`,
		`"dpi":{"option":[{"horizontal_dpi":1200,"vertical_dpi":600,"vendor_id":"ns0000:Fine"},` +
			`{"horizontal_dpi":300,"vertical_dpi":300,"is_default":true,"vendor_id":"ns0000:Fast"}]}`,
		`"copies":{"default":1,"max":999}`,
		`"vendor_capability":[{"id":"psk:JobInputBin","display_name":"Tray","type":"SELECT","select_cap":{"option":[` +
			`{"value":"psk:AutoSelect","display_name":"AutoSelect","is_default":true},{"value":"ns0000:Tray2","display_name":"Tray2"}]}}]`,
	} {
		if !strings.Contains(have, want) {
			t.Errorf("%s\nis not in\n%s", want, have)
		}
	}
	array := written(t, d.Features)
	for _, want := range []string{
		`{"name":"psk:PageMediaSize","psk:DisplayName":"Paper size","type":"Feature","options":[{"name":"psk:ISOA4","psk:DisplayName":"A4"},` +
			`{"name":"psk:NorthAmericaLetter","psk:DisplayName":"NorthAmericaLetter","default":true}`,
		`{"name":"psk:JobCopiesAllDocuments","psk:DisplayName":"JobCopiesAllDocuments","type":"ParameterDef","options":[]}`,
	} {
		if !strings.Contains(array, want) {
			t.Errorf("%s\nis not in\n%s", want, array)
		}
	}
}

// Each choice of an array, chosen by an old client, is a ticket that the printer's
// CDD takes, and comes back to the connector as the same choice.
func TestEveryChoiceComesBack(t *testing.T) {
	for _, d := range []*Description{read(t, XPS, "laser.xml", ""), read(t, PPD, "office.ppd", "")} {
		for _, f := range d.Features {
			for _, o := range f.Options {
				c := Choice{f.Name, o.Name}
				job := gcp.CJT{Version: "1.0"}
				d.Choose(&job.Print, c)
				if notes, err := ticket.Check(d.CDD, job); err != nil || len(notes) > 0 {
					if f.Name != "PageRegion" { // says the same as PageSize, and is not in the CDD
						t.Errorf("%v: %s: %v %v", c, written(t, job), notes, err)
					}
				}
				if back, _ := d.Choices(job); len(back) != 1 || back[0] != c {
					t.Errorf("%v came back as %v by %s", c, back, written(t, job))
				}
			}
		}
	}
}

// Tickets of the protocol, as connectors of PPD printers read them.
func TestFlatTicket(t *testing.T) {
	d := read(t, PPD, "office.ppd", "")
	for _, m := range []struct {
		print string
		want  map[string]string
	}{
		{`{}`, map[string]string{}},
		{
			`{"copies":{"copies":2},"media_size":{"vendor_id":"A4","width_microns":210000},"duplex":{"type":"NO_DUPLEX"},` +
				`"color":{"vendor_id":"ColorModel:Gray","type":"STANDARD_MONOCHROME"},"vendor_ticket_item":[{"id":"Finish","value":"Staple"}]}`,
			map[string]string{"ColorModel": "Gray", "Duplex": "None", "Finish": "Staple", "PageSize": "A4", "copies": "2"},
		},
		{`{"color":{"type":"STANDARD_MONOCHROME"}}`, map[string]string{"ColorModel": "Gray"}},
		{`{"duplex":{"type":"SHORT_EDGE"}}`, map[string]string{"Duplex": "DuplexTumble"}},
		{`{"media_size":{"width_microns":215900,"height_microns":279400}}`, map[string]string{"PageSize": "Letter"}},
		{`{"media_size":{"width_microns":100000,"height_microns":150000}}`, map[string]string{"PageSize": "Custom.283x425"}},
		{`{"dpi":{"horizontal_dpi":1200,"vertical_dpi":600}}`, map[string]string{"Resolution": "1200x600dpi"}},
		{`{"vendor_ticket_item":[{"id":"TonerSave","value":"true"},{"id":"InputSlot","value":"Tray2"}]}`, map[string]string{"TonerSave": "True", "InputSlot": "Tray2"}},
		{`{"vendor_ticket_item":[{"id":"JobType:LockedPrint/LockedPrintPassword","value":"1234"}]}`, map[string]string{"JobType": "LockedPrint", "LockedPrintPassword": "1234"}},
	} {
		var job gcp.CJT
		if err := json.Unmarshal([]byte(`{"version":"1.0","print":`+m.print+`}`), &job); err != nil {
			t.Fatal(err)
		}
		if have := d.Flat(job); !maps.Equal(have, m.want) {
			t.Errorf("%s: %v, want %v", m.print, have, m.want)
		}
	}
}

// A resolution goes by the option that has one: some files have another that is empty.
func TestFlatResolution(t *testing.T) {
	d, err := Read(PPD, "*PPD-Adobe: \"4.3\"\n*OpenUI *Resolution: PickOne\n*CloseUI: *Resolution\n"+
		"*OpenUI *SetResolution: PickOne\n*DefaultSetResolution: 600dpi\n*SetResolution 600dpi: \"\"\n*CloseUI: *SetResolution\n", "", "")
	if err != nil {
		t.Fatal(err)
	}
	job := gcp.CJT{Print: gcp.PrintTicketSection{DPI: &gcp.DPITicketItem{HorizontalDPI: 600, VerticalDPI: 600}}}
	if have, want := d.Flat(job), map[string]string{"SetResolution": "600dpi"}; !maps.Equal(have, want) {
		t.Errorf("%v, want %v", have, want)
	}
}

// A PrintTicket has the namespaces of its names, and asks for nothing that the
// printer does not list.
func TestPrintTicket(t *testing.T) {
	d := read(t, XPS, "laser.xml", "")
	var job gcp.CJT
	if err := json.Unmarshal([]byte(`{"print":{"copies":{"copies":3},"media_size":{"width_microns":210000,"height_microns":900000},
		"duplex":{"type":"LONG_EDGE"},"vendor_ticket_item":[{"id":"psk:JobInputBin","value":"ns0000:Tray2"},{"id":"x:<evil>","value":"\"&"}]}}`), &job); err != nil {
		t.Fatal(err)
	}
	text := d.PrintTicket(job)
	for _, want := range []string{
		`xmlns:ns0000="http://acme.example/t1"`,
		`<psf:Feature name="psk:PageMediaSize"><psf:Option name="ns0000:Banner"><psf:ScoredProperty name="psk:MediaSizeWidth"><psf:Value xsi:type="xsd:integer">210000</psf:Value>`,
		`<psf:Feature name="psk:JobDuplexAllDocumentsContiguously"><psf:Option name="psk:TwoSidedLongEdge"></psf:Option></psf:Feature>`,
		`<psf:Feature name="psk:JobInputBin"><psf:Option name="ns0000:Tray2">`,
		`<psf:ParameterInit name="psk:JobCopiesAllDocuments"><psf:Value xsi:type="xsd:integer">3</psf:Value></psf:ParameterInit>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s\nis not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "evil") {
		t.Error(text)
	}
	if err := xml.Unmarshal([]byte(text), new(struct{})); err != nil {
		t.Errorf("%v: %s", err, text)
	}
}

func TestHostileXPS(t *testing.T) {
	for name, text := range map[string]string{
		"deep": strings.Repeat("<a>", 1000), "entities": `<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>`,
		"other": `<html/>`, "empty": "", "many": `<psf:PrintCapabilities xmlns:psf="` + psf + `">` + strings.Repeat("<psf:Feature/>", maxElements+1),
	} {
		if d, err := Read(XPS, text, "", ""); err == nil || d == nil || len(d.Features) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f, "laser.xml"), sample(f, "defaults.xml"))
	f.Add(sample(f, "office.ppd"), "")
	f.Fuzz(func(t *testing.T, text, defaults string) {
		d, err := Read(Sniff(text), text, defaults, "")
		if err != nil {
			return
		}
		for _, feature := range d.Features {
			for _, o := range feature.Options {
				var job gcp.CJT
				d.Choose(&job.Print, Choice{feature.Name, o.Name})
				d.Flat(job)
				if Sniff(text) != XPS {
					continue
				}
				if err := xml.Unmarshal([]byte(d.PrintTicket(job)), new(struct{})); err != nil {
					t.Fatalf("%v: %s", err, d.PrintTicket(job))
				}
			}
		}
	})
}
