package printer

import (
	"net/url"

	"platen/gcp"
)

// rawFormats are what printers without IPP are sent: nobody can ask them, and what
// they do not understand comes out as it is.
func rawFormats() []string {
	return []string{"application/octet-stream", "application/postscript", "application/vnd.hp-PCL", "text/plain"}
}

// Socket describes a printer that takes bytes on a TCP port (AppSocket, JetDirect)
// and tells nothing of itself.
func Socket(name Name, uri string) (Printer, error) {
	p := Printer{Name: name, Source: SourceDirect, URI: uri, DeviceURI: uri, UUID: NameUUID(uri), Info: string(name)}
	if u, err := url.Parse(uri); err == nil && p.Info == "" {
		p.Info = u.Hostname()
	}
	s := gcp.PrinterDescriptionSection{}
	for _, f := range rawFormats() {
		s.SupportedContentType = append(s.SupportedContentType, gcp.SupportedContentType{ContentType: f})
	}
	p.CDD = gcp.CDD{Version: "1.0", Printer: s}
	p.Capabilities = Capabilities{Raw: true, Formats: rawFormats()}
	hash, err := capsHash(p.CDD)
	p.CapsHash = hash
	p.SetState(gcp.PrinterIdle, "")
	return p, err
}

// SetState sets the state of a printer that cannot be asked for it; why is a
// sentence for people, or "".
func (p *Printer) SetState(state gcp.PrinterStateType, why string) {
	s := &gcp.PrinterState{State: state}
	if why != "" {
		s.VendorState = &gcp.VendorStateSection{Item: []gcp.VendorStateItem{{State: gcp.VendorError, Description: why}}}
	}
	p.State = gcp.CDS{Version: "1.0", Printer: s}
}
