package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/service"
)

// ordinaryPort is where a cloud without a domain listens: no rights are needed for it.
const ordinaryPort = 8631

// ask finds the answers: flags, the settings so far, or a person's.
func (s *setup) ask(ctx context.Context) error {
	if err := s.askAddress(ctx); err != nil {
		return err
	}
	if err := s.askTLS(ctx); err != nil {
		return err
	}
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.cfg.Check(); err != nil {
		return cli.Usage(err)
	}
	s.done.Address, s.done.TLS = s.cfg.BaseURL, s.tls
	return s.tryPorts(ctx)
}

// askAddress settles base_url.
func (s *setup) askAddress(ctx context.Context) error {
	usual := s.cfg.BaseURL
	if usual == "" {
		usual = ownAddress()
	}
	check := func(text string) error {
		base, err := baseURL(text, s.tls)
		if err == nil {
			s.cfg.BaseURL = base
		}
		return err
	}
	if s.address != "" || !s.asks {
		if s.address == "" && s.cfg.BaseURL == "" {
			return cli.Hint(cli.Usage(errors.New("no address given")), "--address print.example.com, or this machine's own: --address %s", usual)
		}
		if s.address == "" {
			return nil
		}
		return cli.Usage(check(s.address))
	}
	s.talk.Say("By which name or address will people reach this cloud? A name of your own domain is best; in a network\nwithout one, this machine's own address will do.")
	_, err := s.talk.Ask(ctx, "Address", strings.TrimPrefix(usual, "https://"), check)
	return err
}

// baseURL reads an address as a person writes it. One without a domain gets a port that
// needs no rights.
func baseURL(text, way string) (string, error) {
	whole := text
	if !strings.Contains(text, "://") {
		whole = "https://" + text
	}
	u, err := url.Parse(strings.TrimRight(whole, "/"))
	wrong := fmt.Errorf("%q is no address: write one like print.example.com or 192.0.2.5:8631", text)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", wrong
	}
	if _, perr := netip.ParseAddr(u.Hostname()); perr != nil && strings.ContainsAny(u.Hostname(), " _*,;") {
		return "", wrong
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return "", wrong
		}
	}
	local := loopback(u.Hostname())
	if local && (way == "" || way == tlsNone) && !strings.Contains(text, "://") {
		u.Scheme = "http"
	}
	if u.Port() == "" && u.Scheme == "https" && way != tlsProxy && usualTLS(u.Hostname()) == tlsOwn || u.Port() == "" && local {
		u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(ordinaryPort))
	}
	return u.String(), nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// localDomains are those that nobody owns (RFC 6762, RFC 8375, and the reserved
// internal), and that are used as if they were.
var localDomains = []string{".local", ".home.arpa", ".internal", ".lan", ".home", ".localdomain", ".intranet", ".localhost"}

// usualTLS is the way to TLS that suits a name.
func usualTLS(host string) string {
	host = strings.ToLower(host)
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		return tlsOwn
	}
	if slices.ContainsFunc(localDomains, func(end string) bool { return strings.HasSuffix(host, end) }) {
		return tlsOwn
	}
	return tlsACME
}

// ownAddress is this machine's, as its neighbours reach it.
func ownAddress() string {
	c, err := net.Dial("udp", "192.0.2.1:9") // sends nothing (RFC 5737): it asks which way it would go
	if err != nil {
		return "https://localhost:" + strconv.Itoa(ordinaryPort)
	}
	defer func() { _ = c.Close() }()
	host, _, err := net.SplitHostPort(c.LocalAddr().String())
	if err != nil {
		return ""
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(ordinaryPort))
}

// ways are the ways to TLS, in the order in which they are offered.
var ways = []string{tlsACME, tlsFiles, tlsProxy, tlsOwn}

// askTLS settles where the certificate comes from.
func (s *setup) askTLS(ctx context.Context) error {
	u, err := url.Parse(s.cfg.BaseURL)
	if err != nil {
		return err
	}
	if s.tls == "" {
		s.tls = s.usualWay(u)
		if s.asks && s.tls != tlsNone {
			n, err := s.talk.Choose(ctx, "Where does its certificate come from?", []string{
				"a public authority, for a name in the DNS that leads here (Let's Encrypt; its terms apply)",
				"files that I have", "a proxy in front of this cloud has it",
				"an authority made here: for networks without a domain",
			}, slices.Index(ways, s.tls))
			if err != nil {
				return err
			}
			s.tls = ways[n]
		}
	}
	switch s.tls {
	case tlsFiles:
		return s.askFiles(ctx, u.Hostname())
	case tlsACME:
		return s.askACME(ctx, u.Hostname())
	case tlsProxy, tlsOwn:
		return nil
	case tlsNone:
		if !loopback(u.Hostname()) {
			return cli.Hint(cli.Usage(fmt.Errorf("--tls none is for this machine alone, and not for %s", u.Hostname())), "--tls own needs no domain")
		}
		return nil
	}
	return cli.Usage(fmt.Errorf("--tls %s: write acme, files, proxy, own or none", s.tls))
}

// usualWay is the way that the settings have, or the one that suits the address.
func (s *setup) usualWay(u *url.URL) string {
	switch {
	case u.Scheme == "http":
		return tlsNone
	case s.cfg.TLS == "" && s.cfg.TLSCert != "" || s.cert != "":
		return tlsFiles
	case s.cfg.TLS != "":
		return string(s.cfg.TLS)
	case len(s.cfg.TrustedProxies) > 0 || len(s.proxies) > 0:
		return tlsProxy
	}
	return usualTLS(u.Hostname())
}

// askFiles settles the files of the certificate, which must fit the name.
func (s *setup) askFiles(ctx context.Context, host string) error {
	for _, one := range []struct {
		into          *string
		question, was string
	}{{&s.cert, "Certificate file (PEM)", s.cfg.TLSCert}, {&s.key, "Key file (PEM)", s.cfg.TLSKey}} {
		if *one.into == "" {
			*one.into = one.was
		}
		if !s.asks || *one.into != "" && *one.into != one.was {
			continue
		}
		var err error
		*one.into, err = s.talk.Ask(ctx, one.question, *one.into, func(path string) error {
			_, err := os.ReadFile(path)
			return err
		})
		if err != nil {
			return err
		}
	}
	if s.cert == "" || s.key == "" {
		return cli.Usage(errors.New("--tls files needs --tls-cert and --tls-key"))
	}
	pair, err := tls.LoadX509KeyPair(s.cert, s.key)
	if err != nil {
		return cli.Hint(fmt.Errorf("the certificate cannot be used: %w", err), "both files are PEM, and the key is the certificate's own")
	}
	if err := pair.Leaf.VerifyHostname(host); err != nil {
		return cli.Hint(err, "give the address that the certificate is for")
	}
	if now := time.Now(); now.After(pair.Leaf.NotAfter) || now.Before(pair.Leaf.NotBefore) {
		return cli.Hint(fmt.Errorf("the certificate is good from %s to %s", pair.Leaf.NotBefore.Format(time.DateOnly), pair.Leaf.NotAfter.Format(time.DateOnly)),
			"this machine's clock says %s", now.Format(time.DateTime))
	}
	return nil
}

// askACME settles what the ACME server is told.
func (s *setup) askACME(ctx context.Context, host string) error {
	if usualTLS(host) != tlsACME {
		return cli.Hint(cli.Usage(fmt.Errorf("%s is no name in the DNS: no public authority certifies it", host)), "--tls own needs no domain")
	}
	if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		s.talk.Say("note: %s is not found in the DNS from here (%v); the authority will look for it.", host, err)
	}
	if s.email != "" || !s.asks {
		return nil
	}
	var err error
	s.email, err = s.talk.Ask(ctx, "E-mail address that the authority may write to (or nothing)", s.cfg.ACME.Email, nil)
	return err
}

// settle makes the settings out of the answers.
func (s *setup) settle() error {
	u, err := url.Parse(s.cfg.BaseURL)
	if err != nil {
		return err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	was, err := s.o.settings()
	if err != nil {
		return err
	}
	c := &s.cfg
	kept := server.TLSMode(s.tls)
	c.TLSCert, c.TLSKey, c.TrustedProxies = "", "", nil
	listen, plain := ":"+port, ""
	switch s.tls {
	case tlsFiles:
		c.TLSCert, c.TLSKey, kept = s.cert, s.key, server.TLSNone
	case tlsACME:
		plain = ":80"
		c.ACME = server.ACMEConfig{Email: s.email, Directory: cmp.Or(s.directory, c.ACME.Directory), CAFile: cmp.Or(s.acmeCA, c.ACME.CAFile)}
	case tlsOwn:
		plain = ":" + strconv.Itoa(ordinaryPort-1)
	case tlsProxy:
		listen, kept = server.Default().Listen, server.TLSNone
		for _, list := range [][]string{{"127.0.0.1"}, was.TrustedProxies, s.proxies} { // the later the better
			if len(list) > 0 {
				c.TrustedProxies = list
			}
		}
	default:
		listen, kept = net.JoinHostPort(u.Hostname(), port), server.TLSNone
	}
	same := was.BaseURL == c.BaseURL && was.TLS == kept && (was.TLSCert == "") == (c.TLSCert == "") // the ports stay as they are
	c.TLS = kept
	c.Listen, c.HTTPListen = cmp.Or(s.listen, listen), cmp.Or(s.httpListen, plain)
	if same {
		c.Listen, c.HTTPListen = cmp.Or(s.listen, was.Listen), cmp.Or(s.httpListen, was.HTTPListen)
	}
	if def := server.Default().Push; s.tls != tlsNone && c.Push.Direct == def.Direct && c.Push.STARTTLS == def.STARTTLS {
		c.Push.Direct, c.Push.STARTTLS = anywhere(def.Direct), anywhere(def.STARTTLS)
	}
	return nil
}

// anywhere is a listen address for callers from everywhere.
func anywhere(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return ":" + port
}

// tryPorts opens the ports that the cloud will have, unless a cloud runs, which has them.
func (s *setup) tryPorts(ctx context.Context) error {
	if status, err := s.service.Status(); !s.noService && err == nil && status.State == service.Running {
		return nil
	}
	if server.Answers(ctx, s.cfg) {
		return nil
	}
	for _, address := range s.cfg.Addresses() {
		l, err := net.Listen("tcp", address)
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			return cli.Hint(fmt.Errorf("the port %s is taken by another program", address), "stop that, or choose another port with --address or --listen")
		case errors.Is(err, syscall.EACCES) && s.noService:
			return cli.Hint(fmt.Errorf("the port %s is for root alone", address), "choose one above 1023 with --address or --listen, or install the service")
		case errors.Is(err, syscall.EACCES): // the service manager opens it
		case err != nil:
			return cli.Hint(err, "--listen names the address of this machine to listen at")
		default:
			_ = l.Close() // it was free
		}
	}
	return nil
}
