package push

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
)

// Server is the push service. Its methods may be called from any goroutine.
type Server struct {
	cfg Config

	mu        sync.Mutex // guards what follows
	closing   bool
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	byAddr    map[netip.Prefix]int
	robots    map[gcp.RobotID]*robot
	people    map[string][]*conn // by the local parts of their addresses
	revoked   uint64             // how often Revoke was called
	lost      uint64             // how often RevokePerson was called
	lastFault map[string]string
	live      int           // goroutines
	idle      chan struct{} // closed when closing and none is left
}

// New returns a server that listens nowhere yet.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Server{
		cfg:       cfg,
		listeners: map[net.Listener]struct{}{},
		conns:     map[*conn]struct{}{},
		byAddr:    map[netip.Prefix]int{},
		robots:    map[gcp.RobotID]*robot{},
		people:    map[string][]*conn{},
		lastFault: map[string]string{},
		idle:      make(chan struct{}),
	}, nil
}

// Serve accepts streams on l until ctx ends or Shutdown is called, and closes l;
// it then returns nil. Streams that are open stay until Shutdown.
func (s *Server) Serve(ctx context.Context, l net.Listener, mode Mode) error {
	if s.cfg.TLS == nil {
		return errors.Join(errNoCertificate, l.Close())
	}
	if !s.addListener(l) {
		return l.Close()
	}
	defer s.removeListener(l)
	stop := context.AfterFunc(ctx, func() { _ = l.Close() }) // Accept returns then
	defer stop()
	pause := time.Duration(0)
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			s.accept(context.WithoutCancel(ctx), nc, mode)
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return nil
		default:
			// Out of descriptors, or a connection that died in the queue.
			s.fault(ctx, "accept", err)
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			if err := backoff.Sleep(ctx, pause); err != nil {
				return nil //nolint:nilerr // told to stop
			}
		}
	}
}

func (s *Server) addListener(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.listeners[l] = struct{}{}
	}
	return !s.closing
}

func (s *Server) removeListener(l net.Listener) {
	s.mu.Lock()
	delete(s.listeners, l)
	s.mu.Unlock()
	_ = l.Close() // it may be closed already
}

// accept starts a connection, or closes it when there are too many.
func (s *Server) accept(ctx context.Context, nc net.Conn, mode Mode) {
	s.begin(ctx, newConn(s, nc, mode))
}

// begin leads a connection to its end, unless there are too many.
func (s *Server) begin(ctx context.Context, c *conn) {
	if !s.admit(c) {
		s.cfg.Logger.DebugContext(ctx, "push connection refused", "addr", c.guard.RemoteAddr().String())
		_ = c.guard.Close() // nothing was said on it
		return
	}
	s.spawn(func() { c.run(ctx) })
}

// spawn starts a goroutine that Shutdown waits for.
func (s *Server) spawn(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spawnLocked(f)
}

func (s *Server) spawnLocked(f func()) {
	s.live++
	go func() {
		defer s.exit()
		f()
	}()
}

func (s *Server) exit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live--
	s.checkIdle()
}

// checkIdle closes idle when nothing runs any more; Server.mu is held.
func (s *Server) checkIdle() {
	if !s.closing || s.live > 0 {
		return
	}
	select {
	case <-s.idle:
	default:
		close(s.idle)
	}
}

// admit counts a connection; it reports false when the server has enough.
func (s *Server) admit(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || len(s.conns) >= maxConns || s.byAddr[c.addr] >= s.cfg.Limits.ConnsPerAddr {
		return false
	}
	s.conns[c] = struct{}{}
	s.byAddr[c.addr]++
	return true
}

// release forgets a connection that ended.
func (s *Server) release(ctx context.Context, c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.byAddr[c.addr]--; s.byAddr[c.addr] <= 0 {
		delete(s.byAddr, c.addr)
	}
	s.leave(ctx, c)
	s.leavePerson(ctx, c)
}

// Notify sends n to every stream of the robot that subscribed, to its calls that wait,
// and to where it may be logged in else. It never blocks: the hint waits in a queue, once however often it is repeated.
func (s *Server) Notify(ctx context.Context, id gcp.RobotID, n gcp.Notification) {
	ctx = context.WithoutCancel(ctx)
	for _, c := range s.subscribed(id) {
		c.enqueue(ctx, n)
	}
	for _, b := range s.boxes(id) {
		b.enqueue(ctx, n)
	}
	if s.cfg.Remote != nil {
		s.cfg.Remote.Notify(ctx, id, n)
	}
}

// Revoke closes the robot's streams whose tokens are not good any more: a robot that
// was paired anew may have logged in with those that it got then. A login that is
// under way checks its token again, too.
func (s *Server) Revoke(ctx context.Context, id gcp.RobotID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked++
	if r := s.robots[id]; r != nil {
		for _, c := range r.conns {
			s.spawnLocked(func() { c.recheck(context.WithoutCancel(ctx)) })
		}
		s.closeBoxes(context.WithoutCancel(ctx), r) // each call brings a token
	}
	if s.cfg.Remote != nil {
		s.cfg.Remote.Revoke(ctx, id)
	}
}

// closeLocked ends a stream without waiting for a slow peer; Server.mu is held.
func (s *Server) closeLocked(c *conn, why streamError) {
	s.spawnLocked(func() { c.fail(why) })
}

// Shutdown stops listening, tells every peer, and waits until all streams are
// closed and their end is reported, or until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for l := range s.listeners {
		_ = l.Close() // Serve ends by it
	}
	for c := range s.conns {
		s.closeLocked(c, errShutdown)
	}
	for _, r := range s.robots {
		s.closeBoxes(context.WithoutCancel(ctx), r)
	}
	s.checkIdle()
	s.mu.Unlock()
	select {
	case <-s.idle:
		return nil
	case <-ctx.Done():
		s.abort()
		return ctx.Err()
	}
}

// abort closes every connection at once.
func (s *Server) abort() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.guard.Close() // nothing is left to tell
	}
}

// fault logs trouble of the service itself when it changes.
func (s *Server) fault(ctx context.Context, what string, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	s.mu.Lock()
	changed := s.lastFault[what] != text
	s.lastFault[what] = text
	s.mu.Unlock()
	switch {
	case changed && err != nil:
		s.cfg.Logger.WarnContext(ctx, "push trouble", "what", what, "err", err)
	case changed:
		s.cfg.Logger.InfoContext(ctx, "push trouble is over", "what", what)
	}
}
