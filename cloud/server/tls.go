package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"platen/internal/config"
)

// TLSMode says where the certificate of the HTTPS port comes from.
type TLSMode string

// The modes.
const (
	TLSNone  TLSMode = ""      // plain HTTP, unless tls_cert is set
	TLSFiles TLSMode = "files" // tls_cert and tls_key, read anew when they change
	TLSACME  TLSMode = "acme"  // asked for and renewed by ACME (RFC 8555)
	TLSOwn   TLSMode = "own"   // signed by the authority in the state folder
)

// ACMEConfig are the settings of certificates that are asked for.
type ACMEConfig struct {
	Directory string `toml:"directory"` // address of the ACME server; "" means Let's Encrypt
	Email     string `toml:"email"`     // address that the ACME server may write to; may be empty
	CAFile    string `toml:"ca_file"`   // PEM of who signed the ACME server's own certificate, if not a public authority
}

// mode is the mode in force.
func (c Config) mode() TLSMode {
	if c.TLS == TLSNone && c.TLSCert != "" {
		return TLSFiles
	}
	return c.TLS
}

// checkTLS refuses settings of the HTTPS port that do not fit each other.
func (c Config) checkTLS() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("tls_cert and tls_key go together: set both or none")
	}
	switch c.TLS {
	case TLSNone:
	case TLSFiles:
		if c.TLSCert == "" {
			return errors.New(`tls is "files": tls_cert and tls_key must name them`)
		}
	case TLSACME, TLSOwn:
		if c.TLSCert != "" {
			return fmt.Errorf("tls is %q: leave tls_cert and tls_key out, or set tls to \"files\"", c.TLS)
		}
		if u, err := url.Parse(c.BaseURL); err != nil || u.Scheme != "https" || u.Hostname() == "" {
			return fmt.Errorf("tls is %q: base_url must say for which name, such as https://print.example.com", c.TLS)
		}
	default:
		return &config.Wrong{Key: "tls", Value: string(c.TLS), Want: `"files", "acme" or "own", or left out`}
	}
	if c.TLS == TLSACME {
		return c.checkACME()
	}
	return nil
}

// checkACME refuses names that no ACME server certifies for whoever asks.
func (c Config) checkACME() error {
	for _, name := range c.names() {
		if _, err := netip.ParseAddr(name); err == nil || !strings.Contains(name, ".") {
			return fmt.Errorf("tls is \"acme\", and %s is no name in the DNS: use one, or tls = \"own\" in a network without a domain", name)
		}
	}
	if c.ACME.Directory == "" {
		return nil
	}
	if u, err := url.Parse(c.ACME.Directory); err != nil || u.Scheme != "https" || u.Host == "" {
		return &config.Wrong{Key: "acme.directory", Value: c.ACME.Directory, Want: "an https address"}
	}
	return nil
}

// names are those that the certificate is for, that of base_url first.
func (c Config) names() []string {
	var list []string
	if u, err := url.Parse(c.BaseURL); err == nil && u.Hostname() != "" {
		list = append(list, strings.ToLower(u.Hostname()))
	}
	for _, n := range c.TLSNames {
		if n = strings.ToLower(n); !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// certificates is what shows who the service is. get is as tls.Config.GetCertificate.
type certificates struct {
	get  func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	acme *autocert.Manager // nil unless they are asked for
}

// openCertificates returns the certificates of the HTTPS port; nil where it speaks
// plain HTTP.
func (s *Server) openCertificates() (*certificates, error) {
	switch s.cfg.mode() {
	case TLSFiles:
		f := &certificateFiles{cert: s.cfg.TLSCert, key: s.cfg.TLSKey, log: s.log}
		if err := f.load(); err != nil {
			return nil, wrapCertificate(err)
		}
		return &certificates{get: f.get}, nil
	case TLSACME:
		m, err := s.cfg.acmeManager()
		if err != nil {
			return nil, err
		}
		return &certificates{get: m.GetCertificate, acme: m}, nil
	case TLSOwn:
		var err error
		if s.ca, err = openAuthority(s.cfg.StateDir); err != nil {
			return nil, err
		}
		own := &ownCertificate{ca: s.ca, hosts: append(s.cfg.names(), machineNames()...), here: true}
		if _, err := own.get(nil); err != nil {
			return nil, wrapCertificate(err)
		}
		return &certificates{get: own.get}, nil
	}
	return nil, nil //nolint:nilnil // there are none
}

// machineNames are what this machine is called by its neighbours (RFC 6762, 3).
func machineNames() []string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		return nil
	}
	names := []string{host}
	if short, _, _ := strings.Cut(host, "."); short != "" {
		names = append(names, short+".local")
	}
	return names
}

// acmeFolder is where certificates that were asked for are kept, in the state folder.
const acmeFolder = "acme"

// config is that of a TLS port.
func (c *certificates) config() *tls.Config {
	t := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
	if c.acme != nil {
		t.NextProtos = append(t.NextProtos, acme.ALPNProto) // RFC 8737
	}
	return t
}

// localAddr is the address of this machine that a caller came to; "" if it is not known.
func localAddr(hello *tls.ClientHelloInfo) string {
	if hello == nil || hello.Conn == nil {
		return ""
	}
	a, ok := hello.Conn.LocalAddr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	return a.AddrPort().Addr().Unmap().WithZone("").String()
}
