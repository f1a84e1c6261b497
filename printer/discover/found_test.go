package discover

import (
	"net"
	"slices"
	"testing"

	"github.com/libp2p/zeroconf/v2"
)

// The keys are those of the Bonjour Printing Specification 1.2.1, section 9.
func TestTXT(t *testing.T) {
	txt := parseTXT([]string{
		"txtvers=1", "rp=ipp/print", "ty=Example\\ Duplexer\\ 9000", "note=B\\195\\188ro\\\\2", "UUID=4509A320-00A0-008F-00B6-002507510ECA",
		"pdl=application/pdf,image/urf", "adminurl=http://printer.local./", "note=another", "=ignored", "Color", "air=",
	})
	for key, want := range map[string]string{
		"txtvers": "1", "rp": "ipp/print", "ty": "Example Duplexer 9000", "note": `Büro\2`, "uuid": "4509A320-00A0-008F-00B6-002507510ECA",
		"pdl": "application/pdf,image/urf", "adminurl": "http://printer.local./", "color": "", "air": "",
	} {
		if got, there := txt[key]; got != want || !there {
			t.Errorf("%s = %q (%v), want %q", key, got, there, want)
		}
	}
	if len(txt) != 9 {
		t.Errorf("%d keys: %v", len(txt), txt)
	}
}

func entry(instance, host string, port int, ip string, text ...string) *zeroconf.ServiceEntry {
	e := &zeroconf.ServiceEntry{HostName: host, Port: port, Text: text}
	e.Instance = instance
	if a := net.ParseIP(ip); a.To4() != nil {
		e.AddrIPv4 = []net.IP{a}
	} else {
		e.AddrIPv6 = []net.IP{a}
	}
	return e
}

func TestOnePrinterSeenTwiceIsOne(t *testing.T) {
	const uuid = "UUID=4509a320-00a0-008f-00b6-002507510eca"
	var s sightings
	s.add("ipp", entry(`Front\ desk`, "p1.local.", 631, "192.0.2.7", "rp=ipp/print", uuid, "ty=Example 1"))
	s.add("ipps", entry(`Front\ desk`, "p1.local.", 443, "192.0.2.7", "rp=ipp/print", uuid, "pdl=application/pdf"))
	s.add("ipp", entry(`Front desk \(cable\)`, "p1-lan.local.", 631, "192.0.2.8", "rp=ipp/print", "UUID=URN:UUID:4509A320-00A0-008F-00B6-002507510ECA"))
	s.add("ipp", entry("Front desk", "p2.local.", 631, "2001:db8::7", "rp=/ipp/print")) // no UUID, another host
	s.add("ipp", entry("office @ server", "server.local.", 631, "192.0.2.9", "rp=printers/office"))
	got := s.printers()
	if len(got) != 3 {
		t.Fatalf("%d printers: %+v", len(got), got)
	}
	one := got[slices.IndexFunc(got, func(f Found) bool { return f.UUID != "" })]
	want := []string{"ipps://192.0.2.7:443/ipp/print", "ipp://192.0.2.7/ipp/print", "ipp://192.0.2.8/ipp/print"}
	if !slices.Equal(one.URIs, want) || one.Model != "Example 1" || !slices.Equal(one.Formats, []string{"application/pdf"}) {
		t.Errorf("got %+v, want the addresses %v", one, want)
	}
	if !slices.ContainsFunc(got, func(f Found) bool { return f.URIs[0] == "ipp://[2001:db8::7]/ipp/print" && !f.Queue }) {
		t.Errorf("the printer at p2 is missing: %+v", got)
	}
	if !slices.ContainsFunc(got, func(f Found) bool { return f.URIs[0] == "ipp://192.0.2.9/printers/office" && f.Queue }) {
		t.Errorf("the queue of the server is missing: %+v", got)
	}
}

// What nobody can print to, or asks for a program of another kind, is left out.
func TestNoPrinters(t *testing.T) {
	var s sightings
	s.add("ipp", entry("no port", "a.local.", 0, "192.0.2.7")) // it only keeps its name (Bonjour Printing Specification, 3)
	s.add("ipp", entry("nowhere", "a.local.", 631, "0.0.0.0"))
	s.add("ipp", entry("everywhere", "a.local.", 631, "224.0.0.251"))
	s.add("ipp", entry("link", "a.local.", 631, "fe80::1"))
	s.add("ipps", entry("in a cloud", "a.local.", 443, "192.0.2.7", "rp=ipp/print/1", "platen=cloud")) // a connector said so
	if got := s.printers(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	for _, address := range []string{"javascript:alert(1)", "file:///etc/passwd", "http://ann:secret@printer.local/", "//printer"} {
		if got := page(address); got != "" {
			t.Errorf("page(%q) = %q", address, got)
		}
	}
}

func TestFoundIsBounded(t *testing.T) {
	var s sightings
	for i := range 3 * maxFound {
		s.add("ipp", entry(string(rune('a'+i%26))+"-"+net.IPv4(10, 0, byte(i>>8), byte(i)).String(), "h.local.", 631, "192.0.2.7"))
	}
	if got := s.printers(); len(got) != maxFound {
		t.Errorf("%d printers, want %d", len(got), maxFound)
	}
}

func FuzzTXT(f *testing.F) {
	f.Add(`note=\195\188\`, `ipp/print`)
	f.Fuzz(func(t *testing.T, text, path string) {
		var s sightings
		s.add("ipp", entry(text, "h.local.", 631, "192.0.2.7", text, "rp="+path))
		if got := s.printers(); len(got) != 1 {
			t.Errorf("%d printers", len(got))
		}
	})
}
