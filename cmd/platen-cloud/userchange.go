package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"platen/cloud"
	"platen/cloud/server"
	"platen/internal/cli"
)

// userDo is what a verb does to one account; it returns the line to print.
type userDo func(ctx context.Context, s *server.Server, u cloud.User) (string, error)

// changeUser does something to one account, and prints what was done, or with
// --json the account as it was.
func (o *options) changeUser(c *cobra.Command, address string, do userDo) error {
	asJSON, err := c.Flags().GetBool("json")
	if err != nil {
		return err
	}
	return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
		u, err := findUser(ctx, s, address)
		if err != nil {
			return err
		}
		line, err := do(ctx, s, u)
		if err != nil {
			return err
		}
		if asJSON {
			return cli.JSON(c.OutOrStdout(), changedUser{u.ID, u.Email, line})
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), line)
		return err
	})
}

// changedUser is what was done to an account as --json shows it.
type changedUser struct {
	ID      cloud.UserID `json:"id"`
	Address string       `json:"address"`
	Result  string       `json:"result"` // the link, or what was done
}

func withJSON(c *cobra.Command) *cobra.Command {
	c.Flags().Bool("json", false, "print JSON")
	return c
}

func newUserReset(o *options) *cobra.Command {
	return withJSON(&cobra.Command{
		Use:     "reset ADDRESS",
		Short:   "Print a one-time link by which the person chooses a new password",
		Example: "  platen-cloud user reset alice@example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.changeUser(c, args[0], func(ctx context.Context, s *server.Server, u cloud.User) (string, error) {
				token, err := s.Service().ResetPassword(ctx, cloud.OperatorCaller(), u.ID)
				return s.JoinLink(token), err
			})
		},
	})
}

func newUserRemove(o *options) *cobra.Command {
	var heir string
	c := withJSON(&cobra.Command{
		Use:     "remove ADDRESS [--heir ADDRESS]",
		Short:   "Remove an account; its printers and connectors go to the heir, and go on",
		Example: "  platen-cloud user remove bob@example.com --heir alice@example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.changeUser(c, args[0], func(ctx context.Context, s *server.Server, u cloud.User) (string, error) {
				var to cloud.User
				if heir != "" {
					var err error
					if to, err = findUser(ctx, s, heir); err != nil {
						return "", err
					}
				}
				return "removed " + u.Email, s.Service().Remove(ctx, cloud.OperatorCaller(), u.ID, to.ID)
			})
		},
	})
	c.Flags().StringVar(&heir, "heir", "", "`address` of the account that the printers go to (default: the oldest administrator)")
	return c
}

func newUserDisable(o *options) *cobra.Command {
	return withJSON(&cobra.Command{
		Use:     "disable ADDRESS",
		Short:   "Keep somebody out: sessions and keys end, printers and connectors go on",
		Example: "  platen-cloud user disable bob@example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.changeUser(c, args[0], func(ctx context.Context, s *server.Server, u cloud.User) (string, error) {
				return "disabled " + u.Email, s.Service().Disable(ctx, cloud.OperatorCaller(), u.ID)
			})
		},
	})
}

func newUserEnable(o *options) *cobra.Command {
	return withJSON(&cobra.Command{
		Use: "enable ADDRESS", Short: "Let somebody in again, who must sign in anew",
		Example: "  platen-cloud user enable bob@example.com", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.changeUser(c, args[0], func(ctx context.Context, s *server.Server, u cloud.User) (string, error) {
				return "enabled " + u.Email, s.Service().Enable(ctx, cloud.OperatorCaller(), u.ID)
			})
		},
	})
}

func newUserKeeper(o *options) *cobra.Command {
	return withJSON(&cobra.Command{
		Use:     "keeper ADDRESS KEEPER",
		Short:   "Have a service account kept by another administrator (an address) or group (/group/NAME)",
		Example: "  platen-cloud user keeper till@service /group/shop",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return o.changeUser(c, args[0], func(ctx context.Context, s *server.Server, u cloud.User) (string, error) {
				return u.Email + " is kept by " + args[1], s.Service().SetKeeper(ctx, cloud.OperatorCaller(), u.ID, args[1])
			})
		},
	})
}
