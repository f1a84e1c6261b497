package oauth

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// The redirect URIs that mean "show the code".
const (
	redirectOOB    = "oob"
	redirectOOBURN = "urn:ietf:wg:oauth:2.0:oob"
)

// maxParam bounds each parameter of an authorization request, in bytes.
const maxParam = 2048

// AuthorizeRequest is a checked authorization request, RFC 6749, 4.1.1.
type AuthorizeRequest struct {
	ClientID    string
	ClientName  string // as registered; "" for a client nobody registered
	RedirectURI string
	Scope       string
	State       string
	Challenge   string // "S256:..." or "plain:...", RFC 7636; "" for none
}

// OutOfBand reports whether the code is to be shown instead of sent.
func (r AuthorizeRequest) OutOfBand() bool { return outOfBand(r.RedirectURI) }

// Granted is the answer to an authorization request.
type Granted struct {
	Code     string // to show, if RedirectURL is ""
	Redirect string // where to send the browser; "" for out of band
}

// CheckAuthorize checks an authorization request before a person is asked. On
// error nothing may be redirected: the address is not to be trusted, RFC 6749,
// 4.1.2.1.
func (s *Server) CheckAuthorize(params url.Values) (AuthorizeRequest, error) {
	for _, v := range params {
		if len(v) > 0 && len(v[0]) > maxParam {
			return AuthorizeRequest{}, invalid("A parameter is too long.")
		}
	}
	r := AuthorizeRequest{
		ClientID: params.Get("client_id"), RedirectURI: params.Get("redirect_uri"),
		Scope: params.Get("scope"), State: params.Get("state"),
	}
	client := s.clients[r.ClientID]
	r.ClientName = client.Name
	switch {
	case r.ClientID == "":
		return AuthorizeRequest{}, invalid("The parameter client_id is missing.")
	case params.Get("response_type") != "code":
		return AuthorizeRequest{}, invalid("Only response_type=code is known here.")
	case !outOfBand(r.RedirectURI) && !loopback(r.RedirectURI) && !slices.Contains(client.RedirectURIs, r.RedirectURI):
		return AuthorizeRequest{}, invalid("This redirect_uri is not registered.")
	}
	var err error
	r.Challenge, err = challenge(params)
	return r, err
}

// GrantAuthorize gives a code in the caller's name.
func (s *Server) GrantAuthorize(ctx context.Context, c cloud.Caller, r AuthorizeRequest) (Granted, error) {
	if err := c.Member(); err != nil {
		return Granted{}, err
	}
	code, t := s.newToken(KindCode, "", CodeLifetime)
	t.User, t.Client, t.Scope = c.User.ID, r.ClientID, r.Scope
	t.Redirect, t.Challenge = r.RedirectURI, r.Challenge
	if err := s.cfg.Store.AddTokens(ctx, t); err != nil {
		return Granted{}, err
	}
	if r.OutOfBand() {
		return Granted{Code: code.Reveal()}, nil
	}
	return Granted{Redirect: r.redirect("code", code.Reveal())}, nil
}

// DenyAuthorize returns where to send the browser after a refusal, or "" if the
// request was out of band.
func (s *Server) DenyAuthorize(r AuthorizeRequest) string {
	if r.OutOfBand() {
		return ""
	}
	return r.redirect("error", "access_denied")
}

func (r AuthorizeRequest) redirect(key, value string) string {
	u, err := url.Parse(r.RedirectURI)
	if err != nil { // CheckAuthorize parsed it, or it is registered
		return ""
	}
	q := u.Query()
	q.Set(key, value)
	if r.State != "" {
		q.Set("state", r.State)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// RobotCode gives a code that a connector's client exchanges for the robot's
// tokens, with the redirect URI oob.
func (s *Server) RobotCode(ctx context.Context, r gcp.RobotID, clientID string) (string, error) {
	code, t := s.newToken(KindCode, "", CodeLifetime)
	t.Robot, t.Client, t.Redirect = r, clientID, redirectOOB
	if err := s.cfg.Store.AddTokens(ctx, t); err != nil {
		return "", err
	}
	return code.Reveal(), nil
}

// HasTokens reports whether a robot has exchanged a code.
func (s *Server) HasTokens(ctx context.Context, r gcp.RobotID) (bool, error) {
	return s.cfg.Store.RobotHasTokens(ctx, r)
}

// RobotOf returns the robot that a refresh token belongs to.
func (s *Server) RobotOf(ctx context.Context, refreshToken string) (gcp.RobotID, error) {
	if refreshToken == "" || len(refreshToken) > maxSecret {
		return "", refused(errShape)
	}
	t, err := s.live(ctx, HashOf(refreshToken), KindRefresh)
	return t.Robot, err
}

func outOfBand(uri string) bool { return uri == redirectOOB || uri == redirectOOBURN }

// loopback reports whether a redirect URI stays on the person's own machine, on
// any port, RFC 8252, 7.3.
func loopback(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" || strings.ContainsRune(uri, '\\') {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
