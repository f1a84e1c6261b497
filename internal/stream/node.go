package stream

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// NS is the namespace of the stream's own elements (RFC 6120, 4.8.1).
const NS = "http://etherx.jabber.org/streams"

// Node is a parsed element.
type Node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []Node     `xml:",any"`
}

// Parse reads one element as a Splitter cut it, in a stream of this default namespace. A
// prefix that only the stream header declared stays as it is written.
func Parse(b []byte, space string) (Node, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.DefaultSpace = space
	var n Node
	if err := d.Decode(&n); err != nil {
		return Node{}, NotWellFormed
	}
	return n, nil
}

// ParseStart reads a start tag, such as a stream's header.
func ParseStart(b []byte) (Node, error) {
	t, err := xml.NewDecoder(bytes.NewReader(b)).Token()
	start, ok := t.(xml.StartElement)
	if err != nil || !ok {
		return Node{}, NotWellFormed
	}
	return Node{XMLName: start.Name, Attrs: start.Attr}, nil
}

// Attr returns an attribute without a namespace, or "".
func (n Node) Attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Is reports whether the element has this name.
func (n Node) Is(space, local string) bool {
	return n.XMLName.Space == space && n.XMLName.Local == local
}

// IsError reports whether the element is a stream error (RFC 6120, 4.9).
func (n Node) IsError() bool {
	return n.XMLName.Local == "error" && (n.XMLName.Space == NS || n.XMLName.Space == "stream")
}

// Child returns the first child of this name; nil if there is none.
func (n Node) Child(space, local string) *Node {
	for i := range n.Nodes {
		if n.Nodes[i].Is(space, local) {
			return &n.Nodes[i]
		}
	}
	return nil
}

// Escape writes s so that it can stand in text and in a quoted attribute.
func Escape(s string) string {
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

// Attr writes name="value" with a space before it; nothing without a value.
func Attr(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + Escape(value) + `"`
}
