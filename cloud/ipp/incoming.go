package ipp

import (
	"sync"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Bounds of jobs whose documents are still to come.
const (
	maxComing    = 10_000 // at once
	maxComingOne = 100    // of one person
	keepFailed   = 10 * time.Minute
)

// coming is a job whose document is still to come, or never came. incoming.mu guards
// what changes of it.
type coming struct {
	printer gcp.PrinterID
	number  int
	owner   cloud.UserID
	email   string
	order   order
	created time.Time

	until  time.Time // when it ends if its document has not begun to come; then: when it is forgotten
	taken  bool      // its document comes
	ended  comingEnd // "" while it may still become a job
	closed bool      // it was cancelled while its document came
}

// comingEnd is how a job ended that never had a document.
type comingEnd string

const (
	comingCanceled comingEnd = "canceled"
	comingAborted  comingEnd = "aborted" // its document broke off, or never came
)

// comingState is such a job at one moment.
type comingState struct {
	title   string
	email   string
	created time.Time
	ended   comingEnd
}

func (j *coming) state(now time.Time) *comingState {
	s := &comingState{title: j.order.title, email: j.email, created: j.created, ended: j.ended}
	if j.ended == "" && !j.taken && now.After(j.until) {
		s.ended = comingAborted
	}
	return s
}

type comingKey struct {
	printer gcp.PrinterID
	number  int
}

// incoming are the jobs whose documents are still to come: in memory, as a client that
// sees the service start again begins anew.
type incoming struct {
	mu   sync.Mutex // guards jobs and what they point to
	jobs map[comingKey]*coming
}

// sweep forgets what is over. mu is held.
func (i *incoming) sweep(now time.Time) {
	for k, j := range i.jobs {
		if !j.taken && now.After(j.until.Add(keepFailed)) {
			delete(i.jobs, k)
		}
	}
}

// room reports whether a person may have another.
func (i *incoming) room(owner cloud.UserID, now time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.sweep(now)
	n := 0
	for _, j := range i.jobs {
		if j.owner == owner {
			n++
		}
	}
	return len(i.jobs) < maxComing && n < maxComingOne
}

func (i *incoming) add(j *coming) *coming {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.jobs == nil {
		i.jobs = map[comingKey]*coming{}
	}
	i.jobs[comingKey{j.printer, j.number}] = j
	return j
}

// again finds the job of a key that was used before, nil if there is none.
func (i *incoming) again(p gcp.PrinterID, owner cloud.UserID, key string, now time.Time) *coming {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, j := range i.jobs {
		if key != "" && j.order.key == key && j.owner == owner && j.printer == p && j.state(now).ended == "" {
			copied := *j
			return &copied
		}
	}
	return nil
}

// take begins to receive the document of a job, nil if it takes none.
func (i *incoming) take(p gcp.PrinterID, number int, owner cloud.UserID, now time.Time) *coming {
	i.mu.Lock()
	defer i.mu.Unlock()
	j := i.jobs[comingKey{p, number}]
	if j == nil || j.owner != owner || j.taken || j.state(now).ended != "" {
		return nil
	}
	j.taken = true
	return j
}

// back lets a job wait on: its document was not even looked at.
func (i *incoming) back(j *coming, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	j.taken, j.until = false, now.Add(incomingTime)
}

// failed ends a job whose document was refused or broke off.
func (i *incoming) failed(j *coming, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	j.taken, j.until = false, now
	if j.ended = comingAborted; j.closed {
		j.ended = comingCanceled
	}
}

// canceledMeanwhile makes a job one of the service's, which takes no cancellation here
// any more, and reports whether one came before.
func (i *incoming) canceledMeanwhile(j *coming) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.jobs, comingKey{j.printer, j.number})
	return j.closed
}

// cancel ends a job of a person; false if there is none that can end.
func (i *incoming) cancel(p gcp.PrinterID, number int, owner cloud.UserID, now time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	j := i.jobs[comingKey{p, number}]
	if j == nil || j.owner != owner || j.state(now).ended != "" {
		return false
	}
	if j.closed = j.taken; !j.taken {
		j.ended, j.until = comingCanceled, now
	}
	return true
}

// find returns a job of a person, nil if there is none.
func (i *incoming) find(p gcp.PrinterID, number int, owner cloud.UserID, now time.Time) *comingState {
	i.mu.Lock()
	defer i.mu.Unlock()
	if j := i.jobs[comingKey{p, number}]; j != nil && j.owner == owner {
		return j.state(now)
	}
	return nil
}

// of lists the numbers of a person's jobs at a printer that wait for their documents.
func (i *incoming) of(p gcp.PrinterID, owner cloud.UserID, now time.Time) map[int]*comingState {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := map[int]*comingState{}
	for k, j := range i.jobs {
		if k.printer == p && j.owner == owner && j.state(now).ended == "" {
			list[k.number] = j.state(now)
		}
	}
	return list
}
