package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/connector/daemon"
	"platen/internal/cli"
	"platen/internal/service"
)

// gcPercent trades a little processor time for a small daemon: it is idle nearly
// always, and should not keep memory that one busy minute needed.
const gcPercent = 75

func newRun(o *options) *cobra.Command {
	wait := false
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the connector in the foreground",
		Long: "run carries jobs until it is told to stop (SIGINT, SIGTERM). It starts whether or not the cloud and\n" +
			"the printers are there, and recovers by itself. On SIGHUP it reads the printer rules and looks at everything again.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runDaemon(c.Context(), c, o, wait) },
	}
	c.Flags().BoolVar(&wait, "wait", false, "wait to be paired, where it is not yet")
	return c
}

// runDaemon carries jobs until ctx ends. A service waits to be paired.
func runDaemon(ctx context.Context, c *cobra.Command, o *options, wait bool) error {
	cfg, err := o.settings()
	if err != nil {
		return err
	}
	log, err := o.logger(c, cfg.LogLevel)
	if err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent)
	running := &atomic.Pointer[daemon.Daemon]{}
	defer live(ctx, c, running, cfg.SocketPath(), log)()
	open := func() (*daemon.Daemon, error) { return daemon.Open(cfg, cli.Version(), log) }
	if wait {
		open = func() (*daemon.Daemon, error) { return daemon.OpenPaired(ctx, cfg, cli.Version(), log) }
	}
	d, err := open()
	if err != nil && ctx.Err() != nil {
		return nil // it was told to stop while it waited
	}
	if err != nil {
		return err
	}
	running.Store(d)
	err = d.Run(ctx)
	if errors.Is(err, daemon.ErrNotPaired) {
		err = cli.Hint(err, "pair it first: platen pair https://ADDRESS-OF-THE-CLOUD")
	}
	return errors.Join(err, d.Close())
}

// live tells the service manager how the daemon is, asked as the command line asks,
// until the result is called.
func live(ctx context.Context, c *cobra.Command, running *atomic.Pointer[daemon.Daemon], socket string, log *slog.Logger) (end func()) {
	l := service.Life{
		Log: log,
		Status: func(ctx context.Context) (string, error) {
			if running.Load() == nil {
				return "waiting to be paired: platen pair ADDRESS-OF-THE-CLOUD", nil
			}
			s, err := control.Dial(socket).Status(ctx)
			return inShort(s), err
		},
	}
	if !cli.Terminal(c.ErrOrStderr()) { // whose end ends it
		l.Reload = func(ctx context.Context) error {
			if d := running.Load(); d != nil {
				return d.Reload(ctx)
			}
			return nil
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var alive sync.WaitGroup
	alive.Go(func() { l.Run(ctx) })
	return func() { cancel(); alive.Wait() }
}

// inShort is how the daemon is, in one line.
func inShort(s control.Status) string {
	state := "connected with " + s.Cloud.URL
	switch {
	case s.Cloud.Refused:
		state = "refused by the cloud: " + s.Cloud.LastError
	case !s.Cloud.Connected:
		state = "not connected with " + s.Cloud.URL
		if s.Cloud.LastError != "" {
			state += ": " + s.Cloud.LastError
		}
	}
	return fmt.Sprintf("%s; %d printers, %d jobs in hand", cli.Printable(state), s.Printers, s.Jobs)
}
