package connector

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/url"
	"strings"

	"platen/gcp"
	"platen/printer"
)

// The forms of a printer's name in the service. They say where a printer is known
// from, so that no queue takes the name of a printer that was added by address.
const (
	wireCUPS   = "cups:" // and the name of the queue
	wireDirect = "ipp:"  // and the UUID of the printer
)

// The tags by which a connector that knows nothing else recognises its printers.
// They hold marks, so that those who may use a printer learn nothing of it.
const (
	serialTag = "__cp__platen-serial="
	deviceTag = "__cp__platen-device="
)

// WireName returns the name that the service is told of a printer. It is for
// programs; people see the display name.
func WireName(p printer.Printer) string {
	if p.Source == printer.SourceDirect {
		return wireDirect + p.UUID
	}
	return wireCUPS + string(p.Name)
}

// IdentityTags returns the tags by which a printer is recognised by a connector
// that was paired in the place of this one.
func IdentityTags(p printer.Printer) []string {
	var tags []string
	if m := serialMark(p); m != "" {
		tags = append(tags, serialTag+m)
	}
	if m := deviceMark(p); m != "" {
		tags = append(tags, deviceTag+m)
	}
	return tags
}

// learned returns the identity of a printer that only the service remembers.
// Earlier versions named it by its queue alone.
func learned(p gcp.Printer) Identity {
	name, isQueue := strings.CutPrefix(p.Name, wireCUPS)
	id := Identity{Name: printer.Name(name), UUID: p.UUID, ID: p.ID}
	if uuid, ok := strings.CutPrefix(p.Name, wireDirect); ok && !isQueue {
		id.UUID = cmp.Or(id.UUID, uuid)
	}
	for _, t := range p.Tags {
		if m, ok := strings.CutPrefix(t, serialTag); ok {
			id.Serial = m
		}
		if m, ok := strings.CutPrefix(t, deviceTag); ok {
			id.Device = m
		}
	}
	return id
}

// tie makes an identity that of a local printer, and reports whether that is new.
// What the printer does not tell now is remembered from before.
func (id *Identity) tie(p printer.Printer) bool {
	before := [...]string{string(id.Name), id.UUID, id.Serial, id.Device}
	f := faceOf(p)
	id.Name = p.Name
	id.UUID, id.Serial, id.Device = cmp.Or(f.uuid, id.UUID), cmp.Or(f.serial, id.Serial), cmp.Or(f.device, id.Device)
	return before != [...]string{string(id.Name), id.UUID, id.Serial, id.Device}
}

// Contradicts reports whether a printer has another serial number than that of an
// identity.
func (id Identity) Contradicts(p printer.Printer) bool {
	return id.Serial != "" && p.Serial != "" && id.Serial != serialMark(p)
}

// loosen unties an identity from whatever it was.
func (id *Identity) loosen() {
	id.Name, id.UUID, id.Serial, id.Device, id.Hash = "", "", "", "", ""
}

// onWire returns a printer as the service is told of it: where two printers say
// that they have the same UUID, as copies of an image do, one of them has an alias.
func (id Identity) onWire(p printer.Printer) printer.Printer {
	p.UUID = cmp.Or(id.Alias, p.UUID)
	return p
}

// alias returns a UUID for a printer whose own one is another's.
func alias(p printer.Printer) string {
	return printer.NameUUID("platen:" + p.UUID + "/" + string(p.Source) + "/" + string(p.Name))
}

// serialMark and deviceMark return the marks of what printers are recognised by.
func serialMark(p printer.Printer) string { return mark(p.Serial) }
func deviceMark(p printer.Printer) string { return mark(device(p.DeviceURI)) }

// mark returns 16 hexadecimal digits that stand for s; "" for "".
func mark(s string) string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// device returns the form of a device-uri in which it is compared, or "" if it
// does not name a device: files, and backends that have no address.
func device(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	scheme, rest := u.Scheme, strings.Trim(u.Host+u.Path+u.Opaque, "/")
	switch {
	case scheme == "" || scheme == "file" || scheme == "implicitclass" || rest == "" && u.RawQuery == "":
		return ""
	case scheme != "ipp" && scheme != "ipps":
		return uri
	}
	host := strings.ToLower(u.Host) // ipp and ipps are two ways to one printer (RFC 7472)
	if u.Port() == "" {
		host = net.JoinHostPort(strings.ToLower(u.Hostname()), "631")
	}
	return "ipp://" + host + strings.TrimRight(u.EscapedPath(), "/") + query(u)
}

func query(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}

// sameDevice reports whether a queue and a printer added by address are one.
func sameDevice(a, b printer.Printer) bool {
	if a.Source == b.Source {
		return false
	}
	queue, direct := a, b
	if queue.Source == printer.SourceDirect {
		queue, direct = b, a
	}
	if queue.Serial != "" && queue.Serial == direct.Serial || queue.UUID == direct.UUID {
		return true
	}
	if m := deviceMark(queue); m != "" && m == deviceMark(direct) {
		return true
	}
	u, err := url.Parse(queue.DeviceURI) // CUPS writes dnssd://NAME/?uuid=UUID
	return err == nil && direct.UUID != "" && strings.EqualFold(strings.TrimPrefix(u.Query().Get("uuid"), "urn:uuid:"), direct.UUID)
}
