package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/gcp"
	"platen/internal/cli"
)

func newJob(o *options) *cobra.Command {
	c := &cobra.Command{Use: "job", Short: "The jobs that this connector has in hand"}
	c.AddCommand(newJobList(o), newJobCancel(o), newJobTrace(o))
	return c
}

func newJobList(o *options) *cobra.Command {
	var asJSON, all bool
	c := &cobra.Command{
		Use: "list", Short: "List the jobs in hand, with --all also the last that ended", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			list, err := d.Jobs(c.Context())
			if err == nil && all {
				var recent []control.Job
				recent, err = d.Recent(c.Context())
				list = append(recent, list...)
			}
			if err != nil {
				return explain(err)
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), list)
			}
			return cli.Table(c.OutOrStdout(), jobRows(list))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&all, "all", false, "also the last jobs that ended since the start")
	return c
}

// jobRows is a line a job, with what is said of it: that its document is being made
// ready, or why it does not print.
func jobRows(list []control.Job) [][]string {
	rows := [][]string{{"JOB", "PRINTER", "STATE", "STAGE", "LOCAL", "USER", "TITLE", "MESSAGE"}}
	for _, j := range list {
		local := ""
		if j.Local != 0 {
			local = strconv.Itoa(j.Local)
		}
		state := j.State
		if j.Cause != "" {
			state += " (" + j.Cause + ")"
		}
		rows = append(rows, []string{string(j.ID), string(j.Printer), state, j.Stage, local, j.User, j.Title, j.Message})
	}
	return rows
}

func newJobCancel(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "cancel JOB", Short: "Ask the printer to cancel a job", Args: cobra.ExactArgs(1),
		Example: "  platen job cancel 5f0c6a7ee1b94d2e8c6d0a1b2c3d4e5f",
		RunE: func(c *cobra.Command, args []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			if err := d.CancelJob(c.Context(), gcp.JobID(args[0])); err != nil {
				return explain(err)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "asked the printer to cancel", args[0])
			return err
		},
	}
}

func newJobTrace(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "trace JOB", Short: "Show when each hop of a job happened here", Args: cobra.ExactArgs(1),
		Example: "  platen job trace 5f0c6a7ee1b94d2e8c6d0a1b2c3d4e5f --json",
		RunE: func(c *cobra.Command, args []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			t, err := d.Trace(c.Context(), gcp.JobID(args[0]))
			if err != nil {
				return explain(err)
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), t)
			}
			if err := cli.Table(c.OutOrStdout(), hopRows(t)); err != nil {
				return err
			}
			for _, n := range t.Notes {
				fmt.Fprintln(c.OutOrStdout(), "note:", cli.Printable(n))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// hopRows lists the hops of a job in the order in which they happened.
func hopRows(t control.Trace) [][]string {
	rows := [][]string{{"HOP", "WHAT", "TIME", "AFTER"}}
	hops := slices.SortedFunc(maps.Keys(t.Hops), func(a, b gcp.Hop) int {
		return cmp.Or(cmp.Compare(t.Hops[a], t.Hops[b]), cmp.Compare(a, b))
	})
	before := time.Time{}
	for _, h := range hops {
		at := time.UnixMicro(t.Hops[h])
		after := ""
		if !before.IsZero() {
			after = at.Sub(before).String()
		}
		rows = append(rows, []string{strconv.Itoa(int(h)), h.String(), at.Format("15:04:05.000000"), after})
		before = at
	}
	return rows
}
