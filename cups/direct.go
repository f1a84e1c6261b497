package cups

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippwords"
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
	cfg  Config

	asking  sync.Mutex   // held while the printer is asked for what it is
	watched atomic.Bool  // Watch asks it: a look only reads what is known
	spoke   atomic.Int64 // when it last answered a question about a job, in ns since 1970

	mu       sync.Mutex      // guards what follows; never held while the printer is asked
	known    printer.Printer // Name is "" before the first look
	patience printer.Patience
	away     error  // it does not answer
	changed  int    // printer-config-change-time, -1 if the printer does not tell
	uuid     string // printer-uuid: another one means another printer at this address
	dated    bool   // it tells when it was changed
	read     time.Time
	lacks    bool // Create-Job: it knows Print-Job alone
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
	return &direct{name: c.Name, uri: c.URI, path: path, user: cfg.User, peer: p, cfg: cfg}, nil
}

// look returns the printer as it is now. If it does not answer it is returned as
// it was, stopped, with the error.
func (d *direct) look(ctx context.Context) (printer.Printer, error) {
	if p, away := d.current(); p.Name != "" && d.watched.Load() {
		return p, away
	}
	d.asking.Lock()
	defer d.asking.Unlock()
	d.take(d.update(ctx, queryTimeout))
	return d.current()
}

// take notes whether the printer answered.
func (d *direct) take(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = err
}

// current returns the printer as it is known, offline if it does not answer, and
// why.
func (d *direct) current() (printer.Printer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.known
	switch why := sentence(d.away); {
	case d.away == nil:
	case why == noAnswer:
		p.State = printer.Offline("it does not answer")
	default:
		p.State = printer.Unusable(why)
	}
	return p, d.away
}

// noAnswer is said of a printer that is not there, as far as can be seen.
const noAnswer = "the printer does not answer"

// sentence is what an error says to people.
func sentence(err error) string {
	var e *printer.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return noAnswer
}

// update reads the state within a time, and the rest when it may have changed.
// d.asking is held.
func (d *direct) update(ctx context.Context, within time.Duration) error {
	if !d.stale() {
		lctx, done := context.WithTimeout(ctx, within)
		light, err := d.attributes(lctx, lightAttributes()...)
		done()
		if err != nil {
			return err
		}
		if same, err := d.heard(light); same || err != nil {
			return err
		}
	}
	full, err := d.attributes(ctx, "all", "media-col-database")
	if err != nil {
		return err
	}
	return d.learn(full)
}

// stale reports whether all of the printer must be read.
func (d *direct) stale() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known.Name == "" || d.changed < 0 && time.Since(d.read) > d.believe()
}

// heard takes in the printer's state. same is false if the printer was changed
// since it was read, or is another one.
func (d *direct) heard(light goipp.Attributes) (same bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if configTime(light) != d.changed || text(light, "printer-uuid") != d.uuid {
		return false, nil
	}
	return true, d.known.UpdateState(light, d.patience.See(light, time.Now()))
}

// learn takes in all of the printer.
func (d *direct) learn(full goipp.Attributes) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.cfg.origin(d.name, printer.SourceDirect, d.uri)
	o.Lasted = d.patience.See(full, time.Now())
	p, err := printer.FromIPP(full, o)
	if err != nil {
		return err
	}
	d.known, d.read = p, time.Now()
	d.changed, d.uuid = configTime(full), text(full, "printer-uuid")
	d.dated = number(full, "printer-config-change-time", -1) >= 0
	ops := ippwords.First(full, "operations-supported")
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
	if p, _ := d.current(); p.Name == "" {
		d.asking.Lock()
		defer d.asking.Unlock()
		if d.stale() {
			if err := d.update(ctx, queryTimeout); err != nil {
				return false, err
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
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
