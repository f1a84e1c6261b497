package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/cloud"
	"platen/cloud/api"
	"platen/cloud/blob"
	"platen/cloud/oauth"
	"platen/cloud/push"
	"platen/cloud/store"
	"platen/cloud/web"
	"platen/gcp"
	"platen/internal/secret"
)

// Server is the cloud with everything that it runs on.
type Server struct {
	cfg   Config
	log   *slog.Logger
	base  string // public address, without a slash at the end
	db    *store.DB
	blobs *blob.Dir
	ca    *authority

	http     net.Listener
	direct   net.Listener // nil if not offered
	starttls net.Listener // nil if not offered

	oauth   *oauth.Server
	push    *push.Server
	service *cloud.Service
	handler http.Handler

	requestTime time.Duration
}

// Open opens the state folder and builds what administrative commands need; Run
// does the rest. Other processes may have the same folder open.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (*Server, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: log, base: strings.TrimRight(cfg.BaseURL, "/"), requestTime: requestTime}
	if s.base == "" {
		s.base = scheme(cfg) + "://" + cfg.Listen
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) open(ctx context.Context) (err error) {
	if err = os.MkdirAll(s.cfg.StateDir, 0o700); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	if s.db, err = store.Open(ctx, filepath.Join(s.cfg.StateDir, "cloud.db")); err != nil {
		return err
	}
	if s.blobs, err = blob.Open(filepath.Join(s.cfg.StateDir, "documents")); err != nil {
		return err
	}
	return s.build()
}

// build makes the parts that know the public address; Run calls it again once
// the ports are known.
func (s *Server) build() error {
	s.oauth = oauth.New(oauth.Config{
		Store: s.db, BaseURL: s.base, ClientLogin: s.cfg.ClientLogin, RemoteAddr: s.remoteAddr,
		Clients: s.clients(), CheckPassword: s.checkPassword, Logger: s.log.With("component", "oauth"),
	})
	cfg := cloud.Config{
		Domain: s.cfg.Push.Domain, Store: s.db, Blobs: s.blobs, Codes: s.oauth, Sessions: s.oauth,
		Retention: s.cfg.Retention.Std(), Logger: s.log.With("component", "cloud"),
	}
	if s.push != nil {
		cfg.Notifier = s.push
	}
	s.service = cloud.New(cfg)
	return nil
}

func (s *Server) clients() []oauth.Client {
	list := make([]oauth.Client, 0, len(s.cfg.Clients))
	for _, c := range s.cfg.Clients {
		list = append(list, oauth.Client{ID: c.ID, Name: c.Name, Secret: c.Secret, RedirectURIs: c.RedirectURIs})
	}
	return list
}

func scheme(cfg Config) string {
	if cfg.TLSCert != "" {
		return "https"
	}
	return "http"
}

// checkPassword is called by oauth, which is built before the service.
func (s *Server) checkPassword(ctx context.Context, p cloud.PasswordCheck) (cloud.User, error) {
	return s.service.CheckPassword(ctx, p)
}

// Service returns the rules, for administrative commands.
func (s *Server) Service() *cloud.Service { return s.service }

// OAuth returns the issuer of tokens, for administrative commands.
func (s *Server) OAuth() *oauth.Server { return s.oauth }

// BaseURL returns the public address, without a slash at the end.
func (s *Server) BaseURL() string { return s.base }

// SignInLink makes an address that signs a person in, once.
func (s *Server) SignInLink(ctx context.Context, id cloud.UserID) (secret.Text, error) {
	link, err := s.oauth.NewSignInLink(ctx, id)
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(s.base + "/link/" + link.Reveal()), nil
}

// PasswordLink makes an address that signs a person in, once, to set a password.
func (s *Server) PasswordLink(ctx context.Context, id cloud.UserID) (secret.Text, error) {
	link, err := s.SignInLink(ctx, id)
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(link.Reveal() + "?next=/password"), nil
}

// FirstSignIn makes an administrator and a link to set a password if there is no
// account yet, and returns no link otherwise.
func (s *Server) FirstSignIn(ctx context.Context) (secret.Text, error) {
	users, err := s.service.Users(ctx)
	if err != nil || len(users) > 0 {
		return secret.Text{}, err
	}
	u, err := s.service.AddUser(ctx, "admin@localhost", "", true)
	if err != nil {
		return secret.Text{}, err
	}
	return s.PasswordLink(ctx, u.ID)
}

// Run listens and serves until ctx ends, then takes everything down in bounded
// time. It calls ready, if not nil, once all ports are open.
func (s *Server) Run(ctx context.Context, ready func(context.Context) error) error {
	if err := s.listen(ctx); err != nil {
		return errors.Join(err, s.closeListeners())
	}
	stopping := make(chan struct{})
	if err := s.assemble(stopping); err != nil {
		return errors.Join(err, s.closeListeners())
	}
	if err := s.service.Recover(ctx); err != nil {
		return errors.Join(err, s.closeListeners())
	}
	httpServer := s.httpServer()
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return unlessClosed(s.serveHTTP(httpServer)) })
	for l, mode := range map[net.Listener]push.Mode{s.direct: push.Direct, s.starttls: push.STARTTLS} {
		if l != nil {
			g.Go(func() error { return ended(running, "push", s.push.Serve(running, l, mode)) })
		}
	}
	g.Go(func() error { return ended(running, "service", s.service.Run(running)) })
	g.Go(func() error { return ended(running, "oauth", s.oauth.Run(running)) })
	g.Go(func() error { return ended(running, "revocations", s.watchRevocations(running)) })
	g.Go(func() error {
		<-running.Done()
		close(stopping)
		s.stop(context.WithoutCancel(running), httpServer)
		return nil
	})
	if ready != nil {
		g.Go(func() error { return ready(running) })
	}
	s.log.InfoContext(ctx, "started", "address", s.base, "listen", s.http.Addr().String(), "state", s.cfg.StateDir)
	err := g.Wait()
	s.log.InfoContext(ctx, "stopped")
	return err
}

// requestTime is how long a request may take to come, and its answer to go.
// What may take longer moves its own deadlines on: documents as long as they
// move, and streams of events.
const requestTime = time.Minute

func (s *Server) httpServer() *http.Server {
	return &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ReadTimeout: s.requestTime, WriteTimeout: s.requestTime,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// stop ends the streams and the requests, in this order, in bounded time.
func (s *Server) stop(ctx context.Context, httpServer *http.Server) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.ShutdownTimeout.Std())
	defer cancel()
	if err := s.push.Shutdown(ctx); err != nil {
		s.log.WarnContext(ctx, "push did not end in time", "err", err)
	}
	if err := httpServer.Shutdown(ctx); err != nil {
		_ = httpServer.Close() // requests that outlast the time are cut
	}
}

func (s *Server) serveHTTP(httpServer *http.Server) error {
	l := newPerAddr(s.http, connsPerAddr, func(a netip.Addr) bool { return a.IsLoopback() || s.trusted(a) })
	if s.cfg.TLSCert != "" {
		return httpServer.ServeTLS(l, s.cfg.TLSCert, s.cfg.TLSKey)
	}
	return httpServer.Serve(l)
}

func unlessClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("http: %w", err)
}

// ended forgets an error that only says that ctx ended.
func ended(ctx context.Context, what string, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// listen opens the ports. With port 0 the public address is known only then.
func (s *Server) listen(ctx context.Context) error {
	var lc net.ListenConfig
	for _, l := range []struct {
		into    *net.Listener
		setting string
		address string
	}{
		{&s.http, "listen", s.cfg.Listen},
		{&s.direct, "push.direct_listen", s.cfg.Push.Direct},
		{&s.starttls, "push.starttls_listen", s.cfg.Push.STARTTLS},
	} {
		if l.address == "" {
			continue
		}
		var err error
		if *l.into, err = lc.Listen(ctx, "tcp", l.address); err != nil {
			err = fmt.Errorf("%s: %w", l.setting, err)
			if errors.Is(err, syscall.EADDRINUSE) {
				err = fmt.Errorf("%w: does another platen-cloud serve run? Stop it, or set %s to another port", err, l.setting)
			}
			return err
		}
	}
	if s.cfg.BaseURL == "" {
		s.base = scheme(s.cfg) + "://" + s.http.Addr().String()
	}
	return nil
}

func (s *Server) closeListeners() error {
	var errs []error
	for _, l := range []net.Listener{s.http, s.direct, s.starttls} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(errs...)
}

// assemble builds the parts that serve. stopping is closed when the service
// begins to stop.
func (s *Server) assemble(stopping <-chan struct{}) error {
	host := s.pushHost()
	tlsConfig, err := s.pushTLS(host)
	if err != nil {
		return err
	}
	s.push, err = push.New(push.Config{
		Domain: s.cfg.Push.Domain, Service: s.cfg.Push.Service, TLS: tlsConfig,
		Authenticate: s.robotOf, Presence: s.presence, Waiting: s.waiting, Logger: s.log.With("component", "push"),
	})
	if err != nil {
		return err
	}
	if err := s.build(); err != nil {
		return err
	}
	limit := s.cfg.MaxDocumentMiB << 20
	mux := http.NewServeMux()
	mux.Handle("/", web.New(web.Config{
		Service: s.service, OAuth: s.oauth, Blobs: s.blobs, BaseURL: s.base, MaxDocument: limit,
		Stopping: stopping, Logger: s.log.With("component", "web"),
	}))
	tokens := s.oauth.Handler()
	for _, path := range oauth.Paths() {
		mux.Handle(path, tokens)
	}
	interfaces := api.New(api.Config{
		Service: s.service, OAuth: s.oauth, Blobs: s.blobs, BaseURL: s.base, Domain: s.cfg.Push.Domain,
		Push: s.endpoint(host), MaxDocument: limit, FetchURLs: s.cfg.AllowURL, Logger: s.log.With("component", "api"),
	})
	s.handler = route(interfaces, mux)
	return nil
}

// route sends the protocol's addresses to its handler without http.ServeMux,
// which would answer a doubled slash with a redirect.
func route(interfaces, rest http.Handler) http.Handler {
	pages := web.ProtocolPages()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		for strings.HasPrefix(path, "//") {
			path = path[1:]
		}
		if strings.HasPrefix(path, api.Prefix) && !slices.Contains(pages, path) {
			interfaces.ServeHTTP(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	})
}

// endpoint is what pairing tells connectors of the push service.
func (s *Server) endpoint(host string) *gcp.PushEndpoint {
	e := &gcp.PushEndpoint{
		Host: host, DirectPort: port(s.direct), STARTTLSPort: port(s.starttls),
		Domain: s.cfg.Push.Domain, Service: s.cfg.Push.Service,
	}
	if s.cfg.Push.TellPort != 0 {
		e.DirectPort = s.cfg.Push.TellPort
	}
	if s.ca != nil {
		e.CA = string(s.ca.pem)
	}
	return e
}

func port(l net.Listener) int {
	if l == nil {
		return 0
	}
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return a.Port
}

// pushHost is the name that connectors dial: the setting, or the public address's.
func (s *Server) pushHost() string {
	if s.cfg.Push.Host != "" {
		return s.cfg.Push.Host
	}
	u, err := url.Parse(s.base)
	if err != nil {
		return "localhost"
	}
	return u.Hostname()
}

// Close gives the state folder back.
func (s *Server) Close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}
