package connector

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/fault"
)

// Death says how the process before this one ended.
type Death string

// The ways in which a process ends. Only the last two are held against jobs.
const (
	DeathNone  Death = ""      // it was stopped, the machine went down, or there was none
	DeathCrash Death = "crash" // it left proof: a panic, or the kernel killed it for its memory
	DeathKill  Death = "kill"  // it left none: a document may have starved it, or a person killed it
)

// Hop is a part of a job's way in which the connector works on its document.
type Hop string

// The hops that a document may not survive.
const (
	HopDownload Hop = "download"
	HopCreate   Hop = "create" // translation of the ticket, and the job at the printer
	HopSend     Hop = "send"
)

// doing names a hop in a sentence.
func (h Hop) doing() string {
	switch h {
	case HopDownload:
		return "it was being downloaded"
	case HopCreate:
		return "it was being prepared for the printer"
	}
	return "it was being sent to the printer"
}

// How many deaths in one hop end a job. Without proof they may be somebody's doing.
const (
	maxCrashes = 2
	maxKills   = 5
)

// maxFew is how many jobs may have been under way for a death to count although
// nobody knows whose it was.
const maxFew = 4

// turnTime is how long a suspect has the connector for itself. What lives that
// long in a hop did not kill in it.
const turnTime = 15 * time.Second

// Tries is what deaths of the process have to do with a job. It is written down
// for jobs that were under way at one; others have none.
type Tries struct {
	Suspect bool        `json:"suspect,omitempty"` // its hops go alone
	Hop     Hop         `json:"hop,omitempty"`     // under way alone; "" for none
	Crashes map[Hop]int `json:"crashes,omitempty"` // deaths with proof
	Kills   map[Hop]int `json:"kills,omitempty"`   // deaths without
}

// with returns t after a death in a hop.
func (t Tries) with(d Death, hops ...Hop) Tries {
	t.Crashes, t.Kills = maps.Clone(t.Crashes), maps.Clone(t.Kills)
	count := &t.Crashes
	if d == DeathKill {
		count = &t.Kills
	}
	if *count == nil {
		*count = map[Hop]int{}
	}
	for _, h := range hops {
		(*count)[h]++
	}
	return t
}

// deadly returns the hop that the document does not survive, and a count of it.
func (t Tries) deadly() (Hop, string, bool) {
	for _, h := range []Hop{HopDownload, HopCreate, HopSend} {
		switch n := t.Crashes[h] + t.Kills[h]; {
		case t.Crashes[h] >= maxCrashes:
			return h, "twice", true
		case n >= maxKills:
			return h, fmt.Sprintf("%d times", n), true
		}
	}
	return "", "", false
}

// poisoned is the end of a document that stops the connector.
func poisoned(h Hop, times string) Status {
	return Status{
		State:   gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure),
		Message: "this document stopped the connector " + times + " while " + h.doing() + ": it is not tried again",
	}
}

// underWay returns the hops in which a job may have been when the process died:
// the event "saved" may be lost. None means that no work on its document was done.
func underWay(r Record) []Hop {
	switch r.Stage {
	case EventClaimed:
		return []Hop{HopDownload, HopCreate}
	case EventSaved:
		return []Hop{HopCreate}
	case EventCreated, EventSending:
		return []Hop{HopSend}
	}
	return nil
}

// tried reports whether a job died in the hop that it was in alone: it came no
// further than its last line says.
func tried(r Record) bool {
	if r.Tries == nil || r.Tries.Hop == "" {
		return false
	}
	return slices.Contains(underWay(r), r.Tries.Hop)
}

// blame returns what the death of the process before says of the jobs in hand,
// for those of which it says something new. ahead is how many jobs of a printer
// are worked on at once.
func blame(d Death, records []Record, ahead int) map[gcp.JobID]Tries {
	verdicts := map[gcp.JobID]Tries{}
	for _, r := range records {
		if r.Tries == nil || r.Tries.Hop == "" {
			continue
		}
		t := *r.Tries
		if d != DeathNone && tried(r) {
			t = t.with(d, t.Hop)
		}
		t.Hop = ""
		verdicts[r.Job.ID] = t
	}
	if d == DeathNone || slices.ContainsFunc(records, tried) {
		return verdicts // whoever was alone answers for it, and nobody else
	}
	suspects := suspects(records, ahead)
	for _, r := range suspects {
		var t Tries
		if r.Tries != nil {
			t = *r.Tries
		} else if len(suspects) <= maxFew {
			t = t.with(d, underWay(r)...)
		}
		// A first death without proof is most often somebody's doing.
		t.Suspect, t.Hop = d == DeathCrash || r.Tries != nil, ""
		verdicts[r.Job.ID] = t
	}
	return verdicts
}

// suspects returns the jobs that may have been worked on.
func suspects(records []Record, ahead int) []Record {
	var list []Record
	seen := map[gcp.PrinterID]int{}
	for _, r := range records {
		hops := underWay(r)
		if len(hops) == 0 {
			continue
		}
		if hops[0] != HopSend {
			if seen[r.Job.PrinterID]++; seen[r.Job.PrinterID] > ahead {
				continue
			}
		}
		list = append(list, r)
	}
	return list
}

// accuse writes down what the last death says of the jobs in hand, and makes the
// gate for the suspects among them.
func (c *Connector) accuse(ctx context.Context, records []Record) {
	verdicts := blame(c.Death, records, c.Options.Ahead)
	known := map[gcp.JobID]Tries{}
	for _, r := range records {
		if r.Tries != nil {
			known[r.Job.ID] = *r.Tries
		}
	}
	var wg sync.WaitGroup // together they share one flush
	for id, t := range verdicts {
		known[id] = t
		e := c.event(EventTried, id)
		e.Tries = &t
		wg.Go(func() { c.write(ctx, e) })
	}
	wg.Wait()
	c.gate = newGate(known)
	if len(verdicts) > 0 && c.Death != DeathNone {
		c.Logger.LogAttrs(ctx, slog.LevelWarn, "the connector died before: jobs in hand then go one at a time",
			slog.String("death", string(c.Death)), slog.Int("jobs", len(verdicts)))
	}
}

// weed ends the jobs whose documents stopped the connector too often and that no
// printer has, once this installation may speak for its jobs.
func (q *queue) weed(ctx context.Context) {
	if _, may := q.c.permit(); !may || !q.c.gate.deadly() {
		return
	}
	for _, j := range slices.Clone(q.order) {
		h, times, deadly := q.c.gate.tries(j.rec.Job.ID).deadly()
		if deadly && (j.phase == phaseWaiting || j.phase == phaseReady) {
			q.end(ctx, j, poisoned(h, times))
		}
	}
}

// attempt begins a hop of a job, and returns what ends it. Suspects wait until
// nothing else is under way, and what they begin is written down before.
func (c *Connector) attempt(ctx context.Context, job gcp.JobID, title string, h Hop) func() {
	leave := c.gate.enter(ctx, job)
	t := c.gate.tries(job)
	if !t.Suspect || ctx.Err() != nil {
		fault.Poison(string(h), title)
		return leave
	}
	c.try(ctx, job, t, h)
	fault.Poison(string(h), title)
	done := make(chan struct{})
	var over sync.WaitGroup
	over.Add(1)
	c.wg.Go(func() {
		defer over.Done()
		limit := time.NewTimer(turnTime)
		defer limit.Stop()
		select {
		case <-done:
		case <-limit.C:
		case <-ctx.Done():
		}
		c.try(ctx, job, t, "")
		leave()
	})
	return func() { close(done); over.Wait() }
}

// try writes down which hop of a suspect is under way.
func (c *Connector) try(ctx context.Context, job gcp.JobID, t Tries, h Hop) {
	t.Hop = h
	e := c.event(EventTried, job)
	e.Tries = &t
	c.write(ctx, e)
}
