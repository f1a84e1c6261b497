package web

import (
	"net/http"

	"platen/cloud"
	"platen/cloud/passkey"
)

// passkeyCookie binds a challenge to the browser that asked for it.
const passkeyCookie = "platen_passkey"

// newPasskeyData is the form for a new passkey.
type newPasskeyData struct{ Name, Problem string }

// setChallenge is Strict: only a page of ours ever needs it.
func (s *site) setChallenge(v *visit, key string, maxAge int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: passkeyCookie, Value: key, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode,
	})
}

// challenge returns the key of the challenge that the browser was given, which forgets it;
// "" if there is none.
func (s *site) challenge(v *visit) string {
	s.setChallenge(v, "", -1)
	c, err := v.r.Cookie(passkeyCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// tellChallenge answers our script with what it asks the browser for.
func (s *site) tellChallenge(v *visit, a passkey.Asked) error {
	s.setChallenge(v, a.Key, int(passkey.CookieTime.Seconds()))
	return answer(v, http.StatusOK, map[string]any{"publicKey": a.Options})
}

// askPasskey begins a sign-in. Nobody is known yet: the device knows its accounts.
func (s *site) askPasskey(v *visit) error {
	if err := s.cfg.OAuth.Attempt(v.r); err != nil {
		return err
	}
	a, err := s.cfg.Passkeys.BeginSignIn()
	if err != nil {
		return err
	}
	return s.tellChallenge(v, a)
}

// signInByPasskey is signIn with what the browser signed.
func (s *site) signInByPasskey(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	signed, next := v.r.PostFormValue("credential"), localPath(v.r.PostFormValue("next"))
	key := s.challenge(v)
	u, err := s.cfg.OAuth.SignInBy(v.r, func(string) (cloud.User, error) { return s.cfg.Passkeys.FinishSignIn(v.ctx, key, signed) })
	if err != nil {
		s.cfg.Logger.InfoContext(v.ctx, "sign-in with a passkey", "err", err, "cause", causeOf(err))
		return s.keepOut(v, err, signInData{Next: next})
	}
	s.cfg.OAuth.Proved(v.r, 1)
	return s.enterAs(v, u.ID, next)
}

func (s *site) showNewPasskey(v *visit) error {
	if !s.cfg.Passkeys.Offered() {
		return &cloud.Error{Kind: cloud.KindNotFound, Message: s.pages.words["passkey.https"]}
	}
	return s.newPasskeyForm(v, http.StatusOK, newPasskeyData{})
}

func (s *site) newPasskeyForm(v *visit, status int, data newPasskeyData) error {
	return s.show(v, status, "newpasskey", s.pages.words["passkey.new"], data)
}

// askNewPasskey begins to add a passkey.
func (s *site) askNewPasskey(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	a, err := s.cfg.Passkeys.BeginAdd(v.ctx, *v.caller.User)
	if err != nil {
		return err
	}
	return s.tellChallenge(v, a)
}

func (s *site) addPasskey(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	made := passkey.Made{Key: s.challenge(v), Name: form.Get("name"), Answer: form.Get("credential")}
	err = s.cfg.Passkeys.FinishAdd(v.ctx, *v.caller.User, made)
	if cloud.KindOf(err) == cloud.KindInvalid {
		s.cfg.Logger.InfoContext(v.ctx, "adding a passkey", "err", err, "cause", causeOf(err))
		return s.newPasskeyForm(v, http.StatusBadRequest, newPasskeyData{made.Name, err.Error()})
	}
	return s.toPasskeys(v, err)
}

func (s *site) renamePasskey(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	err = s.cfg.Passkeys.Rename(v.ctx, v.caller.User.ID, passkeyID(v), form.Get("name"))
	if cloud.KindOf(err) == cloud.KindInvalid {
		return s.showAccountWith(v, http.StatusBadRequest, err.Error())
	}
	return s.toPasskeys(v, err)
}

func (s *site) removePasskey(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	return s.toPasskeys(v, s.cfg.Passkeys.Remove(v.ctx, v.caller.User.ID, passkeyID(v)))
}

func passkeyID(v *visit) passkey.ID { return passkey.ID(v.r.PathValue("passkey")) }

// toPasskeys shows what a form has done.
func (s *site) toPasskeys(v *visit, err error) error {
	if err != nil {
		return err
	}
	return v.redirect("/account#passkeys")
}
