package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/config"
)

// options are the flags that every verb has.
type options struct {
	configFile string
	stateDir   string
	verbose    bool
}

func newRoot() *cobra.Command {
	o := &options{}
	root := &cobra.Command{
		Use:   "platen-cloud",
		Short: "The cloud that print jobs are sent to",
		Long: "platen-cloud is a self-hosted successor of the Google Cloud Print service.\n\n" +
			"Start it with 'platen-cloud serve', or try everything at once with 'platen-cloud demo'.\n\n" + cli.ExitHelp,
		Example: "  platen-cloud demo\n  platen-cloud serve --config /etc/platen-cloud/platen-cloud.toml\n" +
			"  platen-cloud user add alice@example.com --admin",
	}
	flags := root.PersistentFlags()
	flags.StringVar(&o.configFile, "config", "", "settings `file` (default "+server.ConfigFile()+", if there)")
	flags.StringVar(&o.stateDir, "state-dir", "", "`folder` of database, documents and keys")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "log more")
	root.AddCommand(
		newServe(o), newDemo(o), newUser(o), newKey(o), newMigrate(o), newDoctor(o), newSend(), cli.NewVersion(),
	)
	return root
}

// settings returns flag over environment over file over default.
func (o *options) settings() (server.Config, error) {
	cfg := server.Default()
	if err := config.Load(config.Choose(o.configFile, server.ConfigFile()), "PLATEN_CLOUD", &cfg); err != nil {
		return cfg, cli.Usage(err)
	}
	if o.stateDir != "" {
		cfg.StateDir = o.stateDir
	}
	return cfg, cli.Usage(cfg.Check())
}

func (o *options) logger(c *cobra.Command) *slog.Logger {
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(c.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
}

// withCloud opens the cloud's state for one administrative command; the service
// itself may be running at the same time.
func (o *options) withCloud(c *cobra.Command, do func(context.Context, *server.Server) error) error {
	cfg, err := o.settings()
	if err != nil {
		return err
	}
	s, err := server.Open(c.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return cli.Hint(err, "is %s the right state folder, and may you write there? see --state-dir", cfg.StateDir)
	}
	err = do(c.Context(), s)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	return err
}
