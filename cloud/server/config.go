package server

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"time"

	"platen/cloud/component"
	"platen/cloud/mail"
	"platen/internal/config"
	"platen/internal/secret"
)

// Config are the settings of the cloud. Every option is spelled once, here.
type Config struct {
	Listen         string   `toml:"listen"`          // address of the HTTP(S) port
	BaseURL        string   `toml:"base_url"`        // as people and connectors reach it; "" means http(s)://listen
	StateDir       string   `toml:"state_dir"`       // database, documents, keys
	TLS            TLSMode  `toml:"tls"`             // where the certificate of the port comes from; "" means tls_cert, or plain HTTP
	TLSCert        string   `toml:"tls_cert"`        // PEM file with the certificate; with tls_key the port speaks HTTPS
	TLSKey         string   `toml:"tls_key"`         // PEM file with its key, which the service must be able to read
	TLSNames       []string `toml:"tls_names"`       // further names and addresses of the certificate, besides that of base_url
	HTTPListen     string   `toml:"http_listen"`     // address of a plain HTTP port that sends people to the HTTPS one; "" for none
	InsecureHTTP   bool     `toml:"insecure_http"`   // allow plain HTTP off loopback: passwords and documents can be read on the way
	TrustedProxies []string `toml:"trusted_proxies"` // addresses or CIDRs of TLS proxies in front, whose X-Forwarded-For is believed

	MetricsListen string `toml:"metrics_listen"` // loopback address, or unix: and a path, where Prometheus asks; "" for nowhere

	MaxDocumentMiB  int64           `toml:"max_document_mib"` // size of the largest document
	Retention       config.Duration `toml:"retention"`        // how long documents of ended jobs are kept
	AllowURL        bool            `toml:"allow_url"`        // /submit may name an address for the service to fetch
	GuestLinks      bool            `toml:"guest_links"`      // owners may make links by which people print without an account
	ClientLogin     bool            `toml:"client_login"`     // the password interface of 2010's clients
	ShutdownTimeout config.Duration `toml:"shutdown_timeout"` // how long requests in hand may take when the service stops

	Render          bool            `toml:"render"`            // make documents into what a printer takes
	Renders         int             `toml:"renders"`           // documents made ready at the same time
	RenderMemoryMiB int64           `toml:"render_memory_mib"` // memory that making one document ready may take
	RenderTimeout   config.Duration `toml:"render_timeout"`    // how long making one document ready may take; many pages get up to twice as much

	ACME    ACMEConfig     `toml:"acme"`    // certificates that are asked for, with tls = "acme"
	Limits  LimitsConfig   `toml:"limits"`  // what people and connectors may leave here; 0 is the default, -1 no limit; see docs/limits.md
	Push    PushConfig     `toml:"push"`    // the notification streams of connectors
	OIDC    OIDCConfig     `toml:"oidc"`    // sign-in with the organization's OpenID Connect provider
	Mail    MailConfig     `toml:"mail"`    // the server that mail is sent by
	Outages OutagesConfig  `toml:"outages"` // who is told of what is down for long
	Clients []ClientConfig `toml:"clients"` // an OAuth client with a secret, or with addresses of its own

	// RenderProgram is the program whose verb render is raster.ChildMain: this one.
	// Without it nothing is rendered.
	RenderProgram string `toml:"-"`

	// live is the stream to the XMPP server, for the server that examines itself.
	live *component.Link

	// Told is where the settings were written, for administrators to see; nil where
	// nobody knows.
	Told     []config.Setting `toml:"-"`
	Settings string           `toml:"-"` // the file that was read, or would be
}

// ClientConfig registers an OAuth client. Clients that are not registered are
// public, and are answered at oob and loopback addresses only.
type ClientConfig struct {
	ID           string      `toml:"id"`            // id that the client sends as client_id
	Name         string      `toml:"name"`          // shown when a person is asked
	Secret       secret.Text `toml:"secret"`        // secret that it signs in with
	RedirectURIs []string    `toml:"redirect_uris"` // addresses that it may be answered at, letter by letter
}

// Default returns the settings of an installation that was told nothing.
func Default() Config {
	return Config{
		Listen:          "127.0.0.1:8631",
		StateDir:        defaultStateDir(),
		MaxDocumentMiB:  1024,
		Retention:       config.Duration(24 * time.Hour),
		ShutdownTimeout: config.Duration(10 * time.Second),
		GuestLinks:      true,
		Render:          true,
		Renders:         max(1, runtime.NumCPU()/2),
		RenderMemoryMiB: 512,
		RenderTimeout:   config.Duration(5 * time.Minute),
		Limits:          defaultLimits(),
		Mail:            MailConfig{Security: string(mail.STARTTLS)},
		Outages:         defaultOutages(),
		Push: PushConfig{
			Driver:   DriverEmbedded,
			Interval: config.Duration(time.Minute),
			Direct:   "127.0.0.1:5223",
			STARTTLS: "127.0.0.1:5222",
			Domain:   "cloudprint.googleusercontent.com",
			Service:  "cloudprint.google.com",
		},
	}
}

// minRenderMiB is what a document of one simple page takes, and compiling the
// renderer once.
const minRenderMiB = 320

// Check refuses settings that contradict each other or are unsafe without
// saying so; its errors tell what to write instead.
func (c Config) Check() error {
	if err := c.checkAlone(); err != nil {
		return err
	}
	if err := c.checkTLS(); err != nil {
		return err
	}
	if err := c.Push.check(); err != nil {
		return err
	}
	loopback, err := isLoopback(c.Listen)
	if err != nil {
		return err
	}
	if c.mode() == TLSNone && !loopback && !c.InsecureHTTP && len(c.TrustedProxies) == 0 {
		return fmt.Errorf("listen is %q, which without TLS would let anybody read passwords and documents: "+
			"set tls, or tls_cert and tls_key, or trusted_proxies if a TLS proxy stands in front, or insecure_http = true", c.Listen)
	}
	return nil
}

// checkAlone refuses settings that are wrong whatever the others are.
func (c Config) checkAlone() error {
	if c.StateDir == "" {
		return &config.Wrong{Key: "state_dir", Value: c.StateDir, Want: "a folder's path"}
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return &config.Wrong{Key: "base_url", Value: c.BaseURL, Want: "an address like https://print.example.com"}
		}
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	for _, n := range []struct {
		key   string
		value int64
		least int64
	}{
		{"max_document_mib", c.MaxDocumentMiB, 1},
		{"renders", int64(c.Renders), 1},
		{"render_memory_mib", c.RenderMemoryMiB, minRenderMiB},
	} {
		if n.value < n.least {
			return &config.Wrong{Key: n.key, Value: n.value, Want: fmt.Sprintf("at least %d", n.least)}
		}
	}
	if c.RenderTimeout <= 0 {
		return &config.Wrong{Key: "render_timeout", Value: c.RenderTimeout, Want: `more than 0, such as "5m"`}
	}
	return errors.Join(c.checkMetrics(), c.OIDC.check(), c.Mail.check(), c.Outages.check(), c.Limits.check())
}

// proxies returns the trusted proxies as prefixes.
func (c Config) proxies() ([]netip.Prefix, error) {
	list := make([]netip.Prefix, 0, len(c.TrustedProxies))
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, aerr := netip.ParseAddr(text)
			if aerr != nil {
				return nil, &config.Wrong{Key: "trusted_proxies", Value: []string{text}, Want: `addresses or networks, such as "10.0.0.0/8"`}
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p)
	}
	return list, nil
}

// isLoopback reports whether a listen address can be reached from this machine only.
func isLoopback(listen string) (bool, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false, &config.Wrong{Key: "listen", Value: listen, Want: "an address and a port, such as 127.0.0.1:8631 or :443"}
	}
	return loopbackHost(host), nil
}
