package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
)

func newMigrate(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the database to this program's schema", Args: cobra.NoArgs,
		Long: "migrate applies the missing steps, tells of each, and ends. serve does the same when it starts;\n" +
			"a database of a newer program is refused by both.",
		RunE: func(c *cobra.Command, _ []string) error {
			return o.withLoggedCloud(c, o.logger(c), func(context.Context, *server.Server) error { // opening migrates
				_, err := fmt.Fprintln(c.OutOrStdout(), "the database is up to date")
				return err
			})
		},
	}
}

func newDoctor(o *options) *cobra.Command {
	return cli.NewDoctor("Check the settings and the installation, and say what to do", func(ctx context.Context) ([]cli.Finding, error) {
		cfg, err := o.settings()
		if err != nil {
			return nil, err
		}
		return server.Examine(ctx, cfg), nil
	})
}
