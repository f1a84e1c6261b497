package announce

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"
)

// front is what a front door says of a printer.
func front(more ...goipp.Attribute) goipp.Attributes {
	one := func(name string, tag goipp.Tag, values ...goipp.Value) goipp.Attribute {
		a := goipp.Attribute{Name: name}
		for _, v := range values {
			a.Values.Add(tag, v)
		}
		return a
	}
	size := func(tag goipp.Tag, x, y goipp.Value) goipp.Value {
		c := goipp.Collection{}
		c.Add(one("x-dimension", tag, x))
		c.Add(one("y-dimension", tag, y))
		return c
	}
	return append(slices.Clone(more), goipp.Attributes{
		one("printer-uri-supported", goipp.TagURI, goipp.String("ipps://print.example.com:8443/ipp/print/1"), goipp.String("ipps://print.example.com:8443/ipp/print/1")),
		one("uri-authentication-supported", goipp.TagKeyword, goipp.String("basic"), goipp.String("oauth")),
		one("printer-make-and-model", goipp.TagText, goipp.String("Example Duplexer")),
		one("printer-more-info", goipp.TagURI, goipp.String("https://print.example.com:8443/printers/1")),
		one("printer-device-id", goipp.TagText, goipp.String("MFG:Example;MDL:Duplexer;CMD:PDF,URF;")),
		one("printer-uuid", goipp.TagURI, goipp.String("urn:uuid:4509a320-00a0-008f-00b6-002507510eca")),
		one("printer-kind", goipp.TagKeyword, goipp.String("document")),
		one("document-format-supported", goipp.TagMimeType, goipp.String("application/octet-stream"), goipp.String("application/pdf"), goipp.String("image/urf")),
		one("urf-supported", goipp.TagKeyword, goipp.String("V1.4"), goipp.String("W8"), goipp.String("RS300-600")),
		one("color-supported", goipp.TagBoolean, goipp.Boolean(true)),
		one("sides-supported", goipp.TagKeyword, goipp.String("one-sided"), goipp.String("two-sided-long-edge")),
		one("copies-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: 99}),
		one("multiple-document-handling-supported", goipp.TagKeyword, goipp.String("separate-documents-uncollated-copies")),
		one("finishings-supported", goipp.TagEnum, goipp.Integer(3), goipp.Integer(4)),
		one("media-size-supported", goipp.TagBeginCollection, size(goipp.TagInteger, goipp.Integer(21000), goipp.Integer(29700)), size(goipp.TagRange, goipp.Range{Lower: 1000, Upper: 29700}, goipp.Range{Lower: 1000, Upper: 42000})),
		one("mopria-certified", goipp.TagText, goipp.String("1.3")),
	}...)
}

// The keys are those of the Bonjour Printing Specification 1.2.1, 9, URF and
// mopria-certified those that AirPrint and Mopria look for.
func TestKeys(t *testing.T) {
	s, err := describe(front(), "1.3")
	if err != nil {
		t.Fatal(err)
	}
	s = dress(s, Printer{Name: "Front desk", Location: "Büro 2"})
	want := []string{
		"txtvers=1", "qtotal=1", "rp=ipp/print/1", "ty=Example Duplexer", "adminurl=https://print.example.com:8443/printers/1", "priority=50",
		"product=(Duplexer)", "usb_MFG=Example", "usb_MDL=Duplexer", "pdl=application/pdf,image/urf", "URF=V1.4,W8,RS300-600", "kind=document",
		"UUID=4509a320-00a0-008f-00b6-002507510eca", "TLS=1.3", "air=username,password", "mopria-certified=1.3", "Color=T", "Duplex=T", "Copies=T",
		"Collate=F", "Staple=T", "Punch=F", "Scan=F", "Fax=F", "PaperMax=tabloid-A3", "platen=cloud", "note=Büro 2",
	}
	if !slices.Equal(s.Text, want) {
		t.Errorf("got  %q\nwant %q", s.Text, want)
	}
	if s.Host.Name != "print.example.com" || s.Port != 8443 || s.Type != "_ipps._tcp" || s.Name != "Front desk" {
		t.Errorf("service %+v", s)
	}
	if !slices.Equal(s.Subtypes, []string{"_universal", "_print"}) || !slices.Equal(s.Reserve, []string{"_printer._tcp"}) {
		t.Errorf("subtypes %v, reserved %v", s.Subtypes, s.Reserve)
	}
}

func TestRefusedPlaces(t *testing.T) {
	for uri, word := range map[string]string{
		"ipp://print.example.com:80/ipp/print/1": "not encrypted", "ipps://print.example.com/ipp/print/1": "port", "ipps://print.example.com:443": "where", "": "where",
	} {
		_, err := describe(front(goipp.MakeAttribute("printer-uri-supported", goipp.TagURI, goipp.String(uri))), "1.3")
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v, want %q", uri, err, word)
		}
	}
}

func TestPaperMax(t *testing.T) {
	for _, tt := range []struct {
		x, y int
		want string
	}{{10500, 14800, "<legal-A4"}, {21000, 29700, "legal-A4"}, {21590, 35560, "legal-A4"}, {43180, 27940, "tabloid-A3"}, {42000, 59400, "isoC-A2"}, {59400, 84100, ">isoC-A2"}} {
		size := goipp.Collection{}
		size.Add(goipp.MakeAttribute("x-dimension", goipp.TagInteger, goipp.Integer(tt.x)))
		size.Add(goipp.MakeAttribute("y-dimension", goipp.TagInteger, goipp.Integer(tt.y)))
		f := facts{goipp.Attributes{goipp.MakeAttribute("media-size-supported", goipp.TagBeginCollection, size)}}
		if got := f.paperMax(); got != tt.want {
			t.Errorf("%d x %d: %s, want %s", tt.x, tt.y, got, tt.want)
		}
	}
	if got := (facts{}).paperMax(); got != "" {
		t.Errorf("of no paper: %s", got)
	}
}

// A string of a TXT record has 255 bytes at most (RFC 6763, 6.1); a list is cut between its
// items, and a text between its letters.
func TestLongTexts(t *testing.T) {
	got := list("pdl", slices.Repeat([]string{"application/pdf"}, 50))
	if len(got) > maxText || len(got) < maxText-len(",application/pdf") || !strings.HasSuffix(got, ",application/pdf") {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	if got := cut("note=" + strings.Repeat("ü", 200)); len(got) != maxText || !strings.HasSuffix(got, "ü") {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	if got := list("URF", nil); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

func TestWaysToSignIn(t *testing.T) {
	for want, ways := range map[string][]string{"username,password": {"oauth", "basic"}, "oauth": {"oauth"}, "none": {"none"}, "negotiate": {"negotiate"}} {
		if got := air(ways); got != want {
			t.Errorf("%v: %s, want %s", ways, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for cloud, word := range map[string]string{
		"https://print.example.com": "", "https://192.0.2.1:8443": "", "https://cloud.local": "",
		"http://print.example.com": "not https", "https://127.0.0.1:8443": "no other machine", "https://localhost": "no other machine", "https://[::1]": "no other machine", "": "none",
	} {
		if err := Check(cloud); (err == nil) != (word == "") || err != nil && !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v, want %q", cloud, err, word)
		}
	}
	if h, err := hostFor(t.Context(), "print.example.com"); err != nil || h.Name != "print.example.com" || len(h.Addresses) != 0 {
		t.Errorf("a name of the DNS: %+v %v", h, err)
	}
	h, err := hostFor(t.Context(), "2001:db8::1")
	if err != nil || !strings.HasSuffix(h.Name, ".local") || !slices.Equal(h.Addresses, []netip.Addr{netip.MustParseAddr("2001:db8::1")}) {
		t.Errorf("an address: %+v %v", h, err)
	}
	if other, _ := hostFor(t.Context(), "2001:db8::2"); other.Name == h.Name {
		t.Errorf("two addresses have the name %s", h.Name)
	}
	if _, err := hostFor(t.Context(), "127.0.0.1"); err == nil {
		t.Error("loopback is announced")
	}
}
