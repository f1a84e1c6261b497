package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// legacyTicket is the older form of a sender's wishes, in the argument
// capabilities of /submit.
type legacyTicket struct {
	Capabilities []struct {
		Type    string `json:"type"`
		Name    string `json:"name"`
		Value   string `json:"value"`
		Options []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"options"`
	} `json:"capabilities"`
}

// ticketArg returns the ticket of a call as strict JSON, or nil for the
// printer's defaults. Old senders put their wishes into capabilities.
func ticketArg(a args) ([]byte, error) {
	if t := strings.TrimSpace(a.get("ticket")); t != "" {
		strict, err := gcp.StrictJSON([]byte(t))
		if err != nil || !bytes.HasPrefix(bytes.TrimSpace(strict), []byte("{")) {
			return nil, invalid("The ticket is not a ticket.")
		}
		if string(bytes.TrimSpace(strict)) == "{}" {
			return nil, nil
		}
		return strict, nil
	}
	return legacyWishes(a.get("capabilities"))
}

// legacyWishes turns an older ticket into vendor items. [{}] and the like mean
// that nothing was chosen.
func legacyWishes(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '[' {
		return nil, nil
	}
	var old legacyTicket
	if err := gcp.DecodeLenient([]byte(text), &old); err != nil {
		return nil, invalid("The capabilities are not a ticket.")
	}
	t := gcp.CJT{Version: "1.0"}
	for _, f := range old.Capabilities {
		if f.Name == "" {
			continue
		}
		value := f.Value
		if len(f.Options) > 0 {
			value = f.Options[0].Name
			if value == "" {
				value = f.Options[0].Value
			}
		}
		if value != "" {
			t.Print.VendorTicketItem = append(t.Print.VendorTicketItem, gcp.VendorTicketItem{ID: f.Name, Value: gcp.Text(value)})
		}
	}
	if t.Print.VendorTicketItem == nil {
		return nil, nil
	}
	return json.Marshal(t)
}

// ticket answers a job's ticket without an envelope: the CJT, or the flat map
// that connectors of PPD printers read.
func (h *handler) ticket(c *call) error {
	id, err := c.jobID()
	if err != nil {
		return err
	}
	view, err := h.cfg.Service.Job(c.ctx, c.caller, id)
	if err != nil {
		return err
	}
	body := ticketOf(&view)
	format := ""
	if !c.args.truth("use_cjt") {
		p, err := h.cfg.Service.Printer(c.ctx, c.caller, view.Printer)
		if err != nil {
			return err
		}
		format = p.CapsFormat
	}
	switch format {
	case "ppd":
		if body, err = flatTicket(body); err != nil {
			return err
		}
	case "xps":
		return c.writeXML(printTicket)
	}
	c.send(body)
	return nil
}

// printTicket asks for nothing: what the printer's own defaults say.
const printTicket = `<?xml version="1.0" encoding="UTF-8"?>
<psf:PrintTicket xmlns:psf="http://schemas.microsoft.com/windows/2003/08/printing/printschemaframework" version="1"/>
`

func (c *call) writeXML(text string) error {
	c.w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	c.w.WriteHeader(http.StatusOK)
	_, err := io.WriteString(c.w, text)
	if err != nil && c.r.Context().Err() == nil {
		return err
	}
	return nil
}

// flatTicket turns a CJT into the options of a PPD. A vendor_id names the option
// and its value where the capabilities came from the PPD.
func flatTicket(raw []byte) ([]byte, error) {
	var t gcp.CJT
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, &cloud.Error{Kind: cloud.KindInvalid, Message: "The ticket is not a ticket.", Cause: err}
	}
	p, flat := t.Print, map[string]string{}
	if p.Color != nil {
		if k, v, ok := strings.Cut(p.Color.VendorID, ":"); ok {
			flat[k] = v
		}
	}
	if p.Duplex != nil {
		flat["Duplex"] = map[gcp.DuplexType]string{
			gcp.DuplexLongEdge: "DuplexNoTumble", gcp.DuplexShortEdge: "DuplexTumble",
		}[p.Duplex.Type]
		if flat["Duplex"] == "" {
			flat["Duplex"] = "None"
		}
	}
	if p.MediaSize != nil && p.MediaSize.VendorID != "" {
		flat["PageSize"] = p.MediaSize.VendorID
	}
	if p.DPI != nil && p.DPI.VendorID != "" {
		flat["Resolution"] = p.DPI.VendorID
	}
	if p.Copies != nil && p.Copies.Copies > 0 {
		flat["copies"] = strconv.Itoa(p.Copies.Copies)
	}
	for _, v := range p.VendorTicketItem {
		flat[v.ID] = string(v.Value)
	}
	return json.Marshal(flat)
}
