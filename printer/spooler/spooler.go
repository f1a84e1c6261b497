// Package spooler names the queues of Windows' own spooler. The connector prints on none of
// them: they want what a vendor's driver makes, in a session of a person. It says why, and
// where the device behind one can be reached instead.
package spooler

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Queue is one queue.
type Queue struct {
	Name   string
	Driver string // as Windows names it
	Port   string // likewise
	Host   string // of the device in the network, as far as Windows knows; "" where it is not there
}

// Why says why the connector does not serve the queue.
func (q Queue) Why() string {
	port := strings.ToUpper(q.Port)
	switch {
	case hasPrefix(port, "USB", "DOT4", "LPT", "COM"):
		return "connected to " + q.Port + ", with the driver " + q.Driver + ": only printers that speak IPP over the network are served"
	case hasPrefix(port, "FILE:", "NUL", "PORTPROMPT:", "XPSPORT:", "SHRFAX:", "MICROSOFT.") || q.Port == "":
		return "no device: the driver " + q.Driver + " makes files"
	case strings.HasPrefix(q.Port, `\\`):
		return "a queue of another machine: install a connector there, or add the printer by its address"
	}
	return "needs the driver " + q.Driver + ": add the printer by its address instead, if it speaks IPP"
}

func hasPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// host returns the host in what Windows keeps of a port: a name, an address, or where its
// web service is, such as http://192.0.2.7:5357/wsd.
func host(location string) string {
	if u, err := url.Parse(location); err == nil && u.Host != "" {
		return u.Hostname()
	}
	if location == "" || strings.ContainsAny(location, `/\ :`) && net.ParseIP(location) == nil {
		return ""
	}
	return location
}

// askTime bounds how long it is waited for a device.
const askTime = 2 * time.Second

// Address returns where the queue's device takes documents by IPP, with 'printer add'; ""
// where it is not in the network, or has nothing at the port of IPP (RFC 8010, 4.1).
func (q Queue) Address(ctx context.Context) string {
	return q.address(ctx, "631")
}

func (q Queue) address(ctx context.Context, port string) string {
	if q.Host == "" {
		return ""
	}
	at := net.JoinHostPort(q.Host, port)
	c, err := (&net.Dialer{Timeout: askTime}).DialContext(ctx, "tcp", at)
	if err != nil {
		return ""
	}
	_ = c.Close() // nothing was said
	u := url.URL{Scheme: "ipp", Host: q.Host, Path: "/ipp/print"}
	if strings.Contains(q.Host, ":") {
		u.Host = "[" + q.Host + "]"
	}
	if port != "631" {
		u.Host = at
	}
	return u.String()
}

// Queues returns the queues of this machine that the spooler has, by name. Elsewhere than
// on Windows there are none.
func Queues() ([]Queue, error) {
	list, err := queues()
	slices.SortFunc(list, func(a, b Queue) int { return cmp.Compare(a.Name, b.Name) })
	return list, err
}
