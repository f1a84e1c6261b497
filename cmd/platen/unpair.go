package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/connector/spool"
	"platen/internal/cli"
)

func newUnpair(o *options) *cobra.Command {
	var u daemon.Unpairing
	var asJSON bool
	c := &cobra.Command{
		Use:   "unpair",
		Short: "Untie this connector from its cloud",
		Long: "unpair gives the credentials back to the cloud and removes them here. Printers stay at the cloud, offline,\n" +
			"unless --delete-printers is given: pairing again with the same account goes on with them. It also works when\n" +
			"the cloud cannot be reached, and says then what is left to do there.\n\n" +
			"Not for a copy of another installation: the original would lose the same credentials. See 'platen pair --new'.",
		Example: "  platen unpair\n  platen unpair --delete-printers",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := o.settings()
			if err != nil {
				return err
			}
			u.StateDir, u.CAFile, u.HTTPProxy = cfg.StateDir, cfg.CAFile, cfg.HTTPProxy
			if cli.Terminal(c.InOrStdin()) && !c.Flags().Changed("delete-printers") {
				talk := cli.Talk{In: c.InOrStdin(), Out: c.ErrOrStderr()}
				answer, err := talk.Confirm(c.Context(), "Delete the printers at the cloud too, with their shares and history?", cli.AnswerNo)
				if err != nil {
					return err
				}
				u.DeletePrinters = answer == cli.AnswerYes
			}
			done, err := u.Unpair(c.Context())
			if err != nil {
				return unpairHint(err)
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), done)
			}
			return printUnpaired(c.OutOrStdout(), done)
		},
	}
	c.Flags().BoolVar(&u.DeletePrinters, "delete-printers", false, "delete the printers at the cloud too, with their shares and history")
	c.Flags().BoolVar(&u.Force, "force", false, "give up the jobs in hand")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func unpairHint(err error) error {
	_, jobs := errors.AsType[*daemon.InHandError](err)
	switch {
	case errors.Is(err, daemon.ErrNotPaired):
		return cli.Hint(err, "there is nothing to do")
	case errors.Is(err, spool.ErrLocked):
		return cli.Hint(err, "stop the running connector first")
	case jobs:
		return cli.Hint(err, "let 'platen run' finish them ('platen job list' shows them), or give them up with --force")
	}
	return cli.Hint(err, "the pairing stays as it was, try again")
}

func printUnpaired(w io.Writer, done daemon.Unpaired) error {
	lines := []string{fmt.Sprintf("no longer paired with %s for %s", done.Cloud, done.Account)}
	if done.Deleted > 0 {
		lines = append(lines, fmt.Sprintf("%d printers were deleted there", done.Deleted))
	}
	if done.Dropped > 0 {
		lines = append(lines, fmt.Sprintf("%d jobs in hand were given up", done.Dropped))
	}
	for _, l := range done.Left {
		lines = append(lines, "left to do: "+cli.Printable(l))
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}
