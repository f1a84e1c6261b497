package printer

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"net/url"
	"strings"
)

// identify fills in who the printer is (RFC 8011, 5.4).
func (p *Printer) identify(m attributes) {
	p.Info = valid(m.text("printer-info"))
	p.Location = valid(m.text("printer-location"))
	p.Firmware = valid(strings.Join(m.texts("printer-firmware-string-version"), ", "))
	p.MoreInfo = valid(m.text("printer-more-info"))
	p.DeviceURI = withoutPassword(valid(cmp.Or(m.text("device-uri"), p.deviceOf())))
	p.UUID = strings.ToLower(strings.TrimPrefix(m.text("printer-uuid"), "urn:uuid:"))
	if p.UUID == "" {
		p.UUID = NameUUID(cmp.Or(p.DeviceURI, p.URI))
	}
	id := deviceID(m.text("printer-device-id"))
	p.Serial = serial(id, p.DeviceURI)
	p.Manufacturer = valid(cmp.Or(id["MFG"], id["MANUFACTURER"]))
	p.Model = valid(cmp.Or(id["MDL"], id["MODEL"]))
	maker := valid(m.text("printer-make-and-model"))
	if p.Manufacturer == "" {
		p.Manufacturer, _, _ = strings.Cut(maker, " ")
	}
	if p.Model == "" {
		p.Model = strings.TrimSpace(strings.TrimPrefix(maker, p.Manufacturer))
	}
	if p.Info == "" {
		p.Info = cmp.Or(maker, string(p.Name))
	}
}

// deviceOf returns the address of the device where no attribute tells it: a
// direct printer is the device, a CUPS queue is not.
func (p *Printer) deviceOf() string {
	if p.Source == SourceDirect {
		return p.URI
	}
	return ""
}

// The bits of printer-type (CUPS, "Printer Types and States"): of a class, of a
// fax queue, of one that cupsd made for a printer on the network, and what older
// versions called an implicit class.
const (
	typeClass      = 1 << 0
	typeImplicit   = 1 << 16
	typeFax        = 1 << 18
	typeDiscovered = 1 << 24
)

// kindOf tells the sort of a CUPS queue; a direct printer is plain. A queue that a
// person made for a printer of another CUPS server (printer-type has the bit for
// remote) was not discovered.
func kindOf(m attributes, src Source) Kind {
	if src != SourceCUPS {
		return KindPlain
	}
	bits := m.number("printer-type", 0)
	switch {
	case discovered(m, bits):
		return KindDiscovered
	case bits&typeClass != 0 || m.has("member-names"):
		return KindClass
	case bits&typeFax != 0:
		return KindFax
	case raw(m, src):
		return KindRaw
	}
	return KindPlain
}

// discovered reports whether a program made the queue: cupsd for a while, or
// cups-browsed, which marks its queues by an option.
func discovered(m attributes, bits int) bool {
	temporary, _ := m.flag("printer-is-temporary")
	browsed := strings.ToLower(m.text("cups-browsed-default"))
	if b, ok := m.flag("cups-browsed-default"); ok && b {
		browsed = "true"
	}
	return temporary || bits&(typeImplicit|typeDiscovered) != 0 ||
		browsed == "true" || browsed == "yes" || browsed == "on" ||
		strings.HasPrefix(m.text("device-uri"), "implicitclass:")
}

// deviceID reads an IEEE 1284 device id: "MFG:x;MDL:y;".
func deviceID(s string) map[string]string {
	id := map[string]string{}
	for field := range strings.SplitSeq(s, ";") {
		if key, value, ok := strings.Cut(field, ":"); ok {
			id[strings.ToUpper(strings.TrimSpace(key))] = strings.TrimSpace(value)
		}
	}
	return id
}

// serial returns the device's serial number: from its IEEE 1284 id, whose key for
// it every maker chooses, else from a device-uri such as usb://Maker/Model?serial=X.
// Numbers that cannot tell two devices apart, such as 000000, count as none.
func serial(id map[string]string, deviceURI string) string {
	number := cmp.Or(id["SN"], id["SERN"], id["SERIALNUMBER"], id["SER"])
	if number == "" {
		if u, err := url.Parse(deviceURI); err == nil {
			number = u.Query().Get("serial")
		}
	}
	number = valid(number)
	if len(number) < 3 || strings.Trim(number, number[:1]) == "" || strings.Trim(number, "0123456789") == "" && strings.Contains("01234567890", number) {
		return ""
	}
	return number
}

// withoutPassword returns a URI without user and password.
func withoutPassword(uri string) string {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok {
		return uri
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	return scheme + "://" + authority[strings.LastIndex(authority, "@")+1:] + path
}

// NameUUID makes the UUID that stands for a URI (RFC 9562, 5.5, with the namespace
// for URLs).
func NameUUID(uri string) string {
	space := []byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	sum := sha1.Sum(append(space, uri...))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
