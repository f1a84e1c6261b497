package xmpp

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stream"

	"platen/internal/secret"
	"platen/notify"
)

// Client is a notify.Carrier over XMPP.
type Client struct {
	opt    Options
	self   jid.JID // our address without a resource
	domain jid.JID

	mechanisms []string // the first one that is offered is used

	interval atomic.Int64  // between pings
	rhythm   chan struct{} // the interval changed
}

var _ notify.Carrier = (*Client)(nil)

// New returns a client that has not dialled yet.
func New(opt Options) (*Client, error) {
	self, domain, err := opt.address()
	if err != nil {
		return nil, err
	}
	c := &Client{opt: opt, self: self, domain: domain, mechanisms: preferred(), rhythm: make(chan struct{}, 1)}
	c.interval.Store(int64(opt.PingInterval))
	return c, nil
}

// Name returns "xmpp", "xmpp-proxy" by way of a proxy, or "websocket", also by way of one.
func (c *Client) Name() string {
	switch {
	case c.opt.WebSocket != nil:
		return "websocket"
	case c.opt.Proxy != nil:
		return "xmpp-proxy"
	}
	return "xmpp"
}

// SetPingInterval changes the time between pings, also of the open connection;
// zero or less brings back the interval of the options.
func (c *Client) SetPingInterval(d time.Duration) {
	c.interval.Store(int64(orDefault(d, c.opt.PingInterval)))
	select {
	case c.rhythm <- struct{}{}:
	default: // it will be seen
	}
}

// allowSilence bounds a silence on a link: the pings should tell before.
func (c *Client) allowSilence(l *link) {
	l.guard.idle.Store(int64(2*c.pingInterval() + 2*c.opt.PingTimeout))
}

func (c *Client) pingInterval() time.Duration { return time.Duration(c.interval.Load()) }

// Carry implements notify.Carrier.
func (c *Client) Carry(ctx context.Context, sink notify.Sink) error {
	tok, err := c.opt.Token(ctx)
	if err != nil {
		return fmt.Errorf("get a token for push: %w", err)
	}
	l, err := c.connect(ctx, tok)
	if err != nil {
		return explain(err)
	}
	err = c.stay(ctx, l, sink)
	if ctx.Err() != nil {
		return ctx.Err() // whatever the torn connection says
	}
	if errors.Is(err, stream.NotAuthorized) {
		// The login was good. What was revoked may be only what the robot had before
		// it was paired anew: the next login tells.
		return fmt.Errorf("the service ended the login: %w", err)
	}
	return explain(err)
}

// connect dials and logs in: direct TLS first, then STARTTLS, or as the records say. Refused
// credentials are refused on every port.
func (c *Client) connect(ctx context.Context, tok secret.Text) (*link, error) {
	ways, err := c.ways(ctx)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, w := range ways {
		l, err := c.login(ctx, w, tok)
		if err == nil {
			return l, nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", w, err))
		if errors.Is(err, notify.ErrCredentials) || ctx.Err() != nil {
			break
		}
	}
	return nil, errors.Join(errs...)
}

// explain finds refused credentials in whatever mellium returned.
func explain(err error) error {
	switch {
	case errors.Is(err, notify.ErrCredentials):
	case errors.Is(err, stream.NotAuthorized):
		return fmt.Errorf("%w: %w", notify.ErrCredentials, err)
	case errors.Is(err, stream.Conflict):
		return fmt.Errorf("%w: %w", notify.ErrConflict, err)
	case errors.Is(err, stream.SystemShutdown):
		return fmt.Errorf("the service is restarting: %w", err)
	case cutOff(err):
		return fmt.Errorf("the connection ended without a farewell: %w", err)
	}
	return err
}

// cutOff reports whether the connection was closed in the middle of the stream.
func cutOff(err error) bool {
	e, ok := errors.AsType[*xml.SyntaxError](err)
	return ok && e.Msg == "unexpected EOF" || errors.Is(err, io.ErrUnexpectedEOF)
}

// stay serves an open stream to its end. One goroutine reads, this one pings.
func (c *Client) stay(ctx context.Context, l *link, sink notify.Sink) error {
	defer l.close()
	stop := context.AfterFunc(ctx, l.goodbye)
	defer stop()

	alive, end := context.WithCancelCause(ctx)
	defer end(nil)
	gate := &gate{sink: sink}
	served := make(chan struct{})
	go func() {
		defer close(served)
		err := l.sess.Serve(&handler{client: c, link: l, gate: gate})
		end(cmp.Or(err, errEnded))
	}()
	err := c.announceAndPing(alive, l, gate)
	l.close() // wakes the reader
	<-served
	return err
}

var errEnded = errors.New("the service closed the stream")

// announceAndPing returns why the stream ended.
func (c *Client) announceAndPing(ctx context.Context, l *link, gate *gate) error {
	if err := c.announce(ctx, l); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	gate.open()
	return c.keepAlive(ctx, l)
}

// keepAlive pings until the service does not answer in time, or ctx ends with
// what the reader found.
func (c *Client) keepAlive(ctx context.Context, l *link) error {
	for {
		t := time.NewTimer(c.pingInterval())
		select {
		case <-ctx.Done():
			t.Stop()
			return context.Cause(ctx)
		case <-c.rhythm: // the ping's answer lets the reader wait by the new interval
			t.Stop()
			c.allowSilence(l)
		case <-t.C:
		}
		if err := l.ping(ctx, c.opt.Service, c.opt.PingTimeout); err != nil {
			return fmt.Errorf("ping: %w", err)
		}
	}
}
