package cups

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"

	"platen/printer"
)

// System is every CUPS server and direct printer of a connector. It is safe for
// concurrent use.
type System struct {
	cfg     Config
	servers []*server

	mu      sync.Mutex
	direct  []*direct // replaced as a whole, guarded by mu
	sockets []*socket // likewise
}

// New returns a System. It talks to nobody yet.
func New(cfg Config) (*System, error) {
	if cfg.Pins == nil {
		cfg.Pins = &memoryPins{}
	}
	if cfg.User == "" {
		cfg.User = "platen"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &System{cfg: cfg}
	for _, c := range cfg.Servers {
		v, err := newServer(c, cfg)
		if err != nil {
			return nil, err
		}
		s.servers = append(s.servers, v)
	}
	if err := s.SetDirect(cfg.Direct); err != nil {
		return nil, err
	}
	return s, nil
}

// SetDirect replaces the list of printers that were added by address. What is
// known of those that stay is kept; jobs under way on others go on.
func (s *System) SetDirect(list []Direct) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := make([]*direct, 0, len(list))
	var sockets []*socket
	for _, c := range list {
		if isSocket(c) {
			v, err := s.socketFor(c)
			if err != nil {
				return err
			}
			sockets = append(sockets, v)
			continue
		}
		i := slices.IndexFunc(s.direct, func(d *direct) bool { return d.name == c.Name && d.uri == c.URI })
		if i >= 0 {
			next = append(next, s.direct[i])
			continue
		}
		d, err := newDirect(c, s.cfg)
		if err != nil {
			return err
		}
		next = append(next, d)
	}
	s.direct, s.sockets = next, sockets
	return nil
}

// socketFor returns the printer that is there already, or a new one. s.mu is held.
func (s *System) socketFor(c Direct) (*socket, error) {
	for _, v := range s.sockets {
		if v.name == c.Name && v.uri == c.URI {
			return v, nil
		}
	}
	return newSocket(c)
}

func (s *System) directs() []*direct {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct
}

// withoutIPP returns the printers that take bytes on a port.
func (s *System) withoutIPP() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets
}

// Close ends what the System does in the background and waits for it.
func (s *System) Close() {
	for _, v := range s.servers {
		v.hub.stop()
		v.peer.close()
	}
	for _, d := range s.directs() {
		d.peer.close()
	}
}

// Probe asks the printer at d for what it is, without adding it. The name may be "".
// One without IPP is only connected to. A key that is pinned for the name counts; none is pinned.
func (s *System) Probe(ctx context.Context, d Direct) (printer.Printer, error) {
	if isSocket(d) {
		return probeSocket(ctx, d)
	}
	v, err := newDirect(d, s.probing(d.Name))
	if err != nil {
		return printer.Printer{}, err
	}
	defer v.peer.close()
	return v.look(ctx)
}

// Fingerprint returns the fingerprint of the key that a direct printer, or the
// CUPS server at an address, shows now: for a person to compare and trust.
func (s *System) Fingerprint(ctx context.Context, target string) (string, error) {
	p := s.peerOf(target)
	if p == nil || p.socket != "" {
		return "", fmt.Errorf("there is no printer or CUPS server %s that could show a key", target)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	host, _, err := net.SplitHostPort(p.host)
	if err != nil {
		return "", fmt.Errorf("reading the address of %s: %w", target, err)
	}
	look := tls.Dialer{Config: &tls.Config{ServerName: host, InsecureSkipVerify: true}} //nolint:gosec // a person compares the key
	c, err := look.DialContext(ctx, "tcp", p.host)
	if err != nil {
		return "", fmt.Errorf("reading the key of %s: %w", target, err)
	}
	defer func() { _ = c.Close() }() // nothing was sent
	if t, ok := c.(*tls.Conn); ok {
		return fingerprint(t.ConnectionState().PeerCertificates[0]), nil
	}
	return "", nil
}

// peerOf returns whom a key is kept for under a name; nil for nobody.
func (s *System) peerOf(target string) *peer {
	for _, d := range s.directs() {
		if d.peer.target == target {
			return d.peer
		}
	}
	for _, v := range s.servers {
		if v.peer.target == target {
			return v.peer
		}
	}
	return nil
}

// place is where a printer is asked.
type place struct {
	peer   *peer
	uri    string  // printer-uri
	path   string  // of the HTTP request
	server *server // nil for a direct printer
	direct *direct // nil for a CUPS queue
	socket *socket // of a printer without IPP, which has none of the others
}

// find returns the place of a printer by its local name.
func (s *System) find(n printer.Name) (place, error) {
	for _, d := range s.directs() {
		if d.name == n {
			return place{peer: d.peer, uri: d.uri, path: d.path, direct: d}, nil
		}
	}
	for _, v := range s.withoutIPP() {
		if v.name == n {
			return place{socket: v}, nil
		}
	}
	for _, v := range s.servers {
		if !s.has(v, n) {
			continue
		}
		path := "/printers/" + url.PathEscape(strings.TrimSuffix(string(n), v.suffix()))
		return place{peer: v.peer, uri: "ipp://localhost" + path, path: path, server: v}, nil
	}
	return place{}, &printer.Error{Op: "find", Text: fmt.Sprintf("no print system has %q", n)}
}

// labelled reports whether a name belongs to a server with a label.
func (s *System) labelled(n printer.Name) bool {
	for _, v := range s.servers {
		if v.label != "" && strings.HasSuffix(string(n), v.suffix()) {
			return true
		}
	}
	return false
}
