package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"platen/internal/lab"
)

// driver is a way by which hints come to connectors.
type driver struct {
	name   string
	way    string                                        // as platen status calls it
	push   string                                        // driver of the cloud's settings; "" for the embedded service
	server func(lab.TB, lab.XMPPOptions) *lab.XMPPServer // nil where the cloud itself carries
	closed bool                                          // no port of XMPP can be reached
	peers  string                                        // by which the process of peers comes
}

func embedded() driver { return driver{name: "embedded", way: "xmpp", peers: "streams"} }

// drivers are those of decision 012, and the ways of the cloud's own address.
func drivers() []driver {
	return []driver{
		embedded(),
		{name: "Prosody component", way: "xmpp", push: "component", server: lab.Prosody, peers: "subscribe"},
		{name: "Prosody PubSub", way: "xmpp", push: "pubsub", server: lab.Prosody, peers: "node"},
		{name: "ejabberd component", way: "xmpp", push: "component", server: lab.Ejabberd, peers: "presence"},
		{name: "ejabberd PubSub", way: "xmpp", push: "pubsub", server: lab.Ejabberd, peers: "node"},
		{name: "WebSocket", way: "websocket", closed: true, peers: "websocket"},
		{name: "long-poll", way: "long-poll", push: "none", peers: "calls"},
	}
}

// acknowledges reports whether the service at the other end of the stream is the cloud's
// own: then its acknowledgement (XEP-0198) serves as the ping.
func (d driver) acknowledges() bool { return d.server == nil && d.way != "long-poll" }

// carrying is a site whose hints a driver carries.
type carrying struct {
	driver
	*lab.Site
	outside *lab.XMPPServer // nil where the cloud itself carries
}

// carry prepares a site. Of its programs only the XMPP server runs yet.
func (b *bench) carry(d driver, cups ...string) *carrying {
	c := &carrying{driver: d}
	o := lab.SiteOptions{Bin: b.bin, CUPS: cups}
	front := lab.NewCable(b) // the XMPP server's way to the cloud, which comes after it
	switch {
	case d.server != nil:
		c.outside = d.server(b, lab.XMPPOptions{Cloud: "http://" + front.Addr(), Bin: b.bin})
		o.CloudPush = c.outside.Settings(d.push, c.outside.Direct)
	case d.push != "":
		o.CloudPush = fmt.Sprintf("driver = %q\ndirect_listen = \"\"\nstarttls_listen = \"\"\n", d.push)
	case d.closed:
		nowhere := lab.NewCable(b)
		nowhere.Unplug()
		o.PushPort = nowhere.Port()
	}
	c.Site = lab.NewSite(b, o)
	front.Serve(strings.TrimPrefix(c.Base, "http://"))
	return c
}

// start starts cloud and connector, and returns once notifications come by the driver's
// way.
func (b *bench) start(c *carrying) {
	c.Start()
	if !lab.Eventually(2*time.Minute, func() bool { return c.Way() == c.way }) {
		c.Logs()
		b.Fatalf("%s: notifications come by %q, want %q", c.name, c.Way(), c.way)
	}
}

// port is where the connectors' end of a driver's streams goes to.
func (b *bench) port(c *carrying) int {
	switch {
	case c.outside != nil:
		return c.outside.Direct
	case c.way == "xmpp":
		return c.Direct
	}
	u, err := url.Parse(c.Base)
	if err != nil {
		b.Fatalf("%v", err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		b.Fatalf("%v", err)
	}
	return port
}
