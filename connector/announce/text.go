package announce

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippwords"
	"platen/internal/mdns"
)

const (
	// serviceType is that of IPP over TLS (RFC 7472), with the subtypes by which phones
	// look (AirPrint) and PWG 5100.14, 4.2.
	serviceType = "_ipps._tcp"
	// flagship is the type of which every printer has the name, so that no two have the
	// same one (Bonjour Printing Specification 1.2.1, 3).
	flagship = "_printer._tcp"
	// maxText is the longest KEY=VALUE (RFC 6763, 6.1).
	maxText = 255
)

// facts reads a printer's attributes.
type facts struct{ attrs goipp.Attributes }

// texts are the values of an attribute.
func (f facts) texts(name string) []string {
	var list []string
	for _, v := range ippwords.First(f.attrs, name) {
		list = append(list, v.V.String())
	}
	return list
}

func (f facts) text(name string) string {
	if list := f.texts(name); len(list) > 0 {
		return list[0]
	}
	return ""
}

// describe makes a service of what the front door says of a printer. The keys are those of
// the Bonjour Printing Specification 1.2.1, 9, and of AirPrint. Those of CUPS' own queues
// (printer-type, printer-state) are not among them: clients would take it for one.
func describe(attrs goipp.Attributes, tls string) (mdns.Service, error) {
	f := facts{attrs}
	at, err := url.Parse(f.text("printer-uri-supported"))
	if err != nil || at.Hostname() == "" || len(at.Path) < 2 {
		return mdns.Service{}, errors.New("the front door does not say where the printer is")
	}
	if at.Scheme != "ipps" {
		return mdns.Service{}, fmt.Errorf("the cloud calls its own address %s, which is not encrypted: its base_url must be https", at.Scheme+"://"+at.Host)
	}
	port, err := strconv.ParseUint(at.Port(), 10, 16)
	if err != nil || port == 0 {
		return mdns.Service{}, errors.New("the front door does not say by which port it is reached")
	}
	s := mdns.Service{
		Type: serviceType, Subtypes: []string{"_universal", "_print"}, Reserve: []string{flagship},
		Host: mdns.Host{Name: at.Hostname()}, Port: uint16(port),
	}
	add := func(key, value string) {
		if value != "" {
			s.Text = append(s.Text, cut(key+"="+value))
		}
	}
	add("txtvers", "1")
	add("qtotal", "1")
	add("rp", strings.TrimPrefix(at.Path, "/"))
	add("ty", f.text("printer-make-and-model"))
	add("adminurl", f.text("printer-more-info"))
	add("priority", "50")
	id := deviceID(f.text("printer-device-id"))
	if id["MDL"] != "" {
		add("product", "("+id["MDL"]+")")
	}
	add("usb_MFG", id["MFG"])
	add("usb_MDL", id["MDL"])
	s.Text = append(s.Text, list("pdl", f.formats()), list("URF", f.texts("urf-supported")), list("kind", f.texts("printer-kind")))
	add("UUID", strings.TrimPrefix(f.text("printer-uuid"), "urn:uuid:"))
	add("TLS", tls)
	add("air", air(f.texts("uri-authentication-supported")))
	add("mopria-certified", f.text("mopria-certified"))
	for _, can := range []struct {
		key string
		yes bool
	}{
		{"Color", f.text("color-supported") == "true"},
		{"Duplex", slices.ContainsFunc(f.texts("sides-supported"), func(w string) bool { return strings.HasPrefix(w, "two-sided") })},
		{"Copies", f.most("copies-supported") > 1},
		{"Collate", slices.Contains(f.texts("multiple-document-handling-supported"), ippwords.Collated)},
		{"Staple", f.finishes(4)},
		{"Punch", f.finishes(5)},
		{"Scan", false},
		{"Fax", false},
	} {
		add(can.key, map[bool]string{true: "T", false: "F"}[can.yes])
	}
	add("PaperMax", f.paperMax())
	// So that no connector takes it for a printer to be shared.
	add("platen", "cloud")
	s.Text = slices.DeleteFunc(s.Text, func(t string) bool { return t == "" })
	return s, nil
}

// dress adds what only the connector knows: the front door tells nobody how a printer is
// called and where it stands, before it knows who asks.
func dress(s mdns.Service, p Printer) mdns.Service {
	s.Name = p.Name
	s.Text = append(slices.Clone(s.Text), cut("note="+p.Location))
	return s
}

// list is a key with values, as many as fit; "" without any.
func list(key string, values []string) string {
	text := key + "="
	for i, v := range values {
		if i > 0 {
			v = "," + v
		}
		if len(text)+len(v) > maxText {
			break
		}
		text += v
	}
	if text == key+"=" {
		return ""
	}
	return text
}

// cut shortens a text to what fits, and cuts no letter in two.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// air is how people sign in, as print dialogs are told.
func air(ways []string) string {
	switch {
	case slices.Contains(ways, "basic"), slices.Contains(ways, "digest"):
		return "username,password"
	case slices.Contains(ways, "negotiate"):
		return "negotiate"
	case slices.Contains(ways, "oauth"):
		return "oauth"
	}
	return "none"
}

// deviceID reads an IEEE 1284 device ID (PWG 5107.2).
func deviceID(id string) map[string]string {
	parts := map[string]string{}
	for _, p := range strings.Split(id, ";") {
		key, value, _ := strings.Cut(p, ":")
		parts[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return parts
}

// formats are the types of documents. Programs that guess what they have find the type for
// that without being told.
func (f facts) formats() []string {
	return slices.DeleteFunc(f.texts("document-format-supported"), func(t string) bool { return t == "application/octet-stream" })
}

// most is the greatest value of a range.
func (f facts) most(name string) int {
	most := 0
	for _, v := range ippwords.First(f.attrs, name) {
		most = max(most, upper(v.V))
	}
	return most
}

// upper is a number, or the greater one of a range.
func upper(v goipp.Value) int {
	switch v := v.(type) {
	case goipp.Integer:
		return int(v)
	case goipp.Range:
		return v.Upper
	}
	return 0
}

// finishes reports whether a kind of finishing is there (RFC 8011, 5.2.6).
func (f facts) finishes(kind int) bool {
	for _, v := range ippwords.First(f.attrs, "finishings-supported") {
		if upper(v.V) == kind {
			return true
		}
	}
	return false
}

// paperMax is the largest paper, in the words of the specification.
func (f facts) paperMax() string {
	best := -1.0
	var width, length int
	for _, v := range ippwords.First(f.attrs, "media-size-supported") {
		size, ok := v.V.(goipp.Collection)
		if !ok {
			continue
		}
		var x, y int
		for _, a := range size {
			if len(a.Values) == 0 {
				continue
			}
			switch a.Name {
			case "x-dimension":
				x = upper(a.Values[0].V)
			case "y-dimension":
				y = upper(a.Values[0].V)
			}
		}
		if area := float64(x) * float64(y); area > best {
			best, width, length = area, min(x, y), max(x, y)
		}
	}
	if best <= 0 {
		return ""
	}
	// In hundredths of a millimetre (PWG 5100.7, 6.3.1).
	for _, p := range []struct {
		width, length int
		word          string
	}{
		{42001, 59401, ">isoC-A2"}, {42000, 59400, "isoC-A2"}, {27900, 42000, "tabloid-A3"}, {21000, 29700, "legal-A4"}, {0, 0, "<legal-A4"},
	} {
		if width >= p.width && length >= p.length {
			return p.word
		}
	}
	return ""
}
