package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/internal/cli"
)

func newStatus(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Show connection, printers and jobs of the running connector", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			s, err := d.Status(c.Context())
			if err != nil {
				return explain(err)
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), s)
			}
			return printStatus(c.OutOrStdout(), s)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printStatus(w io.Writer, s control.Status) error {
	push := "not connected"
	if s.Cloud.Connected {
		push = "connected"
	}
	if !s.Cloud.Since.IsZero() {
		push += " since " + s.Cloud.Since.Local().Format(time.DateTime)
	}
	rows := [][2]string{
		{"cloud", s.Cloud.URL + " as " + s.Cloud.Account},
		{"notifications", push},
		{"printers", fmt.Sprintf("%d shared", s.Printers)},
		{"jobs", fmt.Sprintf("%d in hand", s.Jobs)},
		{"running", fmt.Sprintf("since %s, process %d, version %s", s.Started.Local().Format(time.DateTime), s.PID, s.Version)},
	}
	switch {
	case s.Cloud.Refused:
		rows = append(rows, [2]string{"pairing", s.Cloud.LastError})
	case s.Cloud.LastError != "":
		rows = append(rows, [2]string{"last push error", s.Cloud.LastError})
	}
	if s.LastError != "" {
		rows = append(rows, [2]string{"last error", s.LastError})
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "%-16s %s\n", r[0], r[1]); err != nil {
			return err
		}
	}
	return nil
}
