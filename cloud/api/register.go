package api

import (
	"net/url"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// robotScopes is what a robot asks for when it exchanges its code.
const robotScopes = "https://www.googleapis.com/auth/cloudprint https://www.googleapis.com/auth/googletalk"

// register adds a printer: of the caller, or of nobody until a person claims it.
func (h *handler) register(c *call) error {
	f, err := c.fields()
	if err != nil {
		return err
	}
	if f.Name == nil || *f.Name == "" || f.Proxy == nil || *f.Proxy == "" {
		return missing()
	}
	if c.caller.Anonymous() {
		return h.registerAnonymous(c, f)
	}
	view, err := h.cfg.Service.Register(c.ctx, c.caller, f)
	if err != nil {
		return err
	}
	c.write(&printersAnswer{envelope: c.done(""), Printers: []gcp.Printer{c.printerOf(&view, c.listFields())}})
	return nil
}

func (h *handler) registerAnonymous(c *call, f cloud.PrinterFields) error {
	if !h.cfg.OAuth.AllowRegistration(c.r) {
		return &cloud.Error{Kind: cloud.KindQuota, Message: "Too many registrations from this address. Try again in a minute."}
	}
	claim, err := h.cfg.Service.RegisterAnonymous(c.ctx, f)
	if err != nil {
		return err
	}
	token := url.QueryEscape(claim.Token)
	view := cloud.PrinterView{Printer: claim.Printer}
	c.write(&printersAnswer{
		envelope: c.done(""),
		Registration: &gcp.Registration{
			RegistrationToken: claim.Token, TokenDuration: gcp.Int64(claim.Expires.Sub(c.start) / time.Second),
			InviteURL:          h.url("claimprinter.html"),
			CompleteInviteURL:  h.url("claimprinter.html?token=" + token),
			InvitePageURL:      h.url("regtokenpage?t=" + token),
			AutomatedInviteURL: h.url("confirm?token=" + token),
			// The device appends its client id to this as it is.
			PollingURL: h.url("getauthcode?printerid=" + url.QueryEscape(string(claim.Printer.ID)) +
				"&poll=" + url.QueryEscape(claim.Poll) + "&oauth_client_id="),
			OAuthScope: robotScopes,
		},
		Printers: []gcp.Printer{c.printerOf(&view, c.listFields())},
	})
	return nil
}

// confirm ties an anonymously registered printer to the caller.
func (h *handler) confirm(c *call) error {
	token := c.args.get("token")
	if token == "" {
		return missing()
	}
	view, err := h.cfg.Service.Confirm(c.ctx, c.caller, token)
	if err != nil {
		return err
	}
	c.writePrinter(&view, "Printer registered successfully.")
	return nil
}

// authCode answers the poll of a device that waits to be claimed.
func (h *handler) authCode(c *call) error {
	id, err := c.printerID()
	if err != nil {
		return err
	}
	client := c.args.get("oauth_client_id")
	if client == "" {
		return missing()
	}
	code, err := h.cfg.Service.AuthCode(c.ctx, cloud.ClaimPoll{Printer: id, Secret: c.args.get("poll"), ClientID: client})
	if cloud.KindOf(err) == cloud.KindNotFound {
		return &cloud.Error{Kind: cloud.KindNotFound, Message: "Unable to get the authorization code.", Cause: err}
	}
	if err != nil {
		return err
	}
	robot := h.robotOf(code)
	robot.ConfirmationPageURL = h.url("regconfirmpage?email=" + url.QueryEscape(code.UserEmail))
	c.write(&robotAnswer{c.done(""), robot})
	return nil
}

// createRobot makes a robot for a connector that a person set up.
func (h *handler) createRobot(c *call) error {
	client := c.args.get("oauth_client_id")
	if client == "" {
		return missing()
	}
	code, err := h.cfg.Service.CreateRobot(c.ctx, c.caller, cloud.RobotRequest{
		ClientID: client, Proxy: gcp.ProxyID(c.args.get("proxy")), Token: c.args.get("robot_token"),
	})
	if err != nil {
		return err
	}
	c.write(&robotAnswer{c.done(""), h.robotOf(code)})
	return nil
}

func (h *handler) robotOf(code cloud.RobotCode) gcp.Robot {
	return gcp.Robot{
		AuthorizationCode: code.Code, XMPPJID: code.JID, UserEmail: code.UserEmail, Push: h.cfg.Push,
	}
}
