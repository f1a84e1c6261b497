package web

import (
	"net/http"
	"strings"

	"platen/cloud"
	"platen/cloud/oauth"
)

type signInData struct{ Next, Email, Problem string }

func (s *site) home(v *visit) error {
	if v.caller.User == nil {
		return v.redirect("/signin")
	}
	return v.redirect("/printers")
}

func (s *site) showSignIn(v *visit) error {
	data := signInData{Next: localPath(v.r.URL.Query().Get("next"))}
	return s.show(v, http.StatusOK, "signin", s.pages.words["signin.title"], data)
}

// signIn takes address and password. Whoever signs in gets a new session, so that
// a cookie planted before is worth nothing.
func (s *site) signIn(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	email, next := v.r.PostFormValue("email"), localPath(v.r.PostFormValue("next"))
	u, err := s.cfg.OAuth.SignIn(v.r, email, v.r.PostFormValue("password"))
	switch kind := cloud.KindOf(err); {
	case kind == cloud.KindCredentials || kind == cloud.KindForbidden || kind == cloud.KindInvalid || kind == cloud.KindQuota:
		v.caller = cloud.Caller{}
		data := signInData{Next: next, Email: email, Problem: err.Error()}
		return s.show(v, statusOf(kind), "signin", s.pages.words["signin.title"], data)
	case err != nil:
		return err
	}
	cookie, err := s.cfg.OAuth.NewSession(v.ctx, u.ID)
	if err != nil {
		return err
	}
	s.setCookie(v, cookie.Reveal(), int(oauth.SessionLifetime.Seconds()))
	return v.redirect(next)
}

func (s *site) redeemLink(v *visit) error {
	cookie, err := s.cfg.OAuth.RedeemSignInLink(v.ctx, v.r.PathValue("token"))
	if cloud.KindOf(err) == cloud.KindCredentials {
		data := signInData{Next: "/printers", Problem: s.pages.words["signin.link"]}
		return s.show(v, http.StatusForbidden, "signin", s.pages.words["signin.title"], data)
	}
	if err != nil {
		return err
	}
	s.setCookie(v, cookie.Reveal(), int(oauth.SessionLifetime.Seconds()))
	return v.redirect(localPath(v.r.URL.Query().Get("next")))
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
