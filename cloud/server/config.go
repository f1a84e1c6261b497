package server

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"platen/internal/config"
	"platen/internal/secret"
)

// Config are the settings of the cloud. Every option is spelled once, here.
type Config struct {
	Listen         string   `toml:"listen"`          // address of the HTTP(S) port
	BaseURL        string   `toml:"base_url"`        // as people and connectors reach it; "" means http(s)://listen
	StateDir       string   `toml:"state_dir"`       // database, documents, keys
	TLSCert        string   `toml:"tls_cert"`        // PEM file; with tls_key the port speaks HTTPS
	TLSKey         string   `toml:"tls_key"`         // PEM file
	InsecureHTTP   bool     `toml:"insecure_http"`   // allow plain HTTP off loopback: passwords and documents can be read on the way
	TrustedProxies []string `toml:"trusted_proxies"` // addresses or CIDRs of TLS proxies in front, whose X-Forwarded-For is believed

	MaxDocumentMiB  int64           `toml:"max_document_mib"` // largest document
	Retention       config.Duration `toml:"retention"`        // how long documents of ended jobs are kept
	AllowURL        bool            `toml:"allow_url"`        // /submit may name an address for the service to fetch
	ClientLogin     bool            `toml:"client_login"`     // the password interface of 2010's clients
	ShutdownTimeout config.Duration `toml:"shutdown_timeout"`

	Push    PushConfig     `toml:"push"`
	Clients []ClientConfig `toml:"clients"` // OAuth clients that are more than public ones
}

// ClientConfig registers an OAuth client. Clients that are not registered are
// public, and are answered at oob and loopback addresses only.
type ClientConfig struct {
	ID           string      `toml:"id"`
	Name         string      `toml:"name"` // shown when a person is asked
	Secret       secret.Text `toml:"secret"`
	RedirectURIs []string    `toml:"redirect_uris"` // exact
}

// PushConfig are the settings of the embedded XMPP service.
type PushConfig struct {
	Direct   string `toml:"direct_listen"`          // TLS at once; "" for none
	STARTTLS string `toml:"starttls_listen"`        // "" for none
	Host     string `toml:"host"`                   // as connectors reach it; "" means the host of base_url
	TellPort int    `toml:"advertised_direct_port"` // as connectors reach direct_listen, where that differs; 0 if it does not
	Domain   string `toml:"domain"`                 // of the robots' JIDs
	Service  string `toml:"service"`                // JID that pushes come from
	TLSCert  string `toml:"tls_cert"`               // "" means the cloud's own certificate, or one made here
	TLSKey   string `toml:"tls_key"`
}

// Default returns the settings of an installation that was told nothing.
func Default() Config {
	return Config{
		Listen:          "127.0.0.1:8631",
		StateDir:        defaultStateDir(),
		MaxDocumentMiB:  1024,
		Retention:       config.Duration(24 * time.Hour),
		ShutdownTimeout: config.Duration(10 * time.Second),
		Push: PushConfig{
			Direct:   "127.0.0.1:5223",
			STARTTLS: "127.0.0.1:5222",
			Domain:   "cloudprint.googleusercontent.com",
			Service:  "cloudprint.google.com",
		},
	}
}

// ConfigFile returns where the settings are looked for: the system's folder for
// root, else the user's (XDG Base Directory Specification).
func ConfigFile() string {
	if os.Geteuid() == 0 {
		return "/etc/platen-cloud/platen-cloud.toml"
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "platen-cloud.toml"
	}
	return filepath.Join(dir, "platen-cloud", "platen-cloud.toml")
}

func defaultStateDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/platen-cloud"
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "platen-cloud")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "platen-cloud-state"
	}
	return filepath.Join(home, ".local", "state", "platen-cloud")
}

// Check refuses settings that contradict each other or are unsafe without
// saying so; its errors tell what to write instead.
func (c Config) Check() error {
	if (c.TLSCert == "") != (c.TLSKey == "") || (c.Push.TLSCert == "") != (c.Push.TLSKey == "") {
		return fmt.Errorf("tls_cert and tls_key go together: set both or none")
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("base_url %q is no address: write one like https://print.example.com", c.BaseURL)
		}
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if c.MaxDocumentMiB <= 0 {
		return fmt.Errorf("max_document_mib must be more than 0")
	}
	loopback, err := isLoopback(c.Listen)
	if err != nil {
		return err
	}
	if c.TLSCert == "" && !loopback && !c.InsecureHTTP && len(c.TrustedProxies) == 0 {
		return fmt.Errorf("listen %s without TLS would let anybody read passwords and documents: "+
			"set tls_cert and tls_key, or trusted_proxies if a TLS proxy stands in front, or insecure_http = true", c.Listen)
	}
	return nil
}

// proxies returns the trusted proxies as prefixes.
func (c Config) proxies() ([]netip.Prefix, error) {
	list := make([]netip.Prefix, 0, len(c.TrustedProxies))
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, aerr := netip.ParseAddr(text)
			if aerr != nil {
				return nil, fmt.Errorf("trusted_proxies: %q is neither an address nor a network", text)
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
		return false, fmt.Errorf("listen %q is no address: write one like 127.0.0.1:8631 or :443", listen)
	}
	if host == "localhost" {
		return true, nil
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback(), nil
}
