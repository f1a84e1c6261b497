package web

import (
	"net/http"
	"strings"

	"platen/cloud"
	"platen/cloud/passkey"
)

type accountData struct {
	Email, Name, Role, Groups, Problem string
	Guest                              bool
	Keys                               []keyRow
	Addresses                          []addressRow // for printing from devices
	Passkeys                           []passkey.Passkey
	Offered                            bool // passkeys
}

func (s *site) showAccount(v *visit) error { return s.showAccountWith(v, http.StatusOK, "") }

func (s *site) showAccountWith(v *visit, status int, problem string) error {
	u := v.caller.User
	data := accountData{
		Email: u.Email, Name: u.Name, Role: s.roleWords(u.Role()), Groups: strings.Join(u.Groups, ", "), Problem: problem, Guest: u.Guest,
		Offered: s.cfg.Passkeys.Offered(),
	}
	var err error
	if data.Keys, err = s.keyRows(v, u.ID, "/account"); err != nil {
		return err
	}
	if data.Addresses, err = s.addressRows(v); err != nil {
		return err
	}
	if data.Passkeys, err = s.cfg.Passkeys.List(v.ctx, u.ID); err != nil {
		return err
	}
	return s.show(v, status, "account", s.pages.words["account.title"], data)
}

func (s *site) setName(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	err = s.cfg.Service.SetName(v.ctx, v.caller, form.Get("name"))
	if cloud.KindOf(err) == cloud.KindInvalid {
		return s.showAccountWith(v, http.StatusBadRequest, err.Error())
	}
	if err != nil {
		return err
	}
	return v.redirect("/account")
}

// signOutEverywhere ends all sessions, this one too: the person sees that it worked.
func (s *site) signOutEverywhere(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	if err := s.cfg.Service.SignOut(v.ctx, v.caller, v.caller.User.ID); err != nil {
		return err
	}
	s.setCookie(v, "", -1)
	return v.redirect("/signin")
}

func (s *site) revokeKey(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	if err := s.cfg.OAuth.RevokeKey(v.ctx, v.caller.User.ID, v.r.PathValue("key")); err != nil {
		return err
	}
	if err := s.cfg.Service.OwnKeyChanged(v.ctx, v.caller, "revoked a key"); err != nil {
		return err
	}
	return v.redirect("/account")
}
