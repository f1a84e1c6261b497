package component

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"platen/internal/stream"
)

// Namespaces of XEP-0114 and of what is said on its stream.
const (
	nsAccept  = "jabber:component:accept"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsPing    = "urn:xmpp:ping"
)

// conn is one stream to the server. One goroutine reads it; any may write.
type conn struct {
	cfg   *Config
	net   net.Conn
	split *stream.Splitter
	wmu   sync.Mutex // one stanza at a time

	mu    sync.Mutex // guards what follows
	calls map[string]call
	ended bool
	done  chan struct{} // closed with ended

	// Of the reading goroutine.
	ready bool      // the server let us in
	heard time.Time // the server's last byte
	asked time.Time // when it was pinged since; zero if it was not
}

// call is a request that waits for its answer.
type call struct {
	to     string
	answer chan<- stream.Node
}

var (
	errSilent   = errors.New("the XMPP server is silent")
	errEnd      = errors.New("the XMPP server closed the stream")
	errLost     = errors.New("the stream to the XMPP server is lost")
	errNoStream = errors.New("this is no XMPP server's port for components")
)

// Refusal is a stream error: how the server ends a stream, or does not begin one.
type Refusal struct {
	Condition stream.Error
	Text      string // as the server puts it; may be empty
}

// Error returns the condition and the server's words.
func (r *Refusal) Error() string {
	if r.Text == "" {
		return r.Condition.Error()
	}
	return r.Condition.Error() + ": " + r.Text
}

func refusalOf(n stream.Node) *Refusal {
	r := &Refusal{Condition: "undefined-condition"}
	for _, child := range n.Nodes {
		switch {
		case child.XMLName.Local == "text":
			r.Text = child.Text
		case child.XMLName.Space == "urn:ietf:params:xml:ns:xmpp-streams":
			r.Condition = stream.Error(child.XMLName.Local)
		}
	}
	return r
}

// dial opens a stream and is let in by the server.
func dial(ctx context.Context, cfg *Config) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.Limits.Login)
	defer cancel()
	nc, err := (&net.Dialer{KeepAlive: -1}).DialContext(ctx, "tcp", cfg.Address)
	if err != nil {
		return nil, fmt.Errorf("reach the XMPP server: %w", err)
	}
	c := &conn{cfg: cfg, net: nc, calls: map[string]call{}, done: make(chan struct{})}
	// What users send is only counted, not followed, by the splitter: deep or odd stanzas
	// must not end the stream of everybody.
	c.split = stream.NewSplitter(readerFunc(c.read), maxStanza, maxStanza)
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	err = c.handshake()
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(errSilent, context.Cause(ctx))
		}
		c.close()
		return nil, err
	}
	return c, nil
}

type readerFunc func([]byte) (int, error)

// Read calls the function.
func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// handshake is XEP-0114, 3.
func (c *conn) handshake() error {
	err := c.write(`<?xml version="1.0"?><stream:stream xmlns="` + nsAccept + `" xmlns:stream="` + stream.NS + `"` +
		stream.Attr("to", c.cfg.Service) + `>`)
	if err != nil {
		return err
	}
	it, err := c.split.Next()
	if _, odd := errors.AsType[stream.Error](err); odd {
		return fmt.Errorf("%w: %w", errNoStream, err)
	}
	if err != nil {
		return err
	}
	header, err := stream.ParseStart(it.Text)
	if err != nil || it.Kind != stream.Header || !header.Is(stream.NS, "stream") {
		return errNoStream
	}
	sum := sha1.Sum([]byte(header.Attr("id") + c.cfg.Secret.Reveal())) // as XEP-0114 has it
	// A server that does not know us says so at once, and may take nothing more.
	writeErr := c.write(`<handshake>` + hex.EncodeToString(sum[:]) + `</handshake>`)
	n, err := c.stanza()
	switch {
	case err != nil:
		return errors.Join(err, writeErr)
	case n.IsError():
		return refusalOf(n)
	case header.Attr("xmlns") != nsAccept || n.XMLName.Local != "handshake":
		return errNoStream
	}
	c.ready, c.heard = true, time.Now()
	return nil
}

// stanza returns the next element.
func (c *conn) stanza() (stream.Node, error) {
	for {
		it, err := c.split.Next()
		if err != nil {
			return stream.Node{}, err
		}
		if it.Kind == stream.End {
			return stream.Node{}, errEnd
		}
		// What one user sent, and the server let through, ends nobody else's stream.
		if n, err := stream.Parse(it.Text, nsAccept); err == nil {
			return n, nil
		}
	}
}

// read is what the splitter reads from. Once we are in, silence brings a ping, and more
// silence the end.
func (c *conn) read(b []byte) (int, error) {
	for {
		deadline := time.Time{} // before that, dial closes the connection in time
		half := c.cfg.Limits.Interval / 2
		switch {
		case !c.asked.IsZero():
			deadline = c.asked.Add(half)
		case c.ready:
			deadline = c.heard.Add(half)
		}
		if err := c.net.SetReadDeadline(deadline); err != nil {
			return 0, err
		}
		n, err := c.net.Read(b)
		if n > 0 {
			c.heard, c.asked = time.Now(), time.Time{}
			return n, nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, err
		}
		if !c.asked.IsZero() {
			return 0, errSilent
		}
		c.asked = time.Now()
		if err := c.write(c.iq("get", c.cfg.Domain, rand.Text(), `<ping xmlns="`+nsPing+`"/>`)); err != nil {
			return 0, err
		}
	}
}

// write sends one piece of the stream. A server that does not take it in time is gone.
func (c *conn) write(text string) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	err := c.net.SetWriteDeadline(time.Now().Add(c.cfg.Limits.Write))
	if err == nil {
		_, err = io.WriteString(c.net, text)
	}
	if err != nil {
		_ = c.net.Close() // half a stanza is of no use; the reader ends the stream
		return fmt.Errorf("%w: %w", errLost, err)
	}
	return nil
}

// iq writes a request (RFC 6120, 8.2.3).
func (c *conn) iq(typ, to, id, payload string) string {
	return `<iq type="` + typ + `"` + stream.Attr("from", c.cfg.Service) + stream.Attr("to", to) +
		stream.Attr("id", id) + `>` + payload + `</iq>`
}

// ask sends a request, and returns the answer. An answer that is an error is a
// *StanzaError.
func (c *conn) ask(ctx context.Context, typ, to, payload string) (stream.Node, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Limits.Answer)
	defer cancel()
	id, answer := rand.Text(), make(chan stream.Node, 1)
	if !c.expect(id, call{to, answer}) {
		return stream.Node{}, errLost
	}
	defer c.forget(id)
	if err := c.write(c.iq(typ, to, id, payload)); err != nil {
		return stream.Node{}, err
	}
	select {
	case n, there := <-answer:
		if !there {
			return stream.Node{}, errLost
		}
		return n, errorOf(n)
	case <-ctx.Done():
		return stream.Node{}, fmt.Errorf("%s does not answer: %w", to, ctx.Err())
	}
}

func (c *conn) expect(id string, k call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.calls[id] = k
	}
	return !c.ended
}

func (c *conn) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.calls, id)
}

// answered hands an answer to who waits for it; one of somebody else is none.
func (c *conn) answered(n stream.Node) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := n.Attr("id")
	k, waits := c.calls[id]
	if !waits || k.to != n.Attr("from") {
		return false
	}
	delete(c.calls, id)
	k.answer <- n // it has room for one
	return true
}

// close ends the stream, and whatever waits on it.
func (c *conn) close() {
	c.mu.Lock()
	ended := c.ended
	if !ended {
		c.ended = true
		close(c.done)
	}
	for id, k := range c.calls {
		delete(c.calls, id)
		close(k.answer)
	}
	c.mu.Unlock()
	if ended {
		return
	}
	if c.wmu.TryLock() { // else somebody is stuck with it
		_ = c.net.SetWriteDeadline(time.Now().Add(time.Second)) // a closed one needs none
		_, _ = io.WriteString(c.net, `</stream:stream>`)        // the server may be gone
		c.wmu.Unlock()
	}
	_ = c.net.Close() // whatever came of that
}
