package cups

import (
	"context"
	"encoding/json"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// idler returns how the printer is asked while it is idle. From then on a look does
// not ask it.
func (d *direct) idler() idler {
	return idler{
		key: "direct " + string(d.name) + " " + d.uri,
		busy: func() bool {
			p, _ := d.current()
			return p.Name == "" || d.answering() // a look reads it, or its jobs are asked for
		},
		ask: func(ctx context.Context) (bool, error) {
			return d.changing(func() error {
				d.asking.Lock()
				defer d.asking.Unlock()
				err := d.update(ctx, idleTimeout)
				if err == nil {
					d.take(nil)
					d.watched.Store(true)
				}
				return err
			})
		},
		lost: func(err error) bool {
			changed, _ := d.changing(func() error {
				d.take(err)
				d.watched.Store(true)
				return nil
			})
			return changed
		},
		soon: func() time.Duration {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.patience.Next(time.Now())
		},
	}
}

// changing calls f, and reports whether the printer is another afterwards.
func (d *direct) changing(f func() error) (changed bool, err error) {
	before, _ := d.current()
	err = f()
	after, _ := d.current()
	return before.CapsHash != after.CapsHash || before.UUID != after.UUID || stateKey(before.State) != stateKey(after.State), err
}

// tell takes in what the printer said of itself while it had a job.
func (d *direct) tell(state goipp.Attributes) {
	if state == nil {
		return
	}
	if same, err := d.heard(state); same && err == nil {
		d.take(nil)
	}
}

// answered notes that the printer answered a question about a job.
func (d *direct) answered() { d.spoke.Store(time.Now().UnixNano()) }

// answering reports whether the printer has a job, and answers: then it need not be
// asked whether it is there.
func (d *direct) answering() bool {
	return time.Since(time.Unix(0, d.spoke.Load())) < IdleEvery
}

// stateKey is what of a state matters to others at once: whether it prints just now
// does not.
func stateKey(s gcp.CDS) string {
	if s.Printer == nil {
		return ""
	}
	p := *s.Printer
	if p.State == gcp.PrinterProcessing {
		p.State = gcp.PrinterIdle
	}
	b, err := json.Marshal(p)
	if err != nil {
		return "" // strings and numbers always encode
	}
	return string(b)
}
