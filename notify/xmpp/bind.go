package xmpp

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"platen/gcp"
)

// bindFeature asks for a resource (RFC 6120, 7) and, where it is offered, for
// the session of RFC 3921, which must come after it. It is ours because
// mellium's sends an empty resource whatever was wanted. Then acknowledgements are
// turned on, where they are offered.
func bindFeature(resource gcp.ProxyID, a *acks) xmpp.StreamFeature {
	return xmpp.StreamFeature{
		Name:       xml.Name{Space: nsBind, Local: "bind"},
		Necessary:  xmpp.Authn,
		Prohibited: xmpp.Ready,
		Parse: func(_ context.Context, d *xml.Decoder, start *xml.StartElement) (bool, any, error) {
			return true, nil, d.DecodeElement(&struct{}{}, start)
		},
		Negotiate: func(_ context.Context, s *xmpp.Session, _ any) (xmpp.SessionState, io.ReadWriter, error) {
			if err := bind(s, resource, a); err != nil {
				return 0, nil, err
			}
			return xmpp.Ready, nil, nil
		},
	}
}

// iqAnswer is an answer during negotiation.
type iqAnswer struct {
	ID    string        `xml:"id,attr"`
	Type  string        `xml:"type,attr"`
	JID   string        `xml:"urn:ietf:params:xml:ns:xmpp-bind bind>jid"`
	Error *stanza.Error `xml:"error"`
}

func bind(s *xmpp.Session, resource gcp.ProxyID, a *acks) error {
	w := s.TokenWriter()
	defer w.Close() //nolint:errcheck // every write is flushed, and its error seen
	r := s.TokenReader()
	defer r.Close() //nolint:errcheck // nothing to be lost by reading
	d := xml.NewTokenDecoder(r)

	var want xml.TokenReader
	if resource != "" {
		want = text(nsBind, "resource", string(resource))
	}
	bound, err := exchange(w, d, "0", xmlstream.Wrap(want, xml.StartElement{Name: xml.Name{Space: nsBind, Local: "bind"}}))
	if err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	full, err := jid.Parse(bound.JID)
	if err != nil {
		return fmt.Errorf("bind: address %q: %w", bound.JID, err)
	}
	s.UpdateAddr(full)
	if _, offered := s.Feature(nsSession); offered {
		if _, err := exchange(w, d, "1", element(nsSession, "session")); err != nil {
			return fmt.Errorf("session: %w", err)
		}
	}
	if _, offered := s.Feature(nsAcks); offered {
		if err := a.enable(w, d); err != nil {
			return fmt.Errorf("acknowledgements: %w", err)
		}
	}
	return nil
}

// exchange sends an IQ and reads the answer, which must be the next stanza.
func exchange(w xmlstream.TokenWriteFlusher, d *xml.Decoder, id string, payload xml.TokenReader) (iqAnswer, error) {
	iq := stanza.IQ{XMLName: xml.Name{Space: stanza.NSClient, Local: "iq"}, ID: id, Type: stanza.SetIQ}
	if err := send(w, iq.Wrap(payload)); err != nil {
		return iqAnswer{}, err
	}
	start, err := nextElement(d)
	if err != nil {
		return iqAnswer{}, err
	}
	var a iqAnswer
	if err := d.DecodeElement(&a, &start); err != nil {
		return a, err
	}
	switch {
	case start.Name.Local != "iq" || a.ID != id:
		return a, fmt.Errorf("unexpected <%s> as answer", start.Name.Local)
	case a.Type == "result":
		return a, nil
	case a.Error != nil:
		return a, a.Error
	}
	return a, errors.New("answer is no result")
}
