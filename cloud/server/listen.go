package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"platen/internal/activation"
)

// listen opens the ports. With port 0 the public address is known only then.
func (s *Server) listen(ctx context.Context) error {
	// Streams ping who is silent, and requests have their times: probes by TCP every 15 s
	// would be more than half of what an idle connector and the service say to each other.
	lc := net.ListenConfig{KeepAlive: -1}
	ports, err := activation.Inherited()
	if err != nil {
		return err
	}
	defer func() { _ = ports.Close() }() // nobody listens there
	direct, starttls := s.cfg.Push.listeners()
	for _, l := range []struct {
		into    *net.Listener
		setting string
		address string
	}{
		{&s.http, "listen", s.cfg.Listen},
		{&s.plain, "http_listen", s.cfg.HTTPListen},
		{&s.direct, "push.direct_listen", direct},
		{&s.starttls, "push.starttls_listen", starttls},
	} {
		if l.address == "" {
			continue
		}
		if *l.into, err = ports.Listen(ctx, lc, l.address); err != nil {
			err = fmt.Errorf("%s: %w", l.setting, err)
			if errors.Is(err, syscall.EADDRINUSE) {
				err = fmt.Errorf("%w: does another platen-cloud serve run? Stop it, or set %s to another port", err, l.setting)
			}
			return err
		}
	}
	for _, address := range ports.Unused() {
		s.log.WarnContext(ctx, "systemd opened a port that no setting names", "address", address)
	}
	if err := s.listenMetrics(ctx); err != nil {
		return err
	}
	if s.cfg.BaseURL == "" {
		s.base = scheme(s.cfg) + "://" + named(s.cfg.Listen, s.http.Addr().String())
	}
	return nil
}

// Addresses are those of the ports that the service listens at.
func (c Config) Addresses() []string {
	direct, starttls := c.Push.listeners()
	return slices.DeleteFunc([]string{c.Listen, c.HTTPListen, direct, starttls}, func(a string) bool { return a == "" })
}

// named is the address of a listener, by the machine's name if the setting has one:
// passkeys belong to names, not to numbers.
func named(setting, address string) string {
	host, _, err := net.SplitHostPort(setting)
	_, number := netip.ParseAddr(host)
	_, port, wrong := net.SplitHostPort(address)
	if host == "" || err != nil || number == nil || wrong != nil {
		return address
	}
	return net.JoinHostPort(host, port)
}

func (s *Server) closeListeners() error {
	var errs []error
	for _, l := range []net.Listener{s.http, s.plain, s.direct, s.starttls, s.scraped} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(errs...)
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

func scheme(cfg Config) string {
	if cfg.mode() != TLSNone {
		return "https"
	}
	return "http"
}

// requestTime is how long a request may take to come, and its answer to go.
// What may take longer moves its own deadlines on: documents as long as they
// move, and streams of events.
const requestTime = time.Minute

func (s *Server) httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ReadTimeout: s.requestTime, WriteTimeout: s.requestTime,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

func (s *Server) serveHTTP(httpServer *http.Server) error {
	l := newPerAddr(s.http, connsPerAddr, func(a netip.Addr) bool { return a.IsLoopback() || s.trusted(a) })
	if s.certs != nil {
		httpServer.TLSConfig = s.certs.config()
		return httpServer.ServeTLS(l, "", "")
	}
	return httpServer.Serve(l)
}

// servePlain answers the port without TLS.
func (s *Server) servePlain(httpServer *http.Server) error {
	return httpServer.Serve(newPerAddr(s.plain, connsPerAddr, netip.Addr.IsLoopback))
}

func unlessClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("http: %w", err)
}
