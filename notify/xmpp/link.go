package xmpp

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/websocket"

	"platen/internal/secret"
)

// link is one open stream.
type link struct {
	guard *guard
	conn  net.Conn // guard, or TLS over it
	sess  *xmpp.Session
	acks  *acks
	once  sync.Once
}

// way is one way to reach the service.
type way struct {
	name string // for errors
	host string
	port int
	tls  tlsMode
}

type tlsMode int

const (
	tlsDirect tlsMode = iota
	tlsStart
	tlsWeb // HTTPS, then a WebSocket
)

// String names the way in errors.
func (w way) String() string { return w.name + " on port " + strconv.Itoa(w.port) }

func (w way) address() string { return net.JoinHostPort(w.host, strconv.Itoa(w.port)) }

// ways returns the ways to the service, the best one first.
func (c *Client) ways(ctx context.Context) ([]way, error) {
	switch {
	case c.opt.WebSocket != nil:
		return webWay(c.opt.WebSocket)
	case c.opt.Host == "":
		return c.bySRV(ctx)
	}
	var l []way
	if c.opt.DirectPort != 0 {
		l = append(l, way{"direct TLS", c.opt.Host, c.opt.DirectPort, tlsDirect})
	}
	if c.opt.STARTTLSPort != 0 {
		l = append(l, way{"STARTTLS", c.opt.Host, c.opt.STARTTLSPort, tlsStart})
	}
	return l, nil
}

// login opens a stream and binds the resource. The context closes the
// connection, which is the only thing that wakes mellium.
func (c *Client) login(ctx context.Context, w way, tok secret.Text) (*link, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opt.LoginTimeout, errors.New("the service did not let us in in time"))
	defer cancel()
	// Pings find out whether the peer is there; TCP's own would only add packets.
	d := net.Dialer{Timeout: dialTime, KeepAlive: -1, Resolver: c.opt.Resolver}
	nc, err := c.dial(ctx, &d, w.address())
	if err != nil {
		return nil, err
	}
	g := newGuard(nc, 2*(c.opt.LoginTimeout+c.opt.PingTimeout))
	g.write.Store(int64(min(writeTime, c.opt.PingTimeout)))
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() }) // wakes every read and write
	l, err := c.negotiate(ctx, g, w.tls, tok)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = nc.Close() // the error is the one to tell
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w (%w)", cause, err)
		}
		return nil, err
	}
	g.renew()
	c.allowSilence(l)
	return l, nil
}

func (c *Client) dial(ctx context.Context, d *net.Dialer, address string) (net.Conn, error) {
	if c.opt.Proxy != nil {
		return throughProxy(ctx, d, c.opt.Proxy, address, c.opt.RootCAs)
	}
	return d.DialContext(ctx, "tcp", address)
}

// negotiate encrypts, logs in and binds.
func (c *Client) negotiate(ctx context.Context, g *guard, mode tlsMode, tok secret.Text) (*link, error) {
	l := &link{guard: g, conn: g, acks: &acks{came: make(chan struct{}, 1)}}
	features := []xmpp.StreamFeature{saslFeature(c.mechanisms, c.opt.User, tok), bindFeature(c.opt.Resource, l.acks)}
	state, framing := xmpp.Secure, xmpp.NewNegotiator
	switch mode {
	case tlsDirect:
		t := c.tlsClient(g)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		l.conn = t
	case tlsStart:
		features = append(features, xmpp.StartTLS(c.tlsConfig()))
		state = 0
	case tlsWeb:
		m, err := c.upgrade(ctx, g)
		if err != nil {
			return nil, err
		}
		l.conn, framing = m, websocket.Negotiator
	}
	sess, err := xmpp.NewSession(context.WithoutCancel(ctx), c.domain, c.self, l.conn, state,
		framing(func(*xmpp.Session, *xmpp.StreamConfig) xmpp.StreamConfig {
			return xmpp.StreamConfig{Features: features}
		}))
	if err != nil {
		return nil, err
	}
	l.sess = sess
	return l, nil
}

func (c *Client) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: cmp.Or(c.opt.Host, c.opt.Domain), RootCAs: c.opt.RootCAs, MinVersion: tls.VersionTLS12}
}

// tlsClient is for TLS from the first byte.
func (c *Client) tlsClient(nc net.Conn) *tls.Conn {
	cfg := c.tlsConfig()
	cfg.NextProtos = []string{"xmpp-client"} // XEP-0368
	return tls.Client(nc, cfg)
}

// close cuts the connection; it may be called often and from anywhere.
func (l *link) close() { l.once.Do(func() { _ = l.guard.Close() }) }

// goodbye ends the stream politely, in a second at most, and closes it.
func (l *link) goodbye() {
	l.guard.write.Store(int64(goodbyeTime))
	_ = l.guard.Conn.SetWriteDeadline(time.Now().Add(goodbyeTime)) // a closed one needs none
	_ = l.sess.Close()                                             // the peer may be gone
	l.close()
}

// ask sends an IQ and waits for its answer, which it drops. An error stanza is
// returned as a stanza.Error. The connection is closed when there is no answer
// in time, so that nothing is left waiting.
func (l *link) ask(ctx context.Context, iq stanza.IQ, payload xml.TokenReader, limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, noAnswer(limit))
	defer cancel()
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	err := l.exchange(ctx, iq, payload)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// exchange sends an IQ, and counts the answer before anything that follows it is read.
func (l *link) exchange(ctx context.Context, iq stanza.IQ, payload xml.TokenReader) error {
	answer, err := l.sess.SendIQ(ctx, iq.Wrap(payload))
	if err != nil {
		return err
	}
	defer answer.Close() //nolint:errcheck // it only lets the reader go on
	l.acks.count()
	t, err := answer.Token()
	if err != nil {
		return err
	}
	start, _ := t.(xml.StartElement)
	_, err = stanza.UnmarshalIQError(answer, start)
	return err
}

// ping asks whether the service is there. Any answer says that it is. Where the service is
// the server that we are connected with, an acknowledgement says so, too.
func (l *link) ping(ctx context.Context, service string, limit time.Duration) error {
	if l.acks.on && l.acks.service == service {
		return l.knock(ctx, limit)
	}
	iq, err := newIQ(stanza.GetIQ, service)
	if err != nil {
		return err
	}
	err = l.ask(ctx, iq, element(nsPing, "ping"), limit)
	if _, answered := errors.AsType[stanza.Error](err); err != nil && !answered {
		return err
	}
	l.guard.renew()
	return nil
}

// subscribe asks for hints.
func (l *link) subscribe(ctx context.Context, service string, limit time.Duration) error {
	iq, err := newIQ(stanza.SetIQ, l.sess.LocalAddr().Bare().String())
	if err != nil {
		return err
	}
	item := xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Local: "item"}, Attr: []xml.Attr{
		{Name: xml.Name{Local: "channel"}, Value: service},
		{Name: xml.Name{Local: "from"}, Value: service},
	}})
	return l.ask(ctx, iq, xmlstream.Wrap(item, xml.StartElement{Name: xml.Name{Space: nsPush, Local: "subscribe"}}), limit)
}
