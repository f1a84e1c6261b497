package cups

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// server is one CUPS server.
type server struct {
	label string
	user  string
	peer  *peer
	hub   *hub
	log   *slog.Logger

	mu    sync.Mutex
	known map[string]*knownQueue // by queue name, guarded by mu
}

// knownQueue is what was read of a queue, and when it was last changed.
type knownQueue struct {
	changed int // printer-config-change-time
	markers int // how many marker-names: they appear with the first job, without a change of configuration
	p       printer.Printer
}

func newServer(c Server, cfg Config) (*server, error) {
	p, err := newPeer(c.Address, c.Address, cfg)
	if err != nil {
		return nil, err
	}
	v := &server{label: c.Label, user: cfg.User, peer: p, log: cfg.Log, known: map[string]*knownQueue{}}
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
		"printer-name", "printer-config-change-time", "printer-up-time", "printer-state", "printer-state-reasons", "printer-state-message",
		"printer-is-accepting-jobs", "queued-job-count", "marker-names", "marker-types", "marker-levels", "marker-low-levels",
	}
}

// list returns the server's queues and classes. Only what changed is read in full.
func (v *server) list(ctx context.Context) ([]printer.Printer, error) {
	r := newRequest(goipp.OpCupsGetPrinters, "/").user(v.user).wanting(lightAttributes()...)
	m, err := v.peer.ask(ctx, r, v.limit())
	if statusOf(err) == goipp.StatusErrorNotFound {
		return nil, nil // "No destinations added." says nothing about those we know
	}
	if err != nil {
		return nil, explain(r.op, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []printer.Printer
	seen := map[string]*knownQueue{}
	for _, g := range m.Groups {
		if g.Tag != goipp.TagPrinterGroup {
			continue
		}
		name := text(g.Attrs, "printer-name")
		q, err := v.refresh(ctx, name, g.Attrs)
		if err != nil {
			v.log.WarnContext(ctx, "cannot read a queue", "queue", name, "err", err)
		}
		if q == nil {
			continue
		}
		seen[name] = q
		list = append(list, q.p)
	}
	v.known = seen
	return list, nil
}

// states asks for the state of each queue; nil if the server does not answer.
func (v *server) states(ctx context.Context) map[printer.Name]goipp.Attributes {
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
	changed := configTime(light)
	q := v.known[name]
	markers := len(first(light, "marker-names"))
	if q == nil || changed < 0 || q.changed != changed || q.markers != markers {
		full, err := v.full(ctx, name)
		if err != nil {
			return q, err
		}
		p, err := printer.FromIPP(full, printer.Origin{
			Name: printer.Name(name + v.suffix()), Source: printer.SourceCUPS, URI: "ipp://localhost/printers/" + url.PathEscape(name),
		})
		if err != nil {
			return q, err
		}
		return &knownQueue{changed: changed, markers: markers, p: p}, nil
	}
	return q, q.p.UpdateState(light)
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
