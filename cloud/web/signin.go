package web

import (
	"errors"
	"net/http"
	"strings"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/internal/secret"
)

type signInData struct {
	Next, Email, Problem string
	Elsewhere            string // the link to the provider, in words; "" if there is none
	Passkeys             bool   // they are offered
}

// showSignInAgain shows the page of sign-in.
func (s *site) showSignInAgain(v *visit, status int, data signInData) error {
	data.Passkeys = s.cfg.Passkeys.Offered()
	if s.cfg.Provider != nil {
		data.Elsewhere = s.pages.words["signin.provider"]
		if s.cfg.ProviderName != "" {
			data.Elsewhere, _ = s.pages.text("signin.with", s.cfg.ProviderName) // a test knows that it is there
		}
	}
	return s.show(v, status, "signin", s.pages.words["signin.title"], data)
}

// enter gives the browser its session, and goes on.
func (s *site) enter(v *visit, cookie secret.Text, next string) error {
	c, err := s.cfg.OAuth.Session(v.ctx, cookie.Reveal())
	if err != nil {
		return err
	}
	if err := s.cfg.Service.SignedIn(v.ctx, c.User.ID); err != nil {
		return err
	}
	s.setCookie(v, cookie.Reveal(), int(oauth.SessionLifetime.Seconds()))
	return v.redirect(next)
}

// enterAs opens a session for somebody who has proved to be the person.
func (s *site) enterAs(v *visit, id cloud.UserID, next string) error {
	cookie, err := s.cfg.OAuth.NewSession(v.ctx, id)
	if err != nil {
		return err
	}
	return s.enter(v, cookie, next)
}

func (s *site) home(v *visit) error {
	if v.caller.User == nil {
		return v.redirect("/signin")
	}
	return v.redirect("/printers")
}

func (s *site) showSignIn(v *visit) error {
	data := signInData{Next: localPath(v.r.URL.Query().Get("next"))}
	return s.showSignInAgain(v, http.StatusOK, data)
}

// signIn takes address and password. Whoever signs in gets a new session, so that
// a cookie planted before is worth nothing.
func (s *site) signIn(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	email, next := v.r.PostFormValue("email"), localPath(v.r.PostFormValue("next"))
	u, err := s.cfg.OAuth.SignIn(v.r, email, v.r.PostFormValue("password"))
	if err != nil {
		return s.keepOut(v, err, signInData{Next: next, Email: email})
	}
	return s.enterAs(v, u.ID, next)
}

// keepOut shows whoever did not prove to be the person the page of sign-in again.
func (s *site) keepOut(v *visit, err error, data signInData) error {
	switch kind := cloud.KindOf(err); kind {
	case cloud.KindCredentials, cloud.KindForbidden, cloud.KindInvalid, cloud.KindQuota:
		v.caller = cloud.Caller{}
		if e, ok := errors.AsType[*cloud.Error](err); ok {
			v.after = e.After
		}
		data.Problem = err.Error()
		return s.showSignInAgain(v, statusOf(kind), data)
	}
	return err
}

func (s *site) redeemLink(v *visit) error {
	if err := s.cfg.OAuth.Attempt(v.r); err != nil {
		return err
	}
	cookie, err := s.cfg.OAuth.RedeemSignInLink(v.ctx, v.r.PathValue("token"))
	if cloud.KindOf(err) == cloud.KindCredentials {
		data := signInData{Next: "/printers", Problem: s.pages.words["signin.link"]}
		return s.showSignInAgain(v, http.StatusForbidden, data)
	}
	if err != nil {
		return err
	}
	s.cfg.OAuth.Proved(v.r, 1)
	return s.enter(v, cookie, localPath(v.r.URL.Query().Get("next")))
}

func (s *site) signOut(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	if v.cookie != "" {
		if err := s.cfg.OAuth.EndSession(v.ctx, v.cookie); err != nil {
			return err
		}
	}
	s.setCookie(v, "", -1)
	return v.redirect("/signin")
}

// setCookie is Lax, not Strict: following a link from a mail to a job keeps the
// person signed in.
func (s *site) setCookie(v *visit, value string, maxAge int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: oauth.CookieName, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// localPath returns path if it is one of this site, so that signing in never
// leads to another. Browsers take a backslash for a slash and drop control
// characters.
func localPath(path string) string {
	strange := strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || r < ' ' })
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strange {
		return "/printers"
	}
	return path
}
