package sim

import (
	"fmt"
	"slices"

	"platen/gcp"
	"platen/printer"
)

// model says how a printer keeps IPP's promises.
type model struct {
	server   bool // like CUPS: a document is taken whole or not at all, and jobs outlive a restart
	uuids    bool // jobs have a job-uuid
	printJob bool // it knows Print-Job alone
	resets   bool // a restart forgets all jobs and begins with number 1 again
}

// local is a job at a printer.
type local struct {
	number  int
	uuid    string
	cloud   gcp.JobID
	bytes   int // of the document that arrived
	whole   bool
	state   localState
	changed chan struct{} // closed at the next change
}

type localState string

const (
	held       localState = "held" // without document
	pending    localState = "pending"
	processing localState = "processing"
	completed  localState = "completed"
	cancelled  localState = "cancelled" // before a page came out
	stopped    localState = "stopped"   // when some may have
)

func (s localState) ended() bool { return s == completed || s == cancelled || s == stopped }

// device is one printer. It goes on when connectors and services die. The
// controller alone touches it.
type device struct {
	name   printer.Name
	uuid   string
	model  model
	ledger *ledger
	away   bool
	gone   bool // nobody prints there any more: it was deleted
	next   int
	life   int // restarts
	jobs   []*local
}

func (d *device) set(l *local, s localState) {
	l.state = s
	close(l.changed)
	l.changed = make(chan struct{})
}

// find returns the job that a connector means, as far as a printer can tell, or nil.
// Printers that are asked directly give jobs their names, which hold the cloud's id.
func (d *device) find(l printer.LocalJob) *local {
	for _, j := range d.jobs {
		switch {
		case l.ID == 0 && !d.model.server && j.cloud == l.Cloud, l.ID != 0 && j.number == l.ID && d.same(j, l):
			return j
		}
	}
	return nil
}

func (d *device) same(j *local, l printer.LocalJob) bool {
	if j.uuid != "" && l.UUID != "" {
		return j.uuid == l.UUID
	}
	return j.cloud == l.Cloud
}

func (d *device) create(cloud gcp.JobID) *local {
	d.next++
	l := &local{number: d.next, cloud: cloud, state: held, changed: make(chan struct{})}
	if d.model.uuids {
		l.uuid = fmt.Sprintf("%s-%d-%d", d.name, d.life, d.next)
	}
	d.jobs = append(d.jobs, l)
	return l
}

// receive takes a document, or a part of it.
func (d *device) receive(l *local, doc []byte, whole bool) {
	if d.model.server && !whole {
		return
	}
	l.bytes, l.whole = len(doc), whole
	d.ledger.sent(l)
	d.set(l, pending)
}

// cancel cancels a job as Cancel-Job does.
func (d *device) cancel(l *local) {
	switch l.state {
	case held:
		d.set(l, cancelled)
	case pending:
		d.ledger.takenBack(l)
		d.set(l, cancelled)
	case processing:
		d.set(l, stopped)
	}
}

// busy returns the jobs that can go on by themselves.
func (d *device) busy() []*local {
	if d.away {
		return nil
	}
	var list []*local
	for _, l := range d.jobs {
		if l.state == pending || l.state == processing {
			list = append(list, l)
		}
	}
	return list
}

// work lets a job go on.
func (d *device) work(l *local) {
	if l.state == pending {
		d.set(l, processing)
		return
	}
	d.ledger.printed(l)
	d.set(l, completed)
}

// forget drops the jobs that have ended.
func (d *device) forget() {
	d.jobs = slices.DeleteFunc(d.jobs, func(l *local) bool {
		if l.state.ended() {
			d.set(l, l.state)
		}
		return l.state.ended()
	})
}

// restart turns the printer off and on. A server goes on with its jobs; others
// lose them, and some of those begin to count anew.
func (d *device) restart() {
	d.life++
	if d.model.server {
		return
	}
	for _, l := range d.jobs {
		if l.state == processing {
			d.set(l, stopped)
		} else if !l.state.ended() {
			d.set(l, cancelled) // nobody can tell
		}
	}
	if d.model.resets {
		for _, l := range d.jobs {
			d.set(l, l.state)
		}
		d.jobs, d.next = nil, 0
	}
}
