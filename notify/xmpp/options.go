package xmpp

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"mellium.im/xmpp/jid"

	"platen/gcp"
	"platen/internal/secret"
)

// Options is what a Client is made of. The service tells most of it at pairing.
type Options struct {
	Host         string // name to dial; the certificate must be for it; "" to ask for the records of Domain (XEP-0368)
	DirectPort   int    // TLS from the first byte; tried first; 0: none
	STARTTLSPort int    // plain, then STARTTLS; tried second; 0: none
	Domain       string // XMPP domain, such as "cloudprint.googleusercontent.com"
	Service      string // address that hints come from, such as "cloudprint.google.com"
	PubSub       string // PubSub service that hints come by (XEP-0060); "" for none

	User     gcp.RobotID // local part of the robot's address
	Resource gcp.ProxyID // wanted resource

	RootCAs *x509.CertPool // nil means the system's

	// Proxy is the HTTP proxy that the connection goes through (CONNECT); its password is
	// in the address. nil for none.
	Proxy *url.URL

	// WebSocket is the http or https address of the stream (RFC 7395), where it goes over a
	// WebSocket; host and ports say nothing then. nil for TCP.
	WebSocket *url.URL

	Resolver *net.Resolver // of names; nil means the system's

	// Token returns a token that has not expired; it is asked before each login.
	Token func(ctx context.Context) (secret.Text, error)

	PingInterval time.Duration // 60 s
	PingTimeout  time.Duration // 20 s: a dead connection is noticed after both
	LoginTimeout time.Duration // from dialling to the subscription; 30 s

	Logger *slog.Logger // nil discards
}

// Limits of what the service may send, and of what we wait for.
const (
	loginBytes  = 256 << 10 // before login, certificates included
	stanzaBytes = 256 << 10 // between two stanzas after login
	writeTime   = 10 * time.Second
	dialTime    = 10 * time.Second
	goodbyeTime = time.Second
)

// address checks the options, fills in what may be left out, and returns our
// address and the service's domain.
func (o *Options) address() (self, domain jid.JID, err error) {
	switch {
	case o.Host == "" && o.Domain == "":
		return self, domain, errors.New("push host is missing")
	case o.Host != "" && o.WebSocket == nil && o.DirectPort == 0 && o.STARTTLSPort == 0:
		return self, domain, errors.New("push port is missing")
	case o.Token == nil:
		return self, domain, errors.New("push needs a token")
	}
	if self, err = jid.New(string(o.User), o.Domain, ""); err != nil {
		return self, domain, fmt.Errorf("robot address %s@%s: %w", o.User, o.Domain, err)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.PingInterval = orDefault(o.PingInterval, time.Minute)
	o.PingTimeout = orDefault(o.PingTimeout, 20*time.Second)
	o.LoginTimeout = orDefault(o.LoginTimeout, 30*time.Second)
	return self, self.Domain(), nil
}

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}
