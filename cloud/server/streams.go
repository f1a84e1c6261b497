package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// renewBefore is how long before its end an own certificate is made anew.
const renewBefore = 30 * 24 * time.Hour

// pushTLS returns the certificate of the notification streams: the one in the
// settings, the cloud's own, or one of the installation's own authority.
func (s *Server) pushTLS(host string) (*tls.Config, error) {
	if s.cfg.Push.Driver != DriverEmbedded {
		return nil, nil //nolint:nilnil // nothing listens
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.cfg.Push.TLSCert != "" {
		files := &certificateFiles{cert: s.cfg.Push.TLSCert, key: s.cfg.Push.TLSKey, log: s.log}
		cfg.GetCertificate = files.get
		return cfg, wrapCertificate(files.load())
	}
	if s.certs != nil && s.ca == nil {
		cfg.GetCertificate = s.certs.get
		return cfg, nil
	}
	var err error
	if s.ca, err = openAuthority(s.cfg.StateDir); err != nil {
		return nil, err
	}
	own := &ownCertificate{ca: s.ca, hosts: []string{host, s.cfg.Push.Domain}}
	if _, err := own.get(nil); err != nil {
		return nil, wrapCertificate(err)
	}
	cfg.GetCertificate = own.get
	return cfg, nil
}

func wrapCertificate(err error) error {
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	return nil
}

// maxReached is how many addresses of a machine, which may change each day, are kept.
const maxReached = 32

// ownCertificate is a certificate of the own authority that renews itself.
type ownCertificate struct {
	ca    *authority
	hosts []string
	here  bool // it is also for the addresses of this machine that callers come to

	mu      sync.Mutex // guards what follows
	reached []string   // those addresses, the last ones
	current tls.Certificate
	until   time.Time
}

func (o *ownCertificate) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := localAddr(hello); o.here && at != "" && !slices.Contains(o.hosts, at) && !slices.Contains(o.reached, at) {
		if len(o.reached) == maxReached {
			o.reached = slices.Delete(o.reached, 0, 1)
		}
		o.reached, o.until = append(o.reached, at), time.Time{}
	}
	if time.Now().After(o.until) {
		made, err := o.ca.issue(slices.Concat(o.hosts, o.reached)...)
		if err != nil {
			return nil, err
		}
		o.current, o.until = made, time.Now().AddDate(0, 0, leafDays).Add(-renewBefore)
	}
	current := o.current
	return &current, nil
}

// robotOf tells push whom a token belongs to. The oldest connectors have that of a
// person.
func (s *Server) robotOf(ctx context.Context, l cloud.Login) (gcp.RobotID, error) {
	c, err := s.logIn(ctx, l, nil)
	if err != nil {
		return "", err
	}
	return s.service.Serve(ctx, c)
}

func (s *Server) presence(ctx context.Context, robot gcp.RobotID, connected bool) error {
	return s.service.Presence(ctx, robot, connected)
}

func (s *Server) waiting(ctx context.Context, robot gcp.RobotID) ([]gcp.PrinterID, error) {
	return s.service.WaitingPrinters(ctx, robot)
}

// watchRevocations closes the streams of robots that lost their tokens, whoever
// took them: a request, or another process such as an administrative command.
func (s *Server) watchRevocations(ctx context.Context) error {
	at, err := s.service.LastEvent(ctx)
	if err != nil {
		return err
	}
	s.logOut(ctx, at)
	for {
		if err := s.service.AwaitEvents(ctx, at); err != nil {
			return err
		}
		// Most events are not about this: a busy service looks ten times a second.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		events, err := s.service.Events(ctx, at, 1000)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(events, revokes) {
			s.oauth.Forget() // first: push asks which tokens are good
		}
		for _, e := range events {
			if err := s.heed(ctx, e); err != nil {
				s.log.WarnContext(ctx, "a revocation waits", "err", err)
				break // it is the first one of the next page
			}
			at = e.Seq
		}
		if slices.ContainsFunc(events, revokes) {
			s.logOut(ctx, at)
		}
	}
}

// revokes reports whether an event says that tokens are not good any more.
func revokes(e cloud.Event) bool {
	return e.Kind == cloud.EventRobotRevoked || e.Kind == cloud.EventPersonRevoked
}

// heed ends what came by tokens that an event takes back.
func (s *Server) heed(ctx context.Context, e cloud.Event) error {
	switch e.Kind {
	case cloud.EventRobotRevoked:
		s.push.Revoke(ctx, e.Robot)
	case cloud.EventPersonRevoked:
		return s.revokePerson(ctx, e)
	default:
	}
	return nil
}

// remoteAddr tells whom to count a request for: whoever sent it, or in IPv6 its
// network of 64 bits, which is one subscriber's.
func (s *Server) remoteAddr(r *http.Request) string {
	address := s.callerAddr(r)
	if a, err := netip.ParseAddr(address); err == nil && !s.trusted(a) {
		return subscriber(a).String()
	}
	return address
}

// callerAddr tells who sent a request: the peer, or behind a trusted proxy the
// last address that the proxy itself added.
func (s *Server) callerAddr(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil || !s.trusted(peer) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return host
		}
		if !s.trusted(a) {
			return a.String()
		}
	}
	return host
}

func (s *Server) trusted(a netip.Addr) bool {
	proxies, err := s.cfg.proxies()
	if err != nil { // Check refused them before
		return false
	}
	for _, p := range proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

var errNoPush = errors.New("neither direct_listen nor starttls_listen is set: connectors would not hear of jobs")
