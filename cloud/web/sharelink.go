package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"platen/cloud"
)

// guestData is the page of a link that shares a printer.
type guestData struct {
	Lead    string
	Until   time.Time
	Visits  bool   // the person comes in without an account
	SignIn  string // where whoever has one signs in
	Problem string
	Name    string
	Form    string // names this form: sent twice, it is one visitor
}

// offered returns what the link of the address offers. Nobody guesses one; whoever
// tries is slowed down.
func (s *site) offered(v *visit) (cloud.LinkOffer, error) {
	if err := s.cfg.OAuth.Attempt(v.r); err != nil {
		return cloud.LinkOffer{}, err
	}
	return s.cfg.Service.Link(v.ctx, v.caller, v.r.PathValue("token"))
}

// resident reports whether somebody is signed in with an account of the own.
func resident(v *visit) bool { return v.caller.User != nil && !v.caller.User.Visitor() }

// showShareLink shows what a link offers, and does not use it up.
func (s *site) showShareLink(v *visit) error {
	o, err := s.offered(v)
	if err != nil {
		return err
	}
	s.cfg.OAuth.Proved(v.r, 1)
	switch {
	case o.Role != "":
		return v.redirect("/printers/" + string(o.Printer))
	case !resident(v) && !o.Visitors:
		return v.redirect(s.signInFor(v))
	}
	return s.showGuest(v, http.StatusOK, o, guestData{})
}

func (s *site) signInFor(v *visit) string {
	return "/signin?next=" + url.QueryEscape(v.r.URL.Path)
}

func (s *site) showGuest(v *visit, status int, o cloud.LinkOffer, data guestData) error {
	title, err := s.pages.text("guest.title", o.Name)
	if err != nil {
		return err
	}
	if data.Lead, err = s.pages.text("guest.lead", o.From); err != nil {
		return err
	}
	data.Until, data.Visits, data.SignIn = o.Until, !resident(v), s.signInFor(v)
	data.Form = rand.Text()
	return s.show(v, status, "guest", title, data)
}

// useLink gives the printer of a link to the person, or lets a visitor in.
func (s *site) useLink(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	o, err := s.offered(v)
	if err != nil {
		return err
	}
	switch {
	case resident(v):
		s.cfg.OAuth.Proved(v.r, 1)
		if _, err := s.cfg.Service.UseLink(v.ctx, v.caller, v.r.PathValue("token")); err != nil {
			return err
		}
		return v.redirect("/printers/" + string(o.Printer))
	case o.Role != "":
		return v.redirect("/printers/" + string(o.Printer) + "/print")
	case !o.Visitors:
		return v.redirect(s.signInFor(v))
	}
	// What it costs is not given back: an address makes few visitors.
	u, id, err := s.cfg.Service.Visit(v.ctx, v.r.PathValue("token"), form.Get("name"), form.Get("form"))
	if cloud.KindOf(err) == cloud.KindInvalid {
		return s.showGuest(v, http.StatusBadRequest, o, guestData{Problem: err.Error(), Name: form.Get("name")})
	}
	if err != nil {
		return err
	}
	return s.enterAs(v, u.ID, "/printers/"+string(id)+"/print")
}
