package daemon

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/config"
	"platen/internal/secret"
	"platen/notify"
	"platen/notify/poll"
	"platen/notify/xmpp"
)

// holdTime is how long the service may hold a call for notifications: many proxies cut
// what is silent for a minute.
const holdTime = 50 * time.Second

// ladder returns the ways to the notifications, the best one first: XMPP, XMPP through an
// HTTP proxy where there is one, XMPP over a WebSocket of the service's own address, and
// calls of that. These alone where the service has no streams.
func (d *Daemon) ladder() (*notify.Ladder, pingers, error) {
	c := d.credentials
	roots, err := rootCAs(d.cfg.CAFile, c.authorities())
	if err != nil {
		return nil, nil, err
	}
	service := hintService{d.client, d.tellRefused}
	calls := []notify.Carrier{poll.New(service, holdTime), poll.New(service, 0)}
	if !c.Push.XMPP() {
		return notify.NewLadder(calls, d.cfg.ClimbAfter.Std()), nil, nil
	}
	user, _, _ := strings.Cut(c.JID, "@")
	// Each way has a resource of its own: XMPP servers end a stream when another one comes
	// with the same.
	options := xmpp.Options{
		Host: c.Push.Host, DirectPort: c.Push.DirectPort, STARTTLSPort: c.Push.STARTTLSPort,
		Domain: c.Push.Domain, Service: c.Push.Service, PubSub: c.Push.PubSub, User: gcp.RobotID(user), Resource: d.resource(), RootCAs: roots,
		Token: d.pushToken, PingInterval: d.cfg.PingInterval.Std(), PingTimeout: d.cfg.PingTimeout.Std(),
		Logger: d.log.With("component", "xmpp"),
	}
	direct, err := xmpp.New(options)
	if err != nil {
		return nil, nil, err
	}
	rungs, pings := []notify.Carrier{direct}, pingers{direct}
	if options.Proxy, err = d.cfg.proxyFor(c.Push); err != nil {
		return nil, nil, err
	}
	if options.Proxy != nil {
		options.Resource = d.resource() + "-proxy"
		through, err := xmpp.New(options)
		if err != nil {
			return nil, nil, err
		}
		rungs, pings = append(rungs, through), append(pings, through)
	}
	web, err := d.cfg.overWebSocket(options, c.Cloud)
	if err != nil {
		return nil, nil, err
	}
	over, err := xmpp.New(web)
	if err != nil {
		return nil, nil, err
	}
	rungs, pings = append(rungs, over), append(pings, over)
	return notify.NewLadder(append(rungs, calls...), d.cfg.ClimbAfter.Std()), pings, nil
}

// overWebSocket returns the options of a stream with the service's own address, by way of
// the proxy that is for every call of that.
func (c Config) overWebSocket(o xmpp.Options, cloud string) (xmpp.Options, error) {
	at, err := url.Parse(cloud + gcp.WebSocketPath)
	if err != nil {
		return o, fmt.Errorf("address of the service: %w", err)
	}
	o.WebSocket, o.PubSub = at, "" // there the service itself answers
	o.Resource += "-web"
	o.Proxy, err = c.proxyTo(at)
	return o, err
}

// proxyFor returns the HTTP proxy on the way to the notification stream. nil for none.
func (c Config) proxyFor(p gcp.PushEndpoint) (*url.URL, error) {
	host, port := cmp.Or(p.Host, p.Domain), cmp.Or(p.DirectPort, p.STARTTLSPort)
	return c.proxyTo(&url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(port))})
}

// proxyTo returns the HTTP proxy on the way to an address: the setting, or that of the
// environment for this address. nil for none.
func (c Config) proxyTo(to *url.URL) (*url.URL, error) {
	if !c.HTTPProxy.Empty() {
		return httpProxy(c.HTTPProxy)
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: to})
	if err != nil {
		return nil, fmt.Errorf("the proxy of the environment: %w", err)
	}
	return proxy, nil
}

// httpProxy reads the address of a proxy, which may hold a password; nil for none.
func httpProxy(text secret.Text) (*url.URL, error) {
	if text.Empty() {
		return nil, nil //nolint:nilnil // there is none
	}
	u, err := url.Parse(text.Reveal())
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, &config.Wrong{Key: "http_proxy", Want: "an address such as http://proxy.example.com:3128"}
	}
	return u, nil
}

// pingers are the streams whose rhythm owners set.
type pingers []pinger

// SetPingInterval implements pinger.
func (p pingers) SetPingInterval(d time.Duration) {
	for _, one := range p {
		one.SetPingInterval(d)
	}
}

// hintService asks the cloud for notifications, and tells refused credentials apart.
type hintService struct {
	client  *client.Client
	refused func()
}

// Notifications implements poll.Service.
func (s hintService) Notifications(ctx context.Context, q gcp.HintsQuery) (gcp.Hints, error) {
	h, err := s.client.Notifications(ctx, q)
	if refused(err) {
		err = fmt.Errorf("%w: %w", notify.ErrCredentials, err)
		s.refused()
	}
	return h, err
}
