package connector

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"platen/gcp"
)

// MemoryReach is how long jobs that ended are remembered at least: as long as a
// service may offer them again. What is missing in the memory for longer than that
// would be forgotten by now.
const MemoryReach = 90 * 24 * time.Hour

// duty is what the connector owes the service after an announcement.
type duty struct {
	printers []gcp.PrinterID
	run      gcp.RunID
	epoch    string
	restored bool // it holds restored jobs
}

// account does a duty in the background; a newer one replaces one that waits.
func (c *Connector) account(ctx context.Context, d duty) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owed = &d
	if c.accounting {
		return
	}
	c.accounting = true
	c.wg.Go(func() {
		for d := c.nextDuty(); d != nil; d = c.nextDuty() {
			if err := c.discharge(ctx, *d); err != nil && ctx.Err() == nil {
				c.Logger.WarnContext(ctx, "accounting for jobs waits for the next announcement", slog.Any("err", err))
			}
		}
	})
}

func (c *Connector) nextDuty() *duty {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.owed
	c.owed = nil
	c.accounting = d != nil
	return d
}

// gap returns the time before which claims may be missing in the memory; 0 for none.
func (c *Connector) gap(h History) int64 {
	var since int64
	if t := c.Spool.Since(); !t.IsZero() {
		since = t.UnixMicro()
	}
	return max(since, h.Recovered)
}

// reachesBack reports whether a job that is not known here was never here. What was
// printed while this one stood by, it cannot know.
func (c *Connector) reachesBack(h History) bool {
	gap := max(c.gap(h), h.Stood)
	return gap == 0 || gap == h.Began || time.Since(time.UnixMicro(gap)) > MemoryReach
}

// discharge looks for claims that were lost with a memory, and answers for the
// jobs that a restored service holds.
func (c *Connector) discharge(ctx context.Context, d duty) error {
	h := c.history()
	if gap := c.gap(h); gap != h.Checked {
		for _, p := range d.printers {
			if err := c.eachJob(ctx, d, func(ctx context.Context) ([]gcp.Job, error) { return c.Cloud.Jobs(ctx, p) }, c.lost); err != nil {
				return err
			}
		}
		err := c.remake(func(h *History) {
			h.Checked = gap
			if len(d.printers) == 0 && gap > h.Recovered {
				h.Began = gap
			}
		})
		if err != nil {
			return err
		}
	}
	if d.epoch == h.Epoch {
		return nil
	}
	for _, p := range d.printers {
		if !d.restored {
			break
		}
		if err := c.eachJob(ctx, d, func(ctx context.Context) ([]gcp.Job, error) { return c.Cloud.Restored(ctx, p, d.run) }, c.restored); err != nil {
			return err
		}
	}
	return c.remake(func(h *History) { h.Epoch = d.epoch })
}

// eachJob asks for jobs until the service answers, and tells what answer makes of
// each. What it will never answer, or take, is left as it is.
func (c *Connector) eachJob(ctx context.Context, d duty, list func(context.Context) ([]gcp.Job, error), answer func(gcp.Job) (gcp.Report, bool)) error {
	var jobs []gcp.Job
	err := c.insistOn(ctx, d, func(ctx context.Context) (err error) {
		jobs, err = list(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, job := range jobs {
		r, due := answer(job)
		if !due {
			continue
		}
		r.Job, r.Run = job.ID, d.run
		if err := c.insistOn(ctx, d, func(ctx context.Context) error { return c.Cloud.Report(ctx, r) }); err != nil {
			return err
		}
	}
	return nil
}

// insistOn calls the service until it has answered. An error means that this run
// is not the current one any more, or that ctx ended.
func (c *Connector) insistOn(ctx context.Context, d duty, f func(context.Context) error) error {
	var standby error
	ok := c.insist(ctx, "account for jobs", func() error {
		if c.stance.Load().run != d.run {
			standby = errors.New("a newer run began")
			return nil
		}
		ctx, done := c.call(ctx)
		defer done()
		err := f(ctx)
		switch {
		case standsBy(err):
			standby = err
			c.outrun(d.run)
			return nil
		case refused(err):
			c.Logger.LogAttrs(ctx, slog.LevelInfo, "the service does not take what was told of a job from before", slog.Any("err", err))
			return nil
		}
		return err
	})
	if !ok {
		return ctx.Err()
	}
	return standby
}

// recall returns what is known of a job. One that was only claimed, and is being
// given up to another life, is not.
func (c *Connector) recall(id gcp.JobID) (Claim, error) {
	known, err := c.Spool.Recall(id)
	r := known.Record
	if known.Outcome == ClaimHeld && r.End == nil && r.Document == nil && r.Local == nil && c.foreign(r) {
		return Claim{Outcome: ClaimFresh}, err
	}
	return known, err
}

// lost returns the end of a job that the service counts as ours and that is not
// known here.
func (c *Connector) lost(job gcp.Job) (gcp.Report, bool) {
	switch job.SemanticState.State.Type {
	case gcp.JobQueued, gcp.JobHeld:
		return gcp.Report{}, false // nobody has it
	}
	if known, err := c.recall(job.ID); err != nil || known.Outcome != ClaimFresh {
		return gcp.Report{}, false // in hand, or told again when it is offered
	}
	return endReport(Unconfirmed(), ""), true
}

// restored returns what is known of a job that a restored service holds. A job in
// hand is told again by its queue.
func (c *Connector) restored(job gcp.Job) (gcp.Report, bool) {
	known, err := c.recall(job.ID)
	switch {
	case err != nil:
		return gcp.Report{}, false // a person decides
	case known.Record.End != nil:
		return endReport(*known.Record.End, known.Record.Claim), true
	case known.Outcome == ClaimHeld:
		s := gcp.StateOf(gcp.JobInProgress)
		return gcp.Report{State: &s, Grant: gcp.Grant{Claim: known.Record.Claim}}, true
	case c.reachesBack(c.history()):
		return gcp.Report{Unheard: true}, true
	}
	return gcp.Report{}, false
}

// endReport tells how a job ended.
func endReport(s Status, claim gcp.ClaimID) gcp.Report {
	r := gcp.Report{State: &s.State, Message: s.Message, Grant: gcp.Grant{Claim: claim}}
	if s.Pages > 0 {
		r.PagesPrinted = &s.Pages
	}
	return r
}
