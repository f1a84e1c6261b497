package client

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/secret"
)

// Tokens are what a service gives to somebody who signed in.
type Tokens struct {
	Access  secret.Text
	Refresh secret.Text
	Expires time.Time // of Access; zero if not known
}

// tokens holds the access token and renews it. One renewal runs at a time, and
// whoever waits for it can give up.
type tokens struct {
	cfg       oauth2.Config
	http      *http.Client
	onRefresh func(secret.Text)
	renews    bool // there was a refresh token from the start

	lock    chan struct{} // holds one element while the fields below are in use
	refresh secret.Text
	current oauth2.Token
	refusal error           // of the refresh token, until it is tried again
	tryAt   time.Time       // when that is
	tries   backoff.Backoff // grows with each refusal
}

// refusedMin is the first wait after a refused refresh token. The longest is the
// default of backoff, 5 min: a person must do something first.
const refusedMin = 30 * time.Second

func newTokens(cfg oauth2.Config, hc *http.Client, c Config) *tokens {
	return &tokens{
		cfg: cfg, http: hc, onRefresh: c.OnRefreshToken, lock: make(chan struct{}, 1),
		renews:  !c.RefreshToken.Empty(),
		tries:   backoff.Backoff{Min: refusedMin},
		refresh: c.RefreshToken, current: oauth2.Token{AccessToken: c.AccessToken.Reveal()},
	}
}

// token returns an access token that is not stale, the one that was refused
// last, and "" for a client without credentials.
func (t *tokens) token(ctx context.Context, stale string) (string, error) {
	select {
	case t.lock <- struct{}{}:
		defer func() { <-t.lock }()
	case <-ctx.Done():
		return "", &TransportError{Op: "token", Err: ctx.Err()}
	}
	refused := stale != "" && t.current.AccessToken == stale
	if !t.renews || t.current.Valid() && !refused {
		return t.current.AccessToken, nil
	}
	if t.refusal != nil && time.Now().Before(t.tryAt) {
		return "", t.refusal
	}
	old := &oauth2.Token{RefreshToken: t.refresh.Reveal()}
	fresh, err := t.cfg.TokenSource(oauthContext(ctx, t.http), old).Token()
	if err != nil {
		return "", t.failed(tokenError("token", err))
	}
	t.refusal = nil
	t.tries.Reset()
	t.current = *fresh
	if r := secret.New(fresh.RefreshToken); !r.Empty() && !r.Equal(t.refresh) {
		t.refresh = r
		if t.onRefresh != nil {
			t.onRefresh(r)
		}
	}
	return fresh.AccessToken, nil
}

// failed keeps an error that says that the service does not take the refresh token, so
// that not each call asks anew.
func (t *tokens) failed(err error) error {
	var e *gcp.Error
	t.refusal = nil
	if errors.As(err, &e) && e.Refused() {
		t.refusal, t.tryAt = err, time.Now().Add(t.tries.Next())
	}
	return err
}

// drop forgets an access token that was refused, if another can be had.
func (t *tokens) drop(stale string) {
	t.lock <- struct{}{}
	defer func() { <-t.lock }()
	if t.renewable() && t.current.AccessToken == stale {
		t.current = oauth2.Token{}
	}
}

// renewable reports whether another token can be had after a refusal.
func (t *tokens) renewable() bool { return t.renews }

// oauth returns the configuration of x/oauth2. The style is fixed: probing would
// send a code twice. Without a secret the client is a public one, which names
// itself in the body (RFC 6749, 3.2.1).
func (c *Client) oauth(scopes ...string) oauth2.Config {
	root := c.base.Scheme + "://" + c.base.Host
	style := oauth2.AuthStyleInHeader
	if c.cfg.ClientSecret.Empty() {
		style = oauth2.AuthStyleInParams
	}
	return oauth2.Config{
		ClientID:     c.cfg.ClientID,
		ClientSecret: c.cfg.ClientSecret.Reveal(),
		Scopes:       scopes,
		Endpoint: oauth2.Endpoint{
			TokenURL: root + "/o/oauth2/token", DeviceAuthURL: root + "/o/oauth2/device/code", AuthStyle: style,
		},
	}
}

// oauthHTTP shares the connections; x/oauth2 sets no deadline of its own.
func (c *Client) oauthHTTP() *http.Client {
	return &http.Client{Transport: c.http.Transport, Timeout: c.cfg.Timeout}
}

// oauthContext hands hc to x/oauth2, and makes its calls end with ctx even where
// it builds a request without one (DeviceAuth).
func oauthContext(ctx context.Context, hc *http.Client) context.Context {
	bound := *hc
	bound.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Context().Done() == nil {
			r = r.WithContext(ctx)
		}
		return hc.Transport.RoundTrip(r)
	})
	return context.WithValue(ctx, oauth2.HTTPClient, &bound)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// tokenError turns an error of x/oauth2, whose text may show the answer's body,
// into ours.
func tokenError(op string, err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		message := cmp.Or(e.ErrorDescription, e.ErrorCode)
		failed := &gcp.Error{Op: op, Message: cmp.Or(message, http.StatusText(e.Response.StatusCode)), HTTPStatus: e.Response.StatusCode, OAuth: e.ErrorCode}
		return withRetryAfter(failed, e.Response.Header)
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return &TransportError{Op: op, Err: err}
}

// Token returns an access token that has not expired, for what is no call of this
// client, such as the login of a notification stream; and not the one that was
// refused there, if any.
func (c *Client) Token(ctx context.Context, refused secret.Text) (secret.Text, error) {
	t, err := c.tokens.token(ctx, refused.Reveal())
	return secret.New(t), err
}
