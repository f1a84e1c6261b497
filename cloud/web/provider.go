package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"platen/cloud"
	"platen/cloud/oidc"
)

// ProviderReturn is the path that an OpenID Connect provider sends people back to.
const ProviderReturn = "/oidc/callback"

// Provider signs people in somewhere else. cloud/oidc satisfies it.
type Provider interface {
	// Begin returns the provider's address to send a browser to.
	Begin(ctx context.Context, next string) (to string, f oidc.Flow, err error)
	// Finish returns who came back from the provider with params.
	Finish(ctx context.Context, f oidc.Flow, params url.Values) (cloud.Identity, error)
}

// flowCookie holds an oidc.Flow while its person is away.
const (
	flowCookie = "platen_flow"
	flowTime   = 10 * time.Minute
)

// leave sends a person to the provider.
func (s *site) leave(v *visit) error {
	if s.cfg.Provider == nil {
		return s.notFound(v)
	}
	if err := s.cfg.OAuth.Attempt(v.r); err != nil {
		return err
	}
	to, flow, err := s.cfg.Provider.Begin(v.ctx, localPath(v.r.URL.Query().Get("next")))
	if err != nil {
		return err
	}
	b, err := json.Marshal(flow)
	if err != nil {
		return err
	}
	s.setFlow(v, base64.RawURLEncoding.EncodeToString(b), int(flowTime.Seconds()))
	return v.redirect(to)
}

// setFlow is Lax: the provider sends the browser back with an ordinary link.
func (s *site) setFlow(v *visit, value string, maxAge int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: flowCookie, Value: value, Path: "/oidc/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// comeBack signs in whoever the provider sent back. Refusals are shown on the
// sign-in page.
func (s *site) comeBack(v *visit) error {
	if s.cfg.Provider == nil {
		return s.notFound(v)
	}
	flow := s.flowOf(v)
	s.setFlow(v, "", -1)
	next := localPath(flow.Next)
	u, err := s.identified(v, flow)
	switch kind := cloud.KindOf(err); kind {
	case "":
	case cloud.KindForbidden, cloud.KindCredentials, cloud.KindQuota, cloud.KindUnavailable:
		s.cfg.Logger.InfoContext(v.ctx, "sign-in with the provider", "err", err, "cause", causeOf(err))
		v.caller = cloud.Caller{}
		return s.showSignInAgain(v, statusOf(kind), signInData{Next: next, Problem: err.Error()})
	default:
		return err
	}
	if err != nil {
		return err
	}
	s.cfg.OAuth.Proved(v.r, 2) // going and coming
	return s.enterAs(v, u.ID, next)
}

// identified returns the account of who came back.
func (s *site) identified(v *visit, flow oidc.Flow) (cloud.User, error) {
	if err := s.cfg.OAuth.Attempt(v.r); err != nil {
		return cloud.User{}, err
	}
	id, err := s.cfg.Provider.Finish(v.ctx, flow, v.r.URL.Query())
	if err != nil {
		return cloud.User{}, err
	}
	return s.cfg.Service.SignInIdentity(v.ctx, id)
}

// flowOf reads the cookie of leave; without it, or with a broken one, nothing fits
// what the provider sends.
func (s *site) flowOf(v *visit) (f oidc.Flow) {
	c, err := v.r.Cookie(flowCookie)
	if err != nil {
		return oidc.Flow{}
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(b, &f) != nil {
		return oidc.Flow{}
	}
	return f
}

// causeOf is what the log is told of a refusal besides its sentence.
func causeOf(err error) error {
	if e, ok := err.(interface{ Unwrap() error }); ok {
		return e.Unwrap()
	}
	return nil
}
