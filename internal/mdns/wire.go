package mdns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"platen/internal/backoff"
)

const (
	port = 5353
	// maxMessage is how long our messages are at most: they fit into the smallest usual
	// frame with the headers of IPv6 (RFC 6762, 17).
	maxMessage = 1440
	// maxReceived is how long a message is at most (RFC 6762, 17).
	maxReceived = 9000
	// pause is how long is waited after a failure to read, which may last.
	pause = 100 * time.Millisecond
)

var (
	group4 = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: port}
	group6 = &net.UDPAddr{IP: net.ParseIP("ff02::fb"), Port: port}
)

// link is a network card, with one version of IP.
type link struct {
	index int
	six   bool
}

// packet is a message that came.
type packet struct {
	msg  *dns.Msg
	from netip.AddrPort
	on   link
}

// wire is the sockets on all links.
type wire struct {
	four  *ipv4.PacketConn // nil if there is none
	six   *ipv6.PacketConn // likewise
	cards []net.Interface
	links []link
	near  map[int][]netip.Prefix // networks of each card
	state string                 // of the cards, to see that they changed
}

// cards returns the network cards that carry multicast to others, and what to compare to
// see that something changed. Loopback reaches nobody.
func cards() ([]net.Interface, map[int][]netip.Prefix, string, error) {
	all, near, err := interfaces()
	if err != nil {
		return nil, nil, "", err
	}
	var up []net.Interface
	for _, c := range all {
		carries := c.Flags&net.FlagUp != 0 && c.Flags&net.FlagMulticast != 0 && c.Flags&(net.FlagLoopback|net.FlagPointToPoint) == 0
		if carries && len(near[c.Index]) > 0 {
			up = append(up, c)
		} else {
			delete(near, c.Index)
		}
	}
	if len(up) == 0 {
		return nil, nil, "", errors.New("there is no network card that carries multicast to others")
	}
	return up, near, fmt.Sprint(up, near), nil
}

// openWire opens the sockets, beside those of other responders of this machine
// (RFC 6762, 15).
func openWire() (*wire, error) {
	up, near, state, err := cards()
	if err != nil {
		return nil, err
	}
	w := &wire{cards: up, near: near, state: state}
	err = errors.Join(w.openFour(), w.openSix())
	if len(w.links) == 0 {
		w.close()
		return nil, fmt.Errorf("open the port of multicast DNS: %w", err)
	}
	return w, nil
}

func (w *wire) openFour() error {
	// For an address of a group the port is shared with other programs.
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(224, 0, 0, 0), Port: port})
	if err != nil {
		return err
	}
	w.four = ipv4.NewPacketConn(c)
	_ = w.four.SetControlMessage(ipv4.FlagInterface, true) // Windows has it not
	// RFC 6762, 11 and 15.4.
	errs := []error{w.four.SetMulticastTTL(255), w.four.SetTTL(255), w.four.SetMulticastLoopback(true)}
	for i := range w.cards {
		if err := w.four.JoinGroup(&w.cards[i], group4); err != nil {
			errs = append(errs, err)
			continue
		}
		w.links = append(w.links, link{w.cards[i].Index, false})
	}
	return errors.Join(errs...)
}

func (w *wire) openSix() error {
	c, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.ParseIP("ff02::"), Port: port})
	if err != nil {
		return err
	}
	w.six = ipv6.NewPacketConn(c)
	_ = w.six.SetControlMessage(ipv6.FlagInterface, true) // Windows has it not
	errs := []error{w.six.SetMulticastHopLimit(255), w.six.SetHopLimit(255), w.six.SetMulticastLoopback(true)}
	for i := range w.cards {
		if err := w.six.JoinGroup(&w.cards[i], group6); err != nil {
			errs = append(errs, err)
			continue
		}
		w.links = append(w.links, link{w.cards[i].Index, true})
	}
	return errors.Join(errs...)
}

func (w *wire) close() {
	if w.four != nil {
		_ = w.four.Close() // nothing is to be lost
	}
	if w.six != nil {
		_ = w.six.Close() // likewise
	}
}

// listen hands on what comes until the sockets are closed; ctx ends a handing on that
// nobody waits for.
func (w *wire) listen(ctx context.Context, wg *sync.WaitGroup, out chan<- packet) {
	hear := func(read func([]byte) (int, int, net.Addr, error), six bool) {
		buf := make([]byte, maxReceived)
		for {
			n, card, from, err := read(buf)
			if errors.Is(err, net.ErrClosed) || ctx.Err() != nil {
				return
			}
			udp, ok := from.(*net.UDPAddr)
			if err != nil || !ok {
				_ = backoff.Sleep(ctx, pause) // the loop sees that ctx ended
				continue
			}
			p := packet{new(dns.Msg), udp.AddrPort(), link{card, six}}
			if !w.isNear(p) || p.msg.Unpack(buf[:n]) != nil {
				continue
			}
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
		}
	}
	if w.four != nil {
		wg.Go(func() {
			hear(func(b []byte) (int, int, net.Addr, error) {
				n, cm, from, err := w.four.ReadFrom(b)
				if cm == nil {
					return n, 0, from, err
				}
				return n, cm.IfIndex, from, err
			}, false)
		})
	}
	if w.six != nil {
		wg.Go(func() {
			hear(func(b []byte) (int, int, net.Addr, error) {
				n, cm, from, err := w.six.ReadFrom(b)
				if cm == nil {
					return n, 0, from, err
				}
				return n, cm.IfIndex, from, err
			}, true)
		})
	}
}

// isNear reports whether a message is of the network itself: others ask and are told
// nothing (RFC 6762, 11), or anybody could have answers sent to a third.
func (w *wire) isNear(p packet) bool {
	from := p.from.Addr().Unmap().WithZone("")
	if from.IsLinkLocalUnicast() {
		return p.on.index == 0 || w.near[p.on.index] != nil
	}
	for card, nets := range w.near {
		if (p.on.index == 0 || p.on.index == card) && slices.ContainsFunc(nets, func(n netip.Prefix) bool { return n.Contains(from) }) {
			return true
		}
	}
	return false
}

// answerOn returns the links that a question on one is answered on: all where the system
// does not tell which it was.
func (w *wire) answerOn(on link) []link {
	if on.index != 0 {
		return []link{on}
	}
	return slices.DeleteFunc(slices.Clone(w.links), func(l link) bool { return l.six != on.six })
}

func (w *wire) all() []link { return w.links }

// multicast sends a message to the whole network. What is lost is asked for again.
func (w *wire) multicast(on link, msg []byte) {
	i := slices.IndexFunc(w.cards, func(c net.Interface) bool { return c.Index == on.index })
	switch {
	case i < 0:
	case on.six:
		if w.six.SetMulticastInterface(&w.cards[i]) == nil {
			_, _ = w.six.WriteTo(msg, nil, group6)
		}
	default:
		if w.four.SetMulticastInterface(&w.cards[i]) == nil {
			_, _ = w.four.WriteTo(msg, nil, group4)
		}
	}
}

// unicast sends a message to who asked, likewise.
func (w *wire) unicast(p netip.AddrPort, six bool, msg []byte) {
	to := net.UDPAddrFromAddrPort(p)
	if six {
		_, _ = w.six.WriteTo(msg, nil, to)
	} else {
		_, _ = w.four.WriteTo(msg, nil, to)
	}
}
