package cups

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ippwords"
	"platen/printer"
)

// idleDevices are the devices behind the idle queues of one server, which does not know
// of an idle queue whether its device is there.
type idleDevices struct {
	user string

	mu    sync.Mutex             // guards what follows
	known map[string]*idleDevice // by device-uri
}

// idleDevice is what is known of one device.
type idleDevice struct {
	at    place      // of an IPP device
	host  string     // of one that takes bytes on a port
	state *idleState // nil before the first answer
	away  bool
}

type idleState struct {
	attrs goipp.Attributes
	read  time.Time
}

// get returns the device of a device-uri, nil for one that cannot be asked. It is
// the same as long as a queue is for it.
func (d *idleDevices) get(uri string) *idleDevice {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v, ok := d.known[uri]; ok {
		return v
	}
	v := newIdleDevice(uri)
	if d.known == nil {
		d.known = map[string]*idleDevice{}
	}
	d.known[uri] = v
	return v
}

// keep forgets the devices that no queue is for any more.
func (d *idleDevices) keep(queues map[string][]string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for uri, v := range d.known {
		if _, ok := queues[uri]; ok {
			continue
		}
		if v != nil && v.at.peer != nil {
			v.at.peer.close()
		}
		delete(d.known, uri)
	}
}

// anyKey takes every key: what is asked of a device behind a queue is no secret, no
// password is shown to it, and it is the print server that prints on it.
type anyKey struct{}

// Pin knows none.
func (anyKey) Pin(string) string { return "" }

// SetPin keeps none.
func (anyKey) SetPin(string, string) error { return nil }

func newIdleDevice(uri string) *idleDevice {
	u, err := url.Parse(uri)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	switch u.Scheme {
	case "socket":
		return &idleDevice{host: net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), socketPort))}
	case "ipp", "ipps", "http", "https":
	default:
		return nil
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	u.RawQuery, u.User = "", nil // options of CUPS, and what we are not told
	p, err := newPeer(uri, u.String(), Config{Pins: anyKey{}})
	if err != nil {
		return nil
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		u.Scheme = "ipp"
	}
	return &idleDevice{at: place{peer: p, uri: u.String(), path: path}}
}

// ask asks once. A device that refuses to answer is there all the same.
func (d *idleDevices) ask(ctx context.Context, v *idleDevice) (changed bool, err error) {
	ctx, done := context.WithTimeout(ctx, idleTimeout)
	defer done()
	var attrs goipp.Attributes
	if v.host != "" {
		err = dial(ctx, v.host)
	} else {
		r := newRequest(goipp.OpGetPrinterAttributes, v.at.path).uri(v.at.uri).user(d.user).
			wanting("printer-state", "printer-state-reasons", "printer-is-accepting-jobs")
		var m *goipp.Message
		m, err = v.at.peer.ask(ctx, r, networkLimit)
		if err == nil {
			attrs = m.Printer
		}
	}
	if err != nil && refused(err) == nil {
		return false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	before := v.key()
	v.away, v.state = false, &idleState{attrs: attrs, read: time.Now()}
	return before != v.key(), nil
}

// dial connects, and that is all: a printer without IPP takes what it is sent for a
// document.
func dial(ctx context.Context, host string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return err
	}
	return conn.Close()
}

// lost notes that the device does not answer.
func (d *idleDevices) lost(v *idleDevice) (changed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	changed = !v.away
	v.away, v.state = true, nil
	return changed
}

// gone reports whether a device did not answer when it was asked last.
func (d *idleDevices) gone(uri string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.known[uri]
	return v != nil && v.away
}

// key is what of the device shows in its queue. d.mu is held.
func (v *idleDevice) key() string {
	if v.away {
		return "away"
	}
	var key strings.Builder
	for _, k := range v.reasons() {
		key.WriteString(k + " ")
	}
	if v.state != nil && number(v.state.attrs, "printer-state", 0) == printerStopped {
		key.WriteString("stopped")
	}
	return key.String()
}

// reasons are what the device says is wrong with it.
func (v *idleDevice) reasons() []string {
	if v == nil || v.state == nil {
		return nil
	}
	var list []string
	for _, k := range ippwords.First(v.state.attrs, "printer-state-reasons") {
		if s, ok := k.V.(goipp.String); ok && s != "none" {
			list = append(list, string(s))
		}
	}
	slices.Sort(list)
	return list
}

// The printer-states of RFC 8011, 5.4.11.
const (
	printerIdle    = 3
	printerStopped = 5
)

// deviceFresh is how old the news of a device may be to be the queue's.
const deviceFresh = 3 * IdleEvery

// with adds to what the server says of an idle queue what its device says. Of a queue
// that prints the server knows better.
func (d *idleDevices) with(uri string, light goipp.Attributes) goipp.Attributes {
	if number(light, "printer-state", 0) != printerIdle {
		return light
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.known[uri]
	if v == nil || v.state == nil || time.Since(v.state.read) > deviceFresh {
		return light
	}
	isStopped := number(v.state.attrs, "printer-state", 0) == printerStopped
	out := slices.Clone(light)
	for i, a := range out {
		switch {
		case a.Name == "printer-state" && isStopped:
			out[i] = goipp.MakeAttribute(a.Name, goipp.TagEnum, goipp.Integer(printerStopped))
		case a.Name == "printer-state-reasons":
			out[i].Values = slices.Clone(a.Values)
			for _, k := range v.reasons() {
				out[i].Values.Add(goipp.TagKeyword, goipp.String(k))
			}
		}
	}
	return out
}

// overlay returns a queue as it is known, offline if its device is.
func (d *idleDevices) overlay(p printer.Printer) printer.Printer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v := d.known[p.DeviceURI]; v != nil && v.away {
		p.State = printer.AlsoOffline(p.State, "its queue is there, and it does not answer")
	}
	return p
}

// queueBehind is a queue as the last look saw it.
type queueBehind struct {
	name, device string
	prints       bool
}

// note keeps what Watch needs of the queues. v.mu is held.
func (v *server) note() {
	list := make([]queueBehind, 0, len(v.known))
	for name, q := range v.known {
		list = append(list, queueBehind{name, q.p.DeviceURI, q.p.State.Printer != nil && q.p.State.Printer.State == gcp.PrinterProcessing})
	}
	v.behind.Store(&list)
}

// noted returns it.
func (v *server) noted() []queueBehind {
	if list := v.behind.Load(); list != nil {
		return *list
	}
	return nil
}

// idlers returns the devices behind the server's queues.
func (v *server) idlers() []idler {
	queues := map[string][]string{} // by device
	for _, q := range v.noted() {
		queues[q.device] = append(queues[q.device], q.name)
	}
	v.devices.keep(queues)
	var list []idler
	for uri, names := range queues {
		dev := v.devices.get(uri)
		if dev == nil {
			continue
		}
		list = append(list, idler{
			key:  "device " + uri,
			busy: func() bool { return slices.ContainsFunc(names, v.working) },
			ask:  func(ctx context.Context) (bool, error) { return v.devices.ask(ctx, dev) },
			lost: func(error) bool { return v.devices.lost(dev) },
			soon: func() time.Duration { return 0 },
		})
	}
	return list
}

// working reports whether a queue prints, as far as is known.
func (v *server) working(name string) bool {
	if v.hub.has(printer.Name(name + v.suffix())) {
		return true
	}
	if prints, known := v.states.prints(name); known {
		return prints
	}
	return slices.ContainsFunc(v.noted(), func(q queueBehind) bool { return q.name == name && q.prints })
}
