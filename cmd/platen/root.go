package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/connector/daemon"
	"platen/internal/cli"
	"platen/internal/config"
)

// options are the flags that every verb has.
type options struct {
	configFile string
	makesFile  bool // the verb writes the settings file, which may not be there yet
	stateDir   string
	logFormat  cli.LogForm
}

func newRoot() *cobra.Command {
	o := &options{}
	root := &cobra.Command{
		Use:   "platen",
		Short: "The connector between a print cloud and local printers",
		Long: "platen registers the printers beside it with a cloud, waits to be told of jobs, and prints them\n" +
			"through CUPS or straight to IPP printers.\n\n" +
			"Pair it once with 'platen pair', then keep 'platen run' running.\n\n" + cli.ExitHelp,
		Example: "  platen pair https://print.example.com\n  platen run\n  platen status",
	}
	flags := root.PersistentFlags()
	flags.StringVar(&o.configFile, "config", "", "settings `file` (default "+daemon.ConfigFile()+", if there)")
	flags.StringVar(&o.stateDir, "state-dir", "", "`folder` of credentials, spool and journal")
	cli.LogFormatFlag(root, &o.logFormat)
	root.AddCommand(
		newSetup(o), newPair(o), newUnpair(o), newBackup(o), newRestore(o), newRun(o), newStatus(o), newPrinter(o), newJob(o), newDoctor(o), newService(o), newConfig(o), cli.NewVersion(), cli.NewDocs(),
	)
	return root
}

// settings returns flag over environment over file over default.
func (o *options) settings() (daemon.Config, error) {
	cfg := daemon.Default()
	if program, err := os.Executable(); err == nil { // else nothing is rendered
		cfg.RenderProgram = program
	}
	file := config.Choose(o.configFile, daemon.ConfigFile())
	file.Optional = file.Optional || o.makesFile
	if err := config.Load(file, "PLATEN", &cfg); err != nil {
		return cfg, cli.Usage(err)
	}
	if o.stateDir != "" {
		cfg.StateDir = o.stateDir
	}
	if cfg.Rules == "" && o.configFile != "" {
		cfg.Rules = daemon.RulesBeside(o.configFile)
	}
	return cfg, nil
}

// dial returns a client of the running daemon.
func (o *options) dial() (*control.Client, error) {
	cfg, err := o.settings()
	if err != nil {
		return nil, err
	}
	return control.Dial(cfg.SocketPath()), nil
}

// explain adds what to do when the daemon does not answer, or not to this user.
func explain(err error) error {
	if errors.Is(err, control.ErrNotRunning) {
		return cli.Hint(err, "start it with 'platen run'; if it runs with other settings, give the same --config or --state-dir")
	}
	if errors.Is(err, control.ErrDenied) {
		return cli.Hint(err, control.AskAs)
	}
	if e, ok := errors.AsType[*control.Error](err); ok && e.Status == http.StatusNotFound {
		return cli.Hint(err, "'platen printer list' and 'platen job list' show what there is")
	}
	return err
}

func (o *options) logger(c *cobra.Command, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, cli.Usage(fmt.Errorf("log_level %q: write debug, info, warn or error", level))
	}
	return cli.NewLogger(c.ErrOrStderr(), o.logFormat, l), nil
}
