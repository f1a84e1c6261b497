package xmpp

import (
	"encoding/xml"
	"fmt"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// Namespaces of RFC 6120, RFC 3921, XEP-0199 and XEP-0060, and of the hints.
const (
	nsSASL    = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind    = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSession = "urn:ietf:params:xml:ns:xmpp-session"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsPing    = "urn:xmpp:ping"
	nsPubSub  = "http://jabber.org/protocol/pubsub"
	nsPush    = "google:push"
)

func newIQ(typ stanza.IQType, to string) (stanza.IQ, error) {
	j, err := jid.Parse(to)
	if err != nil {
		return stanza.IQ{}, fmt.Errorf("address %q: %w", to, err)
	}
	return stanza.IQ{Type: typ, To: j}, nil
}

// element is <local xmlns="space"/>.
func element(space, local string) xml.TokenReader {
	return xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Space: space, Local: local}})
}

// text is <local xmlns="space">s</local>.
func text(space, local, s string) xml.TokenReader {
	return xmlstream.Wrap(xmlstream.Token(xml.CharData(s)), xml.StartElement{Name: xml.Name{Space: space, Local: local}})
}

// nextElement returns the next start tag, and skips keep-alives before it.
func nextElement(d *xml.Decoder) (xml.StartElement, error) {
	for {
		t, err := d.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return t, nil
		case xml.CharData:
		default:
			return xml.StartElement{}, fmt.Errorf("unexpected %T in the stream", t)
		}
	}
}
