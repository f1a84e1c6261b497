package cloud

import (
	"sync"
	"time"
)

// How many wrong passwords are taken in how long: of one account from one remote
// address, and of one account from all addresses. The second is larger, so that
// somebody who guesses from elsewhere does not lock the owner out at once.
const (
	maxGuesses    = 10
	maxAllGuesses = 100
	guessWindow   = 15 * time.Minute
	maxTracked    = 10000 // counters
)

// guesses counts passwords, PINs or codes that were wrong, or are not known to be right yet. It
// counts in memory: with several replicas somebody who guesses gets that many
// times as many tries, which does not help against a password of ten characters,
// and a restart forgives everybody.
type guesses struct {
	mu     sync.Mutex
	counts map[guessKey]guessCount
}

// guessKey is whom a guess is counted for.
type guessKey struct{ who, from string }

// all is the key of one account's guesses from all addresses together.
func (k guessKey) all() guessKey { return guessKey{k.who, "*"} }

type guessCount struct {
	n     int
	since time.Time
}

// take counts a guess before it is looked at, so that guesses made at the same
// moment count too, and reports whether it may be looked at.
func (g *guesses) take(k guessKey, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	one, all := g.count(k, now), g.count(k.all(), now)
	if one.n >= maxGuesses || all.n >= maxAllGuesses {
		return false
	}
	one.n++
	all.n++
	g.put(k, one, now)
	g.put(k.all(), all, now)
	return true
}

// back takes a guess back that was right, or that nobody looked at.
func (g *guesses) back(k guessKey) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range []guessKey{k, k.all()} {
		c, ok := g.counts[k]
		if c.n--; c.n > 0 {
			g.counts[k] = c
		} else if ok {
			delete(g.counts, k)
		}
	}
}

// count returns a counter, which begins anew after the window.
func (g *guesses) count(k guessKey, now time.Time) guessCount {
	c, ok := g.counts[k]
	if !ok || now.Sub(c.since) >= guessWindow {
		return guessCount{since: now}
	}
	return c
}

func (g *guesses) put(k guessKey, c guessCount, now time.Time) {
	if g.counts == nil {
		g.counts = map[guessKey]guessCount{}
	}
	if _, ok := g.counts[k]; !ok && len(g.counts) >= maxTracked {
		g.makeRoom(now)
	}
	g.counts[k] = c
}

// makeRoom forgets what is over, or else the smallest of a few counters: a flood
// of made-up accounts does not push out the one that is being guessed.
func (g *guesses) makeRoom(now time.Time) {
	for k, c := range g.counts {
		if now.Sub(c.since) >= guessWindow {
			delete(g.counts, k)
		}
	}
	if len(g.counts) < maxTracked {
		return
	}
	var least guessKey
	seen := 0
	for k, c := range g.counts { // in no order
		if seen == 0 || c.n < g.counts[least].n {
			least = k
		}
		if seen++; seen == 8 {
			break
		}
	}
	delete(g.counts, least)
}
