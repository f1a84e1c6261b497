package push

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"platen/cloud"
	"platen/internal/secret"
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
	if err := c.wire.secure(ctx); err != nil {
		return err
	}
	if err := c.open(`<mechanisms xmlns="` + nsSASL + `">` + mechanisms + `</mechanisms>`); err != nil {
		return err
	}
	if err := c.authenticate(ctx); err != nil {
		return err
	}
	c.wire.restart(maxStanza)
	return c.open(`<bind xmlns="` + nsBind + `"/><session xmlns="` + nsSession + `"/><sm xmlns="` + nsAcks + `"/>`)
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
	h, err := c.wire.header()
	if err != nil {
		return err
	}
	// Any domain will do: some old clients always write "gmail.com", and the token
	// alone says who it is.
	if err := c.write(c.wire.greeting(h.to)); err != nil {
		return err
	}
	c.wmu.Lock()
	c.opened = true
	c.wmu.Unlock()
	return c.write(`<stream:features>` + features + `</stream:features>`)
}

// authenticate is one try of RFC 6120, 6: a wrong token ends the stream, as the
// classic service did.
func (c *conn) authenticate(ctx context.Context) error {
	n, err := c.wire.element()
	if err != nil {
		return err
	}
	if !n.Is(nsSASL, "auth") {
		return errNotAuthorized
	}
	mech := n.Attr("mechanism")
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
	name, actsFor := user(mech, resp)
	if why := c.identify(ctx, name, actsFor, tok); why != "" {
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
	return nil
}

// bearerRefusal is {"status":"invalid_token"} in base64.
const bearerRefusal = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0="

// challenge asks, and returns the answer.
func (c *conn) challenge(text string) (node, error) {
	if err := c.write(`<challenge xmlns="` + nsSASL + `">` + text + `</challenge>`); err != nil {
		return node{}, err
	}
	n, err := c.wire.element()
	if err != nil {
		return node{}, err
	}
	switch {
	case n.Is(nsSASL, "response"):
		return n, nil
	case n.Is(nsSASL, "abort"):
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

// identify finds the person whom a login names, who acts for nobody else, or else the robot
// of its token.
func (c *conn) identify(ctx context.Context, user, actsFor, tok string) saslFailure {
	if p := c.srv.cfg.People; p != nil && p.Names(user) {
		if actsFor != "" && !c.isUser(actsFor, user) {
			return failActsFor
		}
		return c.admitPerson(ctx, user, tok)
	}
	return c.checkToken(ctx, tok)
}

// shown is what the peer logs in with.
func (c *conn) shown() cloud.Login {
	return cloud.Login{User: c.person.user, Token: c.token, From: c.addr.Addr()}
}

// checkToken finds the robot. When tokens were revoked meanwhile it asks again,
// as the answer may be from before.
func (c *conn) checkToken(ctx context.Context, tok string) saslFailure {
	c.token = secret.New(tok)
	for range 3 {
		seen := c.srv.revocations()
		call, cancel := context.WithTimeout(ctx, callTime)
		id, err := c.srv.cfg.Authenticate(call, c.shown())
		cancel()
		switch {
		case cloud.Denies(err):
			return failDenied
		case cloud.KindOf(err) == cloud.KindQuota: // too many wrong ones, which is no trouble of ours
			return failTemporary
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

// recheck ends the stream unless its token is good after a revocation, for sure.
func (c *conn) recheck(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if id, err := c.srv.cfg.Authenticate(ctx, c.shown()); err != nil || id != c.robot {
		c.fail(errNotAuthorized)
	}
}
