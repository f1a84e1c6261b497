package cups

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

// The steps at which a job is asked for: quickly after something happened, and
// slower and slower while nothing does.
const (
	directMin = 50 * time.Millisecond
	directMax = time.Second

	// silentFor is how long a printer may not answer before its jobs show it.
	silentFor = time.Minute
)

// Follow reports each change until the job ended; see connector.PrintSystem. The
// last status is returned and not reported.
func (s *System) Follow(ctx context.Context, l printer.LocalJob, report func(printer.JobStatus)) (printer.JobStatus, error) {
	at, err := s.find(l.Printer)
	if err != nil {
		return printer.JobStatus{}, err
	}
	if at.socket != nil {
		return at.socket.printed(), nil
	}
	if l.ID == 0 {
		found, err := at.search(ctx, l)
		if err != nil {
			return printer.JobStatus{}, err
		}
		if found.ID == 0 {
			return printer.JobStatus{}, printer.ErrNoJob
		}
		l = found
	}
	f := &follower{at: at, l: l, report: report}
	if at.server != nil {
		return f.events(ctx)
	}
	return f.poll(ctx)
}

// follower is one job on its way.
type follower struct {
	at     place
	l      printer.LocalJob
	report func(printer.JobStatus)
	last   printer.JobStatus

	patience printer.Patience
	after    aftermath // of a CUPS server's crash
}

// see takes in what the printer says, and reports whether the job has ended.
func (f *follower) see(ctx context.Context, job, state goipp.Attributes) bool {
	now := printer.JobStatusFromIPP(job, state, f.patience.See(state, time.Now()))
	now.Pages = max(now.Pages, f.last.Pages)
	before := f.last
	f.last = now
	if f.at.server != nil {
		f.after.see(job, f.at.server.hub.countOutages())
	}
	if now.State.Type.Ended() {
		if number(job, "job-state", 0) == jobStopped {
			_ = f.at.cancel(ctx, f.l) // CUPS would keep a job whose filter failed for ever; it is over all the same
		}
		return true
	}
	if changed(before, now) {
		f.report(now)
	}
	return false
}

func changed(a, b printer.JobStatus) bool {
	return a.Pages != b.Pages || a.Begun != b.Begun || a.Message != b.Message || !a.State.Equal(b.State)
}

// poll asks a direct printer for its job.
func (f *follower) poll(ctx context.Context) (printer.JobStatus, error) {
	wait := step{min: directMin, max: directMax}
	silent := time.Time{}
	var printerState goipp.Attributes
	for {
		before := f.last
		job, err := f.at.job(ctx, f.l)
		switch {
		case errors.Is(err, printer.ErrNoJob), err != nil && !temporary(err):
			return f.last, err
		case err != nil:
			f.silent(&silent)
		default:
			silent = time.Time{}
			f.at.direct.answered()
			if wait.slow() || f.last.State.Type == gcp.JobStopped { // it takes its time: why?
				printerState = f.at.state(ctx, f.l)
				f.at.direct.tell(printerState)
			}
			if f.see(ctx, job, printerState) {
				return f.last, nil
			}
		}
		if changed(before, f.last) {
			wait.reset()
		}
		if err := backoff.Sleep(ctx, wait.next()); err != nil {
			return f.last, err
		}
	}
}

// silent notes that the printer did not answer, and shows it after a while: it
// says nothing about the job, which may well be printing.
func (f *follower) silent(since *time.Time) {
	if since.IsZero() {
		*since = time.Now()
	}
	away := gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	if time.Since(*since) < silentFor || f.last.State.Equal(away) {
		return
	}
	f.last.State, f.last.Message = away, "the printer does not answer"
	f.report(f.last)
}

// state asks for the state of the job's printer; nil if it does not answer.
func (at place) state(ctx context.Context, l printer.LocalJob) goipp.Attributes {
	r := newRequest(goipp.OpGetPrinterAttributes, at.path).uri(at.uri).user(l.User).
		wanting(append(lightAttributes(), "media-ready", "media-col-ready")...)
	m, err := at.peer.ask(ctx, r, networkLimit)
	if err != nil {
		return nil // the next question about the job shows it
	}
	return m.Printer
}

// events waits for what the server's hub hears of the job.
func (f *follower) events(ctx context.Context) (printer.JobStatus, error) {
	h := f.at.server.hub
	f.after.outages = h.countOutages()
	w, fresh := h.watch(f.l)
	defer h.forget(f.l)
	if fresh { // a job from before a restart may have ended long ago
		job, err := f.at.job(ctx, f.l)
		if err != nil && !temporary(err) {
			return f.last, err
		}
		if err == nil && f.see(ctx, job, asPrinter(job)) {
			return f.ended(ctx)
		}
	}
	silent := time.Time{}
	check := time.NewTicker(silentFor / 4)
	defer check.Stop()
	ripe := time.NewTimer(0) // when something begins to count that does not yet
	defer ripe.Stop()
	for {
		if next := f.patience.Next(time.Now()); next > 0 {
			ripe.Reset(next)
		} else {
			ripe.Stop()
		}
		select {
		case <-ctx.Done():
			return f.last, ctx.Err()
		case <-check.C:
			if h.deaf() {
				f.silent(&silent)
				continue
			}
			silent = time.Time{}
			if f.stuck(ctx) {
				return f.last, printer.ErrNoJob
			}
			continue
		case <-ripe.C:
			if job, err := f.at.job(ctx, f.l); err == nil && f.see(ctx, job, asPrinter(job)) {
				return f.ended(ctx)
			}
			continue
		case <-w.news:
		}
		attrs, gone := h.latest(f.l)
		if gone {
			return f.last, printer.ErrNoJob
		}
		if attrs != nil && f.see(ctx, attrs, asPrinter(attrs)) {
			return f.ended(ctx)
		}
	}
}

// asPrinter returns what a CUPS job or event says of its printer.
func asPrinter(job goipp.Attributes) goipp.Attributes {
	var out goipp.Attributes
	for _, a := range job {
		switch a.Name {
		case "printer-state", "printer-state-reasons", "printer-state-message":
			out = append(out, a)
		case "job-printer-state-reasons":
			out = append(out, goipp.Attribute{Name: "printer-state-reasons", Values: slices.Clone(a.Values)})
		case "job-printer-state-message":
			out = append(out, goipp.Attribute{Name: "printer-state-message", Values: slices.Clone(a.Values)})
		}
	}
	return out
}

// step is a wait that grows by half each time.
type step struct{ min, max, now time.Duration }

func (s *step) next() time.Duration {
	s.now = min(max(s.min, s.now+s.now/2), s.max)
	return s.now
}

func (s *step) reset() { s.now = 0 }

func (s *step) slow() bool { return s.now >= s.max/2 }
