package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mdp/qrterminal/v3"
	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/connector/spool"
	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/cli"
	"platen/internal/secret"
)

func newPair(o *options) *cobra.Command {
	var p daemon.Pairing
	var token, fingerprint string
	var asJSON bool
	c := &cobra.Command{
		Use:   "pair [URL]",
		Short: "Tie this connector to a cloud",
		Long: "pair shows a code that a person types at the cloud's page, and keeps the credentials that the cloud\n" +
			"gives then. With --token (or PLATEN_TOKEN) and a key of scope pair no person is needed;\n" +
			"'platen-cloud key create --scope pair' makes one.\n\n" +
			"On a new machine pair offers to take the place of a connector of the account that is gone: its printers\n" +
			"keep their ids, shares and history. --adopt does so without a question.\n\n" +
			"After a revocation, pair again with --replace: the running connector goes on by itself. A machine that was\n" +
			"copied from another one is stopped and paired with --new: it gets a name of its own, and leaves jobs and\n" +
			"printers to the original. URL is the cloud of the last pairing, where there was one.\n\n" +
			"A cloud with an authority of its own is known by that one's fingerprint: --ca-fingerprint, or the address as\n" +
			"the QR code of 'platen-cloud setup' has it, with #ca=sha256:... at its end.",
		Example: "  platen pair https://print.example.com\n  PLATEN_TOKEN=... platen pair https://print.example.com\n" +
			"  platen pair https://print.example.com --adopt front-desk\n  platen pair --new",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := o.settings()
			if err != nil {
				return err
			}
			p.StateDir, p.CAFile, p.HTTPProxy, p.Socket = cfg.StateDir, cfg.CAFile, cfg.HTTPProxy, cfg.SocketPath()
			if p.Cloud, err = cloudOf(args, cfg.StateDir); err != nil {
				return err
			}
			if fingerprint != "" {
				if p.Fingerprint, err = daemon.ParseFingerprint(fingerprint); err != nil {
					return cli.Usage(err)
				}
			}
			given, unattended := os.LookupEnv("PLATEN_TOKEN")
			p.Token = secret.New(cmp.Or(token, given))
			if (unattended || c.Flags().Changed("token")) && p.Token.Empty() {
				return cli.Usage(errors.New("the token is empty: make a key with 'platen-cloud key create', or leave --token and PLATEN_TOKEN out"))
			}
			p.Printers = func(ctx context.Context) []string { return daemon.Offered(ctx, cfg) }
			p.Show = func(g client.DeviceGrant) { showCode(c, g) }
			p.Note = func(s string) { fmt.Fprintln(c.ErrOrStderr(), s) }
			if cli.Terminal(c.InOrStdin()) {
				talk := cli.Talk{In: c.InOrStdin(), Out: c.ErrOrStderr()}
				p.Choose = func(gone []gcp.Connector) gcp.ProxyID { return askPlace(c.Context(), talk, gone) }
			}
			made, err := p.Pair(c.Context())
			if err != nil {
				return pairHint(err)
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), paired{made.Cloud, made.Owner, made.Proxy})
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "paired with %s for %s\nnow start the connector, unless it runs: platen run\n", made.Cloud, made.Owner)
			return err
		},
	}
	flags := c.Flags()
	flags.StringVar(&token, "token", "", "`key` of scope pair, for unattended pairing (better in PLATEN_TOKEN)")
	flags.StringVar(&fingerprint, "ca-fingerprint", "", "`SHA-256` of the cloud's own authority, as 'platen-cloud setup' shows it")
	flags.BoolVar(&p.Insecure, "insecure", false, "allow a plain http address off this machine")
	flags.BoolVar(&p.Replace, "replace", false, "pair again although this connector is paired already")
	flags.BoolVar(&p.New, "new", false, "pair a copy of another installation under a name of its own; it leaves jobs in hand to the original")
	flags.StringVar(&p.Adopt, "adopt", "", "take the place of the connector of this machine `name` or proxy, which must not run")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	c.MarkFlagsMutuallyExclusive("new", "adopt")
	return c
}

// cloudOf returns the cloud to pair with: the one named, or that of the last pairing.
func cloudOf(args []string, stateDir string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	known, err := daemon.ReadCredentials(stateDir)
	if known.Cloud == "" {
		if err == nil || errors.Is(err, daemon.ErrNotPaired) {
			err = errors.New("no cloud given, and this connector was not paired before")
		}
		return "", cli.Hint(cli.Usage(err), "platen pair https://ADDRESS-OF-THE-CLOUD")
	}
	return known.Cloud, nil
}

// paired is the answer of pair.
type paired struct {
	Cloud   string      `json:"cloud"`
	Account string      `json:"account"`
	Proxy   gcp.ProxyID `json:"proxy"`
}

// pairHint adds what to do.
func pairHint(err error) error {
	if told, ok := errors.AsType[*daemon.ReachError](err); ok && told.Advice != "" {
		return cli.Hint(err, "%s", told.Advice)
	}
	switch {
	case errors.Is(err, daemon.ErrPaired):
		return cli.Hint(err, "--replace pairs it again, its printers keep their ids; --new is for a copy of another installation")
	case errors.Is(err, spool.ErrLocked):
		return cli.Hint(err, "stop the running connector first; it would go on with the old credentials")
	case errors.Is(err, daemon.ErrNoConnector):
		return cli.Hint(err, "pair without --adopt to begin anew, or with one of those names")
	}
	if daemon.UnknownAuthority(err) {
		return cli.Hint(err, "a cloud with an authority of its own: give its fingerprint, --ca-fingerprint, which 'platen-cloud setup' and its page /ca show")
	}
	if _, cut := errors.AsType[*client.TransportError](err); cut {
		return cli.Hint(err, "check the address in a browser; the pairing stays as it was, try again")
	}
	return cli.Hint(err, "nothing was changed here")
}

// askPlace asks whose place this installation takes; "" for nobody's, also where the
// person is gone: then the pairing ends with the context.
func askPlace(ctx context.Context, talk cli.Talk, gone []gcp.Connector) gcp.ProxyID {
	for _, c := range gone {
		answer, err := talk.Confirm(ctx, "Replace "+cli.Printable(place(c))+"?", cli.AnswerNo)
		if err != nil {
			return ""
		}
		if answer == cli.AnswerYes {
			return c.Proxy
		}
	}
	return ""
}

// place describes a connector whose place could be taken.
func place(c gcp.Connector) string {
	seen := "never seen"
	if c.Seen > 0 {
		seen = "last seen " + ago(time.Since(c.Seen.Time()))
	}
	printers := "1 printer"
	if c.Printers != 1 {
		printers = fmt.Sprintf("%d printers", c.Printers)
	}
	return fmt.Sprintf("%s (%s, %s)", daemon.ConnectorName(c), seen, printers)
}

// ago says roughly how long something is past.
func ago(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		switch n := int(d / unit.length); {
		case n == 1:
			return "1 " + unit.name + " ago"
		case n > 1:
			return fmt.Sprintf("%d %ss ago", n, unit.name)
		}
	}
	return "just now"
}

// showCode tells the person what to do; the QR code is for a phone.
func showCode(c *cobra.Command, g client.DeviceGrant) {
	out := c.ErrOrStderr()
	fmt.Fprintf(out, "Open %s and enter the code\n\n    %s\n\n", g.VerificationURL, g.UserCode)
	if cli.Terminal(out) && g.VerificationURLComplete != "" {
		qrterminal.GenerateHalfBlock(g.VerificationURLComplete, qrterminal.L, out)
	}
	fmt.Fprintf(out, "Waiting until %s ...\n", g.Expires.Format("15:04"))
}
