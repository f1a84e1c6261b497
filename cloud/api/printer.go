package api

import (
	"platen/cloud"
	"platen/gcp"
)

// search lists the printers that the caller may use.
func (h *handler) search(c *call) error {
	q := cloud.PrinterQuery{
		Text: c.args.get("q"), Type: gcp.PrinterType(c.args.get("type")),
		Connection: gcp.ConnectionStatus(c.args.get("connection_status")),
	}
	views, err := h.cfg.Service.Search(c.ctx, c.caller, q)
	if err != nil {
		return err
	}
	f := c.listFields()
	f.capabilities = q.Text == "^recent"
	c.write(&printersAnswer{envelope: c.done(""), Printers: c.printersOf(views, f)})
	return nil
}

// list lists the printers of one connector.
func (h *handler) list(c *call) error {
	proxy := c.args.get("proxy")
	if proxy == "" {
		return missing()
	}
	installation, err := c.announced()
	if err != nil {
		return err
	}
	views, err := h.cfg.Service.List(c.ctx, c.caller, gcp.ProxyID(proxy))
	if err != nil {
		return err
	}
	c.write(&printersAnswer{
		envelope: c.done(""), Printers: c.printersOf(views, c.listFields()), Installation: installation,
	})
	return nil
}

// printer shows one printer, as the one element of a list.
func (h *handler) printer(c *call) error {
	id, err := c.printerID()
	if err != nil {
		return err
	}
	view, err := h.cfg.Service.Printer(c.ctx, c.caller, id)
	if err != nil {
		return err
	}
	c.write(&printersAnswer{envelope: c.done(""), Printers: []gcp.Printer{c.printerOf(&view, c.wholeFields())}})
	return nil
}

// update changes a printer.
func (h *handler) update(c *call) error {
	id, err := c.printerID()
	if err != nil {
		return err
	}
	f, err := c.fields()
	if err != nil {
		return err
	}
	view, err := h.cfg.Service.UpdatePrinter(c.ctx, c.caller, id, f)
	if err != nil {
		return err
	}
	c.writePrinter(&view, "Printer updated successfully.")
	return nil
}

// writePrinter answers one printer, both as a member and as a list.
func (c *call) writePrinter(view *cloud.PrinterView, message string) {
	f := c.listFields()
	f.connection = true
	p := c.printerOf(view, f)
	c.write(&printerAnswer{c.done(message), p, []gcp.Printer{p}})
}

// delete deletes an own printer, or drops a shared one.
func (h *handler) delete(c *call) error {
	id, err := c.printerID()
	if err != nil {
		return err
	}
	if err := h.cfg.Service.DeletePrinter(c.ctx, c.caller, id); err != nil {
		return err
	}
	c.write(&printersAnswer{envelope: c.done("Printer deleted successfully."), Printers: []gcp.Printer{}})
	return nil
}
