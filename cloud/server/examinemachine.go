package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"platen/cloud"
	"platen/cloud/api"
	"platen/internal/cli"
)

// renewalDue is how long before its end a certificate should have been renewed: whatever
// renews it has failed by then.
const renewalDue = 14 * 24 * time.Hour

// examineClock finds a clock that cannot be right: certificates, codes and sessions go by it.
func examineClock(now, built time.Time) cli.Finding {
	const check = "clock"
	if now.Before(built) {
		return cli.Found(check, "", fmt.Errorf("this machine's clock says %s, which is before this program was built (%s)",
			now.UTC().Format(time.DateOnly), built.UTC().Format(time.DateOnly)), "set it (timedatectl set-ntp true)")
	}
	return cli.Finding{Check: check, OK: true, Detail: now.UTC().Format(time.DateTime) + " UTC"}
}

// examineCertificates looks at the files of the settings.
func examineCertificates(cfg Config) []cli.Finding {
	var list []cli.Finding
	host := ""
	if u, err := url.Parse(cfg.BaseURL); err == nil {
		host = u.Hostname()
	}
	for _, c := range []struct{ setting, cert, key, host string }{
		{"tls_cert", cfg.TLSCert, cfg.TLSKey, host},
		{"push.tls_cert", cfg.Push.TLSCert, cfg.Push.TLSKey, cfg.Push.Host},
	} {
		if c.cert == "" {
			continue
		}
		until, err := judgeCertificate(c.cert, c.key, c.host, time.Now())
		list = append(list, cli.Judged(c.setting, "good until "+until.Format(time.DateOnly), err,
			"renew it: the program that does so (certbot, acme.sh) has not, or writes other files than "+c.cert))
	}
	return list
}

// judgeCertificate says when a certificate ends, or what is wrong with it.
func judgeCertificate(cert, key, host string, now time.Time) (time.Time, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return time.Time{}, fmt.Errorf("certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return time.Time{}, fmt.Errorf("certificate: %w", err)
	}
	switch {
	case now.Before(leaf.NotBefore):
		err = x509.CertificateInvalidError{Cert: leaf, Reason: x509.Expired, Detail: "it begins on " + leaf.NotBefore.UTC().Format(time.DateOnly)}
		return leaf.NotAfter, fmt.Errorf("%s: %w", cli.ClockWrong(err, now), err)
	case now.After(leaf.NotAfter):
		return leaf.NotAfter, fmt.Errorf("it ended on %s", leaf.NotAfter.UTC().Format(time.DateOnly))
	case leaf.NotAfter.Sub(now) < renewalDue && leaf.NotAfter.Sub(leaf.NotBefore) > renewalDue:
		return leaf.NotAfter, fmt.Errorf("it ends on %s, in %d days", leaf.NotAfter.UTC().Format(time.DateOnly), int(leaf.NotAfter.Sub(now)/(24*time.Hour)))
	case host != "":
		return leaf.NotAfter, leaf.VerifyHostname(host)
	}
	return leaf.NotAfter, nil
}

// examinePort looks who has the port: this cloud, nobody, or another program.
func examinePort(ctx context.Context, cfg Config) cli.Finding {
	const check = "port"
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err == nil {
		return cli.Found(check, cfg.Listen+" is free", l.Close(), "")
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return cli.Judged(check, "", err, "set listen to an address of this machine; ports below 1024 need a socket unit, or a right")
	}
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	if Answers(ctx, cfg) {
		return cli.Finding{Check: check, OK: true, Detail: "platen-cloud listens at " + cfg.Listen}
	}
	return cli.Judged(check, "", fmt.Errorf("%s is taken by another program: %w", cfg.Listen, err), "")
}

// Answers asks who listens where these settings say for what only this program answers.
func Answers(ctx context.Context, cfg Config) bool {
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // nothing is sent
	address := cfg.Listen
	if host, port, err := net.SplitHostPort(address); err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		address = net.JoinHostPort("localhost", port)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme(cfg)+"://"+address+api.DescriptionPath, nil)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close() // only the head counts
	return resp.StatusCode == http.StatusOK && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json")
}

// examineWriting looks whether this user may write the state, as the service must.
func examineWriting(cfg Config) cli.Finding {
	f, err := os.CreateTemp(cfg.StateDir, ".doctor-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	return cli.Judged("permission", "the state folder can be written", err, "the folder must belong to the user that runs platen-cloud")
}

// examineFront finds a proxy in front whose word is not taken: then everybody behind it
// counts as one.
func examineFront(cfg Config) cli.Finding {
	const check = "reverse proxy"
	switch {
	case scheme(cfg) == "https" || !strings.HasPrefix(cfg.BaseURL, "https://"):
		return cli.Finding{Check: check, OK: true, Detail: "none"}
	case len(cfg.TrustedProxies) == 0:
		return cli.Found(check, "", errors.New("base_url is https and the port speaks http: a proxy is in front, and trusted_proxies does not name it, so that all people count as one"),
			`name its address, such as trusted_proxies = ["127.0.0.1"]; docs/operating.md says what it must send`)
	}
	return cli.Finding{Check: check, OK: true, Detail: "its X-Forwarded-For is believed"}
}

// examineVersions names the versions of connectors that are not this program's. They work
// together: it is news, and no fault.
func examineVersions(ctx context.Context, s *Server) cli.Finding {
	const check = "connectors"
	users, err := s.service.Users(ctx)
	if err != nil {
		return cli.Found(check, "", err, "")
	}
	var all []cloud.ConnectorView
	for _, u := range users {
		list, err := s.service.ConnectorsBrief(ctx, cloud.Caller{User: &u, Via: cloud.ViaToken})
		if err != nil {
			return cli.Found(check, "", err, "")
		}
		all = append(all, list...)
	}
	return cli.Finding{Check: check, OK: true, Detail: skew(all, cli.Version())}
}

// skew says how many connectors are of another version, and which one first.
func skew(list []cloud.ConnectorView, mine string) string {
	others := 0
	words := ""
	for _, c := range list {
		if c.Version == "" || c.Version == mine {
			continue
		}
		if others++; words == "" {
			words = fmt.Sprintf("such as %s (%s)", c.Label, c.Version)
		}
	}
	if others == 0 {
		return fmt.Sprintf("%d, all of them of this version or silent about theirs", len(list))
	}
	return fmt.Sprintf("%d, %d of them of another version than %s, %s: bring them up to date when it suits", len(list), others, mine, words)
}
