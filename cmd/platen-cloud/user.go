package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
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
		Example: "  platen-cloud user add alice@example.com --admin\n  platen-cloud user add bob@example.com --role guest --invite\n" +
			"  platen-cloud user reset alice@example.com\n  platen-cloud user import people.csv --dry-run",
	}
	c.AddCommand(newUserAdd(o), newUserList(o), newUserReset(o), newUserRemove(o), newUserDisable(o), newUserEnable(o), newUserKeeper(o), newUserImport(o))
	return c
}

// userAdd is what a person asked of "user add".
type userAdd struct {
	name, role, keeper                string
	admin, fromStdin, invite, service bool
	asJSON                            bool
}

func newUserAdd(o *options) *cobra.Command {
	var a userAdd
	c := &cobra.Command{
		Use:   "add ADDRESS|NAME",
		Short: "Add an account",
		Long: "add asks for a password; with --password-stdin it reads one line from standard input, and with --invite\n" +
			"it prints a one-time link by which the person chooses one. With --service it adds the account of a program,\n" +
			"NAME@service, which nobody signs in with: 'platen-cloud key create --user NAME@service' makes its keys.",
		Example: "  platen-cloud user add alice@example.com --admin\n  platen-cloud user add till --service --keeper /group/shop",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if a.admin {
				a.role = string(cloud.RoleAdministrator)
			}
			switch cloud.AccountRole(a.role) {
			case cloud.RoleAdministrator, cloud.RoleMember, cloud.RoleGuest:
			default:
				return cli.Usage(fmt.Errorf("--role is %q, and must be administrator, member or guest", a.role))
			}
			if a.service {
				return o.addService(c, args[0], a)
			}
			return o.addUser(c, args[0], a)
		},
	}
	c.Flags().StringVar(&a.name, "name", "", "what the person is called")
	c.Flags().StringVar(&a.role, "role", string(cloud.RoleMember), "administrator, member or guest")
	c.Flags().BoolVar(&a.admin, "admin", false, "the same as --role administrator")
	c.Flags().BoolVar(&a.fromStdin, "password-stdin", false, "read the password from standard input")
	c.Flags().BoolVar(&a.invite, "invite", false, "print a link by which the person chooses a password")
	c.Flags().BoolVar(&a.asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&a.service, "service", false, "add the account of a program")
	c.Flags().StringVar(&a.keeper, "keeper", "", "`address` of the administrator who keeps a service account, or /group/NAME (default: the oldest administrator)")
	c.MarkFlagsMutuallyExclusive("password-stdin", "invite", "service")
	c.MarkFlagsMutuallyExclusive("service", "role")
	c.MarkFlagsMutuallyExclusive("service", "admin")
	return c
}

// addedUser is a new account as --json shows it.
type addedUser struct {
	listedUser
	Link string `json:"link,omitempty"`
}

func (o *options) addUser(c *cobra.Command, address string, a userAdd) error {
	var password secret.Text
	if !a.invite {
		var err error
		if password, err = readPassword(c, a.fromStdin); err != nil {
			return err
		}
		if err := cloud.CheckNewPassword(password.Reveal()); err != nil {
			return err
		}
	}
	return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
		u, token, err := s.Service().Invite(ctx, cloud.OperatorCaller(), cloud.NewUser{Email: address, Name: a.name, Role: cloud.AccountRole(a.role)})
		if err != nil {
			return err
		}
		added := addedUser{listedUser: listedOf(u)}
		line := "added " + u.Email
		if a.invite {
			added.Link = s.JoinLink(token)
			line = added.Link
		} else if err := s.Service().SetPassword(ctx, u.ID, password.Reveal()); err != nil {
			return err
		}
		if a.asJSON {
			return cli.JSON(c.OutOrStdout(), added)
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), line)
		return err
	})
}

// addService adds the account of a program.
func (o *options) addService(c *cobra.Command, name string, a userAdd) error {
	return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
		u, err := s.Service().AddServiceAccount(ctx, cloud.OperatorCaller(), cloud.NewServiceAccount{Name: name, Title: a.name, Keeper: a.keeper})
		if err != nil {
			return err
		}
		if a.asJSON {
			return cli.JSON(c.OutOrStdout(), addedUser{listedUser: listedOf(u)})
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), "added "+u.Email)
		return err
	})
}

// readPassword asks twice on a terminal, or reads one line.
func readPassword(c *cobra.Command, fromStdin bool) (secret.Text, error) {
	stdin, isFile := c.InOrStdin().(*os.File)
	if fromStdin {
		line, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			err = errors.New("there is none on standard input")
		}
		if line == "" && err != nil {
			return secret.Text{}, fmt.Errorf("read password: %w", err)
		}
		return secret.New(strings.TrimRight(line, "\r\n")), nil
	}
	if !isFile || !term.IsTerminal(int(stdin.Fd())) {
		return secret.Text{}, cli.Hint(errors.New("no terminal to ask for the password on"),
			"use --password-stdin, or --invite for a link by which the person chooses one")
	}
	return askPassword(c.Context(), cli.Talk{In: stdin, Out: c.ErrOrStderr()})
}

// askPassword asks for a new password until it is good, and the same twice.
func askPassword(ctx context.Context, talk cli.Talk) (secret.Text, error) {
	for {
		password, err := talk.Password(ctx, "Password")
		if err != nil {
			return secret.Text{}, err
		}
		if err := cloud.CheckNewPassword(password.Reveal()); err != nil {
			talk.Say("  %v", err)
			continue
		}
		again, err := talk.Password(ctx, "Again")
		if err != nil {
			return secret.Text{}, err
		}
		if again.Reveal() == password.Reveal() {
			return password, nil
		}
		talk.Say("  the two passwords differ")
	}
}

// listedUser is an account as --json shows it.
type listedUser struct {
	ID       cloud.UserID      `json:"id"`
	Address  string            `json:"address"`
	Name     string            `json:"name"`
	Role     cloud.AccountRole `json:"role"`
	Admin    bool              `json:"admin"`
	Disabled bool              `json:"disabled"`
	Groups   []string          `json:"groups"`
	Created  time.Time         `json:"created"`
	SignedIn *time.Time        `json:"signed_in,omitempty"`
}

func listedOf(u cloud.User) listedUser {
	l := listedUser{
		ID: u.ID, Address: u.Email, Name: u.Name, Role: u.Role(), Admin: u.Admin, Disabled: u.Disabled,
		Groups: append([]string{}, u.Groups...), Created: u.CreateTime.UTC(),
	}
	if !u.SignInTime.IsZero() {
		at := u.SignInTime.UTC()
		l.SignedIn = &at
	}
	return l
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
	rows := [][]string{{"ADDRESS", "ROLE", "CREATED", "SIGNED IN", "GROUPS"}}
	for _, u := range users {
		list = append(list, listedOf(u))
		role, seen := string(u.Role()), "never"
		if u.Disabled {
			role += ", disabled"
		}
		if !u.SignInTime.IsZero() {
			seen = u.SignInTime.Format(time.DateOnly)
		}
		rows = append(rows, []string{u.Email, role, u.CreateTime.Format(time.DateOnly), seen, strings.Join(u.Groups, ", ")})
	}
	if asJSON {
		return cli.JSON(c.OutOrStdout(), list)
	}
	return cli.Table(c.OutOrStdout(), rows)
}

func findUser(ctx context.Context, s *server.Server, address string) (cloud.User, error) {
	u, err := s.Service().PersonByEmail(ctx, cloud.OperatorCaller(), address)
	if errors.Is(err, cloud.ErrNotFound) {
		return u, cli.Hint(fmt.Errorf("no account %q", address), "'platen-cloud user list' shows them")
	}
	return u, err
}
