package connector

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"platen/gcp"
	"platen/printer"
)

// task is something for a queue's loop to do. It must not wait.
type task func(ctx context.Context)

// queue is one printer's jobs. Its loop alone touches what has no lock; helpers
// do all that waits, and post the result as a task.
type queue struct {
	c     *Connector
	id    gcp.PrinterID
	inbox chan task
	poke  chan struct{} // the mail has something

	mail struct {
		sync.Mutex
		hinted    bool
		received  time.Time // of the first hint not seen yet
		connected bool
		resumed   bool
	}

	name  printer.Name
	local *printer.Printer // as last seen; nil before
	seq   int              // of the last claim
	jobs  map[gcp.JobID]*job
	order []*job // not yet with the printer, in the service's order

	fetch   fetchState
	cancels cancelState
	loading int    // downloads under way
	making  bool   // a job is being created at the printer
	created []*job // created, without document, in the service's order
	sending bool   // a document is on its way to the printer
	asideOf gcp.JobID

	expireAt time.Time // when to look for jobs that waited too long; zero for never
	repeats  bool      // jobs in hand are told again later
}

func newQueue(c *Connector, id gcp.PrinterID, name printer.Name) *queue {
	return &queue{
		c: c, id: id, name: name, inbox: make(chan task, 16), poke: make(chan struct{}, 1),
		jobs: map[gcp.JobID]*job{},
	}
}

// hint notes that the service may have work. It never blocks.
func (q *queue) hint(received time.Time) {
	q.mail.Lock()
	if !q.mail.hinted {
		q.mail.hinted, q.mail.received = true, received
	}
	q.mail.Unlock()
	q.nudge()
}

// connected notes that the service can be reached again. It never blocks.
func (q *queue) connected() {
	q.mail.Lock()
	q.mail.connected = true
	q.mail.Unlock()
	q.nudge()
}

// resumed notes that jobs may be taken and handed over, under a new run. It never
// blocks.
func (q *queue) resumed() {
	q.mail.Lock()
	q.mail.resumed = true
	q.mail.Unlock()
	q.nudge()
}

func (q *queue) nudge() {
	select {
	case q.poke <- struct{}{}:
	default:
	}
}

// post gives the loop a task; it waits for room, but not longer than ctx.
func (q *queue) post(ctx context.Context, t task) {
	select {
	case q.inbox <- t:
	case <-ctx.Done():
	}
}

// later posts a task after d.
func (q *queue) later(ctx context.Context, d time.Duration, t task) {
	time.AfterFunc(d, func() { q.post(ctx, t) })
}

// run is the loop.
func (q *queue) run(ctx context.Context, recs []Record) {
	for _, rec := range recs {
		q.resume(ctx, rec)
	}
	for {
		q.step(ctx)
		select {
		case <-ctx.Done():
			return
		case t := <-q.inbox:
			t(ctx)
		case <-q.poke:
			q.readMail(ctx)
		}
		for range len(q.inbox) {
			(<-q.inbox)(ctx)
		}
	}
}

func (q *queue) readMail(ctx context.Context) {
	q.mail.Lock()
	hinted, received, connected := q.mail.hinted, q.mail.received, q.mail.connected
	again := connected || q.mail.resumed
	q.mail.hinted, q.mail.connected, q.mail.resumed = false, false, false
	q.mail.Unlock()
	if hinted {
		q.fetch.hinted = true
		q.fetch.pushed, q.fetch.woke = received, time.Now()
	}
	if again {
		q.fetch.waits, q.cancels.waits = false, false
		q.fetch.try.Reset()
		q.cancels.try.Reset()
		for _, j := range q.jobs {
			j.retryAt = time.Time{}
			j.docTry.Reset()
			j.reportWaits = false
			j.reportTry.Reset()
			q.tell(ctx, j)
		}
	}
	if hinted || connected {
		q.cancels.wanted = true
	}
}

// step starts whatever can start.
func (q *queue) step(ctx context.Context) {
	q.expire(ctx)
	q.undoOld(ctx)
	q.weed(ctx)
	q.fetchIfDue(ctx)
	q.askIfDue(ctx)
	q.download(ctx)
	q.handOver(ctx)
}

// enlist puts a job into the order by its claim.
func (q *queue) enlist(j *job) { q.order = insert(q.order, j) }

// insert puts j into jobs, which are in the order of their claims.
func insert(jobs []*job, j *job) []*job {
	at, _ := slices.BinarySearchFunc(jobs, j, func(a, b *job) int { return cmp.Compare(a.seq, b.seq) })
	return slices.Insert(jobs, at, j)
}

// delist takes a job out of the order.
func (q *queue) delist(j *job) {
	q.order = slices.DeleteFunc(q.order, func(o *job) bool { return o == j })
}

// out counts the jobs that the printer has.
func (q *queue) out() int {
	n := 0
	for _, j := range q.jobs {
		if j.phase == phaseOut {
			n++
		}
	}
	return n
}

// setLocal takes a new look at the printer.
func (q *queue) setLocal(ctx context.Context, p printer.Printer) {
	q.post(ctx, func(context.Context) { q.local, q.name = &p, p.Name })
}
