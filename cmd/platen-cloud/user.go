package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"platen/cloud"
	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/secret"
)

func newUser(o *options) *cobra.Command {
	c := &cobra.Command{
		Use: "user", Short: "Accounts of people",
		Example: "  platen-cloud user add alice@example.com --admin\n  platen-cloud user reset alice@example.com",
	}
	c.AddCommand(newUserAdd(o), newUserList(o), newUserReset(o), newUserRemove(o))
	return c
}

func newUserAdd(o *options) *cobra.Command {
	var admin, fromStdin bool
	c := &cobra.Command{
		Use:   "add ADDRESS",
		Short: "Add an account",
		Long:  "add asks for a password; with --password-stdin it reads one line from standard input.",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			password, err := readPassword(c, fromStdin)
			if err != nil {
				return err
			}
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := s.Service().AddUser(ctx, args[0], password.Reveal(), admin)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "added %s\n", u.Email)
				return err
			})
		},
	}
	c.Flags().BoolVar(&admin, "admin", false, "the account may administer everything")
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	return c
}

// readPassword asks twice on a terminal, or reads one line.
func readPassword(c *cobra.Command, fromStdin bool) (secret.Text, error) {
	stdin, isFile := c.InOrStdin().(*os.File)
	if fromStdin {
		line, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
		if line == "" && err != nil {
			return secret.Text{}, fmt.Errorf("read password: %w", err)
		}
		return secret.New(strings.TrimRight(line, "\r\n")), nil
	}
	if !isFile || !term.IsTerminal(int(stdin.Fd())) {
		return secret.Text{}, cli.Hint(errors.New("no terminal to ask for the password on"), "use --password-stdin")
	}
	var typed [2][]byte
	for i, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(c.ErrOrStderr(), prompt)
		b, err := term.ReadPassword(int(stdin.Fd()))
		fmt.Fprintln(c.ErrOrStderr())
		if err != nil {
			return secret.Text{}, fmt.Errorf("read password: %w", err)
		}
		typed[i] = b
	}
	if string(typed[0]) != string(typed[1]) {
		return secret.Text{}, errors.New("the two passwords differ")
	}
	return secret.New(string(typed[0])), nil
}

// listedUser is an account as --json shows it.
type listedUser struct {
	ID      cloud.UserID `json:"id"`
	Address string       `json:"address"`
	Name    string       `json:"name"`
	Admin   bool         `json:"admin"`
	Created time.Time    `json:"created"`
}

func newUserList(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List the accounts", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				users, err := s.Service().Users(ctx)
				if err != nil {
					return err
				}
				return printUsers(c, users, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printUsers(c *cobra.Command, users []cloud.User, asJSON bool) error {
	list := make([]listedUser, 0, len(users))
	rows := [][]string{{"ADDRESS", "ROLE", "CREATED"}}
	for _, u := range users {
		list = append(list, listedUser{u.ID, u.Email, u.Name, u.Admin, u.CreateTime.UTC()})
		role := "member"
		if u.Admin {
			role = "administrator"
		}
		rows = append(rows, []string{u.Email, role, u.CreateTime.Format(time.DateOnly)})
	}
	if asJSON {
		return cli.JSON(c.OutOrStdout(), list)
	}
	return cli.Table(c.OutOrStdout(), rows)
}

func newUserReset(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "reset ADDRESS",
		Short: "Print a one-time link that signs in without the password, to set a new one",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := findUser(ctx, s, args[0])
				if err != nil {
					return err
				}
				link, err := s.PasswordLink(ctx, u.ID)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), link.Reveal())
				return err
			})
		},
	}
}

func newUserRemove(o *options) *cobra.Command {
	var heir string
	c := &cobra.Command{
		Use:   "remove ADDRESS --heir ADDRESS",
		Short: "Remove an account; its printers go to the heir",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := findUser(ctx, s, args[0])
				if err != nil {
					return err
				}
				h, err := findUser(ctx, s, heir)
				if err != nil {
					return err
				}
				if err := s.Service().RemoveUser(ctx, u.ID, h.ID); err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "removed %s\n", u.Email)
				return err
			})
		},
	}
	c.Flags().StringVar(&heir, "heir", "", "`address` of the account that the printers go to")
	_ = c.MarkFlagRequired("heir") // the flag exists
	return c
}

func findUser(ctx context.Context, s *server.Server, address string) (cloud.User, error) {
	users, err := s.Service().Users(ctx)
	if err != nil {
		return cloud.User{}, err
	}
	for _, u := range users {
		if strings.EqualFold(u.Email, address) {
			return u, nil
		}
	}
	return cloud.User{}, cli.Hint(fmt.Errorf("no account %q", address), "'platen-cloud user list' shows them")
}
