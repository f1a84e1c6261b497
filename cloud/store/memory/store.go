// Package memory is a cloud.Store that keeps everything in memory, for the
// simulator, which makes one for each of its schedules. It does the same each
// time, starts no goroutine, and is meant for a handful of rows: it searches by
// reading them all. What a method has returned from is what a crash of the
// service leaves; what a Clone has is what a backup has.
package memory

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"platen/cloud"
)

// Store is a store in memory. Its methods may be called from any goroutine.
//
// A value that was stored is never changed in place, only replaced: callers may
// keep what they were given. All lists are in the order of their making.
type Store struct {
	epochs *atomic.Int64 // epochs begun, of this store and its clones

	mu       sync.Mutex // guards what follows
	users    []cloud.User
	robots   []cloud.Robot
	printers []cloud.Printer
	shares   []cloud.Share
	claims   []cloud.PendingClaim
	jobs     []*job
	added    int64 // jobs so far
	sums     []sum
	keys     []key
	events   []cloud.Event
	last     cloud.Seq
	epoch    string
	changed  chan struct{} // closed at the next event; nil if nobody waits

	links      []cloud.ShareLink
	identities []identity
	members    []member
	stickers   []sticker
	outages    []cloud.Outage
}

var _ cloud.Store = (*Store)(nil)

// New returns an empty store in its first epoch.
func New() *Store {
	s := &Store{epochs: new(atomic.Int64)}
	s.epoch = s.nextEpoch()
	return s
}

// Clone returns a store with the same rows and a life of its own, as a restored
// backup has.
func (s *Store) Clone() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Store{
		epochs: s.epochs, users: slices.Clone(s.users), robots: slices.Clone(s.robots),
		printers: slices.Clone(s.printers), shares: slices.Clone(s.shares), claims: slices.Clone(s.claims),
		jobs: make([]*job, len(s.jobs)), keys: slices.Clone(s.keys), events: slices.Clone(s.events),
		last: s.last, epoch: s.epoch, added: s.added, sums: slices.Clone(s.sums), links: slices.Clone(s.links),
		identities: slices.Clone(s.identities), members: slices.Clone(s.members), stickers: slices.Clone(s.stickers), outages: slices.Clone(s.outages),
	}
	for i, j := range s.jobs {
		row := *j
		c.jobs[i] = &row
	}
	return c
}

// stamp is a time as it is kept: to the microsecond.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Truncate(time.Microsecond)
}

// kept turns cloud.ErrUnchanged into success.
func kept(err error) error {
	if errors.Is(err, cloud.ErrUnchanged) {
		return nil
	}
	return err
}
