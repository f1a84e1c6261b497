package sim

import (
	"fmt"

	"platen/cloud"
	"platen/gcp"
	"platen/printer"
)

// ledger knows what truly happened, and what was promised.
type ledger struct {
	names    map[gcp.JobID]string // of the jobs, the same in each life of a seed
	jobs     map[gcp.JobID]*account
	order    []*account
	printers map[gcp.PrinterID]string
	ids      map[string]gcp.PrinterID // of the devices, by uuid
	deleted  map[string]gcp.PrinterID // what a person deleted
	breach   error                    // the first promise that was broken
}

// account is what truly happened to one job.
type account struct {
	id        gcp.JobID
	accepted  bool // its submission was acknowledged
	copies    int  // that came out whole
	parts     int  // that came out in part
	documents int  // handed to printers that may print them
	vouched   bool // a person said that it came out
	ended     bool
	excused   bool // lost with the data after a backup, or printed because a person said so
	state     gcp.JobState
}

func newLedger() *ledger {
	return &ledger{
		names: map[gcp.JobID]string{}, jobs: map[gcp.JobID]*account{},
		printers: map[gcp.PrinterID]string{}, ids: map[string]gcp.PrinterID{}, deleted: map[string]gcp.PrinterID{},
	}
}

// broken notes that a promise is broken.
func (l *ledger) broken(format string, args ...any) {
	if l.breach == nil {
		l.breach = fmt.Errorf(format, args...)
	}
}

func (l *ledger) name(id gcp.JobID) string {
	if n, ok := l.names[id]; ok {
		return n
	}
	return "?"
}

func (l *ledger) of(id gcp.JobID) *account {
	a, ok := l.jobs[id]
	if !ok {
		a = &account{id: id}
		l.jobs[id] = a
		l.order = append(l.order, a)
	}
	return a
}

// sent takes up that a printer has a document, or a part of it.
func (l *ledger) sent(j *local) {
	a := l.of(j.cloud)
	switch {
	case a.excused:
	case a.documents > 0:
		l.broken("%s is sent to a printer again, which may have printed it", l.name(j.cloud))
	case a.state.Type == gcp.JobDone && !a.vouched: // a person may be wrong about a job that nobody printed yet
		l.broken("%s is sent to a printer although it is done", l.name(j.cloud))
	}
	a.documents++
}

// printed takes up that a printer has worked a job off.
func (l *ledger) printed(j *local) {
	a := l.of(j.cloud)
	if !j.whole {
		a.parts++
		return
	}
	if a.copies++; a.copies > 1 && !a.excused {
		l.broken("%s came out twice", l.name(j.cloud))
	}
}

// takenBack takes up that a printer certainly will not print a document.
func (l *ledger) takenBack(j *local) { l.of(j.cloud).documents-- }

// added takes up a job that the service wrote down.
func (l *ledger) added(j cloud.Job) {
	if _, ok := l.names[j.ID]; !ok {
		l.names[j.ID] = j.Title
		if j.AgainOf != "" {
			l.names[j.ID] = fmt.Sprintf("again%d of %s", len(l.names), l.name(j.AgainOf))
		}
	}
	l.of(j.ID).state = j.State
}

// moved checks a change of a job that the service is about to write down.
func (l *ledger) moved(from, to cloud.Job) {
	a, name := l.of(to.ID), l.name(to.ID)
	a.state = to.State
	if from.State.Type.Ended() && !from.State.Equal(to.State) && (!from.Unconfirmed || to.State.Type != gcp.JobDone) {
		l.broken("%s ended as %s and becomes %s", name, from.State.Type, to.State.Type)
	}
	if from.Claim != "" && to.Claim != "" && from.Claim != to.Claim {
		l.broken("%s goes from one claim to another", name)
	}
	if taken(from) && (to.State.Type == gcp.JobQueued || to.State.Type == gcp.JobHeld) && from.Restored == "" {
		l.broken("%s goes from %s back to %s", name, from.State.Type, to.State.Type)
	}
	if to.State.Equal(from.State) || !to.State.Type.Ended() {
		return
	}
	a.ended = true
	switch s := to.State; {
	case s.Type == gcp.JobDone && a.copies == 0 && !a.vouched:
		l.broken("%s is told as done, and no printer printed it", name)
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == gcp.ServiceExpiration && a.documents > 0 && !a.excused:
		l.broken("%s is told as expired, and a printer has its document", name)
	}
}

func taken(j cloud.Job) bool {
	return j.State.Type == gcp.JobInProgress || j.State.Type == gcp.JobStopped
}

// printer notes which id the service gave a printer.
func (l *ledger) printer(id gcp.PrinterID, uuid string, name printer.Name) {
	if had, ok := l.ids[uuid]; ok && had != id && l.deleted[uuid] != had {
		l.broken("printer %s changed its id", name)
	}
	l.ids[uuid] = id
}
