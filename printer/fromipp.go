package printer

import (
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// Origin says where the attributes given to FromIPP come from.
type Origin struct {
	Name   Name
	Source Source
	URI    string // printer-uri that was asked, without credentials
}

// FromIPP translates the answer of Get-Printer-Attributes (or one printer of
// CUPS-Get-Printers). The first of duplicated attributes counts and out-of-band
// values are absent. It keeps nothing of attrs.
func FromIPP(attrs goipp.Attributes, o Origin) (Printer, error) {
	m := index(attrs)
	if !m.has("printer-state") && !m.has("document-format-supported") && !m.has("printer-name") {
		return Printer{}, errors.New("translating a printer: these are not a printer's attributes")
	}
	p := Printer{Name: o.Name, Source: o.Source, URI: o.URI}
	if p.Name == "" {
		p.Name = Name(valid(m.text("printer-name")))
	}
	p.identify(m)
	p.CDD, p.Capabilities = describe(m, o.Source)
	hash, err := capsHash(p.CDD)
	if err != nil {
		return Printer{}, err
	}
	p.CapsHash = hash
	return p, p.UpdateState(attrs)
}

// UpdateState takes state and number of jobs from attrs, which may hold nothing
// else, and leaves the rest of p alone.
func (p *Printer) UpdateState(attrs goipp.Attributes) error {
	m := index(attrs)
	if !m.has("printer-state") {
		return fmt.Errorf("translating %s: no printer-state", p.Name)
	}
	p.State = stateOf(m, p.CDD.Printer)
	p.Queued = max(0, m.number("queued-job-count", 0))
	return nil
}

// identify fills in who the printer is (RFC 8011, 5.4).
func (p *Printer) identify(m attributes) {
	p.Info = valid(m.text("printer-info"))
	p.Location = valid(m.text("printer-location"))
	p.Firmware = valid(strings.Join(m.texts("printer-firmware-string-version"), ", "))
	p.MoreInfo = valid(m.text("printer-more-info"))
	p.UUID = strings.ToLower(strings.TrimPrefix(m.text("printer-uuid"), "urn:uuid:"))
	if p.UUID == "" {
		about := m.text("device-uri")
		if about == "" {
			about = p.URI
		}
		p.UUID = uuid5(about)
	}
	id := deviceID(m.text("printer-device-id"))
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

// uuid5 names a URI (RFC 9562, 5.5, with the namespace for URLs).
func uuid5(uri string) string {
	space := []byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	sum := sha1.Sum(append(space, uri...))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// capsHash is the digest of the CDD's JSON, whose order follows the types and
// the printer's own lists.
func capsHash(c gcp.CDD) (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("hashing the capabilities: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// describe makes the CDD, and what a ticket's translation needs beyond it.
func describe(m attributes, src Source) (gcp.CDD, Capabilities) {
	s := gcp.PrinterDescriptionSection{SupportedContentType: contentTypes(m)}
	caps := Capabilities{}
	if raw(m, src) {
		return gcp.CDD{Version: "1.0", Printer: s}, caps
	}
	caps.JobAttributes = jobAttributeNames(m)
	caps.Media, s.MediaSize = mediaSizes(m)
	s.Margins = margins(m)
	s.PrintingSpeed = speeds(m)
	s.PWGRasterConfig = rasterConfig(m)
	s.InputTrayUnit = inputTrays(m)
	s.OutputBinUnit = outputBins(m)
	s.Marker = markers(m)
	// IPP tells of no covers or paths; states need a unit to refer to.
	s.Cover = []gcp.Unit{{VendorID: unitCover, Type: gcp.UnitCover}, {VendorID: unitDoor, Type: gcp.UnitDoor}}
	s.MediaPath = []gcp.MediaPath{{VendorID: unitPath}}
	s.Color = colors(m)
	s.Duplex = duplex(m)
	s.PageOrientation = orientation(m)
	s.Copies = copies(m)
	s.DPI = resolutions(m)
	s.FitToPage = fits(m, src)
	s.PageRange = pageRange(m)
	s.Collate = collate(m)
	s.ReverseOrder = reverse(m)
	return gcp.CDD{Version: "1.0", Printer: s}, caps
}

// raw reports whether a queue passes documents on untouched. CUPS lists options
// for such queues that nothing carries out; what it leaves out tells them apart.
func raw(m attributes, src Source) bool {
	return src == SourceCUPS && !m.has("media-supported") && !m.has("media-col-database") && !m.has("sides-supported")
}
