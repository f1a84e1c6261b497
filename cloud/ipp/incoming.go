package ipp

import (
	"slices"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
)

// Bounds of jobs whose documents are still to come, and of those among them that are over.
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
	if j.ended == "" && j.over(now) {
		s.ended = comingAborted
	}
	return s
}

// over reports whether the job becomes none of the service's any more.
func (j *coming) over(now time.Time) bool { return j.ended != "" || !j.taken && now.After(j.until) }

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

// room reports whether a person may have another. What is over does not count, and the
// oldest of it is forgotten where there is too much. mu is held.
func (i *incoming) room(owner cloud.UserID, now time.Time) bool {
	i.sweep(now)
	open, mine := 0, 0
	var over, mineOver []*coming
	for _, j := range i.jobs {
		ended, own := j.over(now), j.owner == owner
		if !ended {
			open++
		} else {
			over = append(over, j)
		}
		if own && !ended {
			mine++
		} else if own {
			mineOver = append(mineOver, j)
		}
	}
	i.forget(mineOver, maxComingOne)
	i.forget(over, maxComing)
	return open < maxComing && mine < maxComingOne
}

// forget leaves the newest of some jobs that are over. mu is held.
func (i *incoming) forget(over []*coming, most int) {
	slices.SortFunc(over, func(a, b *coming) int { return a.until.Compare(b.until) })
	for _, j := range over[:max(0, len(over)-most)] {
		delete(i.jobs, comingKey{j.printer, j.number})
	}
}

// errComing is the answer to somebody who has too many.
var errComing = refuse(goipp.StatusErrorTooManyJobs, "Too many of your jobs wait for their documents.")

// add makes a job whose document is to come, and says how it is. One whose key was used
// before is the job of that time. number gives it its number, unless there is no room.
func (i *incoming) add(j *coming, now time.Time, number func() (int, error)) (int, *comingState, error) {
	n, state, err := i.enter(j, now)
	if n == 0 && err == nil {
		if j.number, err = number(); err == nil {
			n, state, err = i.enter(j, now) // others may have come while the number did
		}
	}
	return n, state, err
}

// enter finds the job of the same key, and otherwise takes the job in if it has a number
// and there is room.
func (i *incoming) enter(j *coming, now time.Time) (int, *comingState, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, other := range i.jobs {
		if j.order.key != "" && other.order.key == j.order.key && other.owner == j.owner && other.printer == j.printer && !other.over(now) {
			return other.number, other.state(now), nil
		}
	}
	if !i.room(j.owner, now) {
		return 0, nil, errComing
	}
	if j.number == 0 {
		return 0, nil, nil
	}
	if i.jobs == nil {
		i.jobs = map[comingKey]*coming{}
	}
	i.jobs[comingKey{j.printer, j.number}] = j
	return j.number, j.state(now), nil
}

// take begins to receive the document of a job, nil if it takes none.
func (i *incoming) take(p gcp.PrinterID, number int, owner cloud.UserID, now time.Time) *coming {
	i.mu.Lock()
	defer i.mu.Unlock()
	j := i.jobs[comingKey{p, number}]
	if j == nil || j.owner != owner || j.taken || j.over(now) {
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

// leave forgets a job that has become one of the service's, and reports whether it was
// cancelled before: from now on that is the service's to do.
func (i *incoming) leave(j *coming) (canceled bool) {
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
	if j == nil || j.owner != owner || j.over(now) {
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
		if k.printer == p && j.owner == owner && !j.over(now) {
			list[k.number] = j.state(now)
		}
	}
	return list
}
