package daemon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"platen/internal/secret"
)

// reachTime bounds a look at a cloud.
const reachTime = 15 * time.Second

// maxDescription bounds what is read of a cloud's description of its interfaces.
const maxDescription = 4 << 20

// Reach is how to look at a cloud before anything is given to it.
type Reach struct {
	Cloud       string      // as a person writes it
	CAFile      string      // PEM of a further authority; may be empty
	Fingerprint Fingerprint // of the cloud's own authority; "" for none
	Authorities string      // PEM of those that a pairing gave; may be empty
	HTTPProxy   secret.Text // "" means that of the environment
	Insecure    bool        // allow plain HTTP off this machine
}

// ReachError is why a cloud cannot be used, and what to do about it.
type ReachError struct {
	Err    error
	Advice string
}

// Error returns what is wrong, without the advice.
func (e *ReachError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ReachError) Unwrap() error { return e.Err }

// Look asks the cloud what it is. It returns its base address, such as
// https://print.example.com; an error that is a *ReachError says what to do.
func (r Reach) Look(ctx context.Context) (string, error) {
	p := Pairing{Cloud: r.Cloud, CAFile: r.CAFile, Fingerprint: r.Fingerprint, HTTPProxy: r.HTTPProxy, Insecure: r.Insecure}
	base, err := p.base()
	if err != nil {
		return "", &ReachError{Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	if err = p.pinned(ctx, base); err == nil {
		err = r.ask(ctx, base, r.Authorities+p.authority)
	}
	if err != nil {
		return base, explainReach(fmt.Errorf("look at %s: %w", base, err))
	}
	return base, nil
}

// ask wants what only a cloud of ours says.
func (r Reach) ask(ctx context.Context, base, authority string) error {
	roots, err := rootCAs(r.CAFile, authority)
	if err != nil {
		return err
	}
	proxy, err := httpProxy(r.HTTPProxy)
	if err != nil {
		return err
	}
	through := http.ProxyFromEnvironment
	if proxy != nil {
		through = http.ProxyURL(proxy)
	}
	transport := &http.Transport{Proxy: through, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/openapi.json", nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "platen")
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read as far as it matters
	var says struct {
		Paths map[string]json.RawMessage `json:"paths"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxDescription)).Decode(&says)
	if _, ours := says.Paths["/cloudprint/createrobot"]; resp.StatusCode != http.StatusOK || err != nil || !ours {
		return &ReachError{
			Err:    fmt.Errorf("what answers there (status %d) is no Platen cloud", resp.StatusCode),
			Advice: "is the address complete, with its port? the cloud's own page shows it under Administration",
		}
	}
	return nil
}

// UnknownAuthority reports whether a cloud was not believed because nobody known signed
// its certificate: its own authority may have.
func UnknownAuthority(err error) bool {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	return unknown
}

// explainReach adds what to do to why a cloud was not reached.
func explainReach(err error) error {
	if told, is := errors.AsType[*ReachError](err); is {
		return &ReachError{Err: err, Advice: told.Advice}
	}
	advice := "try the address in a browser on this machine"
	dns, named := errors.AsType[*net.DNSError](err)
	invalid, bad := errors.AsType[x509.CertificateInvalidError](err)
	_, other := errors.AsType[x509.HostnameError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	u, _ := errors.AsType[*url.Error](err)
	switch {
	case named && dns.IsNotFound:
		advice = "there is no such name: is it spelled right, and does this machine's name server know it?"
	case named:
		advice = "this machine's name server does not answer: is the network up?"
	case errors.Is(err, syscall.ECONNREFUSED):
		advice = "nothing listens there: is the cloud running, and is that its port?"
	case bad && invalid.Reason == x509.Expired:
		advice = fmt.Sprintf("is this machine's clock right? it says %s; else the cloud's certificate has to be renewed", time.Now().Format(time.DateTime))
	case other:
		advice = "the cloud's certificate is for another name: use the address that it is for"
	case unknown:
		advice = "a cloud with an authority of its own: give its fingerprint, --ca-fingerprint, which 'platen-cloud setup' and the cloud's page /ca show"
	case plain:
		advice = "no TLS is spoken there: is it http://, or another port?"
	case errors.Is(err, context.DeadlineExceeded) || u != nil && u.Timeout():
		advice = "nothing answers there: is the address right, and no firewall in between?"
	}
	return &ReachError{Err: err, Advice: advice}
}
