package xmppauth

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"platen/gcp"
	"platen/internal/secret"
)

// Login is a login to an XMPP server, as a connector's.
type Login struct {
	Address  string // host and port
	Domain   string // of the robots' JIDs
	STARTTLS bool   // before TLS; else from the first byte
	TLS      *tls.Config

	User  gcp.RobotID
	Token secret.Text
}

// ErrRefused is returned by Try where the server does not take the token.
var ErrRefused = errors.New("the login is refused")

const (
	tryTime  = 10 * time.Second
	maxHello = 64 << 10 // that a server may say before the end of a login
)

// Try logs in (SASL PLAIN: RFC 6120, 6, and RFC 4616) and leaves. No session begins.
func (l Login) Try(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Address)
	if err != nil {
		return fmt.Errorf("log in to the XMPP server: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // wakes whoever reads
	defer stop()
	defer conn.Close() //nolint:errcheck // it is the end
	if err := l.on(&talk{Conn: conn}); err != nil && !errors.Is(err, ErrRefused) {
		return fmt.Errorf("log in to the XMPP server at %s: %w", l.Address, err)
	} else if err != nil {
		return err
	}
	return nil
}

func (l Login) on(t *talk) error {
	if l.STARTTLS {
		if _, err := t.ask(l.header(), "</stream:features>"); err != nil {
			return err
		}
		if _, err := t.ask(`<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>`, "<proceed"); err != nil {
			return err
		}
	}
	t.Conn = tls.Client(t.Conn, l.TLS)
	if _, err := t.ask(l.header(), "</stream:features>"); err != nil {
		return err
	}
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + string(l.User) + "\x00" + l.Token.Reveal()))
	answer, err := t.ask(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">`+plain+`</auth>`, "<success", "</failure>")
	if err == nil && strings.Contains(answer, "</failure>") {
		return ErrRefused
	}
	return err
}

func (l Login) header() string {
	return `<?xml version="1.0"?><stream:stream to="` + l.Domain + `" version="1.0" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">`
}

// talk is a connection on which one asks and the other answers.
type talk struct {
	net.Conn
	heard int
}

// ask says something and reads until one of some words comes.
func (t *talk) ask(text string, words ...string) (string, error) {
	if _, err := t.Write([]byte(text)); err != nil {
		return "", err
	}
	var all strings.Builder
	buf := make([]byte, 4<<10)
	for t.heard < maxHello {
		n, err := t.Read(buf)
		t.heard += n
		all.Write(buf[:n])
		for _, w := range words {
			if strings.Contains(all.String(), w) {
				return all.String(), nil
			}
		}
		if err != nil {
			return "", err
		}
	}
	return "", errors.New("it says too much")
}
