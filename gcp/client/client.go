package client

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"platen/gcp"
	"platen/internal/secret"
)

// Scopes that a connector's robot and a person's program ask for.
const (
	ScopeCloudPrint = "https://www.googleapis.com/auth/cloudprint"
	ScopeTalk       = "https://www.googleapis.com/auth/googletalk" // push
)

// Config says which service is called, as whom, and how patiently.
type Config struct {
	BaseURL string // such as "https://print.example.org/cloudprint"

	ClientID     string
	ClientSecret secret.Text
	RefreshToken secret.Text
	AccessToken  secret.Text // used as it is when there is no RefreshToken, such as an API key
	Proxy        gcp.ProxyID // marks the calls of a connector; may be empty

	RootCAs   *x509.CertPool // nil means the system's
	HTTPProxy *url.URL       // nil means the environment's
	UserAgent string

	Timeout time.Duration // deadline of one try of a call; 0 means 30 s
	Stall   time.Duration // longest pause in the flow of a document; 0 means 1 min
	Retries int           // further tries of a call; 0 means 4, negative none
	MinWait time.Duration // first wait between tries; 0 means 500 ms

	// OnRefreshToken is called with each new refresh token that the service
	// gives instead of the old one; it must keep it. It may be nil.
	OnRefreshToken func(secret.Text)
}

// maxWait is the longest wait between tries, also for Retry-After.
const maxWait = time.Minute

// Client calls one service with one set of credentials. Its methods may be called
// from any goroutine.
type Client struct {
	cfg    Config
	base   *url.URL
	http   *http.Client
	tokens *tokens
}

// New returns a client; it sends nothing.
func New(cfg Config) (*Client, error) {
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("address of the service: want http(s)://host/path, have %q", cfg.BaseURL)
	}
	if base.User != nil {
		return nil, errors.New("address of the service: it must not hold a password")
	}
	setDefaults(&cfg)
	c := &Client{cfg: cfg, base: base}
	c.http = &http.Client{Transport: newTransport(cfg), CheckRedirect: c.checkRedirect}
	c.tokens = newTokens(c.oauth(), c.oauthHTTP(), cfg)
	return c, nil
}

// As returns a client of the same service, over the same connections, with other
// credentials.
func (c *Client) As(t Tokens) *Client {
	other := *c
	other.cfg.AccessToken, other.cfg.RefreshToken = t.Access, t.Refresh
	other.tokens = newTokens(other.oauth(), other.oauthHTTP(), other.cfg)
	return &other
}

// Close closes connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func setDefaults(cfg *Config) {
	cfg.UserAgent = cmp.Or(cfg.UserAgent, "platen")
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	cfg.Stall = cmp.Or(cfg.Stall, time.Minute)
	cfg.Retries = cmp.Or(cfg.Retries, 4)
	cfg.MinWait = cmp.Or(cfg.MinWait, 500*time.Millisecond)
}

// newTransport keeps connections for the next call, which for a connector comes
// within seconds. Answers are never compressed: they are small, or documents.
func newTransport(cfg Config) *http.Transport {
	proxy := http.ProxyFromEnvironment
	if cfg.HTTPProxy != nil {
		proxy = http.ProxyURL(cfg.HTTPProxy)
	}
	return &http.Transport{
		Proxy:                 proxy,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{RootCAs: cfg.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: cfg.Stall,
		ExpectContinueTimeout: time.Second,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		DisableCompression:    true,
	}
}
