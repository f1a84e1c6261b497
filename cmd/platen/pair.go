package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/mdp/qrterminal/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"platen/connector/daemon"
	"platen/connector/spool"
	"platen/gcp/client"
	"platen/internal/cli"
	"platen/internal/secret"
)

func newPair(o *options) *cobra.Command {
	var token string
	var insecure, replace bool
	c := &cobra.Command{
		Use:   "pair URL",
		Short: "Tie this connector to a cloud",
		Long: "pair shows a code that a person types at the cloud's page, and keeps the credentials that the cloud\n" +
			"gives then. With --token (or PLATEN_TOKEN) and a key of scope pair no person is needed;\n" +
			"'platen-cloud key create --scope pair' makes one.",
		Example: "  platen pair https://print.example.com\n  PLATEN_TOKEN=... platen pair https://print.example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := o.settings()
			if err != nil {
				return err
			}
			if token == "" {
				token = os.Getenv("PLATEN_TOKEN")
			}
			made, err := daemon.Pairing{
				Cloud: args[0], StateDir: cfg.StateDir, CAFile: cfg.CAFile, Token: secret.New(token),
				Insecure: insecure, Replace: replace, Show: func(g client.DeviceGrant) { showCode(c, g) },
			}.Pair(c.Context())
			if errors.Is(err, daemon.ErrPaired) {
				return cli.Hint(err, "--replace pairs it again; its printers keep their ids")
			}
			if errors.Is(err, spool.ErrLocked) {
				return cli.Hint(err, "stop the running connector first; it would go on with the old credentials")
			}
			if err != nil {
				return cli.Hint(err, "check the address in a browser; the pairing stays as it was, try again")
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "paired with %s for %s\nnow start the connector: platen run\n", made.Cloud, made.Owner)
			return err
		},
	}
	c.Flags().StringVar(&token, "token", "", "`key` of scope pair, for unattended pairing (better in PLATEN_TOKEN)")
	c.Flags().BoolVar(&insecure, "insecure", false, "allow a plain http address off this machine")
	c.Flags().BoolVar(&replace, "replace", false, "pair again although this connector is paired already")
	return c
}

// showCode tells the person what to do; the QR code is for a phone.
func showCode(c *cobra.Command, g client.DeviceGrant) {
	out := c.ErrOrStderr()
	fmt.Fprintf(out, "Open %s and enter the code\n\n    %s\n\n", g.VerificationURL, g.UserCode)
	if f, ok := out.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(f.Fd())) && g.VerificationURLComplete != "" {
		qrterminal.GenerateHalfBlock(g.VerificationURLComplete, qrterminal.L, out)
	}
	fmt.Fprintf(out, "Waiting until %s ...\n", g.Expires.Format("15:04"))
}
