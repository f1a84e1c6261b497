package cups

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippwords"
	"platen/printer"
)

// server is one CUPS server.
type server struct {
	label string
	user  string
	peer  *peer
	hub   *hub
	log   *slog.Logger
	cfg   Config
	keeps atomic.Bool // it was seen to keep cloudJob

	states  *queueStates
	devices *idleDevices

	sweeping sync.Mutex // guards swept
	swept    bool       // what an earlier life left here is gone

	behind atomic.Pointer[[]queueBehind] // what Watch needs of the queues: it does not wait for a look

	mu     sync.Mutex             // guards what follows; held while queues and their devices are asked
	known  map[string]*knownQueue // by queue name
	silent time.Time              // since when the server does not answer; zero while it does
}

// knownQueue is what was read of a queue, and when it was last changed.
type knownQueue struct {
	changed int    // printer-config-change-time
	uuid    string // printer-uuid: another one means another queue, whatever the times are
	markers int    // how many marker-names: they appear with the first job, without a change of configuration
	device  device // behind a raw queue
	p       printer.Printer
}

func newServer(c Server, cfg Config) (*server, error) {
	p, err := newPeer(c.Address, c.Address, cfg)
	if err != nil {
		return nil, err
	}
	v := &server{
		label: c.Label, user: cfg.User, peer: p, log: cfg.Log, cfg: cfg, known: map[string]*knownQueue{},
		states: newQueueStates(), devices: &idleDevices{user: cfg.User},
	}
	v.hub = newHub(v)
	return v, nil
}

func (v *server) suffix() string {
	if v.label == "" {
		return ""
	}
	return "@" + v.label
}

// limit is how long the list of all queues may be.
func (v *server) limit() int64 {
	if v.peer.socket != "" || strings.HasPrefix(v.peer.host, "127.0.0.1:") || strings.HasPrefix(v.peer.host, "localhost:") {
		return localLimit
	}
	return networkLimit
}

// lightAttributes are what changes of a queue from look to look.
func lightAttributes() []string {
	return []string{
		"printer-name", "printer-uuid", "printer-config-change-time", "printer-up-time", "printer-state", "printer-state-reasons", "printer-state-message",
		"printer-is-accepting-jobs", "queued-job-count", "marker-names", "marker-types", "marker-levels", "marker-low-levels",
		"marker-high-levels", "printer-supply", "printer-input-tray",
	}
}

// statesNow asks for the state of each queue; nil if the server does not answer.
func (v *server) statesNow(ctx context.Context) map[printer.Name]goipp.Attributes {
	r := newRequest(goipp.OpCupsGetPrinters, "/").user(v.user).
		wanting("printer-name", "printer-state", "printer-state-reasons", "printer-state-message")
	m, err := v.peer.ask(ctx, r, v.limit())
	if err != nil {
		return nil // the next look at the jobs shows it
	}
	states := map[printer.Name]goipp.Attributes{}
	for _, g := range m.Groups {
		if g.Tag == goipp.TagPrinterGroup {
			states[printer.Name(text(g.Attrs, "printer-name")+v.suffix())] = g.Attrs
		}
	}
	return states
}

// refresh brings what is known of a queue up to date. If the queue cannot be
// read, what was known is returned with the error.
func (v *server) refresh(ctx context.Context, name string, light goipp.Attributes) (*knownQueue, error) {
	changed, lasted := configTime(light), v.states.see(name, light)
	q := v.known[name]
	markers, uuid := len(ippwords.First(light, "marker-names")), text(light, "printer-uuid")
	if q == nil || changed < 0 || q.changed != changed || q.markers != markers || q.uuid != uuid || q.device.due() && !v.devices.gone(q.p.DeviceURI) {
		p, behind, err := v.read(ctx, name, q)
		if err != nil {
			return q, err
		}
		q = &knownQueue{changed: changed, markers: markers, uuid: uuid, device: behind, p: p}
	}
	return q, q.p.UpdateState(v.devices.with(q.p.DeviceURI, light), lasted)
}

// read reads all of a queue: what CUPS says, what its PPD has beyond that, and what
// the device behind a raw queue can do.
func (v *server) read(ctx context.Context, name string, before *knownQueue) (printer.Printer, device, error) {
	full, err := v.full(ctx, name)
	if err != nil {
		return printer.Printer{}, device{}, err
	}
	from := v.cfg.origin(printer.Name(name+v.suffix()), printer.SourceCUPS, "ipp://localhost/printers/"+url.PathEscape(name))
	if from.PPD, err = v.ppdOf(ctx, name, full); err != nil {
		return printer.Printer{}, device{}, err
	}
	p, err := printer.FromIPP(full, from)
	if err != nil {
		return p, device{}, err
	}
	behind := v.deviceBehind(ctx, p, before)
	if behind.attrs != nil {
		from.Device = behind.attrs
		p, err = printer.FromIPP(full, from)
	}
	return p, behind, err
}

// configTime returns when a printer's configuration was last changed, or -1 if
// the printer does not tell or did so just now: it counts in seconds, and may
// change again within the same one.
func configTime(attrs goipp.Attributes) int {
	t := number(attrs, "printer-config-change-time", -1)
	if number(attrs, "printer-up-time", t+2)-t < 2 {
		return -1
	}
	return t
}

// full reads everything of a queue. "all" leaves media-col-database out.
func (v *server) full(ctx context.Context, name string) (goipp.Attributes, error) {
	path := "/printers/" + url.PathEscape(name)
	r := newRequest(goipp.OpGetPrinterAttributes, path).uri("ipp://localhost"+path).user(v.user).
		wanting("all", "media-col-database")
	m, err := v.peer.ask(ctx, r, v.limit())
	if err != nil {
		return nil, explain(r.op, err)
	}
	return m.Printer, nil
}
