package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"platen/cloud"
	"platen/cloud/legacy"
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

// ticket answers a job's ticket without an envelope: the CJT, or what connectors of
// PPD and XPS printers read.
func (h *handler) ticket(c *call) error {
	view, err := c.shownJob()
	if err != nil {
		return err
	}
	body := ticketOf(&view)
	if c.args.truth("use_cjt") {
		c.send(body)
		return nil
	}
	p, err := h.cfg.Service.Printer(c.ctx, c.caller, view.Printer)
	if err != nil {
		return err
	}
	if p.CapsFormat == "" {
		c.send(body)
		return nil
	}
	return c.oldTicket(&p, body)
}

// oldTicket answers a ticket as connectors of version 1.0 read it.
func (c *call) oldTicket(p *cloud.PrinterView, body []byte) error {
	var t gcp.CJT
	if err := json.Unmarshal(body, &t); err != nil {
		return &cloud.Error{Kind: cloud.KindInvalid, Message: "The ticket is not a ticket.", Cause: err}
	}
	d, err := p.Legacy()
	switch {
	case err == nil && legacy.Format(p.CapsFormat) == legacy.XPS:
		return c.writeXML(d.PrintTicket(t))
	case err != nil && legacy.Format(p.CapsFormat) == legacy.XPS:
		return c.writeXML((&legacy.Description{}).PrintTicket(gcp.CJT{}))
	}
	flat, err := json.Marshal(d.Flat(t))
	if err != nil {
		return err
	}
	c.send(flat)
	return nil
}

func (c *call) writeXML(text string) error {
	c.w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	c.w.WriteHeader(http.StatusOK)
	_, err := io.WriteString(c.w, text)
	if err != nil && c.r.Context().Err() == nil {
		return err
	}
	return nil
}
