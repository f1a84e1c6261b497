package main

import (
	"context"

	"github.com/spf13/cobra"

	"platen/internal/service"
)

func newService(o *options) *cobra.Command {
	return service.NewVerbs(
		func(*cobra.Command) (service.Definition, error) { return o.service() },
		func(ctx context.Context, c *cobra.Command) error { return runDaemon(ctx, c, o, true) },
	)
}

// service describes the connector as a service of the system.
func (o *options) service() (service.Definition, error) {
	d := service.Definition{
		Name: "platen", Title: "Platen connector", Verb: "run --wait",
		Summary: "Carries print jobs from a cloud to the printers here.",
	}
	err := d.Remember("--config", o.configFile, "--state-dir", o.stateDir)
	return d, err
}
