package ipp

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
)

// subscription is one client's interest in a printer or a job. It is in memory: after
// the service has started again the client hears that it is not there, and makes it anew
// (RFC 3996, 5.2: the status is client-error-not-found).
type subscription struct {
	id      int
	printer gcp.PrinterID
	owner   cloud.UserID
	job     gcp.JobID // "" for all of the printer
	number  int       // of the job
	events  []string
	data    goipp.Binary

	looking sync.Mutex                     // held by who asks the service what happened; guards seen
	seen    map[gcp.JobID]gcp.JobStateType // to tell progress from a change of state

	mu    sync.Mutex // guards what follows; never held while the service is asked
	lease time.Duration
	until time.Time
	last  cloud.Seq // what was looked at
	next  int       // number of the last event that was kept
	kept  []keptEvent
	gone  bool
}

// keptEvent is an event that waits to be fetched. What differs from one client of its
// owner to another is not in it.
type keptEvent struct {
	number int
	owner  cloud.UserID // of the job, "" for none
	attrs  goipp.Attributes
}

// maxKept is how many events of a subscription wait to be fetched; older ones are lost.
const maxKept = 100

// subscriptions are all of them.
type subscriptions struct {
	mu      sync.Mutex // guards what follows
	last    int
	all     map[int]*subscription
	waiting map[cloud.UserID]int // requests that wait
}

func (l *subscriptions) add(s *subscription, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for id, other := range l.all {
		if other.over(now) {
			delete(l.all, id)
		} else if other.owner == s.owner {
			n++
		}
	}
	if n >= maxSubsOne || len(l.all) >= maxSubs {
		return errSubs
	}
	if l.all == nil {
		l.all = map[int]*subscription{}
		// Numbers of an earlier run of the service must not be somebody's again soon.
		l.last = int(now.Unix() % (1 << 24) * 32)
	}
	l.last++
	s.id = l.last
	l.all[s.id] = s
	return nil
}

func (s *subscription) over(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone || now.After(s.until)
}

func (l *subscriptions) find(id int, p gcp.PrinterID, owner cloud.UserID, now time.Time) *subscription {
	l.mu.Lock()
	s := l.all[id]
	l.mu.Unlock()
	if s == nil || s.owner != owner || s.printer != p || s.over(now) {
		return nil
	}
	return s
}

// of lists a person's subscriptions at a printer, oldest first.
func (l *subscriptions) of(p gcp.PrinterID, owner cloud.UserID, now time.Time) []*subscription {
	l.mu.Lock()
	var list []*subscription
	for _, s := range l.all {
		if s.owner == owner && s.printer == p {
			list = append(list, s)
		}
	}
	l.mu.Unlock()
	list = slices.DeleteFunc(list, func(s *subscription) bool { return s.over(now) })
	slices.SortFunc(list, func(a, b *subscription) int { return cmp.Compare(a.id, b.id) })
	return list
}

func (l *subscriptions) remove(s *subscription) {
	s.mu.Lock()
	s.gone = true
	s.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, s.id)
}
