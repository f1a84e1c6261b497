package connector

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

// maxUnknown bounds the hints kept for printers that are not known yet.
const maxUnknown = 1000

// Connector keeps cloud and print system in step. Build it with New, then call
// Run once; the other methods may be called from any goroutine.
type Connector struct {
	Config
	reconciler *reconciler
	wg         sync.WaitGroup // every goroutine of Run
	downloads  pool
	reports    pool
	fetches    pool
	renders    chan struct{}              // holds one for each document that is being rendered
	gate       *gate                      // for jobs that may have killed the process before
	changed    atomic.Bool                // the rules were, since the last round of the reconciler
	wake       chan struct{}              // the reconciler has something to do
	asks       chan func(context.Context) // what a person asks of the reconciler

	instance string                 // names this process to the service
	stance   atomic.Pointer[stance] // what the service said of it last
	keeping  sync.Mutex             // held while the history is written
	asked    gcp.RunID              // announced last; of the reconciler
	inherits bool                   // there were jobs to be printed at the start
	holds    atomic.Bool            // those wait, see vigil

	mu         sync.Mutex // guards what follows
	past       History
	owed       *duty // to be done next
	accounting bool  // a goroutine does duties
	queues     map[gcp.PrinterID]*queue
	unknown    map[gcp.PrinterID]time.Time // hints for printers without a queue
	catchUp    bool                        // the service must be listed
	full       map[gcp.PrinterID]bool      // printers with jobs that the disk has no room for
	view       []PrinterStatus
	recent     []JobStatus       // forgotten, oldest first
	trouble    map[string]string // what fails now, by what it is about
	last       string            // the newest of them
}

// New builds a Connector and does nothing else.
func New(cfg Config) (*Connector, error) {
	if cfg.Cloud == nil || cfg.Registry == nil || cfg.PrintSystem == nil || cfg.Spool == nil || cfg.Identities == nil || cfg.Runs == nil {
		return nil, errors.New("connector: Cloud, Registry, PrintSystem, Spool, Identities and Runs must be set")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Options = cfg.Options.withDefaults()
	c := &Connector{
		Config: cfg, wake: make(chan struct{}, 1), asks: make(chan func(context.Context)),
		queues: map[gcp.PrinterID]*queue{}, unknown: map[gcp.PrinterID]time.Time{},
		full: map[gcp.PrinterID]bool{}, trouble: map[string]string{}, catchUp: true,
	}
	c.downloads = pool{limit: cfg.Options.Downloads, wg: &c.wg}
	c.renders = make(chan struct{}, cfg.Options.Renders)
	c.reports = pool{limit: maxReports, wg: &c.wg}
	c.fetches = pool{limit: cfg.Options.Downloads, wg: &c.wg}
	c.instance, c.past = gcp.NewID(), cfg.Runs.History()
	c.stance.Store(&stance{})
	c.reconciler = newReconciler(c)
	return c, nil
}

// Run works until ctx ends, and returns nil then. Documents on their way to a
// printer are given Options.StopGrace to arrive.
func (c *Connector) Run(ctx context.Context) error {
	r := c.reconciler
	records := map[gcp.PrinterID][]Record{}
	unfinished := c.Spool.Unfinished()
	c.accuse(ctx, unfinished)
	c.inherits = inherits(unfinished)
	for _, rec := range unfinished {
		records[rec.Job.PrinterID] = append(records[rec.Job.PrinterID], rec)
	}
	for _, id := range r.ids {
		if !id.Removed || len(records[id.ID]) > 0 {
			c.startQueue(ctx, id.ID, id.Name, records[id.ID])
			delete(records, id.ID)
		}
	}
	for id, recs := range records { // of printers that nobody remembers
		c.startQueue(ctx, id, recs[0].Printer, recs)
	}
	c.wg.Go(func() { r.run(ctx) })
	<-ctx.Done()
	c.wg.Wait()
	return nil
}

// startQueue starts the loop of a printer, once.
func (c *Connector) startQueue(ctx context.Context, id gcp.PrinterID, name printer.Name, recs []Record) *queue {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q, ok := c.queues[id]; ok {
		return q
	}
	q := newQueue(c, id, name)
	c.queues[id] = q
	if at, ok := c.unknown[id]; ok {
		delete(c.unknown, id)
		q.hint(at)
	}
	c.wg.Go(func() { q.run(ctx, recs) })
	return q
}

// Hint takes a notification. It never blocks.
func (c *Connector) Hint(n gcp.Notification, received time.Time) {
	if n.Kind != gcp.NotifyJobs {
		c.list() // a printer was deleted, or its settings changed: the list is the truth
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if q, ok := c.queues[n.Printer]; ok {
		q.hint(received)
	} else if len(c.unknown) < maxUnknown {
		c.unknown[n.Printer] = received
	}
}

// Connected says that notifications flow again, so that the connector catches
// up once. It never blocks.
func (c *Connector) Connected() {
	c.mu.Lock()
	for _, q := range c.queues {
		q.connected()
	}
	c.mu.Unlock()
	c.list()
}

// list makes the reconciler ask the service for its printers.
func (c *Connector) list() {
	c.mu.Lock()
	c.catchUp = true
	c.mu.Unlock()
	c.Refresh()
}

// Refresh asks for a look at the local printers now. It never blocks.
func (c *Connector) Refresh() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Reconsider is Refresh after the rules changed: what the service refused by the old
// ones is asked once more.
func (c *Connector) Reconsider() {
	c.changed.Store(true)
	c.Refresh()
}

// eachQueue calls f for every queue, without a lock.
func (c *Connector) eachQueue(f func(*queue)) {
	c.mu.Lock()
	all := make([]*queue, 0, len(c.queues))
	for _, q := range c.queues {
		all = append(all, q)
	}
	c.mu.Unlock()
	for _, q := range all {
		f(q)
	}
}

func (c *Connector) queue(id gcp.PrinterID) *queue {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queues[id]
}

// failing notes that what is failing (err) or works again (nil), and logs it
// when it changes.
func (c *Connector) failing(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	before := c.trouble[what]
	if err != nil {
		c.trouble[what], c.last = err.Error(), what
	} else if delete(c.trouble, what); c.last == what {
		c.last = ""
	}
	c.mu.Unlock()
	switch {
	case err != nil && err.Error() != before:
		c.Logger.WarnContext(ctx, "failing, will be tried again", slog.String("what", what), slog.Any("err", err))
	case err == nil && before != "":
		c.Logger.InfoContext(ctx, "works again", slog.String("what", what))
	}
}

// write puts an event into the journal, however long that takes; false means
// that ctx ended before. Nothing may go on without it.
func (c *Connector) write(ctx context.Context, e Event) bool {
	return c.insist(ctx, "journal", func() error { return c.Spool.Write(e) })
}

// insist calls f until it succeeds, and notes what is failing; false means that
// ctx ended before.
func (c *Connector) insist(ctx context.Context, what string, f func() error) bool {
	wait := backoff.Backoff{Max: time.Minute}
	for {
		err := f()
		c.failing(ctx, what, err)
		if err == nil {
			return true
		}
		if wait.Wait(ctx) != nil {
			return false
		}
	}
}

// cancelAt asks a printer to cancel a job, until it has answered or ctx ends. A
// job that it does not know is cancelled.
func (c *Connector) cancelAt(ctx context.Context, l printer.LocalJob) bool {
	return c.insist(ctx, "cancel jobs on "+string(l.Printer), func() error {
		err := c.PrintSystem.Cancel(ctx, l)
		if errors.Is(err, printer.ErrNoJob) {
			return nil
		}
		return err
	})
}

// event returns an event of now.
func (c *Connector) event(kind EventKind, id gcp.JobID) Event {
	return Event{Kind: kind, ID: id, At: time.Now().UnixMicro()}
}

// call returns a context for one call to the service.
func (c *Connector) call(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, callTimeout)
}
