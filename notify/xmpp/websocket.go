package xmpp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/coder/websocket"

	"platen/notify"
)

// nsFraming is the namespace of RFC 7395, 3.3.
const nsFraming = "urn:ietf:params:xml:ns:xmpp-framing"

// subprotocol is what the WebSocket speaks (RFC 7395, 3.1).
const subprotocol = "xmpp"

// maxAnswer bounds what the service may say before it speaks WebSocket.
const maxAnswer = 64 << 10

// webWay is the way to a web address.
func webWay(u *url.URL) ([]way, error) {
	port, err := strconv.Atoi(cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme]))
	if err != nil {
		return nil, fmt.Errorf("%s is no web address: %w", u.Redacted(), err)
	}
	return []way{{"WebSocket to " + u.Hostname(), u.Hostname(), port, tlsWeb}}, nil
}

// upgrade makes a WebSocket of a connection to the service's own address (RFC 6455, 4.1).
// A service that answers but has none is not worth another try: it is an older one, or a
// proxy on the way does not let WebSockets pass.
func (c *Client) upgrade(ctx context.Context, g *guard) (*messageConn, error) {
	transport := &http.Transport{
		DialContext:            func(context.Context, string, string) (net.Conn, error) { return g, nil },
		TLSClientConfig:        &tls.Config{RootCAs: c.opt.RootCAs, MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: maxAnswer,
	}
	ws, resp, err := websocket.Dial(ctx, c.opt.WebSocket.String(), &websocket.DialOptions{ //nolint:bodyclose // it is the connection's, or empty
		HTTPClient: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		Subprotocols:    []string{subprotocol},
		CompressionMode: websocket.CompressionDisabled,
	})
	switch {
	case err != nil && resp != nil && passing(resp.StatusCode):
		return nil, fmt.Errorf("no WebSocket there now: %s", resp.Status)
	case err != nil && resp != nil:
		return nil, fmt.Errorf("%w: no WebSocket there: %s", notify.ErrUnfit, resp.Status)
	case err != nil:
		return nil, err
	case ws.Subprotocol() != subprotocol:
		return nil, fmt.Errorf("%w: the WebSocket there does not speak XMPP", notify.ErrUnfit)
	}
	ws.SetReadLimit(stanzaBytes)
	return &messageConn{guard: g, ws: ws}, nil
}

// passing reports whether an answer says that there may be a WebSocket later: a proxy stays
// while the service behind it is started anew.
func passing(status int) bool {
	return status >= http.StatusInternalServerError && status != http.StatusNotImplemented ||
		status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// messageConn carries a stream over a WebSocket: each element is a message of its own
// (RFC 7395, 3.3.3), which mellium writes and reads as bytes.
type messageConn struct {
	*guard
	ws   *websocket.Conn
	rest []byte       // of the message that is read
	out  bytes.Buffer // of the element that is written
}

// Read returns bytes of the next message.
func (m *messageConn) Read(b []byte) (int, error) {
	for len(m.rest) == 0 {
		// The guard bounds the time.
		kind, text, err := m.ws.Read(context.Background())
		switch {
		case websocket.CloseStatus(err) >= 0, errors.Is(err, io.EOF):
			return 0, io.EOF
		case err != nil:
			return 0, err
		case kind != websocket.MessageText:
			return 0, errors.New("the service sends what is no text")
		case isClose(text):
			return 0, io.EOF // RFC 7395, 3.6
		}
		m.rest = text
	}
	n := copy(b, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

func isClose(text []byte) bool {
	t, err := xml.NewDecoder(bytes.NewReader(text)).Token()
	start, ok := t.(xml.StartElement)
	return err == nil && ok && start.Name == xml.Name{Space: nsFraming, Local: "close"}
}

// Write sends a message as soon as its element is whole.
func (m *messageConn) Write(b []byte) (int, error) {
	m.out.Write(b)
	switch text := m.out.Bytes(); {
	case string(text) == "</stream:stream>": // mellium's word for it, whatever the framing
		m.out.Reset()
		m.out.WriteString(`<close xmlns="` + nsFraming + `"/>`)
	case !whole(text):
		return len(b), nil
	}
	if err := m.ws.Write(context.Background(), websocket.MessageText, m.out.Bytes()); err != nil {
		return 0, err
	}
	m.out.Reset()
	return len(b), nil
}

// whole reports whether text is an element up to its end.
func whole(text []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(text))
	depth, began := 0, false
	for {
		t, err := d.RawToken()
		if err != nil {
			return errors.Is(err, io.EOF) && began && depth == 0
		}
		switch t.(type) {
		case xml.StartElement:
			depth, began = depth+1, true
		case xml.EndElement:
			depth--
		}
	}
}
