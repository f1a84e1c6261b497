package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/service"
)

func newServe(o *options) *cobra.Command {
	var listen, baseURL string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the cloud in the foreground",
		Long: "serve runs the cloud until it is told to stop. Started in a terminal without any account,\n" +
			"it prints a one-time link by which the first administrator makes an account; in a journal only the\n" +
			"name of the file that holds it.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serve(c.Context(), c, o, listen, baseURL) },
	}
	c.Flags().StringVar(&listen, "listen", "", "`address` of the HTTP(S) port")
	c.Flags().StringVar(&baseURL, "base-url", "", "`address` under which people and connectors reach the cloud")
	return c
}

// serve runs the cloud until ctx ends; listen and baseURL are flags, which may be empty.
func serve(ctx context.Context, c *cobra.Command, o *options, listen, baseURL string) error {
	cfg, err := o.settings()
	if err != nil {
		return err
	}
	if listen != "" {
		cfg.Listen = listen
	}
	if baseURL != "" {
		cfg.BaseURL = baseURL
	}
	if err := cfg.Check(); err != nil {
		return cli.Usage(err)
	}
	if err := o.tell(&cfg, listen, baseURL); err != nil {
		return err
	}
	go giveBack(ctx, lookAtHeap, debug.FreeOSMemory)
	log := o.logger(c)
	s, err := server.Open(ctx, cfg, log)
	if stopped(ctx, err) {
		return nil
	}
	if err != nil {
		return cli.Hint(err, "'platen-cloud doctor' checks the settings and the state folder")
	}
	defer func() { _ = s.Close() }() // Run told what mattered
	err = s.Run(ctx, func(ctx context.Context) error {
		if err := greet(ctx, c, s, log); err != nil {
			return err
		}
		service.Life{
			Log:    log,
			Status: func(ctx context.Context) (string, error) { return "listens at " + s.BaseURL(), s.Alive(ctx) },
		}.Run(ctx)
		return nil
	})
	if stopped(ctx, err) {
		return nil
	}
	return err
}

// stopped reports whether an error says only that the cloud was told to stop, maybe
// before it had started: to a service manager that is no failure.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Canceled)
}

// greet tells where the cloud is, and offers the first sign-in to whoever
// started it by hand. The link goes to a terminal only, never to a journal.
func greet(ctx context.Context, c *cobra.Command, s *server.Server, log *slog.Logger) error {
	fmt.Fprintln(c.ErrOrStderr(), "platen-cloud listens at", s.BaseURL())
	if !cli.Terminal(c.OutOrStdout()) {
		path, err := s.SaveSetupLink(ctx)
		if path != "" {
			log.WarnContext(ctx, "no account yet: open the address in the file, or platen-cloud user add ADDRESS --admin", "file", path)
		}
		return err
	}
	link, err := s.SetupLink(ctx)
	if err != nil || link.Empty() {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "No account exists yet. Make yours, the administrator's, at:\n  %s\n", link.Reveal())
	return err
}
