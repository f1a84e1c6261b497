package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/config"
)

func newBackup(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all that the cloud keeps into one file",
		Long: "backup writes a tar that only its owner can read: the database as it is at one moment, the documents of\n" +
			"its jobs, the cloud's own authority and a copy of the settings. The cloud may be running.\n\n" +
			"The file holds people's documents and what proves who they are: keep it like the cloud itself.\n" +
			"Certificates that the settings name are not in it.",
		Example: "  platen-cloud backup /var/backups/platen-cloud.tar\n" +
			"  platen-cloud backup \"/mnt/usb/platen-cloud-$(date +%F).tar\" --json",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := o.settings()
			if err != nil {
				return err
			}
			b := server.Backup{
				Config: cfg, File: args[0], Version: cli.Version(), Progress: progress(c.ErrOrStderr(), "backed up"),
				Settings: config.Choose(o.configFile, server.ConfigFile()).Path,
			}
			result, err := b.Write(c.Context())
			if errors.Is(err, fs.ErrExist) {
				return cli.Hint(err, "give another name: a backup never replaces one")
			}
			if err != nil {
				return cli.Hint(err, "is %s the right state folder (see --state-dir), and may you write to %s?", cfg.StateDir, args[0])
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), result)
			}
			return tellBackup(c, result)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func tellBackup(c *cobra.Command, r server.BackupResult) error {
	if len(r.Damaged) > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "%d documents on this disk are not what was submitted: %s\n", len(r.Damaged), strings.Join(r.Damaged, " "))
	}
	if len(r.Left) > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "not in the backup, keep them yourself: %s\n", strings.Join(r.Left, ", "))
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s: the cloud as of %s, %d documents, %d bytes\n",
		r.File, r.Time.Local().Format(time.DateTime), r.Documents, r.Bytes)
	return err
}

// progress tells at most once in a second how far something is.
func progress(w io.Writer, done string) server.Progress {
	last := time.Now()
	return func(files, of int, bytes int64) {
		if time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		if of > 0 {
			fmt.Fprintf(w, "%s %d of %d documents, %d MiB\n", done, files, of, bytes>>20)
			return
		}
		fmt.Fprintf(w, "%s %d files, %d MiB\n", done, files, bytes>>20)
	}
}
