package printer_test

import (
	"reflect"
	"strings"
	"testing"

	"platen/gcp"
	"platen/printer"
)

func able() gcp.CDD {
	return gcp.CDD{Version: "1.0", Printer: gcp.PrinterDescriptionSection{
		Color:  &gcp.Color{Option: []gcp.ColorOption{{VendorID: "color", Type: gcp.ColorStandard, IsDefault: true}, {VendorID: "mono", Type: gcp.ColorMonochrome}}},
		Duplex: &gcp.Duplex{Option: []gcp.DuplexOption{{IsDefault: true}, {Type: gcp.DuplexLongEdge}}},
		MediaSize: &gcp.MediaSize{Option: []gcp.MediaSizeOption{
			{Name: "NA_LETTER", WidthMicrons: 215900, HeightMicrons: 279400, VendorID: "media:na_letter_8.5x11in", IsDefault: true},
			{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000, VendorID: "media:iso_a4_210x297mm.Borderless"},
			{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000, VendorID: "media:iso_a4_210x297mm"},
		}},
		VendorCapability: []gcp.VendorCapability{{ID: "finishings", Type: "SELECT", SelectCap: &gcp.SelectCap{
			Option: []gcp.SelectCapOption{{Value: "none", IsDefault: true}, {Value: "staple"}},
		}}},
	}}
}

func TestDefaults(t *testing.T) {
	can := able()
	d := printer.Defaults{
		Color: gcp.ColorMonochrome, Duplex: gcp.DuplexLongEdge, Media: "iso_a4_210x297mm", Options: map[string]string{"finishings": "staple"},
	}
	got, notes := d.Describe(can)
	if len(notes) > 0 {
		t.Errorf("notes %q", notes)
	}
	p := got.Printer
	if p.Color.Option[0].IsDefault || !p.Color.Option[1].IsDefault || p.Duplex.Option[0].IsDefault || !p.Duplex.Option[1].IsDefault ||
		p.MediaSize.Option[0].IsDefault || !p.MediaSize.Option[2].IsDefault || !p.VendorCapability[0].SelectCap.Option[1].IsDefault {
		t.Errorf("described as %+v", p)
	}
	if !reflect.DeepEqual(can, able()) {
		t.Errorf("what was given is changed: %+v", can)
	}
	ask := d.Fill(can, gcp.CJT{}).Print
	want := gcp.PrintTicketSection{
		Color: &gcp.ColorTicketItem{VendorID: "mono", Type: gcp.ColorMonochrome}, Duplex: &gcp.DuplexTicketItem{Type: gcp.DuplexLongEdge},
		MediaSize:        &gcp.MediaSizeTicketItem{WidthMicrons: 210000, HeightMicrons: 297000, VendorID: "media:iso_a4_210x297mm"},
		VendorTicketItem: []gcp.VendorTicketItem{{ID: "finishings", Value: "staple"}},
	}
	if !reflect.DeepEqual(ask, want) {
		t.Errorf("an empty ticket becomes %+v", ask)
	}
}

// Who chooses gets that, and what a printer lacks is not asked of it.
func TestDefaultsGiveWay(t *testing.T) {
	chosen := gcp.CJT{Print: gcp.PrintTicketSection{
		Color: &gcp.ColorTicketItem{Type: gcp.ColorStandard}, Duplex: &gcp.DuplexTicketItem{Type: gcp.DuplexNone},
		VendorTicketItem: []gcp.VendorTicketItem{{ID: "finishings", Value: "none"}},
	}}
	d := printer.Defaults{Color: gcp.ColorMonochrome, Duplex: gcp.DuplexLongEdge, Options: map[string]string{"finishings": "staple"}}
	if got := d.Fill(able(), chosen); !reflect.DeepEqual(got, chosen) {
		t.Errorf("a ticket with choices becomes %+v", got.Print)
	}
	d = printer.Defaults{Color: gcp.ColorAuto, Duplex: gcp.DuplexShortEdge, Media: "iso_a3_297x420mm", Options: map[string]string{"finishings": "punch", "fold": "z"}}
	got, notes := d.Describe(able())
	if !reflect.DeepEqual(got, able()) || len(notes) != 5 {
		t.Errorf("described as %+v, with %q", got, notes)
	}
	if ask := d.Fill(able(), gcp.CJT{}); !reflect.DeepEqual(ask, gcp.CJT{}) {
		t.Errorf("asked for %+v", ask.Print)
	}
	if _, notes := d.Describe(gcp.CDD{}); !strings.Contains(strings.Join(notes, "; "), "both sides") {
		t.Errorf("notes %q", notes)
	}
}

// Another paper of the same size serves where none has the name.
func TestDefaultMediaBySize(t *testing.T) {
	got, notes := printer.Defaults{Media: "iso_a4_210x297mm"}.Describe(gcp.CDD{Printer: gcp.PrinterDescriptionSection{MediaSize: &gcp.MediaSize{
		Option: []gcp.MediaSizeOption{{Name: "NA_LETTER", WidthMicrons: 215900, HeightMicrons: 279400, IsDefault: true}, {Name: "ISO_A4", WidthMicrons: 209903, HeightMicrons: 297039}},
	}}})
	if len(notes) > 0 || !got.Printer.MediaSize.Option[1].IsDefault {
		t.Errorf("described as %+v, with %q", got.Printer.MediaSize, notes)
	}
}
