package connector_test

import (
	"context"
	"slices"
	"time"

	"platen/connector"
	"platen/gcp"
)

// runs is what the service knows of the robot's installations. Its rules are those
// of docs/decisions/006-claims-and-runs.md, written down a second time.
type runs struct {
	current gcp.RunID
	holder  string // instance
	verdict gcp.Standing
	heard   bool // the holder has used its run
	all     map[string]*installation
	streams []*connector.Connector
	epoch   string
	shift   time.Duration // of the service's clock
}

type installation struct {
	host      string
	since     time.Time
	seen      time.Time
	shown     time.Time // the same by the service's clock
	standing  gcp.Standing
	challenge time.Time
}

// challengeTime is how long the one that prints has to announce itself.
const challengeTime = 20 * time.Second

// announce answers an announcement. The caller holds mu.
func (w *world) announce(a gcp.Announcement) *gcp.Installation {
	if w.classic || a.Run == "" {
		return nil
	}
	r := &w.runs
	if r.all == nil {
		r.all = map[string]*installation{}
	}
	me, ok := r.all[a.Instance]
	if !ok {
		me = &installation{host: a.Host, since: time.Now().Add(r.shift)}
		r.all[a.Instance] = me
	}
	me.seen, me.shown = time.Now(), time.Now().Add(r.shift)
	me.standing = w.judge(a, me)
	if me.standing != gcp.StandingStandby {
		if r.holder != "" && r.holder != a.Instance {
			if slices.Contains(a.Was, r.current) {
				delete(r.all, r.holder) // its later start, or a copy
			} else {
				r.all[r.holder].standing = gcp.StandingStandby
			}
			w.ask() // is the one before still there?
		}
		*me = installation{host: me.host, since: me.since, seen: me.seen, shown: me.shown, standing: me.standing}
		r.current, r.holder, r.verdict, r.heard = a.Run, a.Instance, me.standing, false
	}
	inst := &gcp.Installation{Standing: me.standing, Epoch: r.epoch}
	for _, id := range slices.Sorted(func(yield func(string) bool) {
		for id := range r.all {
			if !yield(id) {
				return
			}
		}
	}) {
		i := r.all[id]
		inst.Twins = append(inst.Twins, gcp.Twin{
			Host: i.host, Since: gcp.MillisOf(i.since), Seen: gcp.MillisOf(i.shown), Standing: i.standing, Self: id == a.Instance,
		})
	}
	for _, j := range w.jobs {
		inst.Restored = inst.Restored || j.restored != ""
	}
	return inst
}

func (w *world) judge(a gcp.Announcement, me *installation) gcp.Standing {
	r := &w.runs
	switch {
	case r.current == "":
		return gcp.StandingGranted
	case slices.Contains(a.Was, r.current) || r.current == a.Run && r.holder == a.Instance:
		if r.verdict == gcp.StandingRecovered && !r.heard {
			return gcp.StandingRecovered // the answer may have been lost
		}
		return gcp.StandingGranted
	}
	now, holder := time.Now(), r.all[r.holder]
	switch {
	case !me.challenge.IsZero() && now.Sub(me.challenge) < challengeTime:
		return gcp.StandingStandby
	case !me.challenge.IsZero() && holder.seen.Before(me.challenge):
		return gcp.StandingRecovered
	}
	me.challenge = now
	w.ask()
	return gcp.StandingStandby
}

// ask makes all installations announce themselves, when the hint reaches them.
func (w *world) ask() {
	time.AfterFunc(hintTime, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, c := range w.runs.streams {
			c.Hint(gcp.Notification{Kind: gcp.NotifySettings}, time.Now())
		}
	})
}

// hintTime is how long a hint is on its way.
const hintTime = 2 * time.Second

// current refuses a run that is not the current one.
func (w *world) current(run gcp.RunID) error {
	if w.classic || run == "" {
		return nil
	}
	if run != w.runs.current {
		return &gcp.Error{Op: "fetch", Code: gcp.CodeStandby, Message: "another installation prints", HTTPStatus: 200}
	}
	w.runs.heard = true
	return nil
}

// take is the conditional update that grants a claim.
func (w *world) take(j *cloudJob, g gcp.Grant) error {
	switch {
	case w.classic || g.Claim == "" || j.claim == g.Claim:
	case j.claim != "" || j.state.Type != gcp.JobQueued && j.restored != gcp.JobQueued:
		return &gcp.Error{Op: "control", Code: gcp.CodeClaimed, Message: "another claim has it", HTTPStatus: 200}
	default:
		if err := w.current(g.Run); err != nil {
			return err
		}
	}
	if g.Claim != "" && !w.classic && !j.state.Type.Ended() {
		j.claim = g.Claim
		if j.state.Type == gcp.JobQueued || j.restored != "" {
			j.state, j.restored = gcp.StateOf(gcp.JobInProgress), ""
		}
	}
	return nil
}

// release is what becomes of a restored job that its connector never had.
func (w *world) release(j *cloudJob) {
	if was := j.restored; was == gcp.JobQueued {
		j.state = gcp.StateOf(gcp.JobQueued)
	} else if was != "" {
		j.state, j.msg = connector.Unconfirmed().State, gcp.UnconfirmedMessage
	}
	j.restored = ""
}

func (w *world) Restored(_ context.Context, p gcp.PrinterID, run gcp.RunID) ([]gcp.Job, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("restored"); err != nil {
		return nil, err
	}
	if err := w.current(run); err != nil {
		return nil, err
	}
	var jobs []gcp.Job
	for _, j := range w.jobs {
		if j.PrinterID == p && j.restored != "" {
			jobs = append(jobs, j.Job)
		}
	}
	return jobs, nil
}
