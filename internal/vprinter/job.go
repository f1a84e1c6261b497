package vprinter

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// The job-states of RFC 8011, 5.3.7.
const (
	statePending   = 3
	stateHeld      = 4
	statePrinting  = 5
	stateStopped   = 6
	stateCanceled  = 7
	stateAborted   = 8
	stateCompleted = 9
)

// job is a job of the printer; p.mu guards it.
type job struct {
	Job
	uuid      string
	reasons   []string
	docs      int
	size      int64
	created   time.Time
	started   time.Time
	completed time.Time
	done      chan struct{} // closed when it ended
	incoming  bool          // its document is being received
	stop      func()        // ends the wait for its document
}

// close ends a job. p.mu is held.
func (j *job) close(state int, reason string) {
	if j.State >= stateCanceled {
		return
	}
	j.State, j.reasons, j.completed = state, []string{reason}, time.Now()
	close(j.done)
	j.stop()
}

// newJob adds a job that waits for its document. The error is a status.
func (p *Printer) newJob(op, attrs goipp.Attributes) (*job, goipp.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault.Reject {
		return nil, goipp.StatusErrorNotAcceptingJobs
	}
	if p.opt.OneAtATime && slices.ContainsFunc(p.jobs, func(j *job) bool { return j.State < stateCanceled }) {
		return nil, goipp.StatusErrorBusy
	}
	p.last++
	j := &job{Job: Job{
		ID: p.last, Name: cmp.Or(ippserver.Text(op, "job-name"), "Untitled"), User: cmp.Or(ippserver.Text(op, "requesting-user-name"), "anonymous"),
		Attributes: attrs, State: stateHeld,
	}, reasons: []string{"job-incoming"}, created: time.Now(), done: make(chan struct{})}
	j.uuid = uuidOf(p.uuid + strconv.Itoa(j.ID) + j.created.String())
	t := time.AfterFunc(createLease, func() { p.expire(j) })
	j.stop = func() { t.Stop() }
	p.jobs = append(p.jobs, j)
	if n := len(p.jobs) - keepJobs; n > 0 && p.jobs[0].State >= stateCanceled {
		p.jobs = slices.Delete(p.jobs, 0, 1)
	}
	return j, goipp.StatusOk
}

// expire aborts a job whose document never came.
func (p *Printer) expire(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !j.incoming && j.docs == 0 {
		j.close(stateAborted, "aborted-by-system")
	}
}

// find returns a job by number, nil if there is none. p.mu is held.
func (p *Printer) find(id int) *job {
	for _, j := range p.jobs {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// receive keeps a job's document and lets it print. A body that is cut is no
// document: the job is aborted.
func (p *Printer) receive(j *job, format string, body io.Reader) error {
	p.mu.Lock()
	j.incoming, j.Format = true, format
	p.mu.Unlock()
	j.stop()
	path := filepath.Join(p.opt.Dir, fileName(j.Job))
	n, err := save(path, body)
	p.mu.Lock()
	defer p.mu.Unlock()
	j.incoming = false
	if err != nil {
		j.close(stateAborted, "submission-interrupted")
		return err
	}
	j.docs, j.size = 1, n
	if j.State >= stateCanceled { // meanwhile
		_ = os.Remove(path + ".part") // it was not printed
		return nil
	}
	j.State, j.reasons = statePending, []string{"none"}
	before, after := p.turn, make(chan struct{})
	p.turn = after
	p.wg.Go(func() {
		defer close(after)
		<-before
		p.print(j, path)
	})
	return nil
}

// save writes a document atomically.
func save(path string, body io.Reader) (int64, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".receiving-*")
	if err != nil {
		return 0, fmt.Errorf("keeping a document: %w", err)
	}
	n, err := io.Copy(f, body)
	if err == nil {
		err = f.Chmod(0o644)
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path+".part")
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it is of use to nobody
		return n, fmt.Errorf("keeping a document: %w", err)
	}
	return n, nil
}

// print lets a job out, whose turn it is, when nothing is in the way.
func (p *Printer) print(j *job, path string) {
	if !p.start(j) {
		_ = os.Remove(path + ".part") // it was not printed
		return
	}
	if p.opt.Delay > 0 {
		t := time.NewTimer(p.opt.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-j.done:
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if j.State >= stateCanceled {
		_ = os.Remove(path + ".part") // it was not printed
		return
	}
	if err := os.Rename(path+".part", path); err != nil {
		j.close(stateAborted, "aborted-by-system")
		return
	}
	j.Path = path
	j.close(stateCompleted, "job-completed-successfully")
}

// start waits until nothing keeps the printer from printing a job; it reports
// false if the job ended first.
func (p *Printer) start(j *job) bool {
	for {
		p.mu.Lock()
		if j.State >= stateCanceled {
			p.mu.Unlock()
			return false
		}
		blocked := slices.ContainsFunc(p.fault.Reasons, func(r string) bool { return strings.HasSuffix(r, "-error") })
		if j.started.IsZero() {
			j.started = time.Now()
		}
		j.State, j.reasons = statePrinting, []string{"job-printing"}
		if blocked {
			j.State, j.reasons = stateStopped, []string{"printer-stopped"}
		}
		news := p.news
		p.mu.Unlock()
		if !blocked {
			return true
		}
		select {
		case <-news:
		case <-j.done:
		}
	}
}

// cancel ends a job; the status says whether that was possible.
func (p *Printer) cancel(id int) goipp.Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.find(id)
	switch {
	case j == nil:
		return goipp.StatusErrorNotFound
	case j.State >= stateCanceled:
		return goipp.StatusErrorNotPossible
	}
	j.close(stateCanceled, "job-canceled-by-user")
	return goipp.StatusOk
}
