package legacy

import (
	"cmp"
	"errors"
	"strings"

	"platen/gcp"
)

// Format is the form of a printer's capabilities (capsFormat).
type Format string

// The forms of version 1.0.
const (
	PPD Format = "ppd"
	XPS Format = "xps"
)

// Feature is one choice of an older printer, as its array lists it.
type Feature struct {
	Name           string   `json:"name"`
	DisplayName    string   `json:"displayName,omitempty"`
	PSKDisplayName string   `json:"psk:DisplayName,omitempty"`
	Type           string   `json:"type"` // Feature or ParameterDef
	Options        []Option `json:"options"`
}

// Option is one value of a Feature.
type Option struct {
	Name           string `json:"name"`
	DisplayName    string `json:"displayName,omitempty"`
	PSKDisplayName string `json:"psk:DisplayName,omitempty"`
	Default        bool   `json:"default,omitempty"`
	Value          string `json:"ppd:value,omitempty"`
}

// Description is a printer of version 1.0.
type Description struct {
	Features []Feature
	CDD      gcp.CDD

	format     Format
	namespaces map[string]string // of XPS names: prefix to URI
	media      map[Choice]mediaSize
	sides      map[gcp.DuplexType]Choice
	turns      map[gcp.OrientationType]Choice
	colors     map[string]Choice // by vendor_id
	dpi        map[string]Choice
	sizes      map[string]Choice
	collated   map[bool]Choice
	paper      string // name of the feature that chooses the media size
	copies     string // name of the parameter for the number of copies
}

// Choice is a value of a feature, by their names.
type Choice struct{ Feature, Option string }

type mediaSize struct{ width, height int } // microns

var errFormat = errors.New("neither a PPD file nor XPS PrintCapabilities")

// Sniff returns the format of capabilities that are no CDD.
func Sniff(text string) Format {
	if strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")), "<") {
		return XPS
	}
	return PPD
}

// Read reads capabilities, and the options that are chosen where a ticket says
// nothing: a PPD or a PrintTicket, "" for none. contentTypes are comma separated.
func Read(f Format, text, defaults, contentTypes string) (*Description, error) {
	d := &Description{
		format: f, media: map[Choice]mediaSize{}, sides: map[gcp.DuplexType]Choice{}, turns: map[gcp.OrientationType]Choice{},
		colors: map[string]Choice{}, dpi: map[string]Choice{}, sizes: map[string]Choice{}, collated: map[bool]Choice{},
		Features: []Feature{},
	}
	var err error
	switch f {
	case PPD:
		d.readPPD(text)
	case XPS:
		err = d.readXPS(text, defaults)
	default:
		err = errFormat
	}
	d.CDD.Version = "1.0"
	d.CDD.Printer.SupportedContentType = types(contentTypes)
	return d, err
}

// types lists MIME types; PDF is what every printer of version 1.0 is sent.
func types(csv string) []gcp.SupportedContentType {
	var list []gcp.SupportedContentType
	for kind := range strings.SplitSeq(csv, ",") {
		if kind = strings.TrimSpace(kind); kind != "" {
			list = append(list, gcp.SupportedContentType{ContentType: kind})
		}
	}
	if list == nil {
		list = []gcp.SupportedContentType{{ContentType: "application/pdf"}}
	}
	return list
}

// selection offers a feature as it is: the names are the file's own, so that they
// come back in the ticket as the connector knows them.
func selection(f Feature) gcp.VendorCapability {
	var options []gcp.SelectCapOption
	for _, o := range f.Options {
		options = append(options, gcp.SelectCapOption{
			Value: gcp.Text(o.Name), DisplayName: cmp.Or(o.DisplayName, o.PSKDisplayName, o.Name), IsDefault: o.Default,
		})
	}
	gcp.OneDefault(options, func(o *gcp.SelectCapOption) *bool { return &o.IsDefault })
	return gcp.VendorCapability{
		ID: f.Name, DisplayName: cmp.Or(f.DisplayName, f.PSKDisplayName, f.Name), Type: gcp.VendorSelect,
		SelectCap: &gcp.SelectCap{Option: options},
	}
}
