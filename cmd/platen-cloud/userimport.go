package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"platen/cloud"
	"platen/cloud/server"
	"platen/internal/cli"
)

// importedUser is one changed account as --json shows it.
type importedUser struct {
	Address string   `json:"address"`
	New     bool     `json:"new"`
	Changes []string `json:"changes"`
}

func newUserImport(o *options) *cobra.Command {
	var dryRun, asJSON bool
	c := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Bring accounts, roles and groups to what a list says",
		Long: "import reads comma separated lines of email, name, role and groups; the first line names the columns, of which\n" +
			"only email is required. Groups are separated by semicolons. Who is not in the list stays as they are.\n" +
			"New accounts have no password: 'platen-cloud user reset' prints a link to choose one.",
		Example: "  platen-cloud user import people.csv --dry-run",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return cli.Usage(err)
			}
			rows, err := cloud.ReadPeople(f)
			_ = f.Close() // read only
			if err != nil {
				return cli.Usage(err)
			}
			mode := cloud.ImportApply
			if dryRun {
				mode = cloud.ImportTry
			}
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				changes, err := s.Service().Import(ctx, cloud.OperatorCaller(), rows, mode)
				if perr := printImport(c, changes, asJSON); err == nil {
					err = perr
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would change")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printImport(c *cobra.Command, changes []cloud.ImportChange, asJSON bool) error {
	list := make([]importedUser, 0, len(changes))
	for _, ch := range changes {
		list = append(list, importedUser{ch.Email, ch.New, append([]string{}, ch.What...)})
	}
	if asJSON {
		return cli.JSON(c.OutOrStdout(), list)
	}
	for _, u := range list {
		what := u.Changes
		if u.New {
			what = append([]string{"new"}, what...)
		}
		if _, err := fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", u.Address, strings.Join(what, ", ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%d accounts changed\n", len(changes))
	return err
}
