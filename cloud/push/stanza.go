package push

import (
	"strings"

	"platen/internal/stream"
)

// Namespaces of RFC 6120, RFC 3921 and XEP-0199, and of the hints.
const (
	nsClient  = "jabber:client"
	nsStream  = stream.NS
	nsTLS     = "urn:ietf:params:xml:ns:xmpp-tls"
	nsSASL    = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind    = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSession = "urn:ietf:params:xml:ns:xmpp-session"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsPing    = "urn:xmpp:ping"
	nsPush    = "google:push"
)

// node is a parsed element.
type node = stream.Node

// parseStanza reads one element as the splitter cut it.
func parseStanza(b []byte) (node, error) { return stream.Parse(b, nsClient) }

// header is what a stream header says.
type header struct {
	to string
}

// parseHeader reads <stream:stream ...>. Old clients leave out version or to, and one
// writes <stream xmlns="http://etherx.jabber.org/streams">, which names no other
// namespace.
func parseHeader(b []byte) (header, error) {
	n, err := stream.ParseStart(b)
	if err != nil {
		return header{}, err
	}
	if space := n.Attr("xmlns"); !n.Is(nsStream, "stream") || space != nsClient && space != nsStream {
		return header{}, errNamespace
	}
	return headerOf(n)
}

// headerOf reads the attributes of a header.
func headerOf(n node) (header, error) {
	if v := n.Attr("version"); v != "" && !strings.HasPrefix(v, "1.") {
		return header{}, errVersion
	}
	return header{to: n.Attr("to")}, nil
}
