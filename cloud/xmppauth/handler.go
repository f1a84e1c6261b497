package xmppauth

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/secret"
)

// Pattern is what the handler serves, as http.ServeMux writes it.
const Pattern = "POST /xmpp/auth"

const (
	maxBody  = 16 << 10 // a form with a token, a user and a host
	callTime = 10 * time.Second
)

// Config is what a Handler is made of.
type Config struct {
	Secret secret.Text // that the XMPP server shows; empty: nobody may ask
	Domain string      // of the robots' JIDs

	// Authenticate returns the robot that a login's token belongs to; see push.Config.
	Authenticate func(ctx context.Context, l cloud.Login) (gcp.RobotID, error)

	// People lets people in; nil lets nobody in but connectors.
	People People

	Logger *slog.Logger
}

// People knows the logins of people. push.People is more than it.
type People interface {
	// Names reports whether the user of a login names a person, and not a connector.
	Names(user string) bool
	// SignIn refuses a token that is not that person's.
	SignIn(ctx context.Context, l cloud.Login) (local string, err error)
}

// Handler answers what an XMPP server asks about a login.
type Handler struct{ cfg Config }

// New returns a handler.
func New(cfg Config) *Handler { return &Handler{cfg} }

// ServeHTTP answers a form with user, token and host, and ip where the server tells of the
// client's address: 204 if the token is the user's, 403 if it is not, 429 if there were too many
// wrong ones of that user or address. A caller without the secret gets 401.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case h.cfg.Secret.Empty():
		http.NotFound(w, r)
		return
	case !h.known(r):
		w.Header().Set("WWW-Authenticate", `Bearer realm="platen"`)
		http.Error(w, "the secret of push.server.auth_secret_file is missing or wrong", http.StatusUnauthorized)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "no form with user, token and host", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), callTime)
	defer cancel()
	l := cloud.Login{User: r.PostForm.Get("user"), Token: secret.New(r.PostForm.Get("token"))}
	l.From, _ = netip.ParseAddr(r.PostForm.Get("ip")) // most servers tell none
	w.WriteHeader(h.check(ctx, l, r.PostForm.Get("host")))
}

// known reports whether the caller shows the secret.
func (h *Handler) known(r *http.Request) bool {
	scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && secret.New(shown).Equal(h.cfg.Secret)
}

// check returns the status that says whether a login is good at a host.
func (h *Handler) check(ctx context.Context, l cloud.Login, host string) int {
	local, domain, full := strings.Cut(l.User, "@")
	if !full {
		domain = host
	}
	if local == "" || l.Token.Empty() {
		return http.StatusForbidden
	}
	l.User = local
	if domain != "" && !strings.EqualFold(domain, h.cfg.Domain) {
		h.cfg.Logger.WarnContext(ctx, "the XMPP server asks about another domain", "domain", domain, "want", h.cfg.Domain)
		return http.StatusForbidden
	}
	if h.cfg.People != nil && h.cfg.People.Names(local) {
		_, err := h.cfg.People.SignIn(ctx, l)
		return h.status(ctx, err)
	}
	robot, err := h.cfg.Authenticate(ctx, l)
	switch {
	case err == nil && string(robot) != local:
		h.cfg.Logger.WarnContext(ctx, "an XMPP login with the token of another robot", "user", local, "robot", robot)
		return http.StatusForbidden
	}
	return h.status(ctx, err)
}

// status says what came of a check.
func (h *Handler) status(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return http.StatusNoContent
	case cloud.Denies(err):
		return http.StatusForbidden
	case cloud.KindOf(err) == cloud.KindQuota:
		return http.StatusTooManyRequests
	}
	h.cfg.Logger.WarnContext(ctx, "an XMPP login could not be checked", "err", err)
	return http.StatusServiceUnavailable
}
