package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/gcp"
)

// duePage is how many jobs are looked at in a second: what a long stop of the
// service left is worked off in pieces.
const duePage = 200

// later returns t plus d, or the zero time if d is no limit.
func later(t time.Time, d time.Duration) time.Time {
	if d <= 0 || t.IsZero() {
		return time.Time{}
	}
	return t.Add(d)
}

// earlier returns the earlier of two times, of which the zero time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// latest returns the latest of some times.
func latest(times ...time.Time) time.Time {
	var max time.Time
	for _, t := range times {
		if t.After(max) {
			max = t
		}
	}
	return max
}

// due returns when the service must look at a job by itself; zero for never. It
// is a function of the job alone, and lapse does what is then to be done.
func (j *Job) due(l Limits) time.Time {
	switch {
	case j.State.Type.Ended():
		return later(j.EndTime, l.JobRows)
	case j.taken():
		return later(latest(j.HeardTime, j.UpdateTime), l.Silence)
	case j.Restored != "":
		// The connectors need some time to say what they know.
		return latest(j.ExpireTime, j.UpdateTime.Add(restoredWait))
	}
	return j.WaitsUntil()
}

// WaitsUntil returns when a job ends that waits or that a person holds; zero for never.
func (j *Job) WaitsUntil() time.Time { return earlier(j.ExpireTime, j.HoldUntil) }

// restoredWait is how long a restored job waits at least for its connector's word.
const restoredWait = 3 * day

// lapse ends a job that waited, was held or was silent for too long.
func (j *Job) lapse(l Limits, now time.Time) {
	if j.ExpireTime.IsZero() && !j.State.Type.Ended() {
		j.ExpireTime = now.Add(l.ExpireAfter(0, 0)) // submitted before jobs expired
	}
	due := j.due(l)
	switch {
	case due.IsZero() || due.After(now) || j.State.Type.Ended():
		// It has changed; DueTime is written down anew.
	case j.taken():
		j.endUnconfirmed(fmt.Sprintf("%s (its connector said nothing for %s)", gcp.UnconfirmedMessage, inWords(l.Silence)), now)
	case j.Restored != "":
		j.endUnconfirmed(restoredSilence, now)
	case j.HoldUntil.Equal(due):
		j.expire("held", l.Hold, now)
	default:
		j.expire("waited", j.ExpireTime.Sub(j.CreateTime), now)
	}
}

// expired reports whether a job that waits may not be printed any more; the
// service will end it in a moment.
func (j *Job) expired(now time.Time) bool {
	return j.State.Type == gcp.JobQueued && !j.ExpireTime.IsZero() && !j.ExpireTime.After(now)
}

// expire ends a job that nobody has printed.
func (j *Job) expire(what string, limit time.Duration, now time.Time) {
	j.Message = what + " longer than " + inWords(limit)
	j.setState(gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration), now)
}

// inWords tells a duration in the largest unit that tells it well, rounded down.
func inWords(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		one  string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := d / u.unit; n > 1 || d == u.unit {
			return plural(int64(n), u.one)
		}
	}
	return plural(int64(d/time.Second), "second")
}

func plural(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// updateJob is the store's UpdateJob that keeps DueTime.
func (s *Service) updateJob(ctx context.Context, id gcp.JobID, fn func(*Job, PrinterRights) ([]Event, error)) (Job, error) {
	return s.cfg.Store.UpdateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
		events, err := fn(j, of)
		if err == nil {
			s.offered.taken(j)
			j.DueTime = j.due(s.cfg.Limits)
		}
		return events, err
	})
}

// endDue does what is due: jobs that waited too long end, and the rows of old ones go.
func (s *Service) endDue(ctx context.Context) error {
	ids, err := s.cfg.Store.DueJobs(ctx, s.cfg.Now(), duePage)
	if err != nil {
		return fmt.Errorf("find due jobs: %w", err)
	}
	var old []gcp.JobID
	var errs []error // of one job, which must not keep the others waiting
	for _, id := range ids {
		gone, err := s.lapsed(ctx, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			errs = append(errs, fmt.Errorf("look at job %s: %w", id, err))
		} else if gone {
			old = append(old, id)
		}
	}
	if len(old) > 0 {
		errs = append(errs, s.cfg.Store.RemoveJobs(ctx, old))
	}
	return errors.Join(errs...)
}

// lapsed ends a job if that is due, and reports whether it ended so long ago that
// it may go; its document is deleted then.
func (s *Service) lapsed(ctx context.Context, id gcp.JobID) (gone bool, err error) {
	now := s.cfg.Now()
	j, err := s.updateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
		before := *j
		s.forgive(j, now)
		j.lapse(s.cfg.Limits, now)
		switch {
		case before.State.Type != j.State.Type:
			return jobEvents(before, *j, of), nil
		case j.due(s.cfg.Limits).Equal(before.DueTime):
			return nil, ErrUnchanged
		}
		return nil, nil
	})
	at := j.due(s.cfg.Limits)
	if err != nil || !j.State.Type.Ended() || at.IsZero() || at.After(now) {
		return false, err
	}
	return true, s.forgetDocument(ctx, j)
}

// startGrace is how long connectors have to speak after the service was down.
const startGrace = 15 * time.Minute

// forgive gives a connector time that could not speak because the service was down.
func (s *Service) forgive(j *Job, now time.Time) {
	up, silence := now.Sub(time.UnixMicro(s.started.Load())), s.cfg.Limits.Silence
	if due := j.due(s.cfg.Limits); j.taken() && up < startGrace && silence > startGrace && !due.After(now) {
		j.HeardTime = now.Add(startGrace - silence)
	}
}

// forgetDocument deletes a document that is left of an old job.
func (s *Service) forgetDocument(ctx context.Context, j Job) error {
	if j.Document.ID == "" || s.cfg.Blobs == nil {
		return nil
	}
	if err := s.cfg.Blobs.Remove(ctx, j.Document.ID); err != nil {
		return fmt.Errorf("delete document of job %s: %w", j.ID, err)
	}
	if err := s.cfg.Store.ForgetDocuments(ctx, []gcp.JobID{j.ID}); err != nil {
		return fmt.Errorf("forget the document of job %s: %w", j.ID, err)
	}
	return nil
}
