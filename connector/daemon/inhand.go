package daemon

import (
	"errors"
	"fmt"
	"path/filepath"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
)

// InHandError means that jobs are in hand, which would be lost.
type InHandError struct{ Jobs int }

// Error counts the jobs.
func (e *InHandError) Error() string {
	if e.Jobs == 1 {
		return "1 job is in hand, and would be lost"
	}
	return fmt.Sprintf("%d jobs are in hand, and would be lost", e.Jobs)
}

// openIdle opens the spool of a state folder whose daemon does not run. The caller
// holds the lock of the folder.
func openIdle(stateDir string) (*spool.Dir, error) {
	return spool.Open(filepath.Join(stateDir, "spool"), spool.Options{Reserve: -1})
}

// jobsInHand counts the jobs that would be lost.
func jobsInHand(stateDir string) (int, error) {
	dir, err := openIdle(stateDir)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range dir.Unfinished() {
		if r.Stage != connector.EventReported { // else the cloud knows how it ended
			n++
		}
	}
	return n, dir.Close()
}

// givenUp is what became of jobs in hand that were given up.
type givenUp struct {
	jobs   int
	untold []gcp.Report // how those ended of which the cloud does not know it
}

// giveUpJobs drops the jobs in hand and their documents. What a printer may have is
// remembered as unconfirmed: it is never printed again.
func giveUpJobs(stateDir string) (givenUp, error) {
	dir, err := openIdle(stateDir)
	if err != nil {
		return givenUp{}, err
	}
	jobs := dir.Unfinished()
	given, unsent := givenUp{jobs: len(jobs)}, endUnsent(stateDir)
	for _, r := range jobs {
		if r.End == nil && (r.Stage == connector.EventSending || r.Stage == connector.EventSent) {
			end := connector.Unconfirmed()
			r.End = &end
			err = errors.Join(err, dir.Write(connector.Event{Kind: connector.EventEnded, ID: r.Job.ID, Status: &end}))
		}
		if report, ok := lastWord(r, unsent); ok {
			given.untold = append(given.untold, report)
		}
		err = errors.Join(err, dir.Forget(r.Job.ID))
	}
	return given, errors.Join(err, dir.Close())
}

// endUnsent is how a job ends that is given up and that no printer got from here: it
// was not printed, unless the folder is, or has, a copy that may have done so.
func endUnsent(stateDir string) connector.Status {
	runs, err := openRuns(stateDir)
	if err != nil || runs.History().Stood != 0 || runs.History().Place != place(stateDir, thisMachine()) {
		return connector.Unconfirmed()
	}
	return connector.Status{State: gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure), Message: "its connector was unpaired before it printed the job"}
}

// lastWord tells how a job ended that is given up; false if there is nothing to
// tell. One that no printer got and that was never granted, or whose cloud knows no
// claims, may still wait there, and is left to wait.
func lastWord(r connector.Record, end connector.Status) (gcp.Report, bool) {
	if r.End != nil {
		end = *r.End
	}
	told := gcp.Report{Job: r.Job.ID, State: &end.State, Message: end.Message, Grant: gcp.Grant{Claim: r.Claim}}
	return told, r.Stage != connector.EventReported && (r.End != nil || r.Claim != "")
}
