package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"

	"platen/cloud"
	"platen/cloud/oauth"
)

// visit is one request to a page.
type visit struct {
	w      http.ResponseWriter
	r      *http.Request
	ctx    context.Context // of this one request
	caller cloud.Caller    // nobody if Anonymous
	cookie string
}

// pageFunc answers one request, or says what went wrong.
type pageFunc func(v *visit) error

// page does what all pages have in common: headers, who asks, errors.
func (s *site) page(h pageFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secureHeaders(w.Header(), "")
		v := &visit{w: w, r: r, ctx: r.Context()}
		err := s.identify(v)
		if err == nil {
			err = h(v)
		}
		if err != nil {
			s.fail(v, err)
		}
	})
}

// secureHeaders forbids everything that a page does not need. target is another
// origin that a form may lead to.
func secureHeaders(h http.Header, target string) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "+
		"img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"+target)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// identify finds out who asks. A cookie that does not count is nobody's.
func (s *site) identify(v *visit) error {
	cookie, err := v.r.Cookie(oauth.CookieName)
	if err != nil {
		return nil //nolint:nilerr // no cookie
	}
	v.cookie = cookie.Value
	v.caller, err = s.cfg.OAuth.Session(v.ctx, cookie.Value)
	if errors.Is(err, cloud.ErrCredentials) {
		v.cookie = ""
		return nil
	}
	return err
}

// signedIn sends whoever is not signed in to sign in, and back afterwards.
func signedIn(h pageFunc) pageFunc {
	return func(v *visit) error {
		if v.caller.User != nil {
			return h(v)
		}
		to := "/printers" // what a form held is lost
		if v.r.Method == http.MethodGet {
			to = v.r.URL.RequestURI()
		}
		return v.redirect("/signin?next=" + url.QueryEscape(to))
	}
}

func (v *visit) redirect(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// form reads an ordinary form and checks that one of our pages sent it.
func (s *site) form(v *visit) (url.Values, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return nil, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["error.form"], Cause: err}
	}
	return v.r.PostForm, s.checkXSRF(v, v.r.PostForm.Get("xsrf"))
}

func (s *site) checkXSRF(v *visit, token string) error {
	if v.cookie == "" {
		return nil // nobody is signed in, and nothing can be done in anybody's name
	}
	if err := s.cfg.OAuth.CheckXSRF(v.cookie, token); err != nil {
		return &cloud.Error{Kind: cloud.KindXSRF, Message: s.pages.words["error.stale"], Cause: err}
	}
	return nil
}

// view is what every template gets.
type view struct {
	Title string
	User  *cloud.User
	XSRF  string
	Live  bool      // the page follows jobs
	After cloud.Seq // what it already shows
	Data  any
}

// show writes a page. It is rendered first: half a page helps nobody.
func (s *site) show(v *visit, status int, name, title string, data any) error {
	full := view{Title: title, User: v.caller.User, Data: data}
	if v.caller.User != nil {
		full.XSRF = s.cfg.OAuth.XSRF(v.cookie)
	}
	if live, ok := data.(liveData); ok {
		full.Live, full.After = true, live.after()
	}
	var page bytes.Buffer
	if err := s.pages.render(&page, name, full); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch status { // RFC 6585, 4, and RFC 9110, 15.6.4
	case http.StatusTooManyRequests:
		v.w.Header().Set("Retry-After", "30")
	case http.StatusServiceUnavailable:
		v.w.Header().Set("Retry-After", "5")
	}
	v.w.WriteHeader(status)
	_, _ = page.WriteTo(v.w) // the reader may be gone
	return nil
}

// fail shows an error as a page. Trouble of our own goes to the log, without a
// detail on the page.
func (s *site) fail(v *visit, err error) {
	e, ok := errors.AsType[*cloud.Error](err)
	if !ok {
		if v.ctx.Err() == nil {
			s.cfg.Logger.ErrorContext(v.ctx, "page", "path", v.r.URL.Path, "err", err)
		}
		e = &cloud.Error{Kind: cloud.KindUnavailable, Message: s.pages.words["error.own"]}
	}
	message := e.Message
	if message == "" {
		message = s.pages.words["error.notfound"]
	}
	if err := s.show(v, statusOf(e.Kind), "error", s.pages.words["error.title"], message); err != nil {
		s.cfg.Logger.ErrorContext(v.ctx, "error page", "err", err)
		http.Error(v.w, message, http.StatusInternalServerError)
	}
}

func statusOf(k cloud.Kind) int {
	switch k {
	case cloud.KindNotFound:
		return http.StatusNotFound
	case cloud.KindCredentials, cloud.KindForbidden, cloud.KindXSRF:
		return http.StatusForbidden
	case cloud.KindTooLarge:
		return http.StatusRequestEntityTooLarge
	case cloud.KindUnsupported:
		return http.StatusUnsupportedMediaType
	case cloud.KindQuota:
		return http.StatusTooManyRequests
	case cloud.KindFinished:
		return http.StatusConflict
	case cloud.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

func (s *site) notFound(v *visit) error {
	return &cloud.Error{Kind: cloud.KindNotFound, Message: s.pages.words["error.page"]}
}
