package printer_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// lineup is a printer with every kind of vendor capability.
func lineup() printer.Printer {
	p := spooler()
	typed := func(id string, t gcp.ValueType) gcp.VendorCapability {
		return gcp.VendorCapability{ID: id, Type: gcp.VendorTypedValue, TypedValueCap: &gcp.TypedValueCap{ValueType: t}}
	}
	s := &p.CDD.Printer
	s.VendorCapability = append(s.VendorCapability,
		choice("output-bin", "face-down", "Maker's bin"), choice("media-type", "stationery", "Brilliant Paper"),
		choice("job-sheets", "none", "standard"), choice("finishings/fold", "3", "90"), choice("ppd:HPPaperPolicy", "NearestSizeAdjust", "PromptUser"),
		choice("presentation-direction-number-up", "toright-tobottom", "tobottom-toright"),
		typed("job-password", gcp.ValueString), typed("job-account-id", gcp.ValueString), typed("job-accounting-user-id", gcp.ValueString),
		typed("document-password", gcp.ValueString), typed("ppd:TonerSave", gcp.ValueBoolean), typed("ppd:JobType:LockedPrint/LockedPrintPassword", gcp.ValueString),
		gcp.VendorCapability{ID: "job-priority", Type: gcp.VendorRange, RangeCap: &gcp.RangeCap{ValueType: gcp.ValueInteger, Min: "1", Max: "100"}},
	)
	s.DPI.Option = append(s.DPI.Option, gcp.DPIOption{HorizontalDPI: 203, VerticalDPI: 203, VendorID: "printer-resolution:80x80dpcm"})
	s.MediaSize.Option = append(s.MediaSize.Option, gcp.MediaSizeOption{WidthMicrons: 62000, IsContinuousFeed: true, VendorID: "media:roll"},
		gcp.MediaSizeOption{WidthMicrons: 100000, HeightMicrons: 200000, VendorID: "ppd:PageSize:w283h567"})
	p.Capabilities.Media = append(p.Capabilities.Media, printer.Media{X: 6200, Least: 1270, Most: 100000}, printer.Media{X: 10000, Y: 20000, PPD: "w283h567"})
	p.Capabilities.Password = printer.Password{Max: 4, Digits: true, Encryption: "none"}
	p.Capabilities.LockedPrint = &printer.LockedPrint{Least: 4, Most: 8}
	return p
}

// The types of the reference (ipp.md 4.3), by the names of RFC 8011, PWG 5100.1, 5100.3,
// 5100.11 and 5100.13.
func TestAttributeTypes(t *testing.T) {
	p := lineup()
	item := func(id, value string) string { return `{"id":"` + id + `","value":"` + value + `"}` }
	col := func(name string, members ...goipp.Attribute) goipp.Attribute {
		return goipp.MakeAttribute(name, goipp.TagBeginCollection, goipp.Collection(members))
	}
	size := func(x, y int) goipp.Attribute {
		return col("media-size", integers("x-dimension", x), integers("y-dimension", y))
	}
	word := func(name string, tag goipp.Tag, value string) goipp.Attribute {
		return goipp.MakeAttribute(name, tag, goipp.String(value))
	}
	octets := func(name, value string) goipp.Attribute {
		return goipp.MakeAttribute(name, goipp.TagString, goipp.Binary(value))
	}
	for name, c := range map[string]struct {
		items string
		want  goipp.Attributes
	}{
		"integer":             {item("number-up", "4"), goipp.Attributes{integers("number-up", 4)}},
		"integer of a range":  {item("job-priority", "100"), goipp.Attributes{integers("job-priority", 100)}},
		"enum":                {item("print-quality", "5"), goipp.Attributes{enums("print-quality", 5)}},
		"keyword":             {item("output-bin", "face-down"), goipp.Attributes{kw("output-bin", "face-down")}},
		"name for a keyword":  {item("output-bin", "Maker's bin"), goipp.Attributes{word("output-bin", goipp.TagName, "Maker's bin")}},
		"name":                {item("job-account-id", "4711"), goipp.Attributes{word("job-account-id", goipp.TagName, "4711")}},
		"another name":        {item("job-accounting-user-id", "me"), goipp.Attributes{word("job-accounting-user-id", goipp.TagName, "me")}},
		"octets":              {item("job-password", "0815"), goipp.Attributes{octets("job-password", "0815"), kw("job-password-encryption", "none")}},
		"octets of documents": {item("document-password", "geheim"), goipp.Attributes{octets("document-password", "geheim")}},
		"one finishing":       {item("finishings/staple", "20"), goipp.Attributes{enums("finishings", 20)}},
		"no finishing":        {item("finishings/staple", "3"), goipp.Attributes{enums("finishings", 3)}},
		"finishings joined": {
			item("finishings/punch", "70") + "," + item("finishings/fold", "3") + "," + item("finishings/staple", "20"),
			goipp.Attributes{enums("finishings", 20, 70)},
		},
		"template":        {item("finishing-template", "fold-half"), goipp.Attributes{col("finishings-col", kw("finishing-template", "fold-half"))}},
		"tray":            {item("media-source", "tray-2"), goipp.Attributes{col("media-col", size(20990, 29704), kw("media-source", "tray-2"))}},
		"PPD":             {item("ppd:HPPaperPolicy", "PromptUser"), goipp.Attributes{kw("HPPaperPolicy", "PromptUser")}},
		"boolean of PPD":  {item("ppd:TonerSave", "true"), goipp.Attributes{kw("TonerSave", "True")}},
		"locked print":    {item("ppd:JobType:LockedPrint/LockedPrintPassword", "12345"), goipp.Attributes{kw("JobType", "LockedPrint"), kw("LockedPrintPassword", "12345")}},
		"order on a side": {item("presentation-direction-number-up", "tobottom-toright"), goipp.Attributes{kw("presentation-direction-number-up", "tobottom-toright")}},
		"twice the same":  {item("number-up", "4") + "," + item("number-up", "4"), goipp.Attributes{integers("number-up", 4)}},
		"no value":        {item("number-up", ""), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := attributesOf(p, ticketOf(t, `"vendor_ticket_item":[`+c.items+`]`))
			if err != nil || !got.Equal(c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
	for name, c := range map[string]struct {
		print string
		want  goipp.Attributes
	}{
		"dots to the cm": {`"dpi":{"horizontal_dpi":203,"vertical_dpi":203}`, goipp.Attributes{dpi("printer-resolution", goipp.Resolution{Xres: 80, Yres: 80, Units: goipp.UnitsDpcm})}},
		"roll": {
			`"media_size":{"width_microns":62000,"height_microns":100000,"is_continuous_feed":true}`,
			goipp.Attributes{col("media-col", size(6200, 10000))},
		},
		"roll without a length":    {`"media_size":{"vendor_id":"media:roll","is_continuous_feed":true}`, goipp.Attributes{col("media-col", size(6200, 6200))}},
		"size that IPP knows not":  {`"media_size":{"vendor_id":"ppd:PageSize:w283h567"}`, goipp.Attributes{kw("PageSize", "w283h567")}},
		"points":                   {`"media_size":{"width_microns":209903,"height_microns":297039}`, goipp.Attributes{col("media-col", size(20990, 29704))}},
		"wider margins than usual": {`"margins":{"top_microns":20000,"right_microns":4230,"bottom_microns":4230,"left_microns":4230}`, goipp.Attributes{marginal(col, size)}},
		"margins rounded":          {`"margins":{"top_microns":4000,"right_microns":4200,"bottom_microns":4200,"left_microns":4200}`, goipp.Attributes{marginal(col, size)}},
		"pages merged": {
			`"page_range":{"interval":[{"start":8},{"start":1,"end":3},{"start":4,"end":5}]}`,
			goipp.Attributes{{Name: "page-ranges", Values: goipp.Values{
				{T: goipp.TagRange, V: goipp.Range{Lower: 1, Upper: 5}}, {T: goipp.TagRange, V: goipp.Range{Lower: 8, Upper: 2147483647}},
			}}},
		},
		"all pages":              {`"page_range":{"interval":[{"start":1}]}`, nil},
		"copies not sorted":      {`"copies":{"copies":2},"collate":{"collate":false}`, goipp.Attributes{integers("copies", 2), kw("multiple-document-handling", "separate-documents-uncollated-copies")}},
		"order of a single copy": {`"copies":{"copies":1},"collate":{"collate":false}`, nil},
		"larger is fitting":      {`"fit_to_page":{"type":"SHRINK_TO_PAGE"}`, goipp.Attributes{kw("print-scaling", "auto-fit")}},
		"AUTO":                   {`"page_orientation":{"type":"AUTO"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := attributesOf(p, ticketOf(t, c.print))
			if err != nil || !got.Equal(c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
}

// marginal is A4 with the usual margins, said.
func marginal(col func(string, ...goipp.Attribute) goipp.Attribute, size func(x, y int) goipp.Attribute) goipp.Attribute {
	c := []goipp.Attribute{size(20990, 29704)}
	for _, side := range []string{"bottom", "left", "right", "top"} {
		c = append(c, integers("media-"+side+"-margin", 423))
	}
	return col("media-col", c...)
}

// A printer whose default is three copies is told of one.
func TestOneCopyOfThree(t *testing.T) {
	p := spooler()
	p.CDD.Printer.Copies.Default = 3
	if got, err := attributesOf(p, ticketOf(t, `"copies":{"copies":1}`)); err != nil || namesOf(got) != "copies=1" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := attributesOf(p, ticketOf(t, `"copies":{"copies":3}`)); err != nil || namesOf(got) != "copies=3" {
		t.Errorf("%v, %v", got, err)
	}
}

// Passwords are as long as the printer allows, of what it can be typed, and encrypted
// as it wants.
func TestPasswords(t *testing.T) {
	p := lineup()
	say := func(pin string) gcp.CJT {
		return ticketOf(t, `"vendor_ticket_item":[{"id":"job-password","value":"`+pin+`"}]`)
	}
	for pin, words := range map[string]string{"12345": "at most 4", "abcd": "digits"} {
		_, err := attributesOf(p, say(pin))
		if e, ok := errors.AsType[*printer.ErrTicket](err); !ok || !strings.Contains(e.Reason, words) || strings.Contains(e.Reason, pin) {
			t.Errorf("%s: %v", pin, err)
		}
	}
	p.Capabilities.Password.Encryption = "sha2-256"
	sum := sha256.Sum256([]byte("0815"))
	got, err := attributesOf(p, say("0815"))
	want := goipp.Attributes{goipp.MakeAttribute("job-password", goipp.TagString, goipp.Binary(sum[:])), kw("job-password-encryption", "sha2-256")}
	if err != nil || !got.Equal(want) {
		t.Errorf("%v, %v", got, err)
	}
	p.Capabilities.Password = printer.Password{}
	if _, err := attributesOf(p, say("0815")); err == nil {
		t.Error("a printer without passwords took one")
	}
}

// The digests of the registry have the lengths of FIPS 180-4 and RFC 1321; what we
// cannot make is no way to ask for a password.
func TestPasswordDigests(t *testing.T) {
	for name, octets := range map[string]int{
		"none": 4, "md5": 16, "sha": 20, "sha2-224": 28, "sha2-256": 32, "sha2-384": 48, "sha2-512": 64, "sha2-512_224": 28, "sha2-512_256": 32, "sha3-256": 0,
	} {
		p, err := printer.FromIPP(goipp.Attributes{
			enums("printer-state", 3), kw("document-format-supported", pdf), integers("job-password-supported", 8), kw("job-password-encryption-supported", name),
		}, printer.Origin{Name: "p", Source: printer.SourceDirect, URI: "ipp://host/"})
		if err != nil {
			t.Fatal(err)
		}
		p.CDD.Printer.VendorCapability = []gcp.VendorCapability{{ID: "job-password", Type: gcp.VendorTypedValue, TypedValueCap: &gcp.TypedValueCap{ValueType: gcp.ValueString}}}
		got, err := attributesOf(p, ticketOf(t, `"vendor_ticket_item":[{"id":"job-password","value":"0815"}]`))
		switch {
		case octets == 0 && err == nil:
			t.Errorf("%s: %v", name, got)
		case octets > 0 && (err != nil || len(got) != 2 || len(got[0].Values[0].V.(goipp.Binary)) != octets || got[1].Values.String() != name):
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// A roll is cut to the lengths that the printer names.
func TestRollLengths(t *testing.T) {
	_, err := attributesOf(lineup(), ticketOf(t, `"media_size":{"width_microns":62000,"height_microns":2000000,"is_continuous_feed":true}`))
	if e, ok := errors.AsType[*printer.ErrTicket](err); !ok || !strings.Contains(e.Reason, "12.7 to 1000 mm, not 2000 mm") {
		t.Errorf("two metres: %v", err)
	}
}
