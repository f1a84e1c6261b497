package cups

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/user"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/secret"
)

// Limits of one exchange.
const (
	dialTimeout  = 10 * time.Second
	queryTimeout = 30 * time.Second
	stallTimeout = 2 * time.Minute // without a byte of a document going out, or without the answer to it

	networkLimit = 1 << 20  // bytes of an answer from the network
	localLimit   = 64 << 20 // bytes of CUPS-Get-Printers of a local cupsd
)

// peer is the other end of IPP: a CUPS server or a printer. It is safe for
// concurrent use.
type peer struct {
	target string // what people call it, and its pin
	addr   string // what credentials are asked for
	host   string // host:port of the HTTP requests
	socket string // path of a Unix socket, or ""
	client *http.Client
	creds  func(uri string) (string, secret.Text)

	secure  atomic.Bool   // https
	old     atomic.Bool   // knows IPP 1.1 only
	ids     atomic.Uint32 // request-id
	signing sync.Map      // goipp.Op -> true: the operation wants authentication
}

// newPeer returns the peer at addr: a socket's path, host:port, or a URL.
func newPeer(target, addr string, cfg Config) (*peer, error) {
	p := &peer{target: target, addr: addr, creds: cfg.Credentials}
	host, err := p.locate(addr)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	p.client = &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, hostport string) (net.Conn, error) {
				if p.socket != "" {
					network, hostport = "unix", p.socket
				}
				return d.DialContext(ctx, network, hostport)
			},
			TLSClientConfig:       tlsConfig(target, host, cfg.Pins),
			TLSHandshakeTimeout:   dialTimeout,
			MaxConnsPerHost:       16,
			MaxIdleConnsPerHost:   4,
			IdleConnTimeout:       30 * time.Second,
			ResponseHeaderTimeout: stallTimeout,
			DisableCompression:    true,
		},
		// A printer has no business sending its jobs elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p, nil
}

// locate reads an address and returns the name to verify.
func (p *peer) locate(addr string) (host string, err error) {
	if strings.HasPrefix(addr, "/") {
		p.socket, p.host = addr, "localhost"
		return "localhost", nil
	}
	if !strings.Contains(addr, "://") {
		addr = "ipp://" + addr
	}
	u, err := url.Parse(addr)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("the address of %s is neither a path, host:port nor a URL", p.target)
	}
	if u.User != nil {
		return "", fmt.Errorf("the address of %s holds a password: keep it with the credentials", p.target)
	}
	port := u.Port()
	switch u.Scheme {
	case "ipp":
		port = cmp.Or(port, "631")
	case "http":
		port = cmp.Or(port, "80")
	case "ipps":
		port = cmp.Or(port, "631")
		p.secure.Store(true)
	case "https":
		port = cmp.Or(port, "443")
		p.secure.Store(true)
	default:
		return "", fmt.Errorf("the address of %s has the scheme %q, not ipp or ipps", p.target, u.Scheme)
	}
	p.host = net.JoinHostPort(u.Hostname(), port)
	return u.Hostname(), nil
}

// document is what follows a request's attributes.
type document struct {
	r    io.ReadSeeker
	size int64
}

// ask sends a request without a document, within queryTimeout.
func (p *peer) ask(ctx context.Context, r *request, limit int64) (*goipp.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	return p.exchange(ctx, r, nil, limit)
}

// exchange sends a request and returns the answer; a status that is not
// successful is a *refusal. It repeats the request where the peer says how: with
// credentials, over TLS, or in the older version.
func (p *peer) exchange(ctx context.Context, r *request, doc *document, limit int64) (*goipp.Message, error) {
	_, sign := p.signing.Load(r.op)
	for range 4 {
		resp, err := p.post(ctx, r, doc, sign)
		if err != nil {
			return nil, err
		}
		switch {
		case resp.StatusCode == http.StatusUnauthorized && !sign && p.canSign(resp):
			drop(resp)
			sign = true
			p.signing.Store(r.op, true)
			continue
		case resp.StatusCode == http.StatusUpgradeRequired && !p.secure.Load():
			drop(resp)
			p.secure.Store(true)
			continue
		}
		b, err := read(resp, limit)
		if err != nil {
			return nil, err
		}
		if r.keeps {
			r.bytes = b
		}
		m, err := understand(b)
		if statusOf(err) == goipp.StatusErrorVersionNotSupported && !p.old.Swap(true) {
			continue
		}
		return m, err
	}
	return nil, errors.New("the printer asks for one thing after the other")
}

func (p *peer) post(ctx context.Context, r *request, doc *document, sign bool) (*http.Response, error) {
	v := goipp.MakeVersion(2, 0)
	if p.old.Load() {
		v = goipp.MakeVersion(1, 1)
	}
	head, err := r.encode(v, p.ids.Add(1))
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", r.op, err)
	}
	scheme := "http"
	if p.secure.Load() {
		scheme = "https"
	}
	ctx, cancel := context.WithCancelCause(ctx)
	size, payload := int64(len(head)), io.Reader(bytes.NewReader(head))
	if doc != nil {
		if _, err := doc.r.Seek(0, io.SeekStart); err != nil {
			cancel(nil)
			return nil, fmt.Errorf("rewinding the document: %w", err)
		}
		size += doc.size
		payload = newBody(head, doc, cancel)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, scheme+"://"+p.host+r.path, payload)
	if err != nil {
		cancel(nil)
		return nil, fmt.Errorf("making the request: %w", err)
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/ipp")
	if doc == nil && repeatable(r.op) {
		req.Header["Idempotency-Key"] = nil // net/http may repeat it on a connection that the peer just closed
	}
	if sign {
		p.sign(req)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		if errors.Is(context.Cause(ctx), errStalled) {
			err = errStalled
		}
		cancel(nil)
		return nil, fmt.Errorf("asking %s: %w", p.target, bare(err))
	}
	// Whatever is left of the exchange is short.
	late := time.AfterFunc(queryTimeout, func() { cancel(errStalled) })
	resp.Body = &closing{resp.Body, late, cancel}
	return resp, nil
}

// repeatable reports whether an operation changes nothing.
func repeatable(op goipp.Op) bool {
	switch op {
	case goipp.OpGetJobAttributes, goipp.OpGetJobs, goipp.OpGetPrinterAttributes, goipp.OpGetNotifications,
		goipp.OpCupsGetPrinters, goipp.OpGetSubscriptions, goipp.OpCancelJob, goipp.OpRenewSubscription:
		return true
	}
	return false
}

// canSign reports whether we have what a 401 asks for.
func (p *peer) canSign(resp *http.Response) bool {
	if p.creds != nil {
		if name, _ := p.creds(p.addr); name != "" {
			return true
		}
	}
	return p.socket != "" && strings.Contains(strings.Join(resp.Header.Values("WWW-Authenticate"), ","), "PeerCred")
}

// sign adds credentials: the configured ones, or over a socket who we are.
func (p *peer) sign(req *http.Request) {
	if p.creds != nil {
		if name, password := p.creds(p.addr); name != "" {
			req.SetBasicAuth(name, password.Reveal())
			return
		}
	}
	if u, err := user.Current(); err == nil && p.socket != "" {
		req.Header.Set("Authorization", "PeerCred "+u.Username)
	}
}

func (p *peer) close() { p.client.CloseIdleConnections() }
