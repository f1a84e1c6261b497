package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/gcp"
)

// How often Run looks after what time brings.
const (
	tickEvery  = time.Second
	sweepEvery = time.Minute
)

// eventRetention is how long events are kept; orphanAge is how old a document
// without a job is when it is deleted.
const (
	eventRetention = 30 * day
	orphanAge      = time.Hour
)

// retentionPage is how many documents are deleted at a time.
const retentionPage = 200

// Recover puts right what a stop of the program left: no push stream is open now,
// and nobody comes back for a half rendered document.
// It is called before robots are let in; Run calls it if nobody has.
func (s *Service) Recover(ctx context.Context) error {
	s.recover.Do(func() { s.recovered = errors.Join(s.cfg.Store.DisconnectRobots(ctx), s.renders.sweep()) })
	return s.recovered
}

// Run does what time brings: repeated hints for waiting jobs, cancel time-outs,
// retention, clean-up. It returns when ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.Recover(ctx); err != nil {
		return fmt.Errorf("start the service: %w", err)
	}
	last, err := s.cfg.Store.LastEvent(ctx)
	if err != nil {
		return fmt.Errorf("start the service: %w", err)
	}
	s.started.Store(s.cfg.Now().UnixMicro())
	s.running.Store(true)
	defer s.running.Store(false)
	defer s.renders.stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.feed(ctx, last) })
	g.Go(func() error { return s.every(ctx, tickEvery, s.ticker()) })
	g.Go(func() error {
		return s.every(ctx, tickEvery, func(ctx context.Context) { s.attempt(ctx, "end jobs that are due", s.endDue) })
	})
	g.Go(func() error { return s.every(ctx, sweepEvery, s.sweeper()) })
	s.attempt(ctx, "hint of waiting jobs", s.hintAll)
	err = g.Wait()
	s.writeLast(ctx)
	if ctx.Err() != nil && err != nil {
		return context.Cause(ctx)
	}
	return err
}

// writeLast writes down the notes of the last second.
func (s *Service) writeLast(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	s.attempt(ctx, "write notes down", s.flushNotes)
}

// every calls fn at once and then at each interval until ctx ends.
func (s *Service) every(ctx context.Context, interval time.Duration, fn func(context.Context)) error {
	t := time.NewTicker(interval)
	defer t.Stop()
	for {
		fn(ctx)
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ticker returns what is done each second.
func (s *Service) ticker() func(context.Context) {
	from := s.cfg.Now()
	return func(ctx context.Context) {
		to := s.cfg.Now()
		s.attempt(ctx, "write notes down", s.flushNotes)
		s.attempt(ctx, "end cancelled jobs", s.endCancelled)
		s.attempt(ctx, "repeat hints", func(ctx context.Context) error { return s.repeatHints(ctx, from, to) })
		from = to
	}
}

// sweeper returns what is done each minute.
func (s *Service) sweeper() func(context.Context) {
	swept := false
	from := s.cfg.Now()
	return func(ctx context.Context) {
		to := s.cfg.Now()
		s.attempt(ctx, "look for twins", func(ctx context.Context) error { return s.checkTwins(ctx, from, to) })
		from = to
		s.attempt(ctx, "delete old documents", s.expireDocuments)
		s.renders.expire(ctx)
		s.patience.expire()
		s.expireDrafts(ctx)
		s.attempt(ctx, "forget old registrations", func(ctx context.Context) error {
			return s.cfg.Store.RemoveClaims(ctx, s.cfg.Now(), s.cfg.Now().Add(-claimKept))
		})
		s.attempt(ctx, "forget old events", func(ctx context.Context) error {
			return s.cfg.Store.PruneEvents(ctx, s.cfg.Now().Add(-eventRetention), s.past(s.cfg.Limits.Audit))
		})
		s.attempt(ctx, "forget old keys", func(ctx context.Context) error { return s.cfg.Store.PruneKeys(ctx, s.past(s.cfg.Limits.Keys)) })
		s.attempt(ctx, "remove hidden printers", s.removeHidden)
		s.attempt(ctx, "end visits", s.endVisits)
		s.attempt(ctx, "look for outages", s.lookForOutages)
		if !swept && s.cfg.Blobs != nil {
			swept = true
			s.attempt(ctx, "sweep documents", s.sweepOrphans)
		}
	}
}

// expireDocuments deletes the documents of jobs that ended long enough ago. The
// file goes first: a crash between leaves a row that is tried again.
func (s *Service) expireDocuments(ctx context.Context) error {
	for s.cfg.Blobs != nil {
		jobs, err := s.cfg.Store.ExpiredDocuments(ctx, s.cfg.Now().Add(-s.cfg.Retention), retentionPage)
		if err != nil {
			return fmt.Errorf("find expired documents: %w", err)
		}
		if len(jobs) == 0 {
			return nil
		}
		ids := make([]gcp.JobID, len(jobs))
		for i, j := range jobs {
			if err := s.cfg.Blobs.Remove(ctx, j.Document.ID); err != nil {
				return fmt.Errorf("delete document of job %s: %w", j.ID, err)
			}
			ids[i] = j.ID
		}
		if err := s.cfg.Store.ForgetDocuments(ctx, ids); err != nil {
			return fmt.Errorf("forget deleted documents: %w", err)
		}
	}
	return nil
}

// sweepOrphans deletes documents that a crash left without a job.
func (s *Service) sweepOrphans(ctx context.Context) error {
	err := s.cfg.Blobs.Sweep(ctx, s.cfg.Now().Add(-orphanAge), s.cfg.Store.DocumentKnown)
	if err != nil {
		return fmt.Errorf("sweep documents: %w", err)
	}
	return nil
}
