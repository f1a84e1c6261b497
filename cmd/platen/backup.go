package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/connector/spool"
	"platen/internal/cli"
)

func newBackup(o *options) *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Keep settings, credentials and known printers in a file",
		Long: "backup writes one file (mode 0600) from which 'platen restore' brings this connector back: its settings,\n" +
			"credentials, and which printer has which id. It may run while the connector runs. Documents and jobs in hand\n" +
			"are never in it: they would print again. Keep the file as secret as the credentials. A file that is there\n" +
			"already is replaced with --force only.",
		Example: "  platen backup /var/backups/platen.json\n  platen backup /var/backups/platen.json --force",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := o.settings()
			if err != nil {
				return err
			}
			b, err := daemon.MakeBackup(o.settingsFile(), cfg.StateDir)
			if errors.Is(err, daemon.ErrNotPaired) {
				return cli.Hint(err, "there is nothing to keep: pair it first, or name its state folder with --state-dir")
			}
			if err != nil {
				return err
			}
			if _, err := os.Lstat(args[0]); err == nil && !force {
				return cli.Hint(fmt.Errorf("%s is there already", args[0]), "give another name, or replace it with --force")
			}
			if err := b.Write(args[0]); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "wrote %s\n", args[0])
			return err
		},
	}
	c.Flags().BoolVar(&force, "force", false, "replace a file that is there already")
	return c
}

func newRestore(o *options) *cobra.Command {
	var r daemon.Restoring
	var keep, asJSON bool
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring a connector back from its backup",
		Long: "restore puts back what 'platen backup' kept, into the state folder that the settings in it name, or\n" +
			"--state-dir. The printers keep their ids. Jobs that were in hand are not in a backup: those of which nobody\n" +
			"knows whether they printed end so, none prints again. Do not run the old machine beside the new one.",
		Example: "  platen restore /var/backups/platen.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.makesFile = !keep
			var err error
			if r.Backup, err = daemon.ReadBackup(args[0]); err != nil {
				return cli.Hint(err, "'platen backup FILE' makes one")
			}
			if r.StateDir, err = o.restoreTo(r.Backup, keep); err != nil {
				return err
			}
			if !keep {
				r.Settings = o.settingsFile()
			}
			moved, err := r.Restore()
			switch {
			case errors.Is(err, spool.ErrLocked):
				return cli.Hint(err, "stop the running connector first")
			case errors.Is(err, daemon.ErrNotEmpty):
				return cli.Hint(err, "--force moves it aside; --keep-settings leaves the settings as they are")
			case err != nil:
				return err
			}
			done := restored{r.StateDir, r.Backup.Host, moved}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), done)
			}
			return done.print(c)
		},
	}
	c.Flags().BoolVar(&r.Force, "force", false, "move aside what is there already")
	c.Flags().BoolVar(&keep, "keep-settings", false, "leave the settings file as it is")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// restored is the answer of restore.
type restored struct {
	StateDir string `json:"state_dir"`
	From     string `json:"from"`            // the machine of the backup
	Moved    string `json:"moved,omitempty"` // where what was there is now
}

func (r restored) print(c *cobra.Command) error {
	text := fmt.Sprintf("restored the connector of %s into %s\n", cli.Printable(r.From), r.StateDir)
	if r.Moved != "" {
		text += "what was there is now in " + r.Moved + "\n"
	}
	_, err := fmt.Fprint(c.OutOrStdout(), text+"now start it: platen run\n")
	return err
}

// settingsFile returns the file that the settings are read from, or would be.
func (o *options) settingsFile() string { return cmp.Or(o.configFile, daemon.ConfigFile()) }

// restoreTo returns the state folder of a backup: as the flag or the settings that
// will be in force have it.
func (o *options) restoreTo(b daemon.Backup, keep bool) (string, error) {
	if o.stateDir != "" {
		return o.stateDir, nil
	}
	if !keep {
		if cfg, ok, err := b.Settings(); ok || err != nil {
			return cfg.StateDir, err
		}
	}
	cfg, err := o.settings()
	return cfg.StateDir, err
}
