package connector

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"platen/gcp"
)

// History is what a state folder remembers of its runs, as
// docs/decisions/006-claims-and-runs.md has it. Times are microseconds since 1970.
type History struct {
	Current   gcp.RunID   `json:"current,omitempty"`   // the last that the service granted
	Wanted    []gcp.RunID `json:"wanted,omitempty"`    // announced, and not answered; newest first
	Epoch     string      `json:"epoch,omitempty"`     // of the service, once its restored jobs are dealt with
	Recovered int64       `json:"recovered,omitempty"` // what was claimed until then may have been printed by another life of this folder
	Stood     int64       `json:"stood,omitempty"`     // when it last had to stand by: another life of this folder printed, or may have
	Checked   int64       `json:"checked,omitempty"`   // the gap in the memory for which lost claims were looked for
	Place     string      `json:"place,omitempty"`     // where the folder was then, see Options
	Began     int64       `json:"began,omitempty"`     // the journal from then is the first: the service had no printer of ours
}

// The runs that were announced and not answered are bounded: an outage in which
// nobody answers must not push out the one that was granted unheard. After some, the
// last is announced again.
const (
	manyWanted = 16
	maxWanted  = 32 // with those of other starts
)

// stance is what the connector may do, as the service answered last. The zero
// value waits for the first answer.
type stance struct {
	takes    bool      // jobs may be taken and handed over
	run      gcp.RunID // to show; "" for a service that knows no runs
	since    time.Time
	standing gcp.Standing
	twins    []gcp.Twin
}

// permit returns the run to show, and whether jobs may be taken and handed over.
func (c *Connector) permit() (gcp.RunID, bool) {
	s := c.stance.Load()
	return s.run, s.takes
}

// grant returns what the service is shown with a job.
func (c *Connector) grant(claim gcp.ClaimID) gcp.Grant {
	if claim == "" {
		return gcp.Grant{} // claimed when the service knew of no claims
	}
	return gcp.Grant{Claim: claim, Run: c.stance.Load().run}
}

// history returns a copy of the history.
func (c *Connector) history() History {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.past
	h.Wanted = slices.Clone(h.Wanted)
	return h
}

// remake changes the history, and writes it down.
func (c *Connector) remake(change func(*History)) error {
	c.keeping.Lock()
	defer c.keeping.Unlock()
	h := c.history()
	change(&h)
	if err := c.Runs.KeepHistory(h); err != nil {
		return fmt.Errorf("write down the run: %w", err)
	}
	c.mu.Lock()
	c.past = h
	c.mu.Unlock()
	return nil
}

// announcement begins a run: it is written down before anybody hears of it.
func (c *Connector) announcement() (gcp.Announcement, error) {
	a := gcp.Announcement{Instance: c.instance, Host: c.Options.Host, Version: c.Options.Version}
	h := c.history()
	if len(h.Wanted) < manyWanted || h.Wanted[0] != c.asked {
		a.Run = gcp.RunID(gcp.NewID())
		a.Was = h.Wanted
		err := c.remake(func(h *History) {
			h.Wanted = slices.Insert(h.Wanted, 0, a.Run)
			h.Wanted = h.Wanted[:min(len(h.Wanted), maxWanted)]
		})
		if err != nil {
			return a, err
		}
		c.asked = a.Run
	} else {
		a.Run, a.Was = h.Wanted[0], h.Wanted[1:]
	}
	if h.Current != "" {
		a.Was = append(a.Was, h.Current)
	}
	return a, nil
}

// stand takes up what the service answered to an announcement.
func (r *reconciler) stand(ctx context.Context, run gcp.RunID, inst *gcp.Installation, remote []gcp.Printer) error {
	r.askAt = time.Time{}
	if inst == nil {
		r.c.move(ctx, stance{takes: true})
		return r.c.remake(func(h *History) { h.Wanted = nil }) // it keeps none
	}
	switch inst.Standing {
	case gcp.StandingRecovered:
		r.recovered, r.vigil.over = true, true // also should writing it down fail
		fallthrough
	case gcp.StandingGranted:
		r.watch(*inst)
		if err := r.begin(ctx, run, inst.Twins); err != nil {
			return err
		}
		r.c.move(ctx, stance{takes: true, run: run, standing: inst.Standing, twins: inst.Twins})
		r.c.account(ctx, duty{printers: ids(remote), run: run, epoch: inst.Epoch, restored: inst.Restored})
	default:
		r.askAt = time.Now().Add(r.patience())
		r.c.move(ctx, stance{standing: gcp.StandingStandby, twins: inst.Twins})
		// None of those announced is the current one. This one is how the service
		// knows this installation again.
		return r.c.remake(func(h *History) { h.Wanted, h.Stood = []gcp.RunID{run}, time.Now().UnixMicro() })
	}
	return nil
}

// How long a connector that stands by waits before it announces itself again.
// The first time it is a newcomer: the service gives the other one 20 s.
const (
	firstPatience   = 21 * time.Second
	standbyPatience = time.Minute
)

// patience returns how long to wait. Several questions within the first time, as at
// a start, do not make it longer.
func (r *reconciler) patience() time.Duration {
	s := r.c.stance.Load()
	if s.standing != gcp.StandingStandby {
		return firstPatience
	}
	if left := firstPatience - time.Since(s.since); left > 0 {
		return left
	}
	return standbyPatience
}

// begin makes a run the current one, and gives up what may be another life's.
// Of what another one printed meanwhile this one knows nothing.
func (r *reconciler) begin(ctx context.Context, run gcp.RunID, twins []gcp.Twin) error {
	recovered, over := r.recovered, r.vigil.over
	err := r.c.remake(func(h *History) {
		h.Current, h.Wanted = run, nil
		if slices.ContainsFunc(twins, func(t gcp.Twin) bool { return !t.Self }) {
			h.Stood = time.Now().UnixMicro()
		}
		if over {
			h.Place = r.c.Options.Place
		}
		if recovered {
			h.Recovered = time.Now().UnixMicro()
		}
	})
	if err != nil {
		return err
	}
	if r.recovered = false; recovered {
		r.c.Logger.WarnContext(ctx, "another installation printed with this one's state: jobs in hand that no printer has are given up")
		r.c.disown(ctx)
		r.c.holds.Store(!r.vigil.over)
	}
	return nil
}

// move takes a new stance, and lets the queues see it.
func (c *Connector) move(ctx context.Context, to stance) {
	from := c.stance.Load()
	to.since = time.Now()
	if to.standing == from.standing && to.takes == from.takes {
		to.since = from.since
	}
	c.stance.Store(&to)
	if to.standing != from.standing {
		c.Logger.LogAttrs(ctx, slog.LevelInfo, "standing of this installation", slog.String("standing", string(to.standing)))
	}
	if to.takes {
		c.eachQueue((*queue).resumed)
	}
}

// outrunPause is the time between a standing and the next question for it, should
// the service grant a run and then not know it.
const outrunPause = 5 * time.Second

// outrun takes up that the service refused a run: unless there is a newer one
// already, nothing more is taken before the standing is known.
func (c *Connector) outrun(run gcp.RunID) {
	s := c.stance.Load()
	if !s.takes || s.run != run || !c.stance.CompareAndSwap(s, &stance{run: run, since: time.Now(), standing: s.standing, twins: s.twins}) {
		return
	}
	if lived := time.Since(s.since); lived < outrunPause {
		time.AfterFunc(outrunPause-lived, c.list)
		return
	}
	c.list()
}

func ids(printers []gcp.Printer) []gcp.PrinterID {
	list := make([]gcp.PrinterID, len(printers))
	for i, p := range printers {
		list[i] = p.ID
	}
	return list
}
