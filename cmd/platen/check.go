package main

import (
	"context"

	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/internal/cli"
)

func newDoctor(o *options) *cobra.Command {
	return cli.NewDoctor("Check settings, cloud, push, CUPS and printers, and say what to do", func(ctx context.Context) ([]cli.Finding, error) {
		cfg, err := o.settings()
		if err != nil {
			return nil, err
		}
		return daemon.Examine(ctx, cfg), nil
	})
}
