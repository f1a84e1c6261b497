package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

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
	after  time.Duration // when it may work again; 0 for as usual

	problem string // with the form that was sent, on the page that shows it once more
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
		"img-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"+target)
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
func (s *site) signedIn(h pageFunc) pageFunc {
	return func(v *visit) error {
		if v.caller.User != nil {
			return h(v)
		}
		to := "/printers" // what a form held is lost
		switch {
		case v.r.Method == http.MethodGet:
			to = v.r.URL.RequestURI()
		case v.r.URL.Path == openPath:
			to = openPath + "?again=1"
		}
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, s.maxUpload()) // strangers have the server's own time for it
		v.readRest()
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
	Path  string // of the address, which the navigation marks
	User  *cloud.User
	XSRF  string
	Key   string    // names what is sent with a form of this page, so that it is done once
	Live  bool      // the page follows jobs
	After cloud.Seq // what it already shows
	Data  any

	visit *visit
}

// Problem is what is wrong with a form that is shown once more.
func (f view) Problem() string {
	if f.visit == nil {
		return ""
	}
	return f.visit.problem
}

// Shows reports whether a form is shown once more.
func (f view) Shows(form string) bool { return f.visit != nil && f.visit.shows(form) }

// Typed is what stood in a field of a form that is shown once more.
func (f view) Typed(form, field string) string {
	if f.visit == nil {
		return ""
	}
	return f.visit.typed(form, field)
}

// show writes a page. It is rendered first: half a page helps nobody.
func (s *site) show(v *visit, status int, name, title string, data any) error {
	full := view{Title: title, Path: v.r.URL.Path, User: v.caller.User, Data: data, visit: v}
	if v.problem != "" {
		status = http.StatusBadRequest
	}
	if v.caller.User != nil {
		full.XSRF, full.Key = s.cfg.OAuth.XSRF(v.cookie), rand.Text()
	}
	if live, ok := data.(liveData); ok {
		full.Live, full.After = true, live.after()
	}
	var page bytes.Buffer
	if err := s.pages.render(&page, name, full); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.later(status)
	v.w.WriteHeader(status)
	_, _ = page.WriteTo(v.w) // the reader may be gone
	return nil
}

// later tells when to try again, with an answer that says so.
func (v *visit) later(status int) {
	switch status { // RFC 6585, 4, and RFC 9110, 15.6.4
	case http.StatusTooManyRequests:
		v.w.Header().Set("Retry-After", seconds(cmp.Or(v.after, 30*time.Second)))
	case http.StatusServiceUnavailable:
		v.w.Header().Set("Retry-After", seconds(cmp.Or(v.after, 5*time.Second)))
	}
}

// seconds writes a duration as RFC 9110, 10.2.3 wants it.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

// own is trouble of our own: it goes to the log, without a detail for the person.
func (s *site) own(v *visit, err error) *cloud.Error {
	if v.ctx.Err() == nil {
		s.cfg.Logger.ErrorContext(v.ctx, "page", "page", v.r.Pattern, "err", err) // an address may hold the secret of a link
	}
	return &cloud.Error{Kind: cloud.KindUnavailable, Message: s.pages.words["error.own"]}
}

// errorData is an error, and the page that the form was on which led to it.
type errorData struct{ Message, From string }

// fail shows an error as a page. Trouble of our own goes to the log, without a
// detail on the page.
func (s *site) fail(v *visit, err error) {
	e, ok := errors.AsType[*cloud.Error](err)
	if !ok {
		e = s.own(v, err)
	}
	v.after = e.After
	message := e.Message
	if message == "" {
		message = s.pages.words["error.notfound"]
	}
	v.problem = "" // the page that would have shown it failed
	if err := s.show(v, statusOf(e.Kind), "error", s.pages.words["error.title"], errorData{message, s.cameFrom(v)}); err != nil {
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
	case cloud.KindFinished, cloud.KindConflict, cloud.KindClaimed, cloud.KindStandby:
		return http.StatusConflict
	case cloud.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

func (s *site) notFound(v *visit) error {
	return &cloud.Error{Kind: cloud.KindNotFound, Message: s.pages.words["error.page"]}
}
