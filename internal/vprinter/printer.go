// Package vprinter is an IPP Everywhere printer in software, over real HTTP: the
// demo's printer and the tests'. It keeps what it is sent as files and renders
// nothing.
package vprinter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"
)

// Options say what the printer is. The zero value of each has a default, except Dir.
type Options struct {
	Name         string   // printer-name and -info; default "Virtual Printer"
	Dir          string   // where received documents go
	Formats      []string // document-format-supported; default PDF, JPEG, PWG raster
	Color        bool
	Duplex       bool
	OneAtATime   bool          // a second job is refused as busy while one is active
	PrintJobOnly bool          // no Create-Job and Send-Document
	Delay        time.Duration // how long a job prints
}

// Job is a job that the printer received.
type Job struct {
	ID         int
	Name       string
	User       string
	Format     string
	Path       string // the document, "" until it is complete
	Attributes goipp.Attributes
	State      int // job-state of RFC 8011, 5.3.7
}

// Fault is something wrong with the printer.
type Fault struct {
	Offline bool     // every connection is cut
	Reject  bool     // jobs are refused: server-error-not-accepting-jobs
	Reasons []string // printer-state-reasons, such as "media-empty-error"; jobs wait while one ends in -error
}

// Path is where the printer is found on its server.
const Path = "/ipp/print"

// createLease is how long a job may wait for its document (RFC 8011, 5.4.31).
const createLease = time.Minute

// keepJobs is how many ended jobs the printer remembers.
const keepJobs = 10000

// Printer is a virtual printer. It is safe for concurrent use.
type Printer struct {
	opt  Options
	uuid string
	born time.Time

	mu      sync.Mutex // guards what follows
	jobs    []*job     // oldest first
	last    int        // job-id
	fault   Fault
	changed time.Time     // of the state
	news    chan struct{} // closed and made anew when a fault or a cancel may free the printer
	turn    chan struct{} // closed when the newest job has had its turn
	wg      sync.WaitGroup
}

// New returns a printer that keeps its documents in o.Dir, which it creates.
func New(o Options) (*Printer, error) {
	if o.Dir == "" {
		return nil, errors.New("a virtual printer needs a folder")
	}
	if o.Name == "" {
		o.Name = "Virtual Printer"
	}
	if len(o.Formats) == 0 {
		o.Formats = []string{"application/pdf", "image/jpeg", "image/pwg-raster"}
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the printer's folder: %w", err)
	}
	last, err := lastID(o.Dir)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	free := make(chan struct{})
	close(free)
	return &Printer{
		opt: o, uuid: uuidOf(o.Name + o.Dir), born: now, changed: now, last: last,
		news: make(chan struct{}), turn: free,
	}, nil
}

// URI returns the printer-uri of a printer served at addr.
func URI(addr net.Addr) string { return "ipp://" + addr.String() + Path }

// Serve answers on l until ctx ends, and then waits for the job that prints.
func (p *Printer) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           p,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // Serve returns then
	defer stop()
	err := srv.Serve(l)
	p.end()
	p.wg.Wait()
	if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving a virtual printer: %w", err)
}

// Jobs returns the received jobs, oldest first.
func (p *Printer) Jobs() []Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Job, 0, len(p.jobs))
	for _, j := range p.jobs {
		list = append(list, j.Job)
	}
	return list
}

// SetFault changes what is wrong with the printer; the zero Fault mends it.
func (p *Printer) SetFault(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
	p.stir()
}

// stir wakes the jobs that wait. p.mu is held.
func (p *Printer) stir() {
	p.changed = time.Now()
	close(p.news)
	p.news = make(chan struct{})
}

// end aborts what has not ended: nobody serves it any more.
func (p *Printer) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		if j.State < stateCanceled {
			j.close(stateAborted, "aborted-by-system")
		}
	}
	p.stir()
}
