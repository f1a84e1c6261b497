package push

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// Namespaces of RFC 6120, RFC 3921 and XEP-0199, and of the hints.
const (
	nsClient  = "jabber:client"
	nsStream  = "http://etherx.jabber.org/streams"
	nsTLS     = "urn:ietf:params:xml:ns:xmpp-tls"
	nsSASL    = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind    = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSession = "urn:ietf:params:xml:ns:xmpp-session"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsPing    = "urn:xmpp:ping"
	nsPush    = "google:push"
)

// node is a parsed element.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

// parseStanza reads one element as the splitter cut it. A prefix that only the
// stream header declared stays as it is written.
func parseStanza(b []byte) (node, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.DefaultSpace = nsClient
	var n node
	if err := d.Decode(&n); err != nil {
		return node{}, errNotWellFormed
	}
	return n, nil
}

// attr returns an attribute without a namespace, or "".
func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (n node) is(space, local string) bool {
	return n.XMLName.Space == space && n.XMLName.Local == local
}

// child returns the first child of this name; nil if there is none.
func (n node) child(space, local string) *node {
	for i := range n.Nodes {
		if n.Nodes[i].is(space, local) {
			return &n.Nodes[i]
		}
	}
	return nil
}

// header is what a stream header says.
type header struct {
	to string
}

// parseHeader reads <stream:stream ...>. Old clients leave out version or to.
func parseHeader(b []byte) (header, error) {
	t, err := xml.NewDecoder(bytes.NewReader(b)).Token()
	start, ok := t.(xml.StartElement)
	if err != nil || !ok {
		return header{}, errNotWellFormed
	}
	n := node{XMLName: start.Name, Attrs: start.Attr}
	if !n.is(nsStream, "stream") || n.attr("xmlns") != nsClient {
		return header{}, errNamespace
	}
	if v := n.attr("version"); v != "" && !strings.HasPrefix(v, "1.") {
		return header{}, errVersion
	}
	return header{to: n.attr("to")}, nil
}

// esc writes s so that it can stand in text and in a quoted attribute.
func esc(s string) string {
	if !strings.ContainsFunc(s, special) {
		return s
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}

func special(r rune) bool {
	return r < 0x20 || r == 0x7f || r > 0x7e || strings.ContainsRune(`<>&"'`, r)
}

// attribute writes name="value" with a space before it; nothing without a value.
func attribute(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + esc(value) + `"`
}
