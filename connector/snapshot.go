package connector

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"platen/gcp"
	"platen/printer"
)

// Snapshot is what the connector is doing at one moment.
type Snapshot struct {
	Printers []PrinterStatus // by name
	Jobs     []JobStatus     // in hand, oldest first
	Recent   []JobStatus     // told and forgotten since the start, oldest first, the last hundred
	Trouble  string          // the newest failure that lasts; "" if none
	Standing gcp.Standing    // which of several installations prints; "" if not known, or from a service that does not say
	Twins    []gcp.Twin      // the installations, if there are several
}

// PrinterStatus is one printer in a snapshot.
type PrinterStatus struct {
	Name    printer.Name
	ID      gcp.PrinterID // "" if not registered
	UUID    string
	Info    string
	Place   string // where it stands
	URI     string
	Source  printer.Source
	Kind    printer.Kind
	Removed bool // deleted in the service
	Missing bool // not found here now
	State   gcp.CDS
	Jobs    int    // in hand
	Error   string // why the service does not have its latest description; "" if it has
	Told    string // mark of the description that the service has; "" if not known

	Reason string      // why it is not registered; "" if it is
	MayBe  []Candidate // which printers of the service it may be: a person must say
}

// JobStatus is one job in hand in a snapshot.
type JobStatus struct {
	ID          gcp.JobID
	Printer     printer.Name
	Title       string
	User        string
	Stage       EventKind
	State       gcp.JobState
	Pages       int
	Message     string
	Unconfirmed bool
	Claimed     time.Time
	Local       int // job-id on the printer, 0 if none
	Trace       gcp.Trace
	Notes       []string // what of its ticket is left out
}

// Snapshot returns what the connector is doing.
func (c *Connector) Snapshot(ctx context.Context) (Snapshot, error) {
	counts := map[gcp.PrinterID]int{}
	var s Snapshot
	var failed error
	c.eachQueue(func(q *queue) {
		jobs, err := q.snapshot(ctx)
		failed = cmp.Or(failed, err)
		counts[q.id] = len(jobs)
		s.Jobs = append(s.Jobs, jobs...)
	})
	c.mu.Lock()
	s.Printers, s.Recent = slices.Clone(c.view), slices.Clone(c.recent)
	if c.last != "" {
		s.Trouble = c.last + ": " + c.trouble[c.last]
	}
	c.mu.Unlock()
	stance := c.stance.Load()
	s.Standing, s.Twins = stance.standing, stance.twins
	for i := range s.Printers {
		s.Printers[i].Jobs = counts[s.Printers[i].ID]
	}
	slices.SortFunc(s.Printers, func(a, b PrinterStatus) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Jobs, func(a, b JobStatus) int { return a.Claimed.Compare(b.Claimed) })
	return s, failed
}

// maxRecent is how many jobs are remembered for people after their end.
const maxRecent = 100

// remember keeps a forgotten job for people to look at.
func (c *Connector) remember(s JobStatus) {
	if c.Ended != nil {
		c.Ended(s)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.recent) >= maxRecent {
		c.recent = slices.Delete(c.recent, 0, 1)
	}
	c.recent = append(c.recent, s)
}

// snapshot asks the loop for its jobs.
func (q *queue) snapshot(ctx context.Context) ([]JobStatus, error) {
	answer := make(chan []JobStatus, 1)
	q.post(ctx, func(context.Context) {
		jobs := make([]JobStatus, 0, len(q.jobs))
		for _, j := range q.jobs {
			jobs = append(jobs, j.snapshot(q.name))
		}
		answer <- jobs
	})
	select {
	case jobs := <-answer:
		return jobs, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (j *job) snapshot(name printer.Name) JobStatus {
	now := j.want
	if j.rec.End != nil {
		now = *j.rec.End
	}
	s := JobStatus{
		ID: j.rec.Job.ID, Printer: name, Title: j.rec.Job.Title, User: j.rec.Job.OwnerID, Stage: j.rec.Stage,
		State: now.State, Pages: now.Pages, Message: now.Message, Unconfirmed: now.Unconfirmed,
		Claimed: j.rec.Claimed, Trace: maps.Clone(j.rec.Trace), Notes: j.rec.notes(),
	}
	if j.rec.Local != nil {
		s.Local = j.rec.Local.ID
	}
	return s
}

// CancelJob cancels a job in hand, as a person at the connector wishes; its end
// is reported as for a cancel from the service.
func (c *Connector) CancelJob(ctx context.Context, id gcp.JobID) error {
	found := make(chan bool, 1)
	var err error = &UnknownError{"job " + string(id)}
	c.eachQueue(func(q *queue) {
		q.post(ctx, func(ctx context.Context) {
			j, ok := q.jobs[id]
			if ok {
				q.cancelJob(ctx, j)
			}
			found <- ok
		})
		select {
		case ok := <-found:
			if ok {
				err = nil
			}
		case <-ctx.Done():
			err = ctx.Err()
		}
	})
	return err
}

// SharePrinter registers a printer, also one that was removed in the service.
func (c *Connector) SharePrinter(ctx context.Context, name printer.Name) (gcp.PrinterID, error) {
	var id gcp.PrinterID
	var result error
	if err := c.ask(ctx, func(run context.Context) { id, result = c.reconciler.share(run, name) }); err != nil {
		return "", err
	}
	return id, result
}

// RemovePrinter deletes a printer from the service, because a person wants it,
// and does not share it again until SharePrinter.
func (c *Connector) RemovePrinter(ctx context.Context, name printer.Name) error {
	var result error
	err := c.ask(ctx, func(run context.Context) {
		run, cancel := context.WithCancel(run)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)() // who gave up waiting is not surprised later
		result = c.reconciler.remove(run, name)
	})
	if err != nil {
		return err
	}
	return result
}
