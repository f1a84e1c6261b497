package cups

import (
	"context"
	"errors"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/backoff"
	"platen/printer"
)

// How long a printer may still be reading what a killed program left in the
// socket's buffer, and how often it is asked meanwhile.
const (
	settleFor  = time.Second
	settleStep = 50 * time.Millisecond
	cancelFor  = 10 * time.Second
)

// Settle finds out what a cut hand-over came to; see connector.PrintSystem.
func (s *System) Settle(ctx context.Context, l printer.LocalJob, sent bool) (printer.Fate, error) {
	at, err := s.find(l.Printer)
	if err != nil {
		return "", err
	}
	switch {
	case at.socket != nil:
		return at.socket.settle(l, sent), nil
	case l.ID == 0 && at.server != nil:
		return printer.FateResend, nil // never created, as far as we know: it can have no document
	case l.ID == 0:
		return at.settleUnnumbered(ctx, l)
	case sent:
		return at.settleSent(ctx, l)
	}
	return at.settleCut(ctx, l)
}

// settleUnnumbered is for direct printers whose answer was lost.
func (at place) settleUnnumbered(ctx context.Context, l printer.LocalJob) (printer.Fate, error) {
	only, err := at.direct.printJobOnly(ctx)
	if err != nil {
		return "", err
	}
	found, err := at.search(ctx, l)
	if err != nil {
		return "", err
	}
	if found.ID == 0 {
		if only {
			return printer.FateUnknown, nil // it may have ended and been forgotten
		}
		return printer.FateResend, nil // without a number no document was sent
	}
	if !only {
		return at.settleCut(ctx, found)
	}
	// It may have the whole document or half of it: such printers print both.
	return printer.FateUnknown, nil
}

func (at place) settleSent(ctx context.Context, l printer.LocalJob) (printer.Fate, error) {
	_, err := at.job(ctx, l)
	switch {
	case errors.Is(err, printer.ErrNoJob):
		return printer.FateUnknown, nil
	case err != nil:
		return "", err
	}
	return printer.FateFollow, nil
}

// settleCut decides about a job whose document was not confirmed. Only a job that
// was still waiting for its document, and that ended by our cancelling without
// one, certainly printed nothing.
func (at place) settleCut(ctx context.Context, l printer.LocalJob) (printer.Fate, error) {
	job, err := at.rest(ctx, l)
	switch {
	case errors.Is(err, printer.ErrNoJob):
		return printer.FateUnknown, nil
	case err != nil:
		return "", err
	}
	if !at.waiting(job) {
		return at.started(ctx, l, job)
	}
	if err := at.cancel(ctx, l); err != nil {
		return "", err
	}
	job, err = at.ended(ctx, l)
	switch {
	case errors.Is(err, printer.ErrNoJob):
		return printer.FateUnknown, nil
	case err != nil:
		return "", err
	}
	if at.untouched(job) {
		return printer.FateResend, nil
	}
	return printer.FateUnknown, nil
}

// started decides about a job that has a document, or had. CUPS takes a document
// whole or not at all; other printers print what they got.
func (at place) started(ctx context.Context, l printer.LocalJob, job goipp.Attributes) (printer.Fate, error) {
	if at.server != nil {
		if at.untouched(job) {
			return printer.FateResend, nil // it ended before it had one
		}
		return printer.FateFollow, nil
	}
	if number(job, "job-state", 0) < jobCanceled {
		if err := at.cancel(ctx, l); err != nil { // half a document is of use to nobody
			return "", err
		}
	}
	return printer.FateUnknown, nil
}

// waiting reports whether a job waits for its document.
func (at place) waiting(job goipp.Attributes) bool {
	state := number(job, "job-state", 0)
	return (state == jobHeld || state == jobPending && at.server == nil) && at.empty(job)
}

// untouched reports whether a job that ended certainly printed nothing. CUPS may have
// deleted the documents of a job that printed (PreserveJobFiles No): that it has none
// says nothing, but that it never began does.
func (at place) untouched(job goipp.Attributes) bool {
	state := number(job, "job-state", 0)
	if at.server == nil {
		return state >= jobCanceled && at.empty(job)
	}
	return (state == jobCanceled || state == jobAborted) && at.empty(job) && number(job, "time-at-processing", 0) == 0
}

// empty reports whether a job has no document. CUPS counts them; a printer that
// does not is believed by the pages that it made.
func (at place) empty(job goipp.Attributes) bool {
	if at.server != nil {
		return number(job, "number-of-documents", 1) == 0
	}
	return number(job, "number-of-documents", 0) == 0 && number(job, "job-impressions-completed", 0) == 0
}

// rest returns a job when it is at rest: not waiting for its document, or so for
// long enough that nothing can be on the way any more.
func (at place) rest(ctx context.Context, l printer.LocalJob) (goipp.Attributes, error) {
	for end := time.Now().Add(settleFor); ; {
		job, err := at.job(ctx, l)
		if err != nil || !at.waiting(job) || time.Now().After(end) {
			return job, err
		}
		if err := backoff.Sleep(ctx, settleStep); err != nil {
			return nil, err
		}
	}
}

// ended returns a cancelled job when it has ended, or as it is after a while.
func (at place) ended(ctx context.Context, l printer.LocalJob) (goipp.Attributes, error) {
	for end := time.Now().Add(cancelFor); ; {
		job, err := at.job(ctx, l)
		if err != nil || number(job, "job-state", 0) >= jobCanceled || time.Now().After(end) {
			return job, err
		}
		if err := backoff.Sleep(ctx, settleStep); err != nil {
			return nil, err
		}
	}
}
