package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/cloud"
	"platen/cloud/archive"
	"platen/cloud/bearer"
	"platen/cloud/blob"
	"platen/cloud/component"
	"platen/cloud/oauth"
	"platen/cloud/push"
	"platen/cloud/store"
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
	key   *bearer.Key // of the access tokens that an XMPP server checks; nil for none
	lock  *os.File    // of the state folder, shared

	certs    *certificates // of the HTTPS port; nil if it speaks plain HTTP
	http     net.Listener
	plain    net.Listener // nil if not offered
	direct   net.Listener // nil if not offered
	starttls net.Listener // nil if not offered
	scraped  net.Listener // for Prometheus; nil if not offered

	renderer *renderer // nil if nothing is rendered
	oauth    *oauth.Server
	push     *push.Server
	link     *component.Link   // to the XMPP server that carries the hints; nil if none does
	told     cloud.OutageRules // who is told of what is down
	service  *cloud.Service
	people   *people // who hear of printers over XMPP
	handler  http.Handler
	front    http.Handler // answers IPP
	xmppAuth http.Handler // answers an outside XMPP server about logins
	setup    secret.Text  // of the link by which the first administrator comes in

	figures     *figures
	since       time.Time
	requestTime time.Duration
}

// Open opens the state folder and builds what administrative commands need; Run
// does the rest. Other processes may have the same folder open.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (*Server, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: log, base: strings.TrimRight(cfg.BaseURL, "/"), requestTime: requestTime, since: time.Now()}
	s.figures = newFigures(s)
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
	if s.lock, err = useState(s.cfg.StateDir); err != nil {
		return err
	}
	database := filepath.Join(s.cfg.StateDir, archive.Database)
	_, found := os.Stat(database)
	if err = s.migrate(ctx, database); err != nil {
		return err
	}
	if s.db, err = store.Open(ctx, database); err != nil {
		return err
	}
	documents := blob.Options{Percent: max(0, s.cfg.Limits.limits().DiskPercent)}
	if s.blobs, err = blob.Open(filepath.Join(s.cfg.StateDir, archive.Documents), documents); err != nil {
		return err
	}
	if errors.Is(found, fs.ErrNotExist) { // root makes them, perhaps, for the service
		if err = s.handOver(database); err != nil {
			return err
		}
	}
	if s.renderer, err = newRenderer(s.cfg, s.log); err != nil {
		return err
	}
	if s.renderer != nil {
		s.renderer.figures = s.figures
	}
	s.build()
	return nil
}

// handOver gives a database that was made just now, and the folder of documents, to
// the owner of the state folder.
func (s *Server) handOver(database string) error {
	names, err := filepath.Glob(database + "*") // with what SQLite keeps beside it
	if err != nil {
		return err
	}
	for _, name := range append(names, filepath.Join(s.cfg.StateDir, archive.Documents)) {
		if err := giveTo(s.cfg.StateDir, name); err != nil {
			return fmt.Errorf("give %s to its folder's owner: %w", name, err)
		}
	}
	return nil
}

// Service returns the rules, for administrative commands.
func (s *Server) Service() *cloud.Service { return s.service }

// OAuth returns the issuer of tokens, for administrative commands.
func (s *Server) OAuth() *oauth.Server { return s.oauth }

// Notifier returns what hands hints to connectors, by whatever carries them; nil until Run
// calls ready.
func (s *Server) Notifier() cloud.Notifier {
	if s.push == nil {
		return nil // no pointer to nothing
	}
	return s.push
}

// Alive returns an error if the service cannot read its database.
func (s *Server) Alive(ctx context.Context) error {
	_, err := s.service.NoAccounts(ctx)
	return err
}

// BaseURL returns the public address, without a slash at the end.
func (s *Server) BaseURL() string { return s.base }

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
	if s.renderer != nil {
		if err := s.renderer.Sweep(); err != nil {
			s.log.WarnContext(ctx, "what was left by drawing documents stays on the disk", "err", err)
		}
	}
	httpServer, plainServer := s.httpServer(s.handler), s.httpServer(s.plainHandler())
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return unlessClosed(s.serveHTTP(httpServer)) })
	if s.plain != nil {
		g.Go(func() error { return unlessClosed(s.servePlain(plainServer)) })
	}
	g.Go(func() error { s.askFirst(running); return nil })
	for l, mode := range map[net.Listener]push.Mode{s.direct: push.Direct, s.starttls: push.STARTTLS} {
		if l != nil {
			g.Go(func() error { return ended(running, "push", s.push.Serve(running, l, mode)) })
		}
	}
	if s.link != nil {
		g.Go(func() error { return ended(running, "XMPP server", s.link.Run(running)) })
	}
	if s.people.Server != nil {
		g.Go(func() error { return ended(running, "pubsub", s.people.Follow(running, s.push)) })
	}
	if s.people.Server != nil && s.link != nil {
		g.Go(func() error { return ended(running, "pubsub", s.people.Relay(running, s.link)) })
	}
	if s.scraped != nil {
		g.Go(func() error { return s.serveMetrics(running, s.scraped) })
	}
	g.Go(func() error { return ended(running, "service", s.service.Run(running)) })
	g.Go(func() error { return ended(running, "oauth", s.oauth.Run(running)) })
	if s.renderer != nil {
		g.Go(func() error { s.renderer.keepWarm(running, s.log); return nil })
	}
	g.Go(func() error { return ended(running, "revocations", s.watchRevocations(running)) })
	g.Go(func() error {
		<-running.Done()
		close(stopping)
		s.stop(context.WithoutCancel(running), plainServer, httpServer)
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

// stop ends the streams and the requests, in this order, in bounded time.
func (s *Server) stop(ctx context.Context, servers ...*http.Server) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.ShutdownTimeout.Std())
	defer cancel()
	if err := s.push.Shutdown(ctx); err != nil {
		s.log.WarnContext(ctx, "push did not end in time", "err", err)
	}
	for _, one := range servers {
		if err := one.Shutdown(ctx); err != nil {
			_ = one.Close() // requests that outlast the time are cut
		}
	}
}

// ended forgets an error that only says that ctx ended.
func ended(ctx context.Context, what string, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Close gives the state folder back.
func (s *Server) Close() error {
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	if s.lock != nil {
		_ = s.lock.Close() // nothing was written to it; a second time it is closed already
	}
	return err
}
