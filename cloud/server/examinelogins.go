package server

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"platen/cloud/bearer"
	"platen/cloud/xmppauth"
	"platen/gcp"
	"platen/internal/cli"
)

// checkRobot is whom the doctor logs in as. No robot has such a name.
const checkRobot = gcp.RobotID("platen-check")

// examineLogins looks whether the XMPP server lets robots in by the tokens that it is to
// check by itself, and by no others: it logs in as connectors do, and stays for no
// longer than that.
func examineLogins(ctx context.Context, cfg Config) cli.Finding {
	const check = "push"
	key, err := bearer.Read(cfg.tokenKeyFile())
	if err != nil {
		return cli.Found(check, "", err, "platen-cloud xmpp-key makes it, and prints what the XMPP server needs to know of it")
	}
	login, err := cfg.Push.login()
	if err != nil {
		return cli.Found(check, "", err, "connectors look for the XMPP server at the same place")
	}
	login.User = checkRobot
	now := time.Now()
	other, err := bearer.Fresh()
	if err != nil {
		return cli.Found(check, "", err, "try again")
	}
	for _, try := range []struct {
		key  *bearer.Key
		good bool
	}{{key, true}, {other, false}} {
		if login.Token, err = cfg.issuer(try.key, cfg.BaseURL).Issue(checkRobot, now, now.Add(time.Minute)); err != nil {
			return cli.Found(check, "", err, "try again")
		}
		err = login.Try(ctx)
		switch {
		case try.good && errors.Is(err, xmppauth.ErrRefused):
			return cli.Found(check, "", fmt.Errorf("the XMPP server refuses the access tokens that are made here: %w", err),
				"its jwt_key must be what platen-cloud xmpp-key prints, its jwt_jid_field \"jid\", push.domain its host, and both clocks right")
		case !try.good && err == nil:
			return cli.Found(check, "", errors.New("the XMPP server lets robots in by access tokens that somebody else signed"),
				"is its auth_method jwt, alone, and its jwt_key what platen-cloud xmpp-key prints?")
		case err != nil && !errors.Is(err, xmppauth.ErrRefused):
			return cli.Found(check, "", err, "can connectors reach the XMPP server there, and is push.server.ca_file right?")
		}
	}
	return cli.Found(check, "the XMPP server lets robots in by their access tokens", nil, "")
}

// login says where connectors log in to the XMPP server: with TLS from the first byte if
// it has that.
func (c PushConfig) login() (xmppauth.Login, error) {
	l := xmppauth.Login{Domain: c.Domain, STARTTLS: c.TellPort == 0 && c.TellSTARTTLS != 0}
	host, port := cmp.Or(c.Host, c.Domain), cmp.Or(c.TellPort, c.TellSTARTTLS)
	l.TLS = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if c.bySRV() {
		_, records, err := net.LookupSRV("xmpps-client", "tcp", c.Domain) // XEP-0368
		if err != nil || len(records) == 0 {
			return l, fmt.Errorf("no record says where connectors reach %s: %w", c.Domain, err)
		}
		host, port = records[0].Target, int(records[0].Port)
	}
	l.Address = net.JoinHostPort(host, strconv.Itoa(port))
	pem, err := c.Server.authorities()
	if pem != "" {
		l.TLS.RootCAs = x509.NewCertPool()
		l.TLS.RootCAs.AppendCertsFromPEM([]byte(pem)) // authorities looked at it
	}
	return l, err
}
