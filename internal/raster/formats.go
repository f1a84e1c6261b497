package raster

import (
	"slices"
	"sync"
	"time"

	"platen/internal/impose"
)

// installedFor is how long what is installed is not looked for again: each look searches
// folders, and every request to print asks.
const installedFor = 10 * time.Second

// installed remembers what can be made of documents on this machine.
type installed struct {
	mu       sync.Mutex // guards what follows
	until    time.Time
	from, to []string
}

// Formats returns the MIME types that documents may have, and those that they can
// be made into on this machine: what was installed or removed is noticed within
// installedFor. It may be called concurrently.
func (r *Renderer) Formats() (from, to []string) {
	k := &r.installed
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); now.After(k.until) {
		k.from, k.to = r.look()
		k.until = now.Add(installedFor)
	}
	return slices.Clone(k.from), slices.Clone(k.to)
}

// look finds out what Formats tells.
func (r *Renderer) look() (from, to []string) {
	from = append([]string{impose.PDF}, sources()...)
	to = []string{impose.PDF}
	if r.draws() {
		to = append(to, impose.PWG, impose.URF, impose.PNG)
	}
	return from, to
}

// draws reports whether pages can be drawn at a speed that is of use.
func (r *Renderer) draws() bool { return !r.slow() || r.pdftoppm() != "" }
