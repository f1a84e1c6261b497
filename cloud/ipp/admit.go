package ipp

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// The scopes of what prints: of an API key, and of a token that a person grants a
// program.
const (
	printScope = "print"
	tokenScope = "https://www.googleapis.com/auth/cloudprint"
)

// errNoAddress is the answer to a personal address that is unknown or was revoked, or whose
// person may not print there any more.
var errNoAddress = errors.New("unknown address")

// admitted returns who asks: somebody, or nobody for a request without credentials.
// requesting-user-name is what anybody may claim, and counts for nothing.
func (h *Handler) admitted(r *http.Request, p place) (cloud.Caller, error) {
	c, err := h.shown(r, p)
	switch {
	case err != nil || c.Anonymous():
		return c, err
	case c.Robot != nil:
		return c, &cloud.Error{Kind: cloud.KindForbidden, Message: "A connector does not print here."}
	case len(c.Scopes) > 0 && !slices.Contains(c.Scopes, printScope):
		return c, &cloud.Error{Kind: cloud.KindForbidden, Message: "This key does not print: it lacks the scope print."}
	}
	return c, nil
}

// shown checks the credentials that a request shows.
func (h *Handler) shown(r *http.Request, p place) (cloud.Caller, error) {
	header := r.Header.Get("Authorization")
	switch {
	case p.secret != "":
		return h.addressed(r, p)
	case header == "":
		return cloud.Caller{}, nil
	}
	if token, ok := bearer(header); ok {
		return h.cfg.Auth.AuthenticateRequest(r, token)
	}
	name, password, ok := r.BasicAuth()
	if !ok || password == "" {
		return cloud.Caller{}, cloud.ErrCredentials
	}
	c, err := h.cfg.Auth.AuthenticateRequest(r, password)
	if err == nil && (c.User == nil || !strings.EqualFold(name, c.User.Email)) {
		return cloud.Caller{}, cloud.ErrCredentials
	}
	return c, err
}

// addressed returns whose personal address is used. It is good for as long as its person
// may print at the printer.
func (h *Handler) addressed(r *http.Request, p place) (cloud.Caller, error) {
	c, err := h.cfg.Auth.AddressRequest(r, p.printer, p.secret)
	role := gcp.Role("")
	if err == nil {
		role, err = h.cfg.Service.RoleAt(r.Context(), c, p.printer)
	}
	switch kind := cloud.KindOf(err); {
	case kind == cloud.KindCredentials, kind == cloud.KindNotFound, err == nil && role == "":
		return cloud.Caller{}, errNoAddress
	}
	return c, err
}

// bearer returns the token of a header (RFC 6750, 2.1).
func bearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(strings.TrimSpace(header), " ")
	token = strings.TrimSpace(token)
	return token, ok && token != "" && strings.EqualFold(scheme, "Bearer")
}

// refuseCaller answers who may not come in: by HTTP, as RFC 8010, 8.1 and RFC 7235
// say, since clients ask their users for a password then.
func (h *Handler) refuseCaller(w http.ResponseWriter, r *http.Request, err error) {
	switch kind := cloud.KindOf(err); {
	case errors.Is(err, errNoAddress):
		http.Error(w, "There is no such address. It may have been removed: make a new one on the printer's page.", http.StatusNotFound)
	case kind == cloud.KindCredentials:
		h.challenge(w)
	case kind == cloud.KindForbidden:
		http.Error(w, err.Error(), http.StatusForbidden)
	case kind == cloud.KindQuota:
		w.Header().Set("Retry-After", "30")
		http.Error(w, err.Error(), http.StatusTooManyRequests)
	default:
		h.cfg.Logger.ErrorContext(r.Context(), "looking at credentials", "err", err)
		http.Error(w, "The service is in trouble. Try again later.", http.StatusServiceUnavailable)
	}
}

// challenge asks for credentials: a name with an API key, or a token. Where a token is to
// be had say oauth-authorization-server-uri and the metadata there (RFC 8414).
func (h *Handler) challenge(w http.ResponseWriter) {
	w.Header().Add("WWW-Authenticate", `Basic realm="Platen", charset="UTF-8"`)
	w.Header().Add("WWW-Authenticate", `Bearer realm="Platen", scope="`+tokenScope+`"`)
	http.Error(w, "Sign in with your address and an API key as the password.", http.StatusUnauthorized)
}
