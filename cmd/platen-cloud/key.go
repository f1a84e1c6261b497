package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/cloud/oauth"
	"platen/cloud/server"
	"platen/internal/cli"
)

func newKey(o *options) *cobra.Command {
	c := &cobra.Command{
		Use: "key", Short: "API keys of programs, and keys for unattended pairing",
		Example: "  platen-cloud key create --user alice@example.com --name shop\n" +
			"  platen-cloud key create --user alice@example.com --scope pair",
	}
	c.AddCommand(newKeyCreate(o), newKeyList(o), newKeyRevoke(o))
	return c
}

func newKeyCreate(o *options) *cobra.Command {
	var user, name, scope string
	c := &cobra.Command{
		Use:   "create --user ADDRESS",
		Short: "Create a key and print it, this once",
		Long: "create prints the key on standard output; it is stored as a hash only.\n\n" +
			"Scope print submits jobs and sees their state; scope pair lets 'platen pair --token' add one\n" +
			"connector after the other; scope admin does whatever the account may.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := findUser(ctx, s, user)
				if err != nil {
					return err
				}
				text, _, err := s.OAuth().CreateKey(ctx, u.ID, name, oauth.Scope(scope))
				if err != nil {
					return cli.Usage(err)
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), text.Reveal())
				return err
			})
		},
	}
	c.Flags().StringVar(&user, "user", "", "`address` of the account that the key belongs to")
	c.Flags().StringVar(&name, "name", "", "what the key is for")
	c.Flags().StringVar(&scope, "scope", "print", "print, pair or admin")
	_ = c.MarkFlagRequired("user") // the flag exists
	return c
}

// listedKey is a key as --json shows it.
type listedKey struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Scopes  []oauth.Scope `json:"scopes"`
	Created time.Time     `json:"created"`
	Used    *time.Time    `json:"used,omitempty"`
}

func newKeyList(o *options) *cobra.Command {
	var user string
	var asJSON bool
	c := &cobra.Command{
		Use: "list --user ADDRESS", Short: "List an account's keys", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := findUser(ctx, s, user)
				if err != nil {
					return err
				}
				keys, err := s.OAuth().Keys(ctx, u.ID)
				if err != nil {
					return err
				}
				return printKeys(c, keys, asJSON)
			})
		},
	}
	c.Flags().StringVar(&user, "user", "", "`address` of the account")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	_ = c.MarkFlagRequired("user") // the flag exists
	return c
}

func printKeys(c *cobra.Command, keys []oauth.Key, asJSON bool) error {
	list := make([]listedKey, 0, len(keys))
	rows := [][]string{{"ID", "NAME", "SCOPES", "CREATED", "LAST USED"}}
	for _, k := range keys {
		row := listedKey{ID: k.ID, Name: k.Label, Scopes: k.Scopes, Created: k.CreateTime.UTC()}
		used := "never"
		if !k.UsedTime.IsZero() {
			row.Used, used = &k.UsedTime, k.UsedTime.Format(time.DateTime)
		}
		list = append(list, row)
		scopes := make([]string, 0, len(k.Scopes))
		for _, s := range k.Scopes {
			scopes = append(scopes, string(s))
		}
		rows = append(rows, []string{k.ID, k.Label, strings.Join(scopes, " "), k.CreateTime.Format(time.DateTime), used})
	}
	if asJSON {
		return cli.JSON(c.OutOrStdout(), list)
	}
	return cli.Table(c.OutOrStdout(), rows)
}

func newKeyRevoke(o *options) *cobra.Command {
	var user string
	c := &cobra.Command{
		Use: "revoke ID --user ADDRESS", Short: "Revoke a key", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := findUser(ctx, s, user)
				if err != nil {
					return err
				}
				err = s.OAuth().RevokeKey(ctx, u.ID, args[0])
				return cli.Hint(err, "'platen-cloud key list --user %s' shows the ids", u.Email)
			})
		},
	}
	c.Flags().StringVar(&user, "user", "", "`address` of the account")
	_ = c.MarkFlagRequired("user") // the flag exists
	return c
}
