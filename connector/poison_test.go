package connector_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// killer dies with the connector when one document comes to one hop.
type killer struct {
	seams
	job gcp.JobID
	hop connector.Hop

	mu     sync.Mutex // guards what follows
	alone  int        // hops under way
	beside int        // when the document came to its last one
	fallen bool
	events []connector.Event
}

// in marks that a hop is under way; true means that the process is dead.
func (k *killer) in(ctx context.Context, job gcp.JobID, hop connector.Hop) bool {
	k.mu.Lock()
	k.alone++
	if ctx.Err() != nil { // the life is over: it only cleans up
		k.mu.Unlock()
		return true
	}
	if job == k.job {
		k.beside = k.alone - 1
	}
	k.fallen = k.fallen || job == k.job && hop == k.hop
	dead := k.fallen
	k.mu.Unlock()
	if dead {
		<-ctx.Done()
	}
	return dead
}

func (k *killer) out() {
	k.mu.Lock()
	k.alone--
	k.mu.Unlock()
}

type killCloud struct {
	connector.Cloud
	k *killer
}

func (c killCloud) Download(ctx context.Context, j gcp.Job, g gcp.Grant, w io.Writer) (string, error) {
	defer c.k.out()
	if c.k.in(ctx, j.ID, connector.HopDownload) || sleep(ctx, time.Second) != nil {
		return "", ctx.Err()
	}
	return c.Cloud.Download(ctx, j, g, w)
}

type killPrinters struct {
	connector.PrintSystem
	k *killer
}

func (p killPrinters) Create(ctx context.Context, j printer.Job) (printer.LocalJob, error) {
	defer p.k.out()
	if p.k.in(ctx, j.ID, connector.HopCreate) || sleep(ctx, time.Second) != nil {
		return printer.LocalJob{}, ctx.Err()
	}
	return p.PrintSystem.Create(ctx, j)
}

func (p killPrinters) Send(ctx context.Context, l printer.LocalJob, j printer.Job, d io.ReadSeeker) (printer.LocalJob, error) {
	defer p.k.out()
	if p.k.in(ctx, j.ID, connector.HopSend) || sleep(ctx, time.Second) != nil {
		<-ctx.Done()
		return l, ctx.Err()
	}
	return p.PrintSystem.Send(ctx, l, j, d)
}

// killSpool takes nothing any more when the process is dead.
type killSpool struct {
	connector.Spool
	k *killer
}

func (s killSpool) Write(e connector.Event) error {
	s.k.mu.Lock()
	dead := s.k.fallen
	s.k.events = append(s.k.events, e)
	s.k.mu.Unlock()
	if dead {
		return errDown
	}
	return s.Spool.Write(e)
}

// live starts a connector after a death, lets it live for an hour at most, and
// reports whether the document killed it.
func (l *lab) live(k *killer, d connector.Death) bool {
	l.t.Helper()
	l.death = d
	k.fallen, k.alone, k.beside, k.events = false, 0, 0, nil
	l.start(func(s seams) seams {
		k.seams = s
		return seams{killCloud{s.cloud, k}, killPrinters{s.ps, k}, killSpool{s.spool, k}}
	})
	l.c.Connected()
	l.settle(time.Hour)
	k.mu.Lock()
	fallen := k.fallen
	k.mu.Unlock()
	l.end()
	return fallen
}

// A document that stops the process twice in one hop ends with that cause; its
// neighbours, on the same printer and on another, print.
func TestPoisonEndsAfterTwoCrashes(t *testing.T) {
	for hop, doing := range map[connector.Hop]string{
		connector.HopDownload: "it was being downloaded",
		connector.HopCreate:   "it was being prepared for the printer",
		connector.HopSend:     "it was being sent to the printer",
	} {
		t.Run(string(hop), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, "lp", "other")
				l.opt.StopGrace = time.Nanosecond
				l.start() // registers
				l.end()
				for _, id := range []gcp.JobID{"before", "poison", "after"} {
					l.submit("lp", id)
				}
				l.submit("other", "elsewhere")
				k := &killer{job: "poison", hop: hop}
				deaths := 0
				for death := connector.DeathNone; l.live(k, death); death = connector.DeathCrash {
					if deaths++; deaths > 5 {
						t.Fatal("it goes on dying")
					}
					if deaths > 1 && k.beside > 0 {
						t.Errorf("life %d: %d hops beside the document's, want suspects to go alone", deaths, k.beside)
					}
				}
				if deaths != 2 {
					t.Errorf("the document stopped the process %d times, want 2", deaths)
				}
				l.want("poison", gcp.JobAborted, 0)
				j := l.seen("poison")
				if want := "this document stopped the connector twice while " + doing + ": it is not tried again"; j.msg != want {
					t.Errorf("sentence %q, want %q", j.msg, want)
				}
				if c := j.state.Cause(); c != "device_action_cause/PRINT_FAILURE" {
					t.Errorf("cause %q, want PRINT_FAILURE", c)
				}
				for _, id := range []gcp.JobID{"before", "after", "elsewhere"} {
					l.want(id, gcp.JobDone, 1)
				}
			})
		})
	}
}

// Deaths without proof are mostly somebody's doing: five are needed, and a stop
// of the machine counts never.
func TestDeathsWithoutProof(t *testing.T) {
	for death, want := range map[connector.Death]int{connector.DeathKill: 6, connector.DeathNone: 12} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, "lp")
			l.opt.StopGrace = time.Nanosecond
			l.start()
			l.end()
			l.submit("lp", "poison")
			k := &killer{job: "poison", hop: connector.HopCreate}
			deaths := 0
			for deaths < 12 && l.live(k, death) {
				deaths++
			}
			if deaths != want {
				t.Errorf("after deaths %q: tried %d times, want %d", death, deaths, want)
			}
		})
	}
}

// What survived its turn is no longer blamed for deaths after it.
func TestSlowHopIsNotBlamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, "lp", "away")
		l.opt.StopGrace = time.Nanosecond
		l.start()
		l.end()
		l.locals["away"].refuse = errDown // for ever
		l.submit("away", "slow")
		k := &killer{job: "none"}
		for life := range 6 {
			l.submit("lp", gcp.JobID("j"+string(rune('0'+life))))
			l.live(k, connector.DeathCrash)
			if !k.printed(l, life) {
				t.Errorf("life %d: the neighbour did not print beside a printer that is away", life)
			}
		}
		if j := l.seen("slow"); j.state.Type.Ended() {
			t.Errorf("a job that killed nobody ended: %q", j.msg)
		}
	})
}

func (k *killer) printed(l *lab, life int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.prints[gcp.JobID("j"+string(rune('0'+life)))] == 1
}

// In a life after an ordinary end nothing is written that was not written before.
func TestNoExtraLinesWithoutSuspects(t *testing.T) {
	in(t, func(t *testing.T, l *lab) {
		k := &killer{}
		l.start(func(s seams) seams { return seams{s.cloud, s.ps, killSpool{s.spool, k}} })
		l.submit("lp", "j1")
		l.hint("lp")
		l.settle(time.Minute)
		l.want("j1", gcp.JobDone, 1)
		for _, e := range k.events {
			if e.Kind == connector.EventTried {
				t.Errorf("wrote %+v", e)
			}
		}
	}, "lp")
}
