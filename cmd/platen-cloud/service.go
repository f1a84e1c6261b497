package main

import (
	"context"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/service"
)

func newService(o *options) *cobra.Command {
	return service.NewVerbs(
		func(*cobra.Command) (service.Definition, error) { return o.service() },
		func(ctx context.Context, c *cobra.Command) error { return serve(ctx, c, o, "", "") },
	)
}

// service describes the cloud as a service of the system.
func (o *options) service() (service.Definition, error) {
	d := service.Definition{
		Name: "platen-cloud", Title: "Platen cloud", Verb: "serve",
		Summary: "The service that people and programs send print jobs to.",
	}
	cfg, err := o.settings()
	if err != nil {
		return d, err
	}
	d.Ports = ports(cfg)
	err = d.Remember("--config", o.configFile, "--state-dir", o.stateDir)
	return d, err
}

// ports are the numbers of the ports that the cloud listens at.
func ports(cfg server.Config) []int {
	var list []int
	for _, address := range cfg.Addresses() {
		if _, port, err := net.SplitHostPort(address); err == nil {
			if n, err := strconv.Atoi(port); err == nil {
				list = append(list, n)
			}
		}
	}
	return list
}
