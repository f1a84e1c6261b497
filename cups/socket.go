package cups

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"platen/gcp"
	"platen/printer"
)

// socketPort is where printers take bytes when no port is named (AppSocket).
const socketPort = "9100"

// socketTimes bound what is done on a connection to a printer without IPP.
type socketTimes struct {
	look  time.Duration // until a printer counts as not there
	dial  time.Duration
	stall time.Duration // without a byte going out: a printer without paper reads nothing, and is well
	end   time.Duration // for the printer to close after the last byte
}

// socket is a printer that takes bytes on a TCP port and knows nothing of jobs. Its
// jobs have no number: the connection's end is all that it says of them.
type socket struct {
	name  printer.Name
	uri   string
	host  string // host:port
	times socketTimes
	turn  chan struct{}         // holds one: the printer takes one connection at a time
	sends atomic.Bool           // the connection is a document's
	seen  atomic.Pointer[sight] // how Watch found it; nil while it does not look

	mu        sync.Mutex
	untouched map[gcp.JobID]bool // hand-overs that failed before their first byte; guarded by mu
}

// isSocket reports whether a printer added by address has no IPP.
func isSocket(c Direct) bool {
	u, err := url.Parse(c.URI)
	return err == nil && u.Scheme == "socket"
}

func newSocket(c Direct) (*socket, error) {
	u, err := url.Parse(c.URI)
	if err != nil || u.Scheme != "socket" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("the address of %s is no socket://host:port", c.Name)
	}
	return &socket{
		name: c.Name, uri: c.URI, host: net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), socketPort)),
		times: socketTimes{look: 3 * time.Second, dial: dialTimeout, stall: time.Hour, end: 3 * time.Minute},
		turn:  make(chan struct{}, 1), untouched: map[gcp.JobID]bool{},
	}, nil
}

// probeSocket connects to a printer that is not added yet.
func probeSocket(ctx context.Context, c Direct) (printer.Printer, error) {
	s, err := newSocket(c)
	if err != nil {
		return printer.Printer{}, err
	}
	if _, err := s.reach(ctx, s.times.dial); err != nil {
		return printer.Printer{}, err
	}
	return printer.Socket(s.name, s.uri)
}

// look returns the printer as it is now: all that can be seen is whether it takes
// connections. One that takes none is stopped, with the error.
func (s *socket) look(ctx context.Context) (printer.Printer, error) {
	p, err := printer.Socket(s.name, s.uri)
	if err != nil {
		return p, err
	}
	if seen := s.seen.Load(); seen != nil {
		if p.State = seen.state; s.sends.Load() {
			p.SetState(gcp.PrinterProcessing, "")
		}
		return p, seen.err
	}
	busy, err := s.reach(ctx, s.times.look)
	switch {
	case err != nil:
		p.State = printer.Offline("it does not answer")
	case busy:
		p.SetState(gcp.PrinterProcessing, "")
	}
	return p, err
}

// reach reports whether the printer can be connected to. One that takes a document
// from us now is busy, and is left alone.
func (s *socket) reach(ctx context.Context, within time.Duration) (busy bool, err error) {
	if s.sends.Load() {
		return true, nil
	}
	wait := time.NewTimer(within)
	defer wait.Stop()
	select {
	case s.turn <- struct{}{}:
	case <-wait.C:
		if s.sends.Load() { // it was faster
			return true, nil
		}
		return false, unreachable(context.DeadlineExceeded) // somebody else has tried all the while
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-s.turn }()
	conn, err := s.connect(ctx, within)
	if err != nil {
		return false, err
	}
	_ = conn.Close() // nothing was sent
	return false, nil
}

func (s *socket) connect(ctx context.Context, within time.Duration) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: within, KeepAlive: 30 * time.Second}
	conn, err := d.DialContext(ctx, "tcp", s.host)
	if err != nil {
		return nil, unreachable(err)
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil, fmt.Errorf("connecting to %s: no TCP", s.host)
	}
	return tcp, nil
}

func unreachable(err error) error {
	return &printer.Error{
		Op: "connect", Text: "the printer does not answer", Retry: true, Err: err,
		State: gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication),
	}
}

// create waits until the printer can be connected to: as long as nothing is sent,
// a job that waits for its printer can be cancelled, and survives a restart.
func (s *socket) create(ctx context.Context, j printer.Job) (printer.LocalJob, error) {
	l := printer.LocalJob{Printer: j.Printer, Cloud: j.ID, User: j.User}
	return l, retry(ctx, func() error {
		_, err := s.reach(ctx, s.times.dial)
		return err
	})
}

// settle finds out what a cut hand-over came to. A document that was confirmed was
// confirmed by the connection's end; of another one this process knows at most that
// nothing of it went out.
func (s *socket) settle(l printer.LocalJob, sent bool) printer.Fate {
	if sent {
		return printer.FateFollow
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.untouched[l.Cloud] {
		delete(s.untouched, l.Cloud)
		return printer.FateResend
	}
	return printer.FateUnknown
}

// touched says whether a byte of a document may have reached a printer.
type touched int

const (
	touchedNot touched = iota
	touchedMaybe
)

// note keeps how far a hand-over has come, for settle.
func (s *socket) note(l printer.LocalJob, t touched) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.untouched, l.Cloud)
	if t == touchedNot {
		s.untouched[l.Cloud] = true
	}
}

// printed is what is said of a job whose document was confirmed.
func (s *socket) printed() printer.JobStatus {
	return printer.JobStatus{State: gcp.StateOf(gcp.JobDone)}
}
