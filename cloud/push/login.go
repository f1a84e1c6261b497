package push

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"platen/cloud"
)

// login leads the stream to the point where stanzas may come: encrypted, the
// robot known, and a new header exchanged.
func (c *conn) login(ctx context.Context) error {
	l := c.srv.cfg.Limits
	ctx, cancel := context.WithTimeout(ctx, l.LoginTime)
	defer cancel()
	// The wall clock, as everything that the kernel times.
	if err := c.guard.SetReadDeadline(time.Now().Add(l.LoginTime)); err != nil {
		return err
	}
	if c.mode == STARTTLS {
		if err := c.startTLS(); err != nil {
			return err
		}
	}
	if err := c.handshake(ctx); err != nil {
		return err
	}
	if err := c.open(`<mechanisms xmlns="` + nsSASL + `">` + mechanisms + `</mechanisms>`); err != nil {
		return err
	}
	if err := c.authenticate(ctx); err != nil {
		return err
	}
	c.split.restart()
	return c.open(`<bind xmlns="` + nsBind + `"/><session xmlns="` + nsSession + `"/>`)
}

const mechanisms = `<mechanism>` + mechOAuth2 + `</mechanism><mechanism>` + mechGoogle + `</mechanism>` +
	`<mechanism>` + mechBearer + `</mechanism><mechanism>` + mechPlain + `</mechanism>`

// handshake puts TLS over the connection.
func (c *conn) handshake(ctx context.Context) error {
	t := tls.Server(c.guard, c.srv.cfg.TLS)
	c.wmu.Lock()
	c.net, c.mute = t, true
	c.wmu.Unlock()
	if err := t.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("TLS handshake: %w", err)
	}
	c.wmu.Lock()
	c.mute = false
	c.wmu.Unlock()
	return nil
}

// open reads the peer's header and answers with ours and the features. They go
// in separate TLS records: one old client takes a record for a message.
func (c *conn) open(features string) error {
	c.wmu.Lock()
	c.opened = false
	c.wmu.Unlock()
	it, err := c.split.next()
	if err != nil {
		return err
	}
	h, err := parseHeader(it.text)
	if err != nil {
		return err
	}
	// Any domain will do: some old clients always write "gmail.com", and the token
	// alone says who it is.
	if err := c.write(c.header(h.to)); err != nil {
		return err
	}
	c.wmu.Lock()
	c.opened = true
	c.wmu.Unlock()
	return c.write(`<stream:features>` + features + `</stream:features>`)
}

// header is our stream header. It has no XML declaration, as a second one kills
// clients that read both streams with one parser, and it names the domain that
// the client asked for, as some compare the two.
func (c *conn) header(to string) string {
	return `<stream:stream` + attribute("from", cmp.Or(to, c.srv.cfg.Domain)) + ` id="` + newID() +
		`" version="1.0" xmlns:stream="` + nsStream + `" xmlns="` + nsClient + `">`
}

// startTLS is RFC 6120, 5.4: nothing else is allowed before it, and nothing may
// be sent along with it, as that was not protected.
func (c *conn) startTLS() error {
	if err := c.open(`<starttls xmlns="` + nsTLS + `"><required/></starttls>`); err != nil {
		return err
	}
	n, err := c.stanza()
	if err != nil {
		return err
	}
	if n.is(nsSASL, "auth") {
		return c.refuse(failPlaintext)
	}
	if !n.is(nsTLS, "starttls") {
		return errPolicy
	}
	if c.split.buffered() > 0 {
		return errPolicy
	}
	if err := c.write(`<proceed xmlns="` + nsTLS + `"/>`); err != nil {
		return err
	}
	c.split.restart()
	return nil
}

// stanza returns the next element; errClosed if the peer closes instead.
func (c *conn) stanza() (node, error) {
	it, err := c.split.next()
	if err != nil {
		return node{}, err
	}
	if it.kind == itemEnd {
		return node{}, errClosed
	}
	return parseStanza(it.text)
}

// authenticate is one try of RFC 6120, 6: a wrong token ends the stream, as the
// classic service did.
func (c *conn) authenticate(ctx context.Context) error {
	n, err := c.stanza()
	if err != nil {
		return err
	}
	if !n.is(nsSASL, "auth") {
		return errNotAuthorized
	}
	mech := n.attr("mechanism")
	switch mech {
	case mechOAuth2, mechGoogle, mechBearer, mechPlain:
	default:
		return c.refuse(failMechanism)
	}
	if strings.TrimSpace(n.Text) == "" { // no initial response: ask for it
		if n, err = c.challenge(""); err != nil {
			return err
		}
	}
	resp, ok := response(n.Text)
	if !ok {
		return c.refuse(failEncoding)
	}
	tok, ok := token(mech, resp)
	if !ok {
		return c.refuse(failMalformed)
	}
	if why := c.checkToken(ctx, tok); why != "" {
		if mech == mechBearer {
			// RFC 7628, 3.2.2: the reason comes as a challenge, then the failure.
			if _, err := c.challenge(bearerRefusal); err != nil {
				return err
			}
		}
		return c.refuse(why)
	}
	if err := c.write(`<success xmlns="` + nsSASL + `"/>`); err != nil {
		return err
	}
	c.guard.budget.Store(unlimited)
	c.split.limit = maxStanza
	return nil
}

// bearerRefusal is {"status":"invalid_token"} in base64.
const bearerRefusal = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0="

// challenge asks, and returns the answer.
func (c *conn) challenge(text string) (node, error) {
	if err := c.write(`<challenge xmlns="` + nsSASL + `">` + text + `</challenge>`); err != nil {
		return node{}, err
	}
	n, err := c.stanza()
	if err != nil {
		return node{}, err
	}
	switch {
	case n.is(nsSASL, "response"):
		return n, nil
	case n.is(nsSASL, "abort"):
		return node{}, c.refuse(failAborted)
	}
	return node{}, c.refuse(failMalformed)
}

// refuse sends a failure; the stream ends.
func (c *conn) refuse(why saslFailure) error {
	if err := c.write(why.text()); err != nil {
		return err
	}
	return errRefused
}

// checkToken finds the robot. When tokens were revoked meanwhile it asks again,
// as the answer may be from before.
func (c *conn) checkToken(ctx context.Context, tok string) saslFailure {
	for range 3 {
		seen := c.srv.revocations()
		call, cancel := context.WithTimeout(ctx, callTime)
		id, err := c.srv.cfg.Authenticate(call, tok)
		cancel()
		switch cloud.KindOf(err) {
		case cloud.KindCredentials, cloud.KindForbidden, cloud.KindNotFound, cloud.KindInvalid,
			cloud.KindMissing, cloud.KindTokenExpired:
			return failDenied
		}
		c.srv.fault(ctx, "check of a token", err)
		if err != nil {
			return failTemporary
		}
		if id == "" {
			return failDenied
		}
		if c.srv.join(c, id, seen) {
			return ""
		}
	}
	return failTemporary
}
