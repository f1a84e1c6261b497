package main

import (
	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/internal/cli"
)

func newDoctor(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor", Short: "Check settings, cloud, push, CUPS and printers, and say what to do", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := o.settings()
			if err != nil {
				return err
			}
			findings := daemon.Examine(c.Context(), cfg)
			if asJSON {
				err = cli.JSON(c.OutOrStdout(), findings)
			} else {
				err = cli.PrintFindings(c.OutOrStdout(), findings)
			}
			if err != nil {
				return err
			}
			return cli.Failed(findings)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
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
