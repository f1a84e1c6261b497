package xmpp

import (
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

	"platen/internal/secret"
)

// link is one open stream.
type link struct {
	guard *guard
	conn  net.Conn // guard, or TLS over it
	sess  *xmpp.Session
	once  sync.Once
}

// way is one way to reach the service.
type way struct {
	name string
	port int
	tls  tlsMode
}

type tlsMode int

const (
	tlsDirect tlsMode = iota
	tlsStart
)

// String names the way in errors.
func (w way) String() string { return w.name + " on port " + strconv.Itoa(w.port) }

func (c *Client) ways() []way {
	var l []way
	if c.opt.DirectPort != 0 {
		l = append(l, way{"direct TLS", c.opt.DirectPort, tlsDirect})
	}
	if c.opt.STARTTLSPort != 0 {
		l = append(l, way{"STARTTLS", c.opt.STARTTLSPort, tlsStart})
	}
	return l
}

// login opens a stream and binds the resource. The context closes the
// connection, which is the only thing that wakes mellium.
func (c *Client) login(ctx context.Context, w way, tok secret.Text) (*link, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opt.LoginTimeout, errors.New("the service did not let us in in time"))
	defer cancel()
	// Pings find out whether the peer is there; TCP's own would only add packets.
	d := net.Dialer{Timeout: dialTime, KeepAlive: -1}
	nc, err := d.DialContext(ctx, "tcp", net.JoinHostPort(c.opt.Host, strconv.Itoa(w.port)))
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

// negotiate encrypts, logs in and binds.
func (c *Client) negotiate(ctx context.Context, g *guard, mode tlsMode, tok secret.Text) (*link, error) {
	cfg := &tls.Config{ServerName: c.opt.Host, RootCAs: c.opt.RootCAs, MinVersion: tls.VersionTLS12}
	features := []xmpp.StreamFeature{saslFeature(c.mechanisms, c.opt.User, tok), bindFeature(c.opt.Resource)}
	l := &link{guard: g, conn: g}
	state := xmpp.SessionState(0)
	if mode == tlsDirect {
		cfg.NextProtos = []string{"xmpp-client"} // XEP-0368
		t := tls.Client(g, cfg)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		l.conn, state = t, xmpp.Secure
	} else {
		features = append(features, xmpp.StartTLS(cfg))
	}
	sess, err := xmpp.NewSession(context.WithoutCancel(ctx), c.domain, c.self, l.conn, state,
		xmpp.NewNegotiator(func(*xmpp.Session, *xmpp.StreamConfig) xmpp.StreamConfig {
			return xmpp.StreamConfig{Features: features}
		}))
	if err != nil {
		return nil, err
	}
	l.sess = sess
	return l, nil
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
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %s", limit))
	defer cancel()
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	err := l.sess.UnmarshalIQ(ctx, iq.Wrap(payload), nil)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// ping asks whether the service is there. Any answer says that it is.
func (l *link) ping(ctx context.Context, service string, limit time.Duration) error {
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
