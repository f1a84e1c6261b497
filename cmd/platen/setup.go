package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/gcp"
	"platen/internal/cli"
	"platen/internal/secret"
)

// setup is one conversation: what was answered by flags, and what is found out on the way.
type setup struct {
	o           *options
	c           *cobra.Command
	cloud       string
	token       string
	fingerprint string
	insecure    bool
	replace     bool
	silent      bool // nobody is asked
	asJSON      bool

	cfg  daemon.Config
	done setUp
}

// setUp is the answer of setup: what stands now.
type setUp struct {
	Cloud   string      `json:"cloud"`
	Account string      `json:"account"`
	Proxy   gcp.ProxyID `json:"proxy"`
	Paired  bool        `json:"paired"` // by this run; false where it was before
}

func newSetup(o *options) *cobra.Command {
	s := &setup{o: o}
	c := &cobra.Command{
		Use:   "setup",
		Short: "Set this connector up in one conversation",
		Long: "setup asks for the cloud's address and pairs this connector with it. Each answer is also a flag; with\n" +
			"--non-interactive nobody is asked, and what is missing is an error.\n\n" +
			"It can be stopped at any question, and run again at any time: it changes only what is asked for.",
		Example: "  platen setup\n  PLATEN_TOKEN=... platen setup --non-interactive --cloud https://print.example.com",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s.c = c
			return s.run(c.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&s.cloud, "cloud", "", "`address` of the cloud")
	f.StringVar(&s.token, "token", "", "`key` of scope pair, in place of a code (better in PLATEN_TOKEN)")
	f.StringVar(&s.fingerprint, "ca-fingerprint", "", "`SHA-256` of the cloud's own authority, as 'platen-cloud setup' shows it")
	f.BoolVar(&s.insecure, "insecure", false, "allow a plain http address off this machine")
	f.BoolVar(&s.replace, "replace", false, "pair again although this connector is paired already")
	f.BoolVar(&s.silent, "non-interactive", false, "ask nobody: flags and defaults are the answers")
	f.BoolVar(&s.asJSON, "json", false, "print JSON")
	return c
}

func (s *setup) run(ctx context.Context) (err error) {
	if s.cfg, err = s.o.settings(); err != nil {
		return err
	}
	if err := s.pair(ctx); err != nil {
		return err
	}
	if s.asJSON {
		return cli.JSON(s.c.OutOrStdout(), s.done)
	}
	_, err = fmt.Fprintf(s.c.OutOrStdout(), "paired with %s for %s\nnow start the connector, unless it runs: platen run\n", s.done.Cloud, s.done.Account)
	return err
}

// pair ties the connector to the cloud, unless it is already.
func (s *setup) pair(ctx context.Context) error {
	had, err := daemon.ReadCredentials(s.cfg.StateDir)
	if err != nil && !errors.Is(err, daemon.ErrNotPaired) {
		return err
	}
	paired := err == nil
	if s.cloud == "" && had.Cloud == "" {
		return cli.Hint(cli.Usage(errors.New("no cloud given")), "--cloud https://ADDRESS-OF-THE-CLOUD")
	}
	pin, err := s.pin()
	if err != nil {
		return err
	}
	look := daemon.Reach{
		Cloud: cmp.Or(s.cloud, had.Cloud), CAFile: s.cfg.CAFile, Fingerprint: pin, HTTPProxy: s.cfg.HTTPProxy, Insecure: s.insecure,
		Authorities: had.CA,
	}
	base, err := look.Look(ctx)
	if told, ok := errors.AsType[*daemon.ReachError](err); ok {
		return cli.Hint(err, "%s", cmp.Or(told.Advice, "nothing was changed here"))
	}
	if err != nil {
		return err
	}
	if paired && base == had.Cloud && !s.replace {
		s.done = setUp{Cloud: had.Cloud, Account: had.Owner, Proxy: had.Proxy}
		return nil
	}
	if paired && !s.replace {
		return cli.Hint(fmt.Errorf("this connector is paired with %s for %s", had.Cloud, had.Owner), "--replace pairs it with %s instead", base)
	}
	p := daemon.Pairing{
		Cloud: look.Cloud, StateDir: s.cfg.StateDir, Socket: s.cfg.SocketPath(), CAFile: s.cfg.CAFile, HTTPProxy: s.cfg.HTTPProxy,
		Token: secret.New(cmp.Or(s.token, os.Getenv("PLATEN_TOKEN"))), Insecure: s.insecure, Replace: s.replace, Fingerprint: pin,
		Printers: func(ctx context.Context) []string { return daemon.Offered(ctx, s.cfg) },
		Note:     func(text string) { fmt.Fprintln(s.c.ErrOrStderr(), text) },
	}
	if p.Token.Empty() {
		return cli.Hint(cli.Usage(errors.New("no key to pair with")), "make one with 'platen-cloud key create --user ADDRESS --scope pair' and set PLATEN_TOKEN")
	}
	made, err := p.Pair(ctx)
	if err != nil {
		return pairHint(err)
	}
	s.done = setUp{Cloud: made.Cloud, Account: made.Owner, Proxy: made.Proxy, Paired: true}
	return nil
}

// pin is the fingerprint that was given; "" for none.
func (s *setup) pin() (daemon.Fingerprint, error) {
	if s.fingerprint == "" {
		return "", nil
	}
	pin, err := daemon.ParseFingerprint(s.fingerprint)
	return pin, cli.Usage(err)
}
