package cloud

import (
	"time"

	"platen/gcp"
)

// Refusals of claims and runs.
var (
	errClaimed = &Error{Kind: KindClaimed, Message: "Another connector has taken this job: drop it."}
	errHeld    = &Error{Kind: KindClaimed, Message: "The job is held: drop it, and it is offered again when it is released."}
	errPaused  = &Error{Kind: KindClaimed, Message: "The printer is paused: drop the job, and it is offered again when it is resumed."}
	errStandby = &Error{Kind: KindStandby, Message: "Another installation of this connector prints; this one must stand by."}
)

// checkClaim refuses a claim that no connector makes.
func checkClaim(g gcp.Grant) error {
	if len(g.Claim) > maxRunID {
		return &Error{Kind: KindInvalid, Message: "The claim is too long."}
	}
	return nil
}

// checkRun refuses whoever is not the robot's current run. Old connectors have
// none, and a run that the service has forgotten must be announced first.
func checkRun(shown, current gcp.RunID) error {
	if shown != current {
		return errStandby
	}
	return nil
}

// taken reports whether a connector has the job.
func (j *Job) taken() bool { return takenIn(j.State.Type) }

func takenIn(t gcp.JobStateType) bool { return t == gcp.JobInProgress || t == gcp.JobStopped }

// grant gives the job to a claim: QUEUED becomes IN_PROGRESS. The claim that has
// the job already is granted again, without a change. A job that is held because
// of a restore may be with a printer already, and is granted to its claim.
func (j *Job) grant(g gcp.Grant, of PrinterRights, now time.Time) error {
	if j.Claim != "" && j.Claim != g.Claim {
		return errClaimed
	}
	if err := checkRun(g.Run, of.Run); err != nil {
		return err
	}
	switch {
	case j.State.Type.Ended(), j.expired(now):
		return errFinished
	case j.taken() && j.Claim == g.Claim:
		return ErrUnchanged
	case j.taken(): // an old connector has it
		return errClaimed
	case j.waitsForPerson():
		return errHeld
	case of.Paused && j.State.Type == gcp.JobQueued:
		return errPaused // since it was fetched
	}
	j.Claim, j.HeardTime = g.Claim, now
	j.setState(gcp.StateOf(gcp.JobInProgress), now)
	return nil
}

// waitsForPerson reports whether a person holds the job, or has not submitted it.
func (j *Job) waitsForPerson() bool {
	return j.State.Type == gcp.JobHeld && j.Restored == "" || j.State.Type == gcp.JobDraft
}

// admitReport checks a device's report against who has the job. It sets the claim
// if the report takes the job, or comes from who must have it.
func (j *Job) admitReport(r JobReport, of PrinterRights, now time.Time) error {
	switch {
	case r.Claim == j.Claim:
		return nil
	case r.Claim == "":
		return j.admitUnclaimed(r)
	case j.Claim != "":
		return errClaimed
	case r.State == nil, r.State.Type == gcp.JobQueued, j.State.Type.Ended():
		return nil // nothing is taken
	}
	if !j.told(r) {
		if err := j.admitTaking(r, of, now); err != nil {
			return err
		}
	}
	j.Claim = r.Claim
	return nil
}

// admitTaking checks whether a report may take a job that nobody has.
func (j *Job) admitTaking(r JobReport, of PrinterRights, now time.Time) error {
	if err := checkRun(r.Run, of.Run); err != nil {
		return err
	}
	switch ended := r.State.Type.Ended(); {
	case j.taken(): // by an old connector
		return errClaimed
	case !ended && j.waitsForPerson():
		return errHeld
	case !ended && of.Paused && j.State.Type == gcp.JobQueued:
		return errPaused
	case !ended && j.expired(now):
		return errFinished
	}
	return nil
}

// admitUnclaimed checks a report without a claim of a job that has one. It comes
// from an old connector, of which this one is a copy, or from one whose memory is
// lost: what it says of paper may be true, but the job is not its own.
func (j *Job) admitUnclaimed(r JobReport) error {
	if j.State.Type.Ended() || r.State != nil && j.told(r) {
		return nil
	}
	return errClaimed
}

// told reports whether a report is true whoever brings it: that a printer has, or
// may have, printed the job. After a restore every end is.
func (j *Job) told(r JobReport) bool {
	switch r.State.Type {
	case gcp.JobDone:
		return true
	case gcp.JobAborted:
		return j.Restored != "" || r.Message != nil && unconfirmed(*r.State, *r.Message)
	}
	return false
}
