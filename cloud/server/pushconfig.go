package server

import (
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"platen/internal/config"
	"platen/internal/secret"
)

// Driver says what carries hints to connectors.
type Driver string

// The drivers of decision 012.
const (
	DriverEmbedded  Driver = "embedded"  // the cloud's own XMPP service
	DriverComponent Driver = "component" // a component of an XMPP server (XEP-0114)
	DriverPubSub    Driver = "pubsub"    // the same component publishes (XEP-0060)
	DriverNone      Driver = "none"      // HTTPS alone
)

// Bounds of push.server.jwt_lifetime. Nobody can take a JWT back from who checks it alone;
// and connectors take one for spent 10 s before its end.
const (
	minJWT = 15 * time.Second
	maxJWT = 15 * time.Minute
)

// outside reports whether a driver needs an XMPP server.
func (d Driver) outside() bool { return d == DriverComponent || d == DriverPubSub }

// PushConfig are the settings of notifications.
type PushConfig struct {
	Driver       Driver           `toml:"driver"`                   // what carries hints to connectors
	Direct       string           `toml:"direct_listen"`            // address of the embedded service's port with TLS from the first byte; "" for none
	STARTTLS     string           `toml:"starttls_listen"`          // address of the embedded service's port that begins in the clear (STARTTLS); "" for none
	Host         string           `toml:"host"`                     // name by which connectors reach the streams; "" means the host of base_url
	TellPort     int              `toml:"advertised_direct_port"`   // port by which connectors reach direct_listen, where it is another one; 0 if it is not
	TellSTARTTLS int              `toml:"advertised_starttls_port"` // port by which connectors reach starttls_listen, where it is another one; 0 if it is not
	Domain       string           `toml:"domain"`                   // domain of the connectors' JIDs
	Service      string           `toml:"service"`                  // JID that pushes come from
	Interval     config.Duration  `toml:"interval"`                 // how often a connector shows that it is there; after twice that it is not
	TLSCert      string           `toml:"tls_cert"`                 // PEM file with the streams' certificate; "" means the cloud's own certificate, or one made here
	TLSKey       string           `toml:"tls_key"`                  // PEM file with its key, which the service must be able to read
	Origins      []string         `toml:"websocket_origins"`        // sites whose pages may open streams over WebSockets, besides our own
	Trusted      []string         `toml:"trusted_domains"`          // domains of other XMPP servers, where ADDRESS is the person here with that address
	Server       XMPPServerConfig `toml:"server"`                   // the XMPP server, with the drivers component and pubsub
}

// XMPPServerConfig are the settings of an XMPP server that carries the hints.
type XMPPServerConfig struct {
	Component      string `toml:"component"`        // address of its port for components
	SecretFile     string `toml:"secret_file"`      // file with the secret that it knows the component by
	PubSub         string `toml:"pubsub"`           // address (JID) of its PubSub service
	AuthSecretFile string `toml:"auth_secret_file"` // file with the secret that it asks about tokens with; "" refuses it
	CAFile         string `toml:"ca_file"`          // PEM of who signed its certificate, if not a public authority

	// How long connectors' access tokens are good, which are then JWTs that the server
	// checks by itself; 0 for tokens that it asks about.
	JWTLifetime config.Duration `toml:"jwt_lifetime"`
}

// listeners are the addresses that the embedded service listens at; "" for none.
func (c PushConfig) listeners() (direct, starttls string) {
	if c.Driver != DriverEmbedded {
		return "", ""
	}
	return c.Direct, c.STARTTLS
}

// check refuses settings of notifications that do not fit each other.
func (c PushConfig) check() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("push.tls_cert and push.tls_key go together: set both or none")
	}
	drivers := []Driver{DriverEmbedded, DriverComponent, DriverPubSub, DriverNone}
	if !slices.Contains(drivers, c.Driver) {
		return &config.Wrong{Key: "push.driver", Value: string(c.Driver), Want: `"embedded", "component", "pubsub" or "none"`}
	}
	for key, port := range map[string]int{
		"push.advertised_direct_port": c.TellPort, "push.advertised_starttls_port": c.TellSTARTTLS,
	} {
		if port < 0 || port > 65535 {
			return &config.Wrong{Key: key, Value: port, Want: "a port, or 0"}
		}
	}
	if c.Interval < config.Duration(time.Second) || c.Interval > config.Duration(5*time.Minute) {
		return &config.Wrong{Key: "push.interval", Value: c.Interval, Want: `between "1s" and "5m"`}
	}
	if err := checkOrigins(c.Origins); err != nil {
		return err
	}
	if err := c.checkTrusted(); err != nil {
		return err
	}
	if c.Driver.outside() {
		return c.checkOutside()
	}
	return nil
}

// bySRV reports whether connectors are to look for the XMPP server themselves, by the
// records of its domain (XEP-0368).
func (c PushConfig) bySRV() bool { return c.Driver.outside() && c.TellPort == 0 && c.TellSTARTTLS == 0 }

// checkOutside refuses what an XMPP server needs and was not given.
func (c PushConfig) checkOutside() error {
	if _, _, err := net.SplitHostPort(c.Server.Component); err != nil {
		return &config.Wrong{Key: "push.server.component", Value: c.Server.Component, Want: "the address of the XMPP server's port for components, such as 127.0.0.1:5347"}
	}
	if c.Server.SecretFile == "" {
		return &config.Wrong{Key: "push.server.secret_file", Value: "", Want: "the path of a file with the component's secret"}
	}
	if c.Domain == "" || c.Service == "" {
		return fmt.Errorf("push.driver is %q: push.domain must be the XMPP server's host, and push.service the component's name there", c.Driver)
	}
	if c.Host != "" && c.bySRV() {
		return fmt.Errorf("push.driver is %q: push.advertised_direct_port or push.advertised_starttls_port must say where on push.host the XMPP server takes connectors; "+
			"without all three they look for the SRV records of push.domain", c.Driver)
	}
	if l := c.Server.JWTLifetime.Std(); l != 0 && (l < minJWT || l > maxJWT) {
		return &config.Wrong{Key: "push.server.jwt_lifetime", Value: c.Server.JWTLifetime, Want: `between "15s" and "15m", or 0`}
	}
	if c.Driver == DriverPubSub && c.Server.PubSub == "" {
		return &config.Wrong{Key: "push.server.pubsub", Value: "", Want: "the XMPP server's PubSub service, such as pubsub.example.com"}
	}
	return nil
}

// AuthSecret is what the XMPP server shows when it asks about tokens; empty if it
// may not ask.
func (c XMPPServerConfig) AuthSecret() (secret.Text, error) {
	if c.AuthSecretFile == "" {
		return secret.Text{}, nil
	}
	return readSecret("push.server.auth_secret_file", c.AuthSecretFile)
}

// readSecret reads a file that holds one secret.
func readSecret(setting, path string) (secret.Text, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return secret.Text{}, fmt.Errorf("%s: %w", setting, err)
	}
	value := strings.TrimSpace(string(text))
	if value == "" {
		return secret.Text{}, fmt.Errorf("%s: %s is empty", setting, path)
	}
	return secret.New(value), nil
}

// authorities returns the PEM that connectors are told; "" for public authorities.
func (c XMPPServerConfig) authorities() (string, error) {
	if c.CAFile == "" {
		return "", nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return "", fmt.Errorf("push.server.ca_file: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return "", fmt.Errorf("push.server.ca_file: no certificate (PEM) is in %s", c.CAFile)
	}
	return string(pem), nil
}
