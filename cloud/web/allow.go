package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"platen/cloud"
	"platen/cloud/oauth"
)

// askData is a question of the kind "may this program act in your name?".
type askData struct {
	Who    string // the program's registered name, or what there is instead
	ID     string // what the program calls itself
	Code   string // user code of a device
	To     string // host that the answer goes to
	Host   string // the machine, as it says
	From   string // the address that it asked from
	Adds   string // the printers that it would add, as it says
	Away   string // the person's connectors that are offline, for a new one that may take the place of one
	Params url.Values
}

// connectorID is what our own connector calls itself.
const connectorID = "platen"

func (s *site) who(name, id string) string {
	switch {
	case name != "":
		return name
	case id == connectorID:
		return s.pages.words["device.connector"]
	}
	return s.pages.words["device.unknown"]
}

// deviceData is the form for a user code, after a wrong one with the reason.
type deviceData struct{ Problem, Code string }

func (s *site) showDevice(v *visit) error {
	code := v.r.URL.Query().Get("user_code")
	if code == "" {
		return s.show(v, http.StatusOK, "device", s.pages.words["device.title"], deviceData{})
	}
	d, err := s.cfg.OAuth.PendingDevice(v.ctx, v.caller, code)
	if err != nil {
		return s.wrongCode(v, code, err)
	}
	data := askData{Who: s.who(d.ClientName, d.ClientID), ID: d.ClientID, Code: d.UserCode, Host: d.Host, From: d.Address, Adds: strings.Join(d.Printers, ", ")}
	if d.ClientID == connectorID {
		if data.Away, err = s.away(v); err != nil {
			return err
		}
	}
	return s.show(v, http.StatusOK, "deviceask", s.pages.words["device.title"], data)
}

// wrongCode offers the form again to whoever mistyped a code.
func (s *site) wrongCode(v *visit, code string, err error) error {
	kind := cloud.KindOf(err)
	if kind != cloud.KindNotFound && kind != cloud.KindQuota {
		return err
	}
	if e, ok := errors.AsType[*cloud.Error](err); ok {
		v.after = e.After
	}
	return s.show(v, statusOf(kind), "device", s.pages.words["device.title"], deviceData{err.Error(), code})
}

func (s *site) decideDevice(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	decision, words := oauth.Deny, "device.denied"
	if form.Get("decision") == string(oauth.Allow) {
		decision, words = oauth.Allow, "device.allowed"
	}
	if err := s.cfg.OAuth.DecideDevice(v.ctx, v.caller, form.Get("user_code"), decision); err != nil {
		return s.wrongCode(v, form.Get("user_code"), err)
	}
	return s.show(v, http.StatusOK, "message", s.pages.words["device.title"], s.pages.words[words])
}

func (s *site) showConsent(v *visit) error {
	params := v.r.URL.Query()
	ask, err := s.cfg.OAuth.CheckAuthorize(params)
	if err != nil {
		return err
	}
	data := askData{Who: s.who(ask.ClientName, ask.ClientID), ID: ask.ClientID, Params: url.Values{}}
	for _, name := range consentParams() {
		if params.Has(name) {
			data.Params.Set(name, params.Get(name))
		}
	}
	if to, err := url.Parse(ask.RedirectURI); err == nil && !ask.OutOfBand() {
		data.To = to.Host
		// Browsers hold a redirect after a form to form-action, too.
		secureHeaders(v.w.Header(), " "+to.Scheme+"://"+to.Host)
	}
	return s.show(v, http.StatusOK, "consent", s.pages.words["consent.title"], data)
}

func consentParams() []string {
	return []string{
		"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
	}
}

func (s *site) decideConsent(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	ask, err := s.cfg.OAuth.CheckAuthorize(form)
	if err != nil {
		return err
	}
	if form.Get("decision") != string(oauth.Allow) {
		if to := s.cfg.OAuth.DenyAuthorize(ask); to != "" {
			return v.redirect(to)
		}
		return s.show(v, http.StatusOK, "message", s.pages.words["consent.title"], s.pages.words["consent.denied"])
	}
	granted, err := s.cfg.OAuth.GrantAuthorize(v.ctx, v.caller, ask)
	if err != nil {
		return err
	}
	if granted.Redirect != "" {
		return v.redirect(granted.Redirect)
	}
	// Programs of old read the code out of the window's title.
	title, err := s.pages.text("code.title", granted.Code)
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "code", title, granted.Code)
}
