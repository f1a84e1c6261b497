package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"platen/connector/control"
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
	Cloud     string      // base address, such as https://print.example.com
	StateDir  string      // where the credentials go
	Socket    string      // of a daemon that may be running; "" for none
	CAFile    string      // PEM of a further authority; may be empty
	HTTPProxy secret.Text // on the way to the cloud; "" means that of the environment
	Token     secret.Text // a key of scope pair; empty asks a person
	Insecure  bool        // allow plain HTTP off this machine
	Replace   bool        // pair again although this installation is paired
	New       bool        // and under a name of its own: its state is a copy of another installation's
	Adopt     string      // machine or proxy of the connector whose place this one takes; "" for none

	// Fingerprint is that of the cloud's own authority, which is believed then besides
	// the system's; "" means the one in Cloud after #ca=, or that of the last pairing.
	Fingerprint Fingerprint

	// Printers names what this installation would share, for whoever allows the
	// pairing. It may be nil.
	Printers func(context.Context) []string
	// Show is called with what the person must see to allow the pairing. It is
	// not called when there is a Token.
	Show func(client.DeviceGrant)
	// Choose is asked, on an installation that was never paired, whose place it
	// takes. It may be nil; the zero ProxyID means nobody's.
	Choose func([]gcp.Connector) gcp.ProxyID
	// Note is called with what else a person should know; it may be nil.
	Note func(string)

	authority string // PEM of the pinned one; "" for none
}

// ErrPaired means that the installation is paired already.
var ErrPaired = errors.New("this installation is paired already")

// Pair asks for a robot and keeps its credentials. An interrupted pairing leaves
// nothing behind on this machine. It needs the state folder for itself: the error
// is spool.ErrLocked while a daemon runs, unless the cloud refuses that daemon's
// credentials; then it takes over the new ones.
func (p Pairing) Pair(ctx context.Context) (made Credentials, err error) {
	lock, err := spool.Acquire(p.StateDir)
	if errors.Is(err, spool.ErrLocked) && p.mayReplaceUnder(ctx) {
		made, err = p.pair(ctx, daemonRuns)
		return made, errors.Join(err, handOver(p.StateDir))
	}
	if err != nil {
		return Credentials{}, err
	}
	defer func() { err = errors.Join(err, handOver(p.StateDir), lock.Release()) }()
	return p.pair(ctx, daemonStopped)
}

// daemonState says whether a daemon owns the state folder meanwhile.
type daemonState string

const (
	daemonRuns    daemonState = "runs"
	daemonStopped daemonState = "stopped"
)

// mayReplaceUnder reports whether the running daemon waits for new credentials.
func (p Pairing) mayReplaceUnder(ctx context.Context) bool {
	if p.Socket == "" || p.New || p.Adopt != "" {
		return false
	}
	s, err := control.Dial(p.Socket).Status(ctx)
	return err == nil && s.Cloud.Refused
}

func (p Pairing) pair(ctx context.Context, daemon daemonState) (Credentials, error) {
	old, err := ReadCredentials(p.StateDir)
	switch {
	case err == nil && !p.Replace && !p.New && p.Adopt == "":
		return old, fmt.Errorf("%w with %s, for %s", ErrPaired, old.Cloud, old.Owner)
	case err != nil && !errors.Is(err, ErrNotPaired):
		return old, err
	}
	base, err := p.base()
	if err != nil {
		return Credentials{}, err
	}
	if daemon == daemonRuns && base != old.Cloud {
		return old, fmt.Errorf("the running connector is paired with %s: %w", old.Cloud, spool.ErrLocked)
	}
	if err := p.pinned(ctx, base); err != nil {
		return Credentials{}, explainReach(err)
	}
	if p.authority == "" && base == old.Cloud {
		p.authority = old.CA
	}
	token := p.Token
	if token.Empty() {
		if token, err = p.askPerson(ctx, base); err != nil {
			return Credentials{}, err
		}
	}
	proxy, err := p.proxy(ctx, base, token, old)
	if err != nil {
		return Credentials{}, err
	}
	made, err := p.make(ctx, base, token, old, proxy)
	switch {
	case err != nil:
		return Credentials{}, err
	case daemon == daemonRuns && made.Owner != old.Owner:
		return old, fmt.Errorf("the running connector belongs to %s, not %s: %w", old.Owner, made.Owner, spool.ErrLocked)
	}
	if err := p.forget(old, made); err != nil {
		return Credentials{}, err
	}
	return made, made.Write(p.StateDir)
}

// make gets the robot's credentials, and returns them with what stays of the old.
func (p Pairing) make(ctx context.Context, base string, token secret.Text, old Credentials, proxy gcp.ProxyID) (Credentials, error) {
	former := map[string]string{}
	if proxy == old.Proxy { // else they prove that this is another connector
		former = old.former()
	}
	c, err := p.dial(base, token, proxy)
	if err != nil {
		return Credentials{}, err
	}
	defer c.Close()
	made, err := p.robot(ctx, c, secret.New(former[base]))
	delete(former, base)
	made.Cloud, made.Proxy, made.Printers, made.Former, made.CA = base, proxy, old.Printers, former, p.authority
	return made, err
}

// dial returns a client that acts with token for a proxy.
func (p Pairing) dial(base string, token secret.Text, proxy gcp.ProxyID) (*client.Client, error) {
	return network{CAFile: p.CAFile, CA: p.authority, HTTPProxy: p.HTTPProxy}.dial(client.Config{
		BaseURL: base + "/cloudprint", ClientID: clientID, AccessToken: token, Proxy: proxy,
	})
}

// askPerson waits until a person allowed the pairing, and returns a token that
// acts for that person.
func (p Pairing) askPerson(ctx context.Context, base string) (secret.Text, error) {
	c, err := p.dial(base, secret.Text{}, "")
	if err != nil {
		return secret.Text{}, err
	}
	defer c.Close()
	host, _ := os.Hostname() // the person is told where from, too
	by := client.Machine{Name: host}
	if p.Printers != nil {
		by.Printers = p.Printers(ctx)
	}
	grant, err := c.DeviceAuth(ctx, by, client.ScopeCloudPrint)
	if err != nil {
		return secret.Text{}, err
	}
	p.Show(grant)
	tokens, err := c.DeviceToken(ctx, grant)
	return tokens.Access, err
}

// former returns what proves to each cloud so far that this is the connector that
// was paired with it.
func (c Credentials) former() map[string]string {
	all := maps.Clone(c.Former)
	if all == nil {
		all = map[string]string{}
	}
	if c.Cloud != "" && c.RefreshToken != "" {
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

// base checks the cloud's address: credentials go there. A fingerprint in it is kept.
func (p *Pairing) base() (string, error) {
	address, pin, err := splitPin(p.Cloud)
	if err != nil {
		return "", err
	}
	if p.Fingerprint == "" {
		p.Fingerprint = pin
	}
	text := strings.TrimSuffix(strings.TrimRight(address, "/"), "/cloudprint")
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || u.User != nil {
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

func domainOf(jid string) string {
	_, domain, _ := strings.Cut(jid, "@")
	return domain
}
