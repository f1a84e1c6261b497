package cloud

import (
	"slices"
	"time"

	"platen/gcp"
)

// How several installations with the same credentials are told apart, decision 006.
const (
	challengeTime    = 20 * time.Second // the one that prints must announce itself within it
	installationKept = 24 * time.Hour   // how long one that does not announce itself is remembered
	twinSeen         = time.Hour        // how long it counts as running; who stands by asks every minute
	maxInstallations = 8
)

// verdict is what an announcement leads to.
type verdict struct {
	standing  gcp.Standing
	challenge time.Time // since when it waits whether the other one is alive
	ask       bool      // the other one is to announce itself
}

// announce is what an announcement does to a robot. The events ask the
// installation that prints for a sign of life.
func (r *Robot) announce(a gcp.Announcement, address string, now time.Time) []Event {
	v := r.judge(a, now)
	known := r.own(a)
	self := Installation{
		Instance: a.Instance, Host: a.Host, Address: address, Version: a.Version, Run: a.Run,
		Standing: v.standing, FirstSeen: earlier(now, known.FirstSeen), LastSeen: now, Challenge: v.challenge,
		Former: known.Former, FormerSeen: known.FormerSeen,
	}
	if before := r.holder(); v.ask && v.standing != gcp.StandingStandby {
		self.Former, self.FormerSeen = before.Instance, before.FirstSeen
	}
	r.Installations = slices.DeleteFunc(slices.Clone(r.Installations), func(i Installation) bool {
		return r.continues(a, i) || i.Run != r.Run && now.Sub(i.LastSeen) > installationKept
	})
	if v.standing != gcp.StandingStandby {
		r.begin(a.Run)
	}
	r.Installations = append(r.Installations, self)
	r.bound()
	if !v.ask {
		return nil
	}
	return []Event{{Time: now, Kind: EventRobotCheck, Robot: r.ID, User: r.Owner}}
}

// judge decides which standing an installation has.
func (r *Robot) judge(a gcp.Announcement, now time.Time) verdict {
	holder := r.holder()
	switch {
	case r.Run == "":
		return verdict{standing: gcp.StandingGranted}
	case r.Run == a.Run && holder.Instance == a.Instance:
		return verdict{standing: holder.Standing} // the answer was lost
	case slices.Contains(a.Was, r.Run) && holder.Standing == gcp.StandingRecovered:
		return verdict{standing: gcp.StandingRecovered} // it may not have heard so
	case slices.Contains(a.Was, r.Run):
		// Another program had the run: dead, or the original of this copy. If that
		// one lives it learns so that it prints no more, and this one that it lives.
		return verdict{standing: gcp.StandingGranted, ask: holder.Instance != "" && holder.Instance != a.Instance}
	case holder.Instance == "": // it lost its credentials to this one, by a new pairing
		return verdict{standing: gcp.StandingRecovered}
	}
	return r.challenge(r.own(a), holder, now)
}

// challenge decides about an installation whose history is not the one that the
// service knows. The other one is asked to announce itself: if it does not, this
// one prints. Hints reach all installations, so that a question within the time
// is only the echo of one.
func (r *Robot) challenge(self, holder Installation, now time.Time) verdict {
	since := self.Challenge
	waited := now.Sub(since)
	switch alive := !holder.LastSeen.Before(since); {
	case since.IsZero() || waited < 0: // the first question, or a clock that was put back
	case waited < challengeTime:
		return verdict{standing: gcp.StandingStandby, challenge: since}
	case !alive:
		return verdict{standing: gcp.StandingRecovered}
	}
	return verdict{standing: gcp.StandingStandby, challenge: now, ask: true}
}

// begin makes a run the current one; the installations that there are stand by.
// What they wait for stays: the question that this may be the answer to reaches
// them, too, and must not lead to another one.
func (r *Robot) begin(run gcp.RunID) {
	r.Run = run
	for k := range r.Installations {
		r.Installations[k].Standing = gcp.StandingStandby
	}
}

// bound drops the installations that were not seen for longest, but neither the
// one that prints nor the newest.
func (r *Robot) bound() {
	for len(r.Installations) > maxInstallations {
		oldest := -1
		for k, i := range r.Installations[:len(r.Installations)-1] {
			if i.Standing == gcp.StandingStandby && (oldest < 0 || i.LastSeen.Before(r.Installations[oldest].LastSeen)) {
				oldest = k
			}
		}
		if oldest < 0 {
			return
		}
		r.Installations = slices.Delete(r.Installations, oldest, oldest+1)
	}
}

// holder returns the installation that prints.
func (r *Robot) holder() Installation {
	for _, i := range r.Installations {
		if i.Run == r.Run && i.Standing != gcp.StandingStandby {
			return i
		}
	}
	return Installation{}
}

// continues reports whether an announcement is of an installation that was seen
// before: of the same program, or of a later start with the same state. A copy of
// a running machine has the same instance, but one of the two has the history of
// the one that prints.
func (r *Robot) continues(a gcp.Announcement, i Installation) bool {
	prints := func(run gcp.RunID) bool { return run == r.Run }
	switch {
	case slices.Contains(a.Was, i.Run):
		return true
	case i.Instance != a.Instance:
		return false
	}
	return i.Run == a.Run || i.Standing == gcp.StandingStandby && !prints(a.Run) && !slices.ContainsFunc(a.Was, prints)
}

// own returns what is known of the installation that announces itself. The times
// are of the program: by them people tell copies apart that have all else in common.
func (r *Robot) own(a gcp.Announcement) Installation {
	var known Installation
	for _, i := range r.Installations {
		if i.Former == a.Instance {
			known.FirstSeen = earlier(known.FirstSeen, i.FormerSeen)
		}
		if !r.continues(a, i) {
			continue
		}
		known.Challenge = latest(known.Challenge, i.Challenge)
		if i.Instance == a.Instance {
			known.FirstSeen = earlier(known.FirstSeen, i.FirstSeen)
			known.Former, known.FormerSeen = i.Former, i.FormerSeen
		}
	}
	return known
}

// seen returns the installations seen lately.
func (r *Robot) seen(now time.Time) []gcp.Twin {
	var list []gcp.Twin
	for _, i := range r.Installations {
		if i.Standing == gcp.StandingStandby && now.Sub(i.LastSeen) > twinSeen {
			continue
		}
		list = append(list, gcp.Twin{
			Host: i.Host, Address: i.Address, Version: i.Version, Standing: i.Standing,
			Since: gcp.MillisOf(i.FirstSeen), Seen: gcp.MillisOf(i.LastSeen),
		})
	}
	return list
}

// twins returns the installations seen lately, if there are several. The last of
// them is the one that asks.
func (r *Robot) twins(now time.Time) []gcp.Twin {
	list := r.seen(now)
	if len(list) < 2 {
		return nil
	}
	list[len(list)-1].Self = true
	return list
}
