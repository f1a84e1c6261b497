package cloud

import (
	"errors"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/impose"
)

// How often and how long a job's document is tried that cannot be made ready for
// reasons of the service's own: connectors ask again for ever.
const (
	maxFilled    = 5              // tries that filled the disk themselves
	renderGiveUp = 24 * time.Hour // as connectors give up documents that they do not get
)

// filledUp is the error of a rendering that was ended because the disk filled up
// meanwhile.
type filledUp struct{ error }

// Unwrap returns what was said of the room.
func (f filledUp) Unwrap() error { return f.error }

// patience counts what was tried in vain. It is in memory only: after a restart a
// document has all of its tries again.
type patience struct {
	now func() time.Time

	mu   sync.Mutex // guards what follows
	jobs map[gcp.JobID]*vain
}

// vain is what was tried in vain for a job.
type vain struct {
	first, last time.Time
	filled      int
}

// tried notes that a job's document could not be made ready, and returns how its job
// ends when that is for good; nil if it may be tried again.
func (p *patience) tried(id gcp.JobID, err error) *impose.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	v := p.jobs[id]
	if v == nil {
		if p.jobs == nil {
			p.jobs = map[gcp.JobID]*vain{}
		}
		v = &vain{first: now}
		p.jobs[id] = v
	}
	v.last = now
	if _, ok := errors.AsType[filledUp](err); ok {
		v.filled++
	}
	switch {
	case v.filled >= maxFilled:
		delete(p.jobs, id)
		return &impose.Error{
			Cause: impose.CauseTooBig, Err: err,
			Text: "The document needs more disk than the service has to make it ready for the printer.",
		}
	case now.Sub(v.first) >= renderGiveUp:
		delete(p.jobs, id)
		return &impose.Error{
			Cause: impose.CauseFailed, Err: err,
			Text: "The service could not make the document ready for the printer for a day: it had no room, or does not work.",
		}
	}
	return nil
}

// made forgets a job whose document is ready.
func (p *patience) made(id gcp.JobID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.jobs, id)
}

// expire forgets jobs that nobody has asked for lately.
func (p *patience) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.now().Add(-renderGiveUp)
	for id, v := range p.jobs {
		if v.last.Before(before) {
			delete(p.jobs, id)
		}
	}
}
