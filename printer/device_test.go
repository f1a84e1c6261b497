package printer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

func tableRows(name string, rows ...string) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, r := range rows {
		a.Values.Add(goipp.TagString, goipp.Binary(r))
	}
	return a
}

// Trays have the types of ipp.md 4.1, and the names that are written on the device.
func TestTrays(t *testing.T) {
	p := describe(t, printer.Origin{},
		kw("media-source-supported", "auto", "by-pass-tray", "manual", "large-capacity", "envelope", "roll-2", "main-roll", "tray-3", "rear", "photo", "com.example-drawer"),
		tableRows("printer-input-tray", "name=Auto;", "name=MP Tray;", "name=manual;", "type=sheetFeedAutoRemovableTray;name=MP Tray", "", "", "", "name=Cassette 3", "", "", ""),
		kw("output-bin-supported", "auto", "mailbox-3", "my-mailbox", "stacker-1", "large-capacity", "face-up", "tray-2", "shredder"),
		attr("output-bin-default", goipp.TagKeyword, goipp.String("tray-2")),
		tableRows("printer-output-tray", "", "", "", "", "", "pagedelivery=faceUp", "pagedelivery=faceUp;name=Tray B", ""),
		kw("document-format-supported", "image/pwg-raster"),
		kw("pwg-raster-document-type-supported", "srgb_8", "adobe-rgb_16", "black_1"),
		attr("pwg-raster-document-resolution-supported", goipp.TagResolution, goipp.Resolution{Xres: 600, Yres: 300, Units: goipp.UnitsDpi}),
		kw("pwg-raster-document-sheet-back", "manual-tumble"),
	)
	list := func(units []gcp.Unit) string {
		var b strings.Builder
		for i, u := range units {
			if int(*u.Index) != i {
				t.Errorf("index of %+v is not %d", u, i)
			}
			fmt.Fprintf(&b, "%s %s %s\n", u.VendorID, u.Type, u.CustomDisplayName)
		}
		return b.String()
	}
	if got, want := list(p.CDD.Printer.InputTrayUnit), `by-pass-tray BYPASS_TRAY MP Tray
manual MANUAL_FEED_TRAY Manual feed
large-capacity LCT Large capacity tray
envelope ENVELOPE_TRAY Envelope tray
roll-2 ROLL Roll 2
main-roll ROLL Main roll
tray-3 INPUT_TRAY Cassette 3
rear INPUT_TRAY Rear tray
photo CUSTOM Photo tray
com.example-drawer CUSTOM Example drawer
`; got != want {
		t.Errorf("trays\n%s", got)
	}
	if got, want := list(p.CDD.Printer.OutputBinUnit), `mailbox-3 MAILBOX Mailbox 3
my-mailbox MAILBOX My mailbox
stacker-1 STACKER Stacker 1
large-capacity STACKER Large capacity bin
face-up OUTPUT_BIN Face up
tray-2 OUTPUT_BIN Tray B
shredder CUSTOM Shredder
`; got != want {
		t.Errorf("bins\n%s", got)
	}
	want := "{[{600 300}] [SRGB_8 ADOBE_RGB_16 BLACK_1] MANUAL_TUMBLE true false []}"
	if got := fmt.Sprint(*p.CDD.Printer.PWGRasterConfig); got != want {
		t.Errorf("raster %s, want %s", got, want)
	}
}

// Supplies by marker-names as CUPS cuts them, and by the printer's table.
func TestMarkers(t *testing.T) {
	list := func(attrs ...goipp.Attribute) string {
		var b strings.Builder
		for _, k := range describe(t, printer.Origin{}, attrs...).CDD.Printer.Marker {
			fmt.Fprintf(&b, "%s|%s|", k.VendorID, k.Type)
			if k.Color != nil {
				b.WriteString(string(k.Color.Type) + k.Color.CustomDisplayName)
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	if got, want := list(
		kw("marker-names", "Black", " HP C1", "Light Cyan Ink", "Waste", "Tri", "Grey", "Orange"),
		kw("marker-types", "toner", "ink", "waste-toner", "ink-cartridge", "ink", "solid-wax"),
		kw("marker-colors", "#000000", "none", "#000000", "#00ffff#FF00FF#FFFF00", "#777777", "#FFA500"),
	), `Black, HP C1|TONER|BLACK
Light Cyan Ink|INK|LIGHT_CYAN
Waste|CUSTOM|
Tri|INK|COLOR
Grey|INK|GRAY
Orange|INK|CUSTOMOrange
`; got != want {
		t.Errorf("markers\n%s", got)
	}
	if got, want := list(
		tableRows("printer-supply", "index=1;class=supplyThatIsConsumed;type=tonerCartridge;maxcapacity=100;level=50;colorantname=cyan;",
			"type=wasteToner;colorantname=none", "type=staples", "type=staples"),
		kw("printer-supply-description", "Cyan Cartridge", "Waste box", "Staples", "Staples"),
	), `Cyan Cartridge|TONER|CYAN
Waste box|CUSTOM|
Staples|STAPLES|
Staples 2|STAPLES|
`; got != want {
		t.Errorf("by the table\n%s", got)
	}
	if got, want := list(tableRows("printer-supply", "type=toner;colorantname=black", "type=wasteToner")), "Black toner|TONER|BLACK\nwaste toner|CUSTOM|\n"; got != want {
		t.Errorf("without a description\n%s", got)
	}
	if got := list(kw("marker-names", "A", "B"), kw("marker-types", "toner")); got != "" {
		t.Errorf("names and types that do not belong together: %s", got)
	}
}

// The words of urf-supported, of real printers and odd ones.
func TestURF(t *testing.T) {
	urf := func(words ...string) goipp.Attribute { return kw("urf-supported", words...) }
	for name, c := range map[string]struct {
		attrs []goipp.Attribute
		want  string
	}{
		"colour, rotated":  {[]goipp.Attribute{urf("CP1", "PQ4-5", "OB9", "OFU0", "RS360", "SRGB24", "W8", "DM3", "V1.4")}, "{[{360 360}] [SRGB_8 SGRAY_8] ROTATED true}"},
		"in one value":     {[]goipp.Attribute{urf("W8-16,RS300-600,DM4,SRGB24-48")}, "{[{300 300} {600 600}] [SRGB_8 SGRAY_8] MANUAL_TUMBLE true}"},
		"one side":         {[]goipp.Attribute{urf("CP99", "W8", "ADOBERGB24", "DEVRGB24", "RS600")}, "{[{600 600}] [SGRAY_8] NORMAL false}"},
		"flipped":          {[]goipp.Attribute{urf("W8", "DM2", "RS300")}, "{[{300 300}] [SGRAY_8] FLIPPED true}"},
		"only in the id":   {[]goipp.Attribute{goipp.MakeAttribute("printer-device-id", goipp.TagText, goipp.String("MFG:A;URF:W8,DM1,RS600,CP1;"))}, "{[{600 600}] [SGRAY_8] NORMAL true}"},
		"no resolution":    {[]goipp.Attribute{urf("W8", "DM1")}, "nil"},
		"nothing of ours":  {[]goipp.Attribute{urf("DEVCMYK32", "RS300")}, "nil"},
		"a wild number":    {[]goipp.Attribute{urf("W8", "RS99999999999999999999-0-600-x")}, "{[{600 600}] [SGRAY_8] NORMAL false}"},
		"said with no URF": {nil, "nil"},
	} {
		p := describe(t, printer.Origin{}, append(c.attrs, kw("document-format-supported", "image/urf"))...)
		got := "nil"
		if p.Capabilities.URF != nil {
			got = fmt.Sprint(*p.Capabilities.URF)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if p := describe(t, printer.Origin{}, urf("W8", "RS300")); p.Capabilities.URF != nil {
		t.Error("a printer that lists no image/urf takes it")
	}
}

// What people may send: PDF first, and first of all where it has to be drawn; raw only
// where the owner allows it.
func TestContentTypes(t *testing.T) {
	raster := []goipp.Attribute{
		kw("document-format-supported", "application/octet-stream", "image/URF", "image/jpeg", "application/vnd.hp-PCL"),
		kw("urf-supported", "W8", "RS600"), kw("sides-supported", "one-sided"), kw("media-supported", "iso_a4_210x297mm"),
	}
	queue := []goipp.Attribute{kw("document-format-supported", "application/octet-stream", "application/pdf", "image/png")}
	for name, c := range map[string]struct {
		o     printer.Origin
		attrs []goipp.Attribute
		want  string
	}{
		"raster":                {printer.Origin{}, raster, "image/jpeg image/urf"},
		"raster, drawn":         {printer.Origin{Render: true}, raster, "application/pdf image/jpeg image/urf"},
		"raster, drawn and raw": {printer.Origin{Render: true, Raw: true}, raster, "application/pdf image/jpeg image/urf application/octet-stream"},
		"raw queue":             {printer.Origin{Source: printer.SourceCUPS, Raw: true}, queue, "application/octet-stream"},
		"raw queue, not raw":    {printer.Origin{Source: printer.SourceCUPS}, queue, "application/pdf image/png"},
		"nothing to draw for":   {printer.Origin{Render: true}, queue[:1], "application/pdf image/png"},
	} {
		var got []string
		for _, f := range describe(t, c.o, c.attrs...).CDD.Printer.SupportedContentType {
			got = append(got, f.ContentType)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
