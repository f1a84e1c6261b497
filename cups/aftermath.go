package cups

import (
	"context"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/backoff"
	"platen/printer"
)

// cupsd writes down what it knows of a job up to DirtyCleanInterval late. One that died
// has an older job than there was, and may say what cannot be: that one which has its
// document waits for it, or that one which had its document has none. Whether such a
// job was printed nobody can tell (docs/duplicates.md).

// stuckAfter is how long a job must have been held before we ask why.
const stuckAfter = 20 * time.Second

// aftermath is what a follower needs to know such a job by.
type aftermath struct {
	outages int       // of the server, when the job was first followed
	state   int       // job-state
	by      bool      // somebody held the job before the server went away
	held    time.Time // since when, if nobody did
}

// see notes the state of a job, and whether its server went away since it is followed.
func (a *aftermath) see(job goipp.Attributes, outages int) {
	a.state = number(job, "job-state", 0)
	why := text(job, "job-state-reasons")
	switch held := a.state == jobHeld; {
	case outages == a.outages:
		a.by = held && why != "job-incoming"
	case !held || why != "none" || a.by:
		a.held = time.Time{}
	case a.held.IsZero():
		a.held = time.Now()
	}
}

// stuck reports whether a crash left the job held, and cancels it then: CUPS holds a
// job until its document is there, forgot that it came, and would hold it for ever. A
// person's hold looks the same after a restart of cupsd, but was there before.
func (f *follower) stuck(ctx context.Context) bool {
	if f.after.held.IsZero() || time.Since(f.after.held) < stuckAfter {
		return false
	}
	job, err := f.at.job(ctx, f.l)
	if err != nil {
		return false
	}
	if number(job, "job-state", 0) != jobHeld || f.at.empty(job) ||
		text(job, "job-hold-until") != "no-hold" || text(job, "job-state-reasons") != "none" {
		f.after.held = time.Time{}
		return false
	}
	return f.at.cancel(ctx, f.l) == nil // else again soon
}

// ended returns the end of a job on a CUPS server. One that was aborted without its
// documents, and had not begun or was on a server that went away, may have printed before: CUPS
// deletes them then, and after a crash finds none.
func (f *follower) ended(ctx context.Context) (printer.JobStatus, error) {
	if f.after.state != jobAborted {
		return f.last, nil
	}
	job, err := f.at.job(ctx, f.l)
	for wait := (step{min: directMin, max: directMax}); temporary(err); {
		if err := backoff.Sleep(ctx, wait.next()); err != nil {
			return f.last, err
		}
		job, err = f.at.job(ctx, f.l)
	}
	if err != nil || !f.at.empty(job) {
		return f.last, nil //nolint:nilerr // what it said before is the last word
	}
	if number(job, "time-at-processing", 0) == 0 || f.at.server.hub.countOutages() != f.after.outages {
		return f.last, printer.ErrNoJob
	}
	return f.last, nil
}
