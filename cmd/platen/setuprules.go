package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"platen/connector/control"
	"platen/connector/daemon"
	"platen/internal/backoff"
	"platen/internal/cli"
)

// readRules reads the file of printer rules that was named, and refuses one with a
// mistake before anything is changed.
func (s *setup) readRules() error {
	if s.rules == "" {
		return nil
	}
	text, err := readFile(s.rules)
	if err != nil {
		return err
	}
	s.rulesText = text
	return rulesHint(daemon.CheckRulesText(s.rules, text))
}

// putRules puts the rules into their place, before a service starts with them.
func (s *setup) putRules(context.Context) error {
	if s.rules == "" {
		return nil
	}
	return rulesHint(daemon.InstallRules(s.cfg, s.rules, s.rulesText))
}

// followRules waits until the cloud has what the rules want. Where no connector runs,
// and none is to be installed, one runs here for that long.
func (s *setup) followRules(ctx context.Context) error {
	if s.rules == "" {
		return nil
	}
	plan, err := s.o.applyRules(ctx)
	if errors.Is(err, control.ErrNotRunning) {
		err = s.whileRunning(ctx, func(ctx context.Context) error {
			plan, err = s.o.applyRules(ctx)
			return err
		})
	}
	if err != nil {
		return cli.Hint(err, "all before it stands; 'platen printer rules apply' goes on")
	}
	s.done.Rules = fmt.Sprintf("%d of %d printers changed", plan.Changed, len(plan.Printers))
	return nil
}

// whileRunning calls do while a connector runs in this process, as soon as it answers.
func (s *setup) whileRunning(ctx context.Context, do func(context.Context) error) error {
	d, err := daemon.Open(s.cfg, cli.Version(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		defer cancel() // a connector that ends answers nothing
		ended <- d.Run(ctx)
	}()
	err = do(ctx)
	for errors.Is(err, control.ErrNotRunning) && backoff.Sleep(ctx, 50*time.Millisecond) == nil {
		err = do(ctx)
	}
	cancel()
	return errors.Join(err, <-ended, d.Close())
}
