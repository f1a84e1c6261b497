package api

import (
	"encoding/json"

	"platen/cloud"
	"platen/cloud/legacy"
	"platen/gcp"
)

// capabilitiesOf returns a printer's capabilities in the form asked for: a CDD
// printer has a CDD only; an older one an array, or a CDD made from it.
func capabilitiesOf(p *cloud.PrinterView, useCDD *bool) json.RawMessage {
	if p.CapsFormat == "" {
		if len(p.Capabilities) == 0 {
			return json.RawMessage(`{"version":"1.0","printer":{}}`)
		}
		return p.Capabilities
	}
	// What cannot be read is shown without choices, as its connector sent it.
	d, _ := p.Legacy()
	var v any = d.Features
	if useCDD != nil && *useCDD {
		v = d.CDD
	}
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage(`[]`)
	}
	return b
}

// translateAnswer is that of /tools/cdd/translate.
type translateAnswer struct {
	envelope
	CDD gcp.CDD `json:"cdd"`
}

// translate makes a CDD of a PPD or of XPS PrintCapabilities.
func (h *handler) translate(c *call) error {
	text := c.args.get("capabilities")
	if text == "" {
		return missing()
	}
	d, err := legacy.Read(legacy.Sniff(text), text, c.args.get("defaults"), c.args.first("content_types", "contentTypes"))
	if err != nil {
		return &cloud.Error{Kind: cloud.KindInvalid, Message: "The capabilities are neither a PPD file nor XPS PrintCapabilities.", Cause: err}
	}
	c.write(&translateAnswer{c.done(""), d.CDD})
	return nil
}
