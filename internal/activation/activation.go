// Package activation takes over the ports that systemd opened for the program (socket
// activation), so that a service needs no capability for ports below 1024. It opens the
// others itself.
package activation

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	systemd "github.com/coreos/go-systemd/v22/activation"
)

// Ports are the ports that were opened for this process and are not taken yet. The zero
// value has none. It is not safe for concurrent use.
type Ports struct {
	open []net.Listener
}

// Inherited returns the ports that systemd opened for this process (sd_listen_fds(3));
// what it starts later will see none of them. It may be called once.
func Inherited() (*Ports, error) {
	p := &Ports{}
	for _, f := range systemd.Files(true) {
		l, err := net.FileListener(f)
		err = errors.Join(err, f.Close()) // the listener has a copy
		if err != nil {
			return p, errors.Join(fmt.Errorf("port %s that systemd opened: %w", f.Name(), err), p.Close())
		}
		p.open = append(p.open, l)
	}
	return p, nil
}

// Listen returns a listener at an address: the one that was opened for this process with
// the same port, or a new one. A port that was opened for more of the world than the
// address says is refused: who wrote a loopback address meant it.
func (p *Ports) Listen(ctx context.Context, lc net.ListenConfig, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	for i, l := range p.open {
		a, ok := l.Addr().(*net.TCPAddr)
		if !ok || strconv.Itoa(a.Port) != port || port == "0" {
			continue
		}
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && !ip.IsUnspecified() && !ip.Equal(a.IP) {
			return nil, fmt.Errorf("systemd opened %v, and the setting says %s: let both say the same", a, address)
		}
		p.open = append(p.open[:i], p.open[i+1:]...)
		if lc.KeepAlive < 0 {
			return quiet{l}, nil
		}
		return l, nil
	}
	return lc.Listen(ctx, "tcp", address)
}

// Unused returns the addresses of ports that nobody took.
func (p *Ports) Unused() []string {
	list := make([]string, len(p.open))
	for i, l := range p.open {
		list[i] = l.Addr().String()
	}
	return list
}

// Close closes the ports that nobody took.
func (p *Ports) Close() error {
	var errs []error
	for _, l := range p.open {
		errs = append(errs, l.Close())
	}
	p.open = nil
	return errors.Join(errs...)
}

// quiet accepts connections that are not probed by TCP, as a net.ListenConfig with a
// negative KeepAlive does.
type quiet struct{ net.Listener }

// Accept waits for the next connection.
func (q quiet) Accept() (net.Conn, error) {
	c, err := q.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		err = tcp.SetKeepAlive(false)
		if err != nil { // it ended meanwhile
			return c, nil
		}
	}
	return c, err
}
