package cloud

import (
	"errors"
	"maps"
	"strings"
	"time"

	"platen/gcp"
)

// Refusals of the job state machine.
var (
	errFinished = &Error{Kind: KindFinished, Message: "Can't modify the finished job."}
	errBack     = &Error{Kind: KindInvalid, Message: "A job that a printer has taken cannot go back to that state."}
	errNotHeld  = &Error{Kind: KindInvalid, Message: "Only a job that waits can be held or released."}
	errNoState  = &Error{Kind: KindInvalid, Message: "Unknown job state."}
)

// unconfirmed reports whether state and message mean that nobody knows whether
// the job was printed.
func unconfirmed(s gcp.JobState, message string) bool {
	return s.Equal(gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther)) &&
		strings.HasPrefix(message, gcp.UnconfirmedMessage)
}

// setState moves the job and keeps what depends on the state.
func (j *Job) setState(s gcp.JobState, now time.Time) {
	j.State, j.UpdateTime = s, now
	j.Unconfirmed = unconfirmed(s, j.Message)
	j.EndTime = time.Time{}
	if s.Type != gcp.JobHeld {
		j.HoldUntil, j.Restored, j.ReleaseBy = time.Time{}, "", ReleaseBy{}
	}
	if s.Type == gcp.JobQueued {
		j.Claim = "" // whoever had it before the service was restored
	}
	if s.Type.Ended() {
		j.EndTime = now
		j.addHops(gcp.Trace{gcp.HopRecorded: now.UnixMicro()})
	}
}

// addHops adds hops that are not known yet: the first account of a hop stands.
func (j *Job) addHops(t gcp.Trace) bool {
	changed := false
	for hop, at := range t {
		if _, known := j.Trace[hop]; known || hop.String() == "" {
			continue
		}
		if j.Trace == nil {
			j.Trace = gcp.Trace{}
		} else if !changed {
			j.Trace = maps.Clone(j.Trace)
		}
		j.Trace[hop] = at
		changed = true
	}
	return changed
}

// errHeard says that a report told nothing new, and that this is to be written down.
var errHeard = errors.New("heard again")

// heardEvery is how often at most it is written down that a connector has
// repeated itself.
const heardEvery = time.Hour

// applyReport is what a device's report does to a job. Reports may come late,
// twice and out of order: one that repeats what stands is success. It returns
// ErrUnchanged when it changes nothing, and errHeard when only that is new that
// the connector spoke.
func (j *Job) applyReport(r JobReport, of PrinterRights, now time.Time) error {
	heard := j.HeardTime
	if r.Unheard {
		return j.applyUnheard(r, of, now)
	}
	claim := j.Claim
	if err := j.admitReport(r, of, now); err != nil {
		return err
	}
	j.HeardTime = now
	err := j.applyWords(r, now)
	if errors.Is(err, ErrUnchanged) && (j.Claim != claim || !j.State.Type.Ended() && now.Sub(heard) >= heardEvery) {
		return errHeard
	}
	return err
}

// applyWords is applyReport for a report that the job may have.
func (j *Job) applyWords(r JobReport, now time.Time) error {
	changed := j.addHops(theirs(r.Trace))
	if r.CancelAcknowledged && !j.CancelAcknowledged && !j.CancelRequested.IsZero() {
		j.CancelAcknowledged, changed = true, true
	}
	if err := j.checkReport(r.State); err != nil {
		return err
	}
	if r.State != nil && r.State.Type == gcp.JobDone && r.Message == nil && j.State.Type != gcp.JobDone {
		j.Message = "" // it said how far the job was, or that nobody knows
	}
	// What is printed stays printed, so a smaller number is an older report.
	if r.PagesPrinted != nil && *r.PagesPrinted > j.PagesPrinted {
		j.PagesPrinted, changed = *r.PagesPrinted, true
	}
	if r.Message != nil && *r.Message != j.Message && (r.State != nil || !j.State.Type.Ended()) {
		j.Message, changed = *r.Message, true
	}
	if r.State != nil && (!j.State.Equal(*r.State) || j.Unconfirmed != unconfirmed(*r.State, j.Message)) {
		j.setState(*r.State, now)
		return nil
	}
	if !changed {
		return ErrUnchanged
	}
	j.UpdateTime = now
	return nil
}

// checkReport reports whether a device may move the job to a state. A report of
// the end may come straight after QUEUED: the answers between may be lost. A job
// held after its connector fetched it is printed all the same, and saying so is
// the truth.
func (j *Job) checkReport(to *gcp.JobState) error {
	if to == nil || j.State.Equal(*to) {
		return nil
	}
	if j.State.Type.Ended() {
		if j.Unconfirmed && to.Type == gcp.JobDone {
			return nil
		}
		return errFinished
	}
	switch to.Type {
	case gcp.JobInProgress, gcp.JobStopped, gcp.JobDone, gcp.JobAborted:
		return nil
	case gcp.JobDraft, gcp.JobHeld, gcp.JobQueued:
		return errBack
	}
	return errNoState
}

// cancel ends a job that waits. One that a connector has taken may be on paper
// already: the connector is asked, and its report decides.
func (j *Job) cancel(now time.Time) error {
	cancelled := gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
	switch {
	case j.State.Equal(cancelled):
		return ErrUnchanged
	case j.State.Type.Ended():
		return errFinished
	case j.taken():
		if !j.CancelRequested.IsZero() {
			return ErrUnchanged
		}
		j.CancelRequested, j.UpdateTime = now, now
		return nil
	case j.WasTaken():
		j.endUnconfirmed(restoredSilence, now) // it was in progress before the restore
		return nil
	}
	j.setState(cancelled, now)
	return nil
}

// timeOutCancel ends a job whose connector did not answer the request to cancel
// it: it is silent, or an old one that does not know such requests.
func (j *Job) timeOutCancel(now time.Time) error {
	if j.State.Type.Ended() || j.CancelRequested.IsZero() || j.CancelAcknowledged {
		return ErrUnchanged
	}
	if j.Restored != "" {
		j.endUnconfirmed(restoredSilence, now)
		return nil
	}
	j.setState(gcp.ByUser(gcp.JobAborted, gcp.UserCancelled), now)
	return nil
}
