package push

import (
	"cmp"
	"context"
	"io"
	"strings"

	"github.com/coder/websocket"

	"platen/internal/stream"
)

// nsFraming is the namespace of RFC 7395, 3.3.
const nsFraming = "urn:ietf:params:xml:ns:xmpp-framing"

// messages is a stream over a WebSocket. Each message is a piece, and a document of its
// own.
type messages struct {
	c     *conn
	ws    *websocket.Conn
	limit int // bytes of one message
}

// secure does nothing: HTTPS did it, or a proxy before us.
func (m *messages) secure(context.Context) error { return nil }

func (m *messages) header() (header, error) {
	n, err := m.element()
	switch {
	case err != nil:
		return header{}, err
	case !n.Is(nsFraming, "open"):
		return header{}, errNamespace
	}
	return headerOf(n)
}

func (m *messages) element() (node, error) {
	// Time is the connection's to bound: it pings who is silent.
	kind, r, err := m.ws.Reader(context.Background())
	if err != nil {
		return node{}, m.why(err)
	}
	if kind != websocket.MessageText {
		return node{}, errBadFormat // RFC 7395, 3.2
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(m.limit)+1))
	if err != nil {
		return node{}, m.why(err)
	}
	if text, err = stream.One(text, m.limit, maxDepth); err != nil {
		return node{}, err
	}
	n, err := parseStanza(text)
	if err == nil && n.Is(nsFraming, "close") {
		err = errClosed
	}
	return n, err
}

// why returns what ended a reading, which the WebSocket may have wrapped.
func (m *messages) why(err error) error {
	if websocket.CloseStatus(err) >= 0 {
		return errClosed
	}
	return cmp.Or(m.c.broken, err)
}

func (m *messages) restart(limit int) { m.limit = limit }

func (m *messages) greeting(to string) string {
	return `<open` + stream.Attr("from", cmp.Or(to, m.c.srv.cfg.Domain)) + ` id="` + newID() + `" version="1.0" xmlns="` + nsFraming + `"/>`
}

func (m *messages) write(text string) error {
	if !strings.HasPrefix(text, "<") {
		return nil // white space is for clients of TCP
	}
	// The guard bounds the time.
	return m.ws.Write(context.Background(), websocket.MessageText, []byte(declared(text)))
}

func (m *messages) finish(why streamError) {
	var pieces []string
	if why != "" {
		if !m.c.opened {
			pieces = append(pieces, m.greeting(""))
		}
		pieces = append(pieces, why.Element())
	}
	if why != "" || m.c.opened {
		pieces = append(pieces, `<close xmlns="`+nsFraming+`"/>`)
	}
	for _, text := range pieces {
		if m.write(text) != nil {
			return // the peer is gone
		}
	}
}

// declared adds to an element the namespace that the header of a document declares for
// all (RFC 7395, 3.3.3).
func declared(text string) string {
	end := max(strings.IndexAny(text, " />"), 0)
	switch name := text[:end]; {
	case name == "<iq" || name == "<message" || name == "<presence":
		return name + ` xmlns="` + nsClient + `"` + text[end:]
	case strings.HasPrefix(name, "<stream:"):
		return name + ` xmlns:stream="` + nsStream + `"` + text[end:]
	}
	return text
}
