package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
)

func newRestore(o *options) *cobra.Command {
	var into string
	var force, asJSON bool
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the cloud's state",
		Long: "restore puts back what 'platen-cloud backup' wrote, once all of it was read and checked. The cloud must\n" +
			"not be running. A state folder that is not empty is refused; with --force, what is in it is moved into\n" +
			"a folder beside the restored files, and nothing is deleted.\n\n" +
			"Nothing prints again by itself: jobs that had not ended in the backup are held until their connector has\n" +
			"said what became of them. The rest wait for a person: 'restored: release to print'.",
		Example: "  platen-cloud restore /var/backups/platen-cloud.tar\n" +
			"  platen-cloud restore yesterday.tar --into /srv/platen-cloud\n" +
			"  platen-cloud restore yesterday.tar --force",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			r := server.Restore{File: args[0], Into: into, Progress: progress(c.ErrOrStderr(), "restored"), Log: o.logger(c)}
			if r.Into == "" {
				cfg, err := o.settings()
				if err != nil {
					return err
				}
				r.Into = cfg.StateDir
			}
			if force {
				r.Existing = server.ExistingAside
			}
			result, err := r.Run(c.Context())
			if err != nil {
				return restoreHint(err)
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), result)
			}
			return tellRestore(c, result)
		},
	}
	c.Flags().StringVar(&into, "into", "", "state `folder` to restore into (default: that of the settings)")
	c.Flags().BoolVar(&force, "force", false, "move aside what is in the folder")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func restoreHint(err error) error {
	switch {
	case errors.Is(err, server.ErrInUse):
		return cli.Hint(err, "stop the cloud first, such as with 'systemctl stop platen-cloud'")
	case errors.Is(err, server.ErrNotEmpty):
		return cli.Hint(err, "--force moves what is there aside; --into names another folder")
	case errors.Is(err, server.ErrHalf):
		return cli.Hint(err, "run it again with --force: until then the cloud does not start there")
	}
	return cli.Hint(err, "nothing was changed; if the backup is damaged, try another one")
}

func tellRestore(c *cobra.Command, r server.RestoreResult) error {
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s: the cloud as of %s, %d documents\n", r.StateDir, r.Time.Local().Format(time.DateTime), r.Documents)
	if r.Aside != "" {
		fmt.Fprintf(out, "what was there before is in %s\n", r.Aside)
	}
	if r.Settings != "" {
		fmt.Fprintf(out, "the settings as of then are in %s: compare them with yours\n", r.Settings)
	}
	for _, l := range r.Left {
		fmt.Fprintf(out, "not in the backup, put it back yourself: %s\n", l)
	}
	if r.Held > 0 {
		fmt.Fprintf(out, "%d jobs had not ended: they are held until their connector says what became of them,\n"+
			"or a person does ('restored: release to print')\n", r.Held)
	}
	_, err := fmt.Fprintln(out, "start the cloud with 'platen-cloud serve'")
	return err
}
