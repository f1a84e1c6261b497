package daemon

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"platen/connector/spool"
	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/secret"
)

// clientID is how this connector names itself to a service. It is a public
// client: it has no secret (RFC 6749, 2.1).
const clientID = "platen"

// Pairing ties this installation to a cloud.
type Pairing struct {
	Cloud    string      // base address, such as https://print.example.com
	StateDir string      // where the credentials go
	CAFile   string      // PEM of a further authority; may be empty
	Token    secret.Text // a key of scope pair; empty asks a person
	Insecure bool        // allow plain HTTP off this machine
	Replace  bool        // pair again although this installation is paired

	// Show is called with what the person must see to allow the pairing. It is
	// not called when there is a Token.
	Show func(client.DeviceGrant)
}

// ErrPaired means that the installation is paired already.
var ErrPaired = errors.New("this installation is paired already")

// Pair asks for a robot and keeps its credentials. An interrupted pairing leaves
// nothing behind on this machine. It needs the state folder for itself: the error
// is spool.ErrLocked while a daemon runs, which would go on with the old ones.
func (p Pairing) Pair(ctx context.Context) (made Credentials, err error) {
	lock, err := spool.Acquire(p.StateDir)
	if err != nil {
		return Credentials{}, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	return p.pair(ctx)
}

func (p Pairing) pair(ctx context.Context) (Credentials, error) {
	old, err := ReadCredentials(p.StateDir)
	switch {
	case err == nil && !p.Replace:
		return old, fmt.Errorf("%w with %s, for %s", ErrPaired, old.Cloud, old.Owner)
	case err != nil && !errors.Is(err, ErrNotPaired):
		return old, err
	}
	base, err := p.base()
	if err != nil {
		return Credentials{}, err
	}
	roots, err := rootCAs(p.CAFile, "")
	if err != nil {
		return Credentials{}, err
	}
	proxy := old.Proxy // pairing again keeps the identity, and with it the printers' ids
	if proxy == "" {
		proxy = newProxyID()
	}
	c, err := client.New(client.Config{
		BaseURL: base + "/cloudprint", ClientID: clientID, AccessToken: p.Token, Proxy: proxy, RootCAs: roots,
	})
	if err != nil {
		return Credentials{}, err
	}
	defer c.Close()
	if p.Token.Empty() {
		c, err = p.askPerson(ctx, c)
		if err != nil {
			return Credentials{}, err
		}
	}
	former := old.former()
	made, err := p.robot(ctx, c, secret.New(former[base]))
	if err != nil {
		return Credentials{}, err
	}
	delete(former, base)
	made.Cloud, made.Proxy, made.Printers, made.Former = base, proxy, old.Printers, former
	if err := p.forgetPrinters(old, made); err != nil {
		return Credentials{}, err
	}
	return made, made.Write(p.StateDir)
}

// forgetPrinters drops the ids that another cloud or owner gave. Those that the
// new one has for this connector come back with its list.
func (p Pairing) forgetPrinters(old, made Credentials) error {
	if old.Cloud == made.Cloud && old.Owner == made.Owner {
		return nil
	}
	known, err := openPrinters(p.StateDir)
	if err != nil || len(known.Identities()) == 0 {
		return err
	}
	return known.ForgetCloud()
}

// askPerson waits until a person allowed the pairing, and returns a client that
// acts for that person.
func (p Pairing) askPerson(ctx context.Context, c *client.Client) (*client.Client, error) {
	grant, err := c.DeviceAuth(ctx, client.ScopeCloudPrint)
	if err != nil {
		return nil, err
	}
	p.Show(grant)
	tokens, err := c.DeviceToken(ctx, grant)
	if err != nil {
		return nil, err
	}
	return c.As(tokens), nil
}

// former returns what proves to each cloud so far that this is the connector that
// was paired with it.
func (c Credentials) former() map[string]string {
	all := maps.Clone(c.Former)
	if all == nil {
		all = map[string]string{}
	}
	if c.Cloud != "" {
		all[c.Cloud] = c.RefreshToken
	}
	return all
}

// robot makes the connector's account. had is what it got when it was paired with
// this cloud before.
func (p Pairing) robot(ctx context.Context, c *client.Client, had secret.Text) (Credentials, error) {
	robot, err := c.CreateRobot(ctx, had)
	if err != nil {
		return Credentials{}, err
	}
	tokens, err := c.ExchangeRobotCode(ctx, secret.New(robot.AuthorizationCode))
	if err != nil {
		return Credentials{}, err
	}
	made := Credentials{ClientID: clientID, RefreshToken: tokens.Refresh.Reveal(), JID: robot.XMPPJID, Owner: robot.UserEmail}
	if robot.Push != nil {
		made.Push = *robot.Push
	} else { // a service without Platen's additions: the classic address
		made.Push = gcp.PushEndpoint{
			Host: "talk.google.com", DirectPort: 443, STARTTLSPort: 5222,
			Domain: domainOf(robot.XMPPJID), Service: "cloudprint.google.com",
		}
	}
	return made, nil
}

// base checks the cloud's address: credentials go there.
func (p Pairing) base() (string, error) {
	text := strings.TrimSuffix(strings.TrimRight(p.Cloud, "/"), "/cloudprint")
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return "", fmt.Errorf("%q is no address of a cloud: write one like https://print.example.com", p.Cloud)
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme != "http":
		return "", fmt.Errorf("%q is no address of a cloud: write one like https://print.example.com", p.Cloud)
	case !p.Insecure && !onThisMachine(u.Hostname()):
		return "", fmt.Errorf("%s is not encrypted: anybody on the way could read every document (--insecure allows it)", text)
	}
	return u.Scheme + "://" + u.Host + u.Path, nil
}

func onThisMachine(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func newProxyID() gcp.ProxyID {
	name, err := os.Hostname()
	if err != nil {
		name = "connector"
	}
	host, _, _ := strings.Cut(name, ".")
	return gcp.ProxyID(host + "-" + strings.ToLower(rand.Text()))
}

func domainOf(jid string) string {
	_, domain, _ := strings.Cut(jid, "@")
	return domain
}

// rootCAs returns the system's authorities and those of a file and a text, or
// nil where both are empty.
func rootCAs(file, text string) (*x509.CertPool, error) {
	if file == "" && text == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("ca_file: %w", err)
		}
		if !pool.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("ca_file: %s holds no certificate", file)
		}
	}
	if text != "" && !pool.AppendCertsFromPEM([]byte(text)) {
		return nil, errors.New("the authority that pairing gave holds no certificate")
	}
	return pool, nil
}

// pushAddress is where the notification stream is opened.
func (c Credentials) pushAddress(port int) string {
	return net.JoinHostPort(c.Push.Host, fmt.Sprint(port))
}
