package sim

import (
	"context"
	"io/fs"
	"time"

	"platen/cloud"
	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
	"platen/internal/disk"
	"platen/internal/disk/diskmem"
	"platen/printer"
)

// Bug is a defect that is planted at a seam, to show that the simulator finds it.
type Bug string

// The defects that can be planted.
const (
	NoBug       Bug = ""
	LyingSync   Bug = "the disk says that it synced, and does not"
	EveryClaim  Bug = "the service grants every claim and every run"
	ForgetsEnds Bug = "the connector forgets how jobs ended"
	ResendsAll  Bug = "a hand-over that nobody can tell of is done again"
	EarlyDone   Bug = "a job counts as done when the printer has begun"
)

// bugs returns the real things, or broken ones.
type bugs struct{ Bug }

func (b bugs) disk(d *diskmem.Disk) disk.FS {
	if b.Bug == LyingSync {
		return liar{d}
	}
	return d
}

func (b bugs) spool(d *spool.Dir) connector.Spool {
	if b.Bug == ForgetsEnds {
		return forgetful{d}
	}
	return d
}

// forgetful is a spool that takes a job that ended for a new one.
type forgetful struct{ *spool.Dir }

// Claim implements connector.Journal.
func (f forgetful) Claim(p printer.Name, offers []connector.Offer, trace gcp.Trace) ([]connector.Claim, error) {
	claims, err := f.Dir.Claim(p, offers, trace)
	for i, c := range claims {
		if c.Outcome == connector.ClaimEnded {
			claims[i] = connector.Claim{Outcome: connector.ClaimFresh, Record: connector.Record{
				Job: offers[i].Job, Claim: offers[i].Claim, Printer: p, Stage: connector.EventClaimed, Claimed: time.Now(), Trace: trace,
			}}
		}
	}
	return claims, err
}

// Recall implements connector.Journal.
func (f forgetful) Recall(id gcp.JobID) (connector.Claim, error) {
	c, err := f.Dir.Recall(id)
	if c.Outcome == connector.ClaimEnded {
		c = connector.Claim{Outcome: connector.ClaimFresh}
	}
	return c, err
}

func (b bugs) settled(f printer.Fate) printer.Fate {
	if b.Bug == ResendsAll && f == printer.FateUnknown {
		return printer.FateResend
	}
	return f
}

func (b bugs) followed(l *local) localState {
	if b.Bug == EarlyDone && l.state == processing {
		return completed
	}
	return l.state
}

func (b bugs) run(r gcp.RunID, c cloud.Caller) gcp.RunID {
	if b.Bug == EveryClaim {
		return c.Robot.Run
	}
	return r
}

func (b bugs) grant(w *world, id gcp.JobID, g gcp.Grant, c cloud.Caller) gcp.Grant {
	if b.Bug != EveryClaim {
		return g
	}
	if j, _, err := w.store.Job(context.Background(), id); err == nil && j.Claim != "" && g.Claim != "" {
		g.Claim = j.Claim
	}
	g.Run = c.Robot.Run
	return g
}

func (b bugs) standing(i *gcp.Installation) *gcp.Installation {
	if b.Bug == EveryClaim {
		i.Standing = gcp.StandingGranted
	}
	return i
}

// liar is a disk that syncs nothing.
type liar struct{ *diskmem.Disk }

// Sync does nothing.
func (liar) Sync(string) error { return nil }

// OpenFile returns a file that syncs nothing.
func (l liar) OpenFile(name string, flag int, perm fs.FileMode) (disk.File, error) {
	f, err := l.Disk.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return lyingFile{f}, nil
}

type lyingFile struct{ disk.File }

// Sync does nothing.
func (lyingFile) Sync() error { return nil }
