package oauth

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/secret"
)

// The lifetimes of what a Server issues.
const (
	AccessLifetime   = time.Hour
	CodeLifetime     = 10 * time.Minute // RFC 6749, 4.1.2 recommends this as the most
	DeviceLifetime   = 15 * time.Minute
	SessionLifetime  = 14 * 24 * time.Hour
	LinkLifetime     = 15 * time.Minute
	LoginLifetime    = 14 * 24 * time.Hour // of ClientLogin tokens, which nothing refreshes
	deviceInterval   = 5 * time.Second     // RFC 8628, 3.5
	deviceTries      = 5
	defaultSweep     = 10 * time.Minute
	touchAfter       = 10 * time.Minute
	cacheLifetime    = 5 * time.Second
	cacheSize        = 4096
	maxDeviceSeconds = 60
)

// Issuer makes access tokens of robots, no two of which are the same; bearer.Issuer is one.
// What it makes is stored, looked up and revoked as each other token.
type Issuer interface {
	Issue(id gcp.RobotID, from, until time.Time) (secret.Text, error)
}

// Client is an OAuth client that the administrator registered. Clients that are
// not registered are public ones: old programs bring ids that Google gave them.
type Client struct {
	ID           string
	Name         string      // shown when a person is asked
	Secret       secret.Text // empty for a public client
	RedirectURIs []string    // exact; besides oob and loopback
}

// Config is what a Server is made of.
type Config struct {
	Store Store

	// CheckPassword serves SignIn and ClientLogin; cloud.Service has it.
	CheckPassword func(ctx context.Context, p cloud.PasswordCheck) (cloud.User, error)

	BaseURL        string        // public address, such as https://print.example.com, no slash at the end
	Clients        []Client      // registered clients
	ClientLogin    bool          // serve /accounts/ClientLogin: passwords in every request, for 2010's programs
	DeviceInterval time.Duration // between polls of a device code; 0 means 5 s

	// Issuer makes the access tokens of robots where somebody besides us is to check them;
	// nil for ones that say nothing.
	Issuer   Issuer
	Lifetime time.Duration // of those; 0 means AccessLifetime

	// RemoteAddr tells whom to count a request for; nil means the peer's
	// address. Behind a trusted proxy it reads the forwarded one.
	RemoteAddr func(r *http.Request) string

	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger     // nil discards
}

// Server issues and checks tokens. Its methods may be called from any goroutine.
type Server struct {
	cfg     Config
	clients map[string]Client
	cache   *callerCache
	proven  *proven
	limit   *limiter
}

// New returns a Server; it does nothing by itself until Run.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.DeviceInterval == 0 {
		cfg.DeviceInterval = deviceInterval
	}
	if cfg.Lifetime == 0 {
		cfg.Lifetime = AccessLifetime
	}
	if cfg.RemoteAddr == nil {
		cfg.RemoteAddr = peerAddr
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	s := &Server{cfg: cfg, clients: map[string]Client{}, cache: newCallerCache(), limit: newLimiter(), proven: newProven()}
	for _, c := range cfg.Clients {
		s.clients[c.ID] = c
	}
	return s
}

// Run deletes what expired, every few minutes, until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	tick := time.NewTicker(defaultSweep)
	defer tick.Stop()
	for {
		if err := s.cfg.Store.SweepTokens(ctx, s.cfg.Now()); err != nil && ctx.Err() == nil {
			s.cfg.Logger.WarnContext(ctx, "sweeping expired tokens", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

var (
	_ cloud.CodeIssuer = (*Server)(nil)
	_ cloud.Sessions   = (*Server)(nil)
)

func peerAddr(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// refused is the one answer to a secret that does not count, whatever the reason.
func refused(cause error) error {
	return &cloud.Error{Kind: cloud.KindCredentials, Message: "User credentials required.", Cause: cause}
}

// unknown turns "not there" into refused and leaves trouble of the store alone.
func unknown(err error) error {
	if errors.Is(err, cloud.ErrNotFound) {
		return refused(err)
	}
	return err
}
