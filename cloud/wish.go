package cloud

import (
	"time"

	"platen/gcp"
)

// wish is what a person asks of a job.
type wish struct {
	to   gcp.JobState
	now  time.Time
	hold time.Duration // how long a job may be held; 0 for no limit
}

// applyWish is what a person's wish does to a job: cancel (ABORTED), hold (HELD),
// release (QUEUED), or confirm that an unconfirmed job was printed (DONE). It says
// in words what the audit log keeps of it, if anything.
func (j *Job) applyWish(w wish) (note string, err error) {
	if w.to.Type == gcp.JobAborted {
		return "", j.cancel(w.now)
	}
	if j.State.Type == w.to.Type {
		return "", ErrUnchanged
	}
	if j.State.Type.Ended() {
		return j.cameOut(w)
	}
	from := j.State.Type
	switch {
	case w.to.Type == gcp.JobHeld && (from == gcp.JobQueued || from == gcp.JobDraft):
		j.hold(w)
		return "", nil
	case w.to.Type == gcp.JobQueued && from == gcp.JobHeld && j.Restored != "":
		j.release(w.now)
		return "released a job that was held because the service was restored", nil
	case w.to.Type == gcp.JobQueued && (from == gcp.JobHeld || from == gcp.JobDraft):
		j.setState(gcp.StateOf(gcp.JobQueued), w.now)
		return "released a held job", nil
	case w.to.Type == gcp.JobHeld, w.to.Type == gcp.JobQueued:
		return "", errNotHeld
	}
	return "", &Error{Kind: KindForbidden, Message: "Only the printer may report this state."}
}

// hold keeps a job until a person releases it.
func (j *Job) hold(w wish) {
	j.setState(gcp.StateOf(gcp.JobHeld), w.now)
	if w.hold > 0 {
		j.HoldUntil = w.now.Add(w.hold)
	}
}

// cameOut takes a person's word that an unconfirmed job was printed.
func (j *Job) cameOut(w wish) (string, error) {
	if !j.Unconfirmed || w.to.Type != gcp.JobDone {
		return "", errFinished
	}
	j.Message = ""
	j.setState(gcp.StateOf(gcp.JobDone), w.now)
	return "said that an unconfirmed job came out", nil
}
