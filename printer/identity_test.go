package printer_test

import (
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// The serial numbers are those that the printers' own answers hold.
func TestSerialNumbersOfCapturedPrinters(t *testing.T) {
	for file, want := range map[string]string{
		"epson-xp6000": "583434593035343012", "kyocera-ecosys-m2040dn": "VCF9192281", "xerox-b210": "",
	} {
		if got := translate(t, file).Serial; got != want {
			t.Errorf("%s has the serial number %q, want %q", file, got, want)
		}
	}
}

// queue returns the attributes of a queue with what is given.
func queue(more ...goipp.Attribute) goipp.Attributes {
	return append(goipp.Attributes{
		goipp.MakeAttribute("printer-name", goipp.TagName, goipp.String("q")),
		goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3)),
		goipp.MakeAttribute("media-supported", goipp.TagKeyword, goipp.String("iso_a4_210x297mm")),
	}, more...)
}

func uri(s string) goipp.Attribute {
	return goipp.MakeAttribute("device-uri", goipp.TagURI, goipp.String(s))
}

func TestDevices(t *testing.T) {
	for _, tt := range []struct{ uri, id, device, serial string }{
		{"usb://HP/LaserJet?serial=CN12345&interface=1", "", "usb://HP/LaserJet?serial=CN12345&interface=1", "CN12345"},
		{"hp:/usb/HP_LaserJet?serial=CN12345", "", "hp:/usb/HP_LaserJet?serial=CN12345", "CN12345"},
		{"smb://ann:se@cret@server/lp", "", "smb://server/lp", ""},
		{"ipps://ann:secret@h/ipp/print?x=a@b", "", "ipps://h/ipp/print?x=a@b", ""},
		{"socket://192.0.2.7", "MFG:X;SERN:AB-1;", "socket://192.0.2.7", "AB-1"},
		{"socket://192.0.2.7", "MFG:X;SERIALNUMBER: AB2 ;", "socket://192.0.2.7", "AB2"},
		{"socket://192.0.2.7", "MFG:X;SN:000000000000;", "socket://192.0.2.7", ""},
		{"socket://192.0.2.7", "MFG:X;SN:XXXXXXXX;", "socket://192.0.2.7", ""},
		{"socket://192.0.2.7", "MFG:X;SN:123456789;", "socket://192.0.2.7", ""},
		{"socket://192.0.2.7", "MFG:X;SN:?;", "socket://192.0.2.7", ""},
	} {
		attrs := queue(uri(tt.uri), goipp.MakeAttribute("printer-device-id", goipp.TagText, goipp.String(tt.id)))
		p, err := printer.FromIPP(attrs, printer.Origin{Source: printer.SourceCUPS, URI: "ipp://localhost/printers/q"})
		if err != nil || p.DeviceURI != tt.device || p.Serial != tt.serial {
			t.Errorf("%s, %s: device %q, serial number %q, %v", tt.uri, tt.id, p.DeviceURI, p.Serial, err)
		}
	}
	p, err := printer.FromIPP(queue(), printer.Origin{Source: printer.SourceDirect, URI: "ipp://h/ipp/print"})
	if err != nil || p.DeviceURI != "ipp://h/ipp/print" {
		t.Errorf("a direct printer is at %q, %v", p.DeviceURI, err)
	}
}

// The values of printer-type are those that CUPS 2.4.2 answers.
func TestKinds(t *testing.T) {
	bits := func(n int) goipp.Attribute {
		return goipp.MakeAttribute("printer-type", goipp.TagEnum, goipp.Integer(n))
	}
	bare := func(n int) goipp.Attributes { return append(queue()[:2], bits(n)) }
	temporary := goipp.MakeAttribute("printer-is-temporary", goipp.TagBoolean, goipp.Boolean(true))
	for _, tt := range []struct {
		name  string
		attrs goipp.Attributes
		src   printer.Source
		want  printer.Kind
	}{
		{"PPD", queue(bits(2101340), uri("lab:/x")), printer.SourceCUPS, printer.KindPlain},
		{"class", queue(bits(2621445), uri("file:///dev/null")), printer.SourceCUPS, printer.KindClass},
		{"fax", queue(bits(2363484)), printer.SourceCUPS, printer.KindFax},
		{"temporary", queue(bits(2621444), temporary), printer.SourceCUPS, printer.KindDiscovered},
		{"raw", bare(2097156), printer.SourceCUPS, printer.KindRaw},
		{"raw for another CUPS server", bare(2097158), printer.SourceCUPS, printer.KindRaw},
		{"PPD for another CUPS server", queue(bits(2101342)), printer.SourceCUPS, printer.KindPlain},
		{"implicit class", queue(bits(2101340), uri("implicitclass://q/")), printer.SourceCUPS, printer.KindDiscovered},
		{"direct", bare(0), printer.SourceDirect, printer.KindPlain},
	} {
		p, err := printer.FromIPP(tt.attrs, printer.Origin{Source: tt.src, URI: "ipp://h/p"})
		if err != nil || p.Kind != tt.want {
			t.Errorf("%s: kind %q, %v; want %q", tt.name, p.Kind, err, tt.want)
		}
	}
}
