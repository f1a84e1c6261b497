package cups

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// refreshAfter is how long a printer is believed that does not say when it was
// last changed.
const refreshAfter = 10 * time.Minute

// direct is an IPP printer that was added by address.
type direct struct {
	name printer.Name
	uri  string
	path string
	user string
	peer *peer

	mu      sync.Mutex      // guards what follows
	known   printer.Printer // Name is "" before the first look
	changed int             // printer-config-change-time, -1 if the printer does not tell
	dated   bool            // it tells when it was changed
	read    time.Time
	lacks   bool // Create-Job: it knows Print-Job alone
}

func newDirect(c Direct, cfg Config) (*direct, error) {
	u, err := url.Parse(c.URI)
	if err != nil || u.Scheme != "ipp" && u.Scheme != "ipps" {
		return nil, fmt.Errorf("the address of %s is no ipp:// or ipps:// URI", c.Name)
	}
	p, err := newPeer(cmp.Or(string(c.Name), c.URI), c.URI, cfg)
	if err != nil {
		return nil, err
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return &direct{name: c.Name, uri: c.URI, path: path, user: cfg.User, peer: p}, nil
}

// look returns the printer as it is now. If it does not answer it is returned as
// it was, stopped, with the error.
func (d *direct) look(ctx context.Context) (printer.Printer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.update(ctx)
	if err == nil || d.known.Name == "" {
		return d.known, err
	}
	p := d.known
	p.State = gcp.CDS{Version: "1.0", Printer: &gcp.PrinterState{
		State: gcp.PrinterStopped,
		VendorState: &gcp.VendorStateSection{Item: []gcp.VendorStateItem{
			{State: gcp.VendorError, Description: sentence(err)},
		}},
	}}
	return p, err
}

// sentence is what an error says to people.
func sentence(err error) string {
	var e *printer.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return "the printer does not answer"
}

// update reads the state, and the rest when it may have changed. d.mu is held.
func (d *direct) update(ctx context.Context) error {
	stale := d.known.Name == "" || d.changed < 0 && time.Since(d.read) > d.believe()
	if !stale {
		light, err := d.attributes(ctx, lightAttributes()...)
		if err != nil {
			return err
		}
		if configTime(light) == d.changed {
			return d.known.UpdateState(light)
		}
	}
	full, err := d.attributes(ctx, "all", "media-col-database")
	if err != nil {
		return err
	}
	p, err := printer.FromIPP(full, printer.Origin{Name: d.name, Source: printer.SourceDirect, URI: d.uri})
	if err != nil {
		return err
	}
	d.known, d.read = p, time.Now()
	d.changed = configTime(full)
	d.dated = number(full, "printer-config-change-time", -1) >= 0
	ops := first(full, "operations-supported")
	d.lacks = len(ops) > 0 && (!supports(ops, goipp.OpCreateJob) || !supports(ops, goipp.OpSendDocument))
	return nil
}

// believe is how long what was read of a printer is believed that gave no time
// of its last change.
func (d *direct) believe() time.Duration {
	if d.dated {
		return 0 // it has one, but was changed just then
	}
	return refreshAfter
}

func (d *direct) attributes(ctx context.Context, names ...string) (goipp.Attributes, error) {
	r := newRequest(goipp.OpGetPrinterAttributes, d.path).uri(d.uri).user(d.user).wanting(names...)
	m, err := d.peer.ask(ctx, r, networkLimit)
	if err != nil {
		return nil, explain(r.op, err)
	}
	return m.Printer, nil
}

// printJobOnly reports whether the printer has no Create-Job.
func (d *direct) printJobOnly(ctx context.Context) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known.Name == "" {
		if err := d.update(ctx); err != nil {
			return false, err
		}
	}
	return d.lacks, nil
}

// lackCreate notes that the printer turned Create-Job down as unknown.
func (d *direct) lackCreate() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lacks = true
}

// supports looks for op among the values of operations-supported.
func supports(ops goipp.Values, op goipp.Op) bool {
	for _, v := range ops {
		if v.V == goipp.Integer(op) {
			return true
		}
	}
	return false
}
