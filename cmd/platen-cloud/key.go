package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/cloud"
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
	var days int
	var asJSON bool
	c := &cobra.Command{
		Use:   "create --user ADDRESS",
		Short: "Create a key and print it, this once",
		Long: "create prints the key on standard output; it is stored as a hash only.\n\n" +
			"Scope print submits jobs and sees their state; scope pair lets 'platen pair --token' add one\n" +
			"connector after the other; scope admin does whatever the account may.",
		Example: "  platen-cloud key create --user alice@example.com --name shop\n" +
			"  platen-cloud key create --user alice@example.com --scope pair --days 1",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := findUser(ctx, s, user)
				if err != nil {
					return err
				}
				wish := oauth.KeyWish{Label: name, Scopes: []oauth.Scope{oauth.Scope(scope)}, Lifetime: time.Duration(days) * 24 * time.Hour}
				text, k, err := s.OAuth().MakeKey(ctx, u.ID, wish)
				if cloud.KindOf(err) == cloud.KindInvalid {
					return cli.Usage(err)
				}
				if err != nil {
					return err
				}
				if err := s.Service().KeyChanged(ctx, cloud.OperatorCaller(), u.ID, "made the key "+strconv.Quote(k.Label)); err != nil {
					return errors.Join(err, s.OAuth().RevokeKey(context.WithoutCancel(ctx), u.ID, k.ID)) // nobody has seen it
				}
				if asJSON {
					return cli.JSON(c.OutOrStdout(), createdKey{listedKeyOf(k), text.Reveal()})
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), text.Reveal())
				return err
			})
		},
	}
	c.Flags().StringVar(&user, "user", "", "`address` of the account that the key belongs to")
	c.Flags().StringVar(&name, "name", "", "what the key is for")
	c.Flags().StringVar(&scope, "scope", "print", "print, pair or admin")
	c.Flags().IntVar(&days, "days", 0, "for how many days it is good (default: until it is revoked)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, with the key in it")
	_ = c.MarkFlagRequired("user") // the flag exists
	return c
}

// createdKey is a new key as --json shows it, this once with its secret.
type createdKey struct {
	listedKey
	Key string `json:"key"`
}

// listedKey is a key as --json shows it.
type listedKey struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Scopes  []oauth.Scope `json:"scopes"`
	Created time.Time     `json:"created"`
	Used    *time.Time    `json:"used,omitempty"`
	Expires *time.Time    `json:"expires,omitempty"`
}

func listedKeyOf(k oauth.Key) listedKey {
	return listedKey{
		ID: k.ID, Name: k.Label, Scopes: k.Scopes, Created: k.CreateTime.UTC(), Used: timeOrNone(k.UsedTime), Expires: timeOrNone(k.ExpireTime),
	}
}

// timeOrNone is a time that JSON leaves out if it is zero.
func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func newKeyList(o *options) *cobra.Command {
	var user string
	var asJSON bool
	c := &cobra.Command{
		Use: "list --user ADDRESS", Short: "List an account's keys", Args: cobra.NoArgs,
		Example: "  platen-cloud key list --user alice@example.com",
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
	rows := [][]string{{"ID", "NAME", "SCOPES", "CREATED", "LAST USED", "EXPIRES"}}
	for _, k := range keys {
		list = append(list, listedKeyOf(k))
		scopes := make([]string, 0, len(k.Scopes))
		for _, s := range k.Scopes {
			scopes = append(scopes, string(s))
		}
		rows = append(rows, []string{
			k.ID, k.Label, strings.Join(scopes, " "), k.CreateTime.Format(time.DateTime), timeOr(k.UsedTime, "never"), timeOr(k.ExpireTime, "never"),
		})
	}
	if asJSON {
		return cli.JSON(c.OutOrStdout(), list)
	}
	return cli.Table(c.OutOrStdout(), rows)
}

// timeOr writes a time, or a word if it is zero.
func timeOr(t time.Time, word string) string {
	if t.IsZero() {
		return word
	}
	return t.Format(time.DateTime)
}

// revokedKey is a revoked key as --json shows it.
type revokedKey struct {
	ID      string `json:"id"`
	Revoked bool   `json:"revoked"`
}

func newKeyRevoke(o *options) *cobra.Command {
	var user string
	var asJSON bool
	c := &cobra.Command{
		Use: "revoke ID --user ADDRESS", Short: "Revoke a key, by the id that the list shows", Args: cobra.ExactArgs(1),
		Example: "  platen-cloud key revoke 3f9c2a --user alice@example.com",
		RunE: func(c *cobra.Command, args []string) error {
			return o.withCloud(c, func(ctx context.Context, s *server.Server) error {
				u, err := findUser(ctx, s, user)
				if err != nil {
					return err
				}
				if err := s.OAuth().RevokeKey(ctx, u.ID, args[0]); err != nil {
					return cli.Hint(err, "'platen-cloud key list --user %s' shows the ids", u.Email)
				}
				if err := s.Service().KeyChanged(ctx, cloud.OperatorCaller(), u.ID, "revoked a key"); err != nil {
					return err
				}
				if asJSON {
					return cli.JSON(c.OutOrStdout(), revokedKey{args[0], true})
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), "revoked", args[0])
				return err
			})
		},
	}
	c.Flags().StringVar(&user, "user", "", "`address` of the account")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	_ = c.MarkFlagRequired("user") // the flag exists
	return c
}
