package printer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ppd"
)

// Origin says where the attributes given to FromIPP come from.
type Origin struct {
	Name   Name
	Source Source
	URI    string // printer-uri that was asked, without credentials
	Render bool   // a renderer is there: what the printer lacks and it does is offered
	Raw    bool   // the owner allows documents in the printer's own language
	Lasted Lasted // for how long the printer has been saying what it says

	PPD    *ppd.File        // of a CUPS queue that has one (HasPPD); may be nil
	Device goipp.Attributes // of the IPP device behind a raw queue, where it could be asked
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
	p.Kind = kindOf(m, o.Source)
	can := m
	if d := behind(o.Device); d != nil && p.Kind == KindRaw {
		can, o.Source, o.Render = d, SourceDirect, false
	}
	p.CDD, p.Capabilities = describe(can, o)
	if o.PPD != nil {
		overlay(m, o.PPD, &p.CDD.Printer, &p.Capabilities)
	}
	hash, err := capsHash(p.CDD)
	if err != nil {
		return Printer{}, err
	}
	p.CapsHash = hash
	if !m.has("printer-state") { // an answer that was cut down to what the printer can do
		p.SetState(gcp.PrinterIdle, "")
		return p, nil
	}
	return p, p.UpdateState(attrs, o.Lasted)
}

// UpdateState takes state and number of jobs from attrs, which may hold nothing
// else, and leaves the rest of p alone. l says for how long they have been so.
func (p *Printer) UpdateState(attrs goipp.Attributes, l Lasted) error {
	m := index(attrs)
	if !m.has("printer-state") {
		return fmt.Errorf("translating %s: no printer-state", p.Name)
	}
	p.State = stateOf(m, p.CDD.Printer, l)
	p.Queued = max(0, m.number("queued-job-count", 0))
	return nil
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
func describe(m attributes, o Origin) (gcp.CDD, Capabilities) {
	caps := capabilities(m, o)
	s := gcp.PrinterDescriptionSection{SupportedContentType: contentTypes(m, o, caps)}
	if raw(m, o.Source) {
		return gcp.CDD{Version: "1.0", Printer: s}, caps
	}
	p := papersOf(m)
	caps.Media, s.MediaSize = p.mediaSizes()
	s.Margins = p.margins()
	describeDevice(p, &s)
	describeChoices(p, caps, &s)
	return gcp.CDD{Version: "1.0", Printer: s}, caps
}

// describeDevice says what the device consists of.
func describeDevice(p papers, s *gcp.PrinterDescriptionSection) {
	m := p.m
	s.PrintingSpeed = speeds(m)
	s.PWGRasterConfig = rasterConfig(m)
	s.InputTrayUnit = inputTrays(p)
	s.OutputBinUnit = outputBins(m)
	s.Marker = markers(m)
	// IPP tells of no covers or paths; states need a unit to refer to.
	s.Cover = []gcp.Unit{{VendorID: unitCover, Type: gcp.UnitCover}, {VendorID: unitDoor, Type: gcp.UnitDoor}}
	s.MediaPath = []gcp.MediaPath{{VendorID: unitPath}}
}

// describeChoices says what a ticket may ask for, of the printer or of the renderer.
func describeChoices(p papers, caps Capabilities, s *gcp.PrinterDescriptionSection) {
	m := p.m
	s.VendorCapability = vendorCapabilities(p, caps)
	s.Color = colors(m)
	s.Duplex = duplex(m)
	s.DPI = resolutions(m)
	s.PageOrientation = orientation(m, caps)
	s.Copies = copies(m, caps)
	s.FitToPage = fits(m, caps)
	s.PageRange = pageRange(caps)
	s.Collate = collate(m, caps)
	s.ReverseOrder = reverse(caps)
}

// raw reports whether a queue passes documents on untouched. CUPS lists options
// for such queues that nothing carries out; what it leaves out tells them apart.
func raw(m attributes, src Source) bool {
	return src == SourceCUPS && !m.has("media-supported") && !m.has("media-col-database") && !m.has("sides-supported")
}
