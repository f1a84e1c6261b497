package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/cli"
	"platen/internal/config"
	"platen/internal/secret"
	"platen/internal/service"
	"platen/printer"
	"platen/printer/discover"
)

// setup is one conversation: the answers so far, from flags, the settings, or a person.
type setup struct {
	o       *options
	c       *cobra.Command
	talk    cli.Talk
	asks    bool // there is a person
	service service.Definition

	cloud, token, fingerprint            string
	queues, add                          []string
	testPage                             string
	insecure, replace, noService, search bool
	searchTime                           time.Duration
	force, silent, asJSON                bool

	cfg daemon.Config

	rules     string // file of printer rules; "" for none
	rulesText []byte
	pin       daemon.Fingerprint
	base      string       // of the cloud that was looked at
	adds      []addition   // printers to be added by address
	todo      *config.Edit // of the settings file
	done      setUp
}

// setUp is the answer of setup: what stands now.
type setUp struct {
	Cloud    string         `json:"cloud"`
	Account  string         `json:"account"`
	Proxy    gcp.ProxyID    `json:"proxy"`
	Paired   bool           `json:"paired"`             // by this run; false where it was before
	Changed  []string       `json:"changed"`            // what was written into the settings
	Added    []printer.Name `json:"added"`              // printers by address
	Service  string         `json:"service"`            // running, or why not
	Rules    string         `json:"rules,omitempty"`    // what those that were given changed
	TestPage int            `json:"test_job,omitempty"` // the printer's number of the test page
}

func newSetup(o *options) *cobra.Command {
	s := &setup{o: o}
	c := &cobra.Command{
		Use:   "setup",
		Short: "Set this connector up in one conversation",
		Long: "setup asks for the cloud's address and looks at it, pairs this connector with it by a code or a key, lists\n" +
			"the queues of CUPS and the printers of the network to choose from, installs and starts the service, and\n" +
			"prints a test page. Each answer is also a flag; with --non-interactive nobody is asked, and what is missing\n" +
			"is an error.\n\n" +
			"It can be stopped at any question: what stands then is said, and the next run goes on from there. Run again,\n" +
			"it changes only what is asked for.",
		Example: "  platen setup\n  PLATEN_TOKEN=... platen setup --non-interactive --cloud https://print.example.com\n" +
			"  platen setup --non-interactive --add desk=ipp://192.0.2.7/ipp/print --test-page desk",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s.c, s.o.makesFile = c, true
			return s.run(c.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&s.cloud, "cloud", "", "`address` of the cloud")
	f.StringVar(&s.token, "token", "", "`key` of scope pair, in place of a code (better in PLATEN_TOKEN)")
	f.StringVar(&s.fingerprint, "ca-fingerprint", "", "`SHA-256` of the cloud's own authority, as 'platen-cloud setup' shows it")
	f.BoolVar(&s.insecure, "insecure", false, "allow a plain http address off this machine")
	f.BoolVar(&s.replace, "replace", false, "pair again although this connector is paired already")
	f.StringSliceVar(&s.queues, "queue", nil, "`name` of a queue to share, with * and ?; may be repeated (default: all plain ones)")
	f.StringArrayVar(&s.add, "add", nil, "`[NAME=]ADDRESS` of a printer to add; may be repeated")
	f.BoolVar(&s.search, "search", false, "add the printers that announce themselves on the network")
	f.DurationVar(&s.searchTime, "search-time", 4*time.Second, "how long printers of the network are listened for; 0 for not at all")
	f.StringVar(&s.rules, "rules", "", "`file` of printer rules to put into force (docs/rules.md)")
	f.StringVar(&s.testPage, "test-page", "", "`printer` to print a test page on")
	f.BoolVar(&s.noService, "no-service", false, "install and start nothing")
	f.BoolVar(&s.force, "force", false, "replace what a person wrote into the settings")
	f.BoolVar(&s.silent, "non-interactive", false, "ask nobody: flags and defaults are the answers")
	f.BoolVar(&s.asJSON, "json", false, "print JSON")
	return c
}

func (s *setup) run(ctx context.Context) error {
	if err := s.begin(); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{s.findCloud, s.pair, s.choosePrinters, s.write, s.putRules, s.start, s.addPrinters, s.followRules, s.test} {
		if err := step(ctx); err != nil {
			return s.left(err)
		}
	}
	return s.tell()
}

// left says what stands when the conversation ends early.
func (s *setup) left(err error) error {
	if !errors.Is(err, context.Canceled) && !errors.Is(err, cli.ErrNoAnswer) {
		return err
	}
	var stands []string
	if s.done.Paired {
		stands = append(stands, "this connector is paired with "+s.done.Cloud)
	}
	if len(s.done.Changed) > 0 {
		stands = append(stands, "the settings are written")
	}
	if s.done.Service == serviceRuns {
		stands = append(stands, "the service runs")
	}
	for _, name := range s.done.Added {
		stands = append(stands, string(name)+" is added")
	}
	if len(stands) == 0 {
		s.talk.Say("\nNothing was changed. Run 'platen setup' again at any time.")
		return err
	}
	s.talk.Say("\nWhat stands: %s.\nRun 'platen setup' again to go on.", strings.Join(stands, "; "))
	return err
}

// begin reads the settings, and finds out whether there is a person.
func (s *setup) begin() (err error) {
	if s.cfg, err = s.o.settings(); err != nil {
		return err
	}
	if s.service, err = s.o.service(); err != nil {
		return err
	}
	s.talk = cli.Talk{In: s.c.InOrStdin(), Out: s.c.ErrOrStderr()}
	s.asks = !s.silent
	if s.asks && !cli.Terminal(s.c.InOrStdin()) {
		return cli.Hint(cli.Usage(errors.New("no terminal to ask on")), "give --non-interactive, and the answers as flags")
	}
	if s.fingerprint != "" {
		if s.pin, err = daemon.ParseFingerprint(s.fingerprint); err != nil {
			return cli.Usage(err)
		}
	}
	if err := s.readRules(); err != nil {
		return err
	}
	for _, text := range s.add {
		a, err := parseAddition(text)
		if err != nil {
			return cli.Usage(err)
		}
		s.adds = append(s.adds, a)
	}
	if s.todo, err = config.StartEdit(config.Choose(s.o.configFile, daemon.ConfigFile()).Path); err != nil {
		return cli.Usage(err)
	}
	if !s.noService && !service.MayChange() {
		return cli.Hint(errors.New("only an administrator may install and start services"), "run it as root, or give --no-service and start 'platen run' yourself")
	}
	return nil
}

// findCloud settles the cloud's address, and looks at it.
func (s *setup) findCloud(ctx context.Context) error {
	had, err := daemon.ReadCredentials(s.cfg.StateDir)
	if err != nil && !errors.Is(err, daemon.ErrNotPaired) {
		return err
	}
	if s.cloud != "" || !s.asks {
		if s.cloud == "" && had.Cloud == "" {
			return cli.Hint(cli.Usage(errors.New("no cloud given")), "--cloud https://ADDRESS-OF-THE-CLOUD")
		}
		return s.look(ctx, cmp.Or(s.cloud, had.Cloud), had.CA)
	}
	s.talk.Say("The cloud's address is on its pages, and 'platen-cloud setup' prints it.")
	_, err = s.talk.Ask(ctx, "Address of the cloud", had.Cloud, func(address string) error {
		if address == "" {
			return errors.New("write an address like https://print.example.com")
		}
		return s.look(ctx, address, had.CA)
	})
	return err
}

// look looks at a cloud, and asks for the fingerprint of an authority that is unknown.
func (s *setup) look(ctx context.Context, address, known string) error {
	reach := daemon.Reach{
		Cloud: address, CAFile: s.cfg.CAFile, Authorities: known, Fingerprint: s.pin, HTTPProxy: s.cfg.HTTPProxy, Insecure: s.insecure,
	}
	base, err := reach.Look(ctx)
	if s.asks && s.pin == "" && daemon.UnknownAuthority(err) {
		s.talk.Say("%s has a certificate of an authority that this machine does not know.\nIf it is the cloud's own, 'platen-cloud setup' and its page /ca show the fingerprint.", base)
		_, asked := s.talk.Ask(ctx, "Fingerprint (SHA-256)", "", func(text string) (err error) {
			reach.Fingerprint, err = daemon.ParseFingerprint(text)
			return err
		})
		if asked != nil {
			return asked
		}
		base, err = reach.Look(ctx)
	}
	if told, ok := errors.AsType[*daemon.ReachError](err); ok {
		return cli.Hint(err, "%s", cmp.Or(told.Advice, "nothing was changed"))
	}
	if err == nil {
		s.cloud, s.base, s.pin = address, base, reach.Fingerprint
	}
	return err
}

// pair ties the connector to the cloud, unless it is already.
func (s *setup) pair(ctx context.Context) error {
	had, err := daemon.ReadCredentials(s.cfg.StateDir)
	if err != nil && !errors.Is(err, daemon.ErrNotPaired) {
		return err
	}
	s.done = setUp{Cloud: had.Cloud, Account: had.Owner, Proxy: had.Proxy}
	switch paired := err == nil; {
	case paired && s.base == had.Cloud && !s.replace:
		return nil
	case paired && !s.replace && s.asks:
		answer, err := s.talk.Confirm(ctx, fmt.Sprintf("This connector is paired with %s. Pair it with %s instead?", had.Cloud, s.base), cli.AnswerNo)
		if err != nil {
			return err
		}
		if answer == cli.AnswerNo {
			return cli.Hint(errors.New("the pairing stays as it is"), "nothing was changed")
		}
	case paired && !s.replace:
		return cli.Hint(fmt.Errorf("this connector is paired with %s for %s", had.Cloud, had.Owner), "--replace pairs it with %s instead", s.base)
	}
	p := s.pairing(ctx)
	if p.Token.Empty() && !s.asks {
		return cli.Hint(cli.Usage(errors.New("no key to pair with")), "make one with 'platen-cloud key create --user ADDRESS --scope pair' and set PLATEN_TOKEN")
	}
	made, err := p.Pair(ctx)
	if err != nil {
		return pairHint(err)
	}
	s.done = setUp{Cloud: made.Cloud, Account: made.Owner, Proxy: made.Proxy, Paired: true}
	return nil
}

func (s *setup) pairing(ctx context.Context) daemon.Pairing {
	p := daemon.Pairing{
		Cloud: s.cloud, StateDir: s.cfg.StateDir, Socket: s.cfg.SocketPath(), CAFile: s.cfg.CAFile, HTTPProxy: s.cfg.HTTPProxy,
		Token: secret.New(cmp.Or(s.token, os.Getenv("PLATEN_TOKEN"))), Insecure: s.insecure, Replace: true, Fingerprint: s.pin,
		Printers: func(ctx context.Context) []string { return daemon.Offered(ctx, s.cfg) },
		Show:     func(g client.DeviceGrant) { showCode(s.c, g) },
		Note:     func(text string) { s.talk.Say("%s", text) },
	}
	if s.asks {
		p.Choose = func(gone []gcp.Connector) gcp.ProxyID { return askPlace(ctx, s.talk, gone) }
	}
	return p
}

// tell prints what stands now.
func (s *setup) tell() error {
	if s.asJSON {
		s.done.Added = append([]printer.Name{}, s.done.Added...)
		return cli.JSON(s.c.OutOrStdout(), s.done)
	}
	lines := []string{fmt.Sprintf("paired with %s for %s", s.done.Cloud, s.done.Account)}
	for _, name := range s.done.Added {
		lines = append(lines, "added "+string(name))
	}
	if s.done.TestPage != 0 {
		lines = append(lines, fmt.Sprintf("a test page was sent to %s as its job %d", s.testPage, s.done.TestPage))
	}
	if s.done.Rules != "" {
		lines = append(lines, "rules: "+s.done.Rules)
	}
	lines = append(lines, "service: "+s.done.Service)
	_, err := fmt.Fprintln(s.c.OutOrStdout(), strings.Join(lines, "\n"))
	return err
}

// onNetwork are the printers that announce themselves; none where that cannot be had.
func (s *setup) onNetwork(ctx context.Context) []discover.Found {
	if s.searchTime <= 0 {
		return nil
	}
	found, err := discover.Browse(ctx, min(s.searchTime, maxDiscover))
	if err != nil {
		s.talk.Say("note: %v", err)
	}
	return found
}
