package push

import (
	"cmp"
	"context"
	"io"

	"platen/internal/stream"
)

// wire carries the pieces of a stream to a peer and back. There are two: the one document
// of RFC 6120 over TCP, and the messages of a WebSocket (RFC 7395).
type wire interface {
	// secure encrypts the connection, unless that was done before.
	secure(ctx context.Context) error
	// header returns what the peer's header says: the first piece of the stream, and again
	// after login.
	header() (header, error)
	// element returns the next element; errClosed if the peer ends the stream instead.
	element() (node, error)
	// restart expects another header, and elements of at most so many bytes after it.
	restart(limit int)
	// greeting is our header, for a peer that asked for a domain.
	greeting(to string) string
	// write sends one piece; conn.wmu is held.
	write(text string) error
	// finish sends why the stream ends, "" for no reason, and its end; conn.wmu is held.
	finish(why streamError)
}

// document is a stream over TCP, with TLS from the first byte or later.
type document struct {
	c     *conn
	split *stream.Splitter
}

func newDocument(c *conn) *document {
	return &document{c, stream.NewSplitter(readerFunc(c.read), maxLoginStanza, maxDepth)}
}

func (d *document) secure(ctx context.Context) error {
	if d.c.mode == STARTTLS {
		if err := d.startTLS(); err != nil {
			return err
		}
	}
	return d.c.handshake(ctx)
}

// startTLS is RFC 6120, 5.4: nothing else is allowed before it, and nothing may
// be sent along with it, as that was not protected.
func (d *document) startTLS() error {
	c := d.c
	if err := c.open(`<starttls xmlns="` + nsTLS + `"><required/></starttls>`); err != nil {
		return err
	}
	n, err := d.element()
	if err != nil {
		return err
	}
	if n.Is(nsSASL, "auth") {
		return c.refuse(failPlaintext)
	}
	if !n.Is(nsTLS, "starttls") {
		return errPolicy
	}
	if d.split.Buffered() > 0 {
		return errPolicy
	}
	if err := c.write(`<proceed xmlns="` + nsTLS + `"/>`); err != nil {
		return err
	}
	d.split.Restart()
	return nil
}

func (d *document) header() (header, error) {
	it, err := d.split.Next()
	if err != nil {
		return header{}, err
	}
	return parseHeader(it.Text)
}

func (d *document) element() (node, error) {
	it, err := d.split.Next()
	if err != nil {
		return node{}, err
	}
	if it.Kind == stream.End {
		return node{}, errClosed
	}
	return parseStanza(it.Text)
}

func (d *document) restart(limit int) {
	d.split.SetLimit(limit)
	d.split.Restart()
}

// greeting has no XML declaration, as a second one kills clients that read both
// streams with one parser, and it names the domain that the client asked for, as
// some compare the two.
func (d *document) greeting(to string) string {
	return `<stream:stream` + stream.Attr("from", cmp.Or(to, d.c.srv.cfg.Domain)) + ` id="` + newID() +
		`" version="1.0" xmlns:stream="` + nsStream + `" xmlns="` + nsClient + `">`
}

func (d *document) write(text string) error {
	_, err := io.WriteString(d.c.net, text)
	return err
}

func (d *document) finish(why streamError) {
	text := "</stream:stream>"
	switch {
	case why != "" && !d.c.opened:
		text = d.greeting("") + why.Text()
	case why != "":
		text = why.Text()
	case !d.c.opened:
		return
	}
	_ = d.write(text) // the peer may be gone
}
