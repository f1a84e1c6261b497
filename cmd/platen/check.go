package main

import (
	"context"

	"github.com/pelletier/go-toml/v2"
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

func newConfig(o *options) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "The settings"}
	c.AddCommand(
		&cobra.Command{
			Use: "check", Short: "Check the settings without starting anything", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				if _, err := o.settings(); err != nil {
					return err
				}
				_, err := c.OutOrStdout().Write([]byte("the settings are right\n"))
				return err
			},
		},
		&cobra.Command{
			Use: "show", Short: "Print the settings in force, as a settings file", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				cfg, err := o.settings()
				if err != nil {
					return err
				}
				return toml.NewEncoder(c.OutOrStdout()).Encode(cfg)
			},
		},
	)
	return c
}
