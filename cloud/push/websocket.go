package push

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// subprotocol is what a WebSocket for XMPP speaks (RFC 7395, 3.1).
const subprotocol = "xmpp"

// ServeWebSocket takes a stream over a WebSocket (RFC 7395): the same one as over TCP,
// within the same bounds. Browsers say which site their page is of; those of sites that
// the configuration does not name are refused. Programs that are no browsers say nothing.
func (s *Server) ServeWebSocket(w http.ResponseWriter, r *http.Request) {
	switch {
	case !s.welcome(r.Header.Get("Origin")):
		http.Error(w, "this service takes no streams from pages of that site", http.StatusForbidden)
		return
	case r.Header.Get("Upgrade") != "" && !speaksXMPP(r.Header):
		http.Error(w, "a WebSocket here speaks xmpp (RFC 7395)", http.StatusBadRequest)
		return
	}
	t := &takeover{ResponseWriter: w, srv: s, addr: s.cfg.RemoteAddr(r)}
	ws, err := websocket.Accept(t, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		InsecureSkipVerify: true, // the origin was looked at above
		CompressionMode:    websocket.CompressionDisabled,
	})
	c := t.conn
	if err != nil { // it was answered
		if c != nil {
			_ = c.guard.Close() // nothing was said on it
		}
		return
	}
	ws.SetReadLimit(-1) // ours tells the peer why
	c.wire, c.net = &messages{c, ws, maxLoginStanza}, &politeConn{c.guard, ws}
	ctx := context.WithoutCancel(r.Context())
	s.begin(ctx, c)
}

// welcome reports whether a page of this origin may open a stream.
func (s *Server) welcome(origin string) bool {
	return origin == "" || slices.ContainsFunc(s.cfg.Origins, func(o string) bool { return strings.EqualFold(o, origin) })
}

func speaksXMPP(h http.Header) bool {
	offered := strings.Split(strings.Join(h.Values("Sec-Websocket-Protocol"), ","), ",")
	return slices.ContainsFunc(offered, func(p string) bool { return strings.EqualFold(strings.TrimSpace(p), subprotocol) })
}

// takeover gives the WebSocket a connection of ours instead of the HTTP server's: what
// comes and goes is bounded as on every other one.
type takeover struct {
	http.ResponseWriter
	srv  *Server
	addr string
	conn *conn // once it was taken
}

// bufSize is that of a WebSocket's buffers: what is said is short.
const bufSize = 512

// Hijack implements http.Hijacker.
func (t *takeover) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.conn = newConn(t.srv, nc, Direct)
	t.conn.mute = false
	if ip, err := netip.ParseAddr(t.addr); err == nil {
		t.conn.addr = network(ip)
	}
	below := &webConn{t.conn.guard, t.conn}
	in := bufio.NewReaderSize(below, bufSize)
	if n := rw.Reader.Buffered(); n > 0 { // the peer was quick, or did not wait for our answer
		early, err := rw.Peek(n)
		if err != nil {
			_ = nc.Close() // the error is the one to tell
			return nil, nil, err
		}
		in = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(early), below), n)
		_, _ = in.Peek(n) // it is there
	}
	return below, bufio.NewReadWriter(in, bufio.NewWriterSize(below, bufSize)), nil
}

// webConn is what a WebSocket reads from: the conn's own reading, which pings who is
// silent, so that the WebSocket never hears of a time that passed, which would end it.
type webConn struct {
	*guard
	c *conn
}

// Read implements net.Conn. Once the stream has ended, what is read is the peer's answer to
// our closing, by whoever closes: the conn's state is its reader's.
func (w *webConn) Read(b []byte) (int, error) {
	if w.c.ended.Load() {
		return w.guard.Read(b)
	}
	n, err := w.c.read(b)
	if err != nil {
		w.c.broken = err
	}
	return n, err
}

// politeConn closes a WebSocket with its closing handshake (RFC 6455, 7.1.2), for a
// second.
type politeConn struct {
	*guard
	ws *websocket.Conn
}

// Close implements net.Conn.
func (p *politeConn) Close() error {
	late := time.AfterFunc(time.Second, func() { _ = p.guard.Close() })
	defer late.Stop()
	return p.ws.Close(websocket.StatusNormalClosure, "")
}
