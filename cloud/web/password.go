package web

import (
	"net/http"
	"net/url"
	"time"

	"platen/cloud"
)

// freshFor is how long after signing in, by password or by link, a person may set
// a new password: whoever finds a browser open must not.
const freshFor = 15 * time.Minute

type passwordData struct{ Email, Problem string }

// lately sends whoever signed in too long ago to sign in again.
func (s *site) lately(h pageFunc) pageFunc {
	return func(v *visit) error {
		at, err := s.cfg.OAuth.SignedInAt(v.ctx, v.cookie)
		if err != nil {
			return err
		}
		if time.Since(at) > freshFor {
			return v.redirect("/signin?next=" + url.QueryEscape(v.r.URL.Path))
		}
		return h(v)
	}
}

func (s *site) showPassword(v *visit) error {
	return s.show(v, http.StatusOK, "password", s.pages.words["password.title"], passwordData{Email: v.caller.User.Email})
}

// setPassword ends all sessions of the person, and opens one for this browser.
func (s *site) setPassword(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	data := passwordData{Email: v.caller.User.Email}
	if form.Get("password") == form.Get("again") {
		err = s.cfg.Service.SetPassword(v.ctx, v.caller.User.ID, form.Get("password"))
	} else {
		err = &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["password.differ"]}
	}
	if cloud.KindOf(err) == cloud.KindInvalid {
		data.Problem = err.Error()
		return s.show(v, http.StatusBadRequest, "password", s.pages.words["password.title"], data)
	}
	if err != nil {
		return err
	}
	return s.enterAnew(v, v.caller.User.ID)
}
