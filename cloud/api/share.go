package api

import (
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// share lets somebody use a printer.
func (h *handler) share(c *call) error {
	r, err := c.shareRequest()
	if err != nil {
		return err
	}
	if err := h.cfg.Service.Share(c.ctx, c.caller, r); err != nil {
		return err
	}
	c.write(&envelopeAnswer{c.done("Printer shared successfully.")})
	return nil
}

// unshare takes a share back.
func (h *handler) unshare(c *call) error {
	r, err := c.shareRequest()
	if err != nil {
		return err
	}
	if err := h.cfg.Service.Unshare(c.ctx, c.caller, r); err != nil {
		return err
	}
	c.write(&envelopeAnswer{c.done("Printer unshared successfully.")})
	return nil
}

func (c *call) shareRequest() (cloud.ShareRequest, error) {
	id, err := c.printerID()
	if err != nil {
		return cloud.ShareRequest{}, err
	}
	r := cloud.ShareRequest{
		Printer: id, Scope: strings.TrimSpace(c.args.get("scope")),
		Type: gcp.ScopeType(strings.ToUpper(c.args.get("type"))), Role: gcp.Role(strings.ToUpper(c.args.get("role"))),
		Public: c.args.truth("public"), SkipNotification: c.args.truth("skip_notification", "skipNotification"),
	}
	if r.Scope == "" && !r.Public {
		return r, &cloud.Error{Kind: cloud.KindMissing, Message: "Failed to share the printer."}
	}
	return r, nil
}

// invites lists the caller's unanswered invitations.
func (h *handler) invites(c *call) error {
	list, err := h.cfg.Service.Invites(c.ctx, c.caller)
	if err != nil {
		return err
	}
	out := make([]gcp.Invite, 0, len(list))
	for i := range list {
		in := &list[i]
		p := c.printerOf(&in.Printer, c.listFields())
		out = append(out, gcp.Invite{
			Sender:   gcp.InviteParty{Name: in.Sender.Name, Email: in.Sender.Email},
			Receiver: gcp.InviteParty{Type: in.Share.Type, Name: in.Share.Scope, Scope: in.Share.Scope},
			Printer:  &p,
		})
	}
	c.write(&invitesAnswer{c.done(""), out})
	return nil
}

// processInvite accepts or refuses an invitation.
func (h *handler) processInvite(c *call) error {
	id, err := c.printerID()
	if err != nil {
		return err
	}
	accept := c.args.flag("accept")
	if accept == nil {
		return missing()
	}
	view, err := h.cfg.Service.ProcessInvite(c.ctx, c.caller, id, *accept)
	if err != nil {
		return err
	}
	c.writePrinter(&view, "The invitation was processed.")
	return nil
}
