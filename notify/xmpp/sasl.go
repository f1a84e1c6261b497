package xmpp

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"

	"platen/gcp"
	"platen/internal/secret"
	"platen/notify"
)

// The mechanisms, in the order in which we prefer them. X-OAUTH2 is Google's
// and looks like PLAIN (RFC 4616); OAUTHBEARER is RFC 7628.
const (
	mechOAuth2 = "X-OAUTH2"
	mechBearer = "OAUTHBEARER"
	mechPlain  = "PLAIN"
)

func preferred() []string { return []string{mechOAuth2, mechBearer, mechPlain} }

// saslFeature logs in with a token. It is ours because mellium's hides the
// condition of a failure in a type that cannot be named, and to know a refused
// token from a passing trouble decides when to try again.
func saslFeature(mechanisms []string, user gcp.RobotID, tok secret.Text) xmpp.StreamFeature {
	return xmpp.StreamFeature{
		Name:       xml.Name{Space: nsSASL, Local: "mechanisms"},
		Necessary:  xmpp.Secure,
		Prohibited: xmpp.Authn,
		Parse: func(_ context.Context, d *xml.Decoder, start *xml.StartElement) (bool, any, error) {
			var m struct {
				Name []string `xml:"urn:ietf:params:xml:ns:xmpp-sasl mechanism"`
			}
			err := d.DecodeElement(&m, start)
			return true, m.Name, err
		},
		Negotiate: func(_ context.Context, s *xmpp.Session, data any) (xmpp.SessionState, io.ReadWriter, error) {
			offered, _ := data.([]string)
			i := slices.IndexFunc(mechanisms, func(m string) bool { return slices.Contains(offered, m) })
			if i < 0 {
				return 0, nil, fmt.Errorf("the service offers no way to log in that we know: %q", offered)
			}
			if err := logIn(s, mechanisms[i], initialResponse(mechanisms[i], user, tok)); err != nil {
				return 0, nil, err
			}
			return xmpp.Authn, s.Conn(), nil
		},
	}
}

func logIn(s *xmpp.Session, mech, response string) error {
	w := s.TokenWriter()
	defer w.Close() //nolint:errcheck // every write is flushed, and its error seen
	r := s.TokenReader()
	defer r.Close() //nolint:errcheck // nothing to be lost by reading
	auth := xmlstream.Wrap(xmlstream.Token(xml.CharData(response)), xml.StartElement{
		Name: xml.Name{Space: nsSASL, Local: "auth"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "mechanism"}, Value: mech}},
	})
	if err := send(w, auth); err != nil {
		return err
	}
	return loginAnswer(w, xml.NewTokenDecoder(r))
}

// loginAnswer waits for <success/>. A challenge can only be OAUTHBEARER's way
// to say why not; the failure follows when it is answered (RFC 7628, 3.2.3).
func loginAnswer(w xmlstream.TokenWriteFlusher, d *xml.Decoder) error {
	for range 2 {
		start, err := nextElement(d)
		if err != nil {
			return err
		}
		var answer struct {
			Conditions []struct{ XMLName xml.Name } `xml:",any"`
		}
		if err := d.DecodeElement(&answer, &start); err != nil {
			return err
		}
		switch start.Name {
		case xml.Name{Space: nsSASL, Local: "success"}:
			return nil
		case xml.Name{Space: nsSASL, Local: "challenge"}:
			if err := send(w, text(nsSASL, "response", "AQ==")); err != nil { // \x01
				return err
			}
			continue
		case xml.Name{Space: nsSASL, Local: "failure"}:
			names := make([]string, 0, len(answer.Conditions))
			for _, c := range answer.Conditions {
				names = append(names, c.XMLName.Local)
			}
			return refusal(names)
		}
		return fmt.Errorf("unexpected <%s> during login", start.Name.Local)
	}
	return errors.New("the service asks for more than a token")
}

// refusal turns the conditions of RFC 6120, 6.5 into an error.
func refusal(conditions []string) error {
	for _, c := range conditions {
		switch c {
		case "not-authorized", "account-disabled", "credentials-expired", "invalid-authzid":
			return fmt.Errorf("%w (%s)", notify.ErrCredentials, c)
		}
	}
	return fmt.Errorf("login failed: %q", conditions)
}

func initialResponse(mech string, user gcp.RobotID, tok secret.Text) string {
	resp := "\x00" + string(user) + "\x00" + tok.Reveal()
	if mech == mechBearer {
		resp = "n,,\x01auth=Bearer " + tok.Reveal() + "\x01\x01"
	}
	return base64.StdEncoding.EncodeToString([]byte(resp))
}

// send writes an element and everything before it.
func send(w xmlstream.TokenWriteFlusher, r xml.TokenReader) error {
	if _, err := xmlstream.Copy(w, r); err != nil {
		return err
	}
	return w.Flush()
}
