package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/config"
)

// options are the flags that every verb has.
type options struct {
	configFile string
	makesFile  bool // the verb writes the settings file, which may not be there yet
	stateDir   string
	logFormat  cli.LogForm
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
	cli.LogFormatFlag(root, &o.logFormat)
	root.AddCommand(
		newSetup(o), newServe(o), newDemo(o), newUser(o), newKey(o), newMigrate(o), newDoctor(o), cli.NewConfig(o.settings), newBackup(o), newRestore(o),
		newService(o), newSend(), newExtAuth(o), newXMPPKey(o), cli.NewVersion(), cli.NewDocs(),
	)
	return root
}

// environment begins the names of the variables that set something.
const environment = "PLATEN_CLOUD"

// settings returns flag over environment over file over default.
func (o *options) settings() (server.Config, error) {
	cfg := server.Default()
	if program, err := os.Executable(); err == nil { // else nothing is rendered
		cfg.RenderProgram = program
	}
	file := config.Choose(o.configFile, server.ConfigFile())
	file.Optional = file.Optional || o.makesFile
	if err := config.Load(file, environment, &cfg); err != nil {
		return cfg, cli.Usage(err)
	}
	if o.stateDir != "" {
		cfg.StateDir = o.stateDir
	}
	return cfg, nil
}

// tell notes for administrators where each setting was written.
func (o *options) tell(cfg *server.Config, listen, baseURL string) (err error) {
	file := config.Choose(o.configFile, server.ConfigFile())
	cfg.Settings = file.Path
	if cfg.Told, err = config.InForce(file, environment, *cfg); err != nil {
		return cli.Usage(err)
	}
	given := map[string]string{"listen": listen, "base_url": baseURL, "state_dir": o.stateDir}
	for i, s := range cfg.Told {
		if given[s.Key] != "" {
			cfg.Told[i].Source = config.FromCommandLine
		}
	}
	return nil
}

func (o *options) logger(c *cobra.Command) *slog.Logger {
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	return cli.NewLogger(c.ErrOrStderr(), o.logFormat, level)
}

// withCloud opens the cloud's state for one administrative command; the service
// itself may be running at the same time.
func (o *options) withCloud(c *cobra.Command, do func(context.Context, *server.Server) error) error {
	return o.withLoggedCloud(c, slog.New(slog.DiscardHandler), do)
}

// withLoggedCloud is withCloud for a command whose user wants to know what opening does.
func (o *options) withLoggedCloud(c *cobra.Command, log *slog.Logger, do func(context.Context, *server.Server) error) error {
	cfg, err := o.settings()
	if err != nil {
		return err
	}
	s, err := server.Open(c.Context(), cfg, log)
	if err != nil {
		return cli.Hint(err, "is %s the right state folder, and may you write there? see --state-dir", cfg.StateDir)
	}
	err = do(c.Context(), s)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	return err
}
