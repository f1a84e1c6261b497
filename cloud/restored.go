package cloud

import (
	"context"
	"time"

	"platen/gcp"
)

// releasedWait is how long a job that a person released after a restore may wait
// at least, however old it is.
const releasedWait = day

// restoredSilence is what an unconfirmed job says that nobody knew after a restore.
const restoredSilence = gcp.UnconfirmedMessage + " (the service was restored from a backup)"

// release lets a restored job print, as a person decided.
func (j *Job) release(now time.Time) {
	if least := now.Add(releasedWait); !j.ExpireTime.IsZero() && j.ExpireTime.Before(least) {
		j.ExpireTime = least
	}
	j.setState(gcp.StateOf(gcp.JobQueued), now)
}

// WasTaken reports whether a connector had a restored job when the backup was made.
func (j *Job) WasTaken() bool { return takenIn(j.Restored) }

// applyUnheard is what the connector's word does that it never had a restored job:
// one that waited, or that a person held, goes on as it was; of one that was in
// progress nobody knows more. Only the current run may say so: another may have had it.
func (j *Job) applyUnheard(r JobReport, of PrinterRights, now time.Time) error {
	if err := checkRun(r.Run, of.Run); err != nil {
		return err
	}
	if j.Restored == "" {
		return ErrUnchanged
	}
	j.HeardTime = now
	if !j.WasTaken() {
		j.setState(gcp.StateOf(j.Restored), now)
		j.Restored = ""
		return nil
	}
	j.endUnconfirmed(restoredSilence, now)
	return nil
}

// endUnconfirmed ends a job of which nobody can say any more whether it came out.
func (j *Job) endUnconfirmed(message string, now time.Time) {
	j.Message = message
	j.setState(gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), now)
}

// FetchRestored returns the jobs of a printer that are held because the service
// was restored, in the order of their submission. Only the robot's current run
// may answer for them.
func (s *Service) FetchRestored(ctx context.Context, c Caller, q FetchQuery) ([]JobView, error) {
	of, err := s.fetchable(ctx, c, q)
	if err != nil {
		return nil, err
	}
	if err := checkRun(q.Run, of.Run); err != nil {
		return nil, err
	}
	jobs, err := s.cfg.Store.RestoredJobs(ctx, q.Printer, fetchLimit(q.Limit))
	if err != nil {
		return nil, err
	}
	return fetched(jobs)
}

// restored reports whether any of the robot's jobs is held because of a restore.
func (s *Service) restored(ctx context.Context, r gcp.RobotID) (bool, error) {
	printers, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{Robot: r, Also: HiddenToo})
	if err != nil {
		return false, err
	}
	for _, p := range printers {
		jobs, err := s.cfg.Store.RestoredJobs(ctx, p.ID, 1)
		if err != nil || len(jobs) > 0 {
			return len(jobs) > 0, err
		}
	}
	return false, nil
}
