package main

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/internal/cli"
)

// gcPercent trades a little processor time for a small daemon: it is idle nearly
// always, and should not keep memory that one busy minute needed.
const gcPercent = 75

func newRun(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Run the connector in the foreground",
		Long: "run carries jobs until it is told to stop (SIGINT, SIGTERM). It starts whether or not the cloud and\n" +
			"the printers are there, and recovers by itself.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runDaemon(c.Context(), c, o) },
	}
}

// runDaemon carries jobs until ctx ends.
func runDaemon(ctx context.Context, c *cobra.Command, o *options) error {
	cfg, err := o.settings()
	if err != nil {
		return err
	}
	log, err := logger(c, cfg.LogLevel)
	if err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent)
	d, err := daemon.Open(cfg, cli.Version(), log)
	if err != nil {
		return err
	}
	err = d.Run(ctx)
	if errors.Is(err, daemon.ErrNotPaired) {
		err = cli.Hint(err, "pair it first: platen pair https://ADDRESS-OF-THE-CLOUD")
	}
	return errors.Join(err, d.Close())
}
