package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mdp/qrterminal/v3"
	"github.com/spf13/cobra"

	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/config"
	"platen/internal/service"
)

// The ways to TLS that setup asks for; tlsProxy and tlsNone set none here.
const (
	tlsACME  = string(server.TLSACME)
	tlsFiles = string(server.TLSFiles)
	tlsOwn   = string(server.TLSOwn)
	tlsProxy = "proxy"
	tlsNone  = "none"
)

// setup is one conversation: the answers so far, from flags, the settings, or a person.
type setup struct {
	o       *options
	c       *cobra.Command
	talk    cli.Talk
	asks    bool // there is a person
	service service.Definition

	address, tls, cert, key, email, directory, acmeCA string
	proxies                                           []string
	listen, httpListen                                string
	admin                                             string
	passwordStdin, connector, noService, force        bool
	silent, asJSON                                    bool

	cfg  server.Config // as it is, and then as it will be
	done setUp
}

// setUp is the answer of setup: what stands now.
type setUp struct {
	Address     string   `json:"address"`
	TLS         string   `json:"tls"`
	Settings    string   `json:"settings"` // the file
	Changed     []string `json:"changed"`  // what was written there
	Fingerprint string   `json:"ca_fingerprint,omitempty"`
	Admin       string   `json:"admin,omitempty"` // who was made administrator by this run
	// SetupLinkFile holds the link by which the first administrator comes in.
	SetupLinkFile string `json:"setup_link_file,omitempty"`
	Service       string `json:"service"`             // running, or why not
	Connector     string `json:"connector,omitempty"` // what 'platen setup' said

	setupLink string // a secret, for a terminal alone
}

func newSetup(o *options) *cobra.Command {
	s := &setup{o: o}
	c := &cobra.Command{
		Use:   "setup",
		Short: "Set the cloud up in one conversation",
		Long: "setup asks for the address of this cloud, where its certificate comes from, and the first administrator;\n" +
			"then it writes the settings, and installs and starts the service. Each answer is also a flag; with\n" +
			"--non-interactive nobody is asked.\n\n" +
			"The ways to TLS: acme asks a public authority for a certificate (Let's Encrypt, whose terms one agrees to);\n" +
			"files names one; proxy leaves TLS to a server in front; own makes an authority here, for networks without\n" +
			"a domain: 'platen pair' knows it by its fingerprint, and the page /ca puts it on phones; none is for this\n" +
			"machine alone.\n\n" +
			"Nothing is written before the last answer. Run again, it changes only what is asked for; what a person\n" +
			"wrote into the settings is replaced only after a question, or with --force.",
		Example: "  platen-cloud setup\n  platen-cloud setup --address print.example.com --admin you@example.com\n" +
			"  platen-cloud setup --non-interactive --address 192.0.2.5:8631 --tls own --admin you@example.com --password-stdin --with-connector",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s.c, s.o.makesFile = c, true
			return s.run(c.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&s.address, "address", "", "`address` under which people and connectors reach the cloud")
	f.StringVar(&s.tls, "tls", "", "where the certificate comes from: acme, files, proxy, own or none")
	f.StringVar(&s.cert, "tls-cert", "", "certificate `file` (PEM), with --tls files")
	f.StringVar(&s.key, "tls-key", "", "its key `file` (PEM)")
	f.StringVar(&s.email, "acme-email", "", "`address` that the ACME server may write to")
	f.StringVar(&s.directory, "acme-directory", "", "`address` of the ACME server (default Let's Encrypt)")
	f.StringVar(&s.acmeCA, "acme-ca-file", "", "`file` (PEM) with who signed the ACME server's own certificate")
	f.StringSliceVar(&s.proxies, "trusted-proxy", nil, "`address` of a proxy in front, with --tls proxy (default 127.0.0.1)")
	f.StringVar(&s.listen, "listen", "", "`address` of the HTTP(S) port (default made from --address)")
	f.StringVar(&s.httpListen, "http-listen", "", "`address` of the port without TLS (default made from the way to TLS)")
	f.StringVar(&s.admin, "admin", "", "`address` (e-mail) of the first administrator")
	f.BoolVar(&s.passwordStdin, "password-stdin", false, "read the administrator's password from standard input")
	f.BoolVar(&s.connector, "with-connector", false, "also pair the connector on this machine")
	f.BoolVar(&s.noService, "no-service", false, "install and start nothing")
	f.BoolVar(&s.force, "force", false, "replace what a person wrote into the settings")
	f.BoolVar(&s.silent, "non-interactive", false, "ask nobody: flags and defaults are the answers")
	f.BoolVar(&s.asJSON, "json", false, "print JSON")
	return c
}

func (s *setup) run(ctx context.Context) (err error) {
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.ask(ctx); err != nil {
		return s.untouched(err)
	}
	edit, err := s.edit(ctx)
	if err != nil {
		return s.untouched(err)
	}
	password, err := s.askAdmin(ctx)
	if err != nil {
		return s.untouched(err)
	}
	if err := edit.Write(); err != nil {
		return err
	}
	s.done.Changed = edit.Changes()
	if err := s.finish(ctx, password); err != nil {
		s.talk.Say("The settings are written. Run 'platen-cloud setup' again: it goes on from here.")
		return err
	}
	return s.tell()
}

// untouched says of a conversation that ended early that nothing was written.
func (s *setup) untouched(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, cli.ErrNoAnswer) {
		s.talk.Say("\nNothing was written. Run 'platen-cloud setup' again at any time.")
	}
	return err
}

// begin reads the settings as they are, and finds out whether there is a person.
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
	if s.passwordStdin && (s.asks || s.admin == "") {
		return cli.Usage(errors.New("--password-stdin goes with --non-interactive and --admin"))
	}
	s.done.Settings = config.Choose(s.o.configFile, server.ConfigFile()).Path
	if !s.noService && !service.MayChange() {
		return cli.Hint(errors.New("only an administrator may install and start services"), "run it as root, or give --no-service and start 'platen-cloud serve' yourself")
	}
	return nil
}

// edit prepares what is to be written, and asks before anything of a person's goes.
func (s *setup) edit(ctx context.Context) (*config.Edit, error) {
	edit, err := config.StartEdit(s.done.Settings)
	if err != nil {
		return nil, err
	}
	was, err := s.o.settings()
	if err != nil {
		return nil, err
	}
	for _, change := range s.changes(was) {
		edit.Set(change)
	}
	replaced := edit.Replaced()
	if len(replaced) == 0 || s.force {
		return edit, nil
	}
	if !s.asks {
		return nil, cli.Hint(fmt.Errorf("%s says otherwise: %s", s.done.Settings, strings.Join(replaced, "; ")), "--force replaces it")
	}
	s.talk.Say("%s says otherwise:", s.done.Settings)
	for _, line := range replaced {
		s.talk.Say("  %s", line)
	}
	answer, err := s.talk.Confirm(ctx, "Replace that?", cli.AnswerNo)
	if err == nil && answer == cli.AnswerNo {
		err = cli.Hint(errors.New("the settings stay as they are"), "nothing was written")
	}
	return edit, err
}

// changes are the settings that the answers make. What stays at its default is not
// written; the address and the port are, for people who read the file.
func (s *setup) changes(was server.Config) []config.Change {
	now := s.cfg
	list := []config.Change{{Key: "base_url", Value: now.BaseURL}, {Key: "listen", Value: now.Listen}}
	for _, c := range []struct {
		key      string
		was, now any
	}{
		{"http_listen", was.HTTPListen, now.HTTPListen},
		{"tls", string(was.TLS), string(now.TLS)},
		{"tls_cert", was.TLSCert, now.TLSCert},
		{"tls_key", was.TLSKey, now.TLSKey},
		{"trusted_proxies", was.TrustedProxies, now.TrustedProxies},
		{"acme.email", was.ACME.Email, now.ACME.Email},
		{"acme.directory", was.ACME.Directory, now.ACME.Directory},
		{"acme.ca_file", was.ACME.CAFile, now.ACME.CAFile},
		{"push.direct_listen", was.Push.Direct, now.Push.Direct},
		{"push.starttls_listen", was.Push.STARTTLS, now.Push.STARTTLS},
	} {
		if !same(c.was, c.now) {
			list = append(list, config.Change{Key: c.key, Value: c.now})
		}
	}
	return list
}

// same compares two values of settings.
func same(a, b any) bool {
	x, ok := a.([]string)
	y, both := b.([]string)
	if ok && both {
		return slices.Equal(x, y)
	}
	return !ok && !both && a == b
}

// tell prints what stands now.
func (s *setup) tell() error {
	if s.asJSON {
		return cli.JSON(s.c.OutOrStdout(), s.done)
	}
	out := s.c.OutOrStdout()
	fmt.Fprintf(out, "the cloud is at %s (settings: %s, service: %s)\n", s.done.Address, s.done.Settings, s.done.Service)
	if s.done.Admin != "" {
		fmt.Fprintf(out, "administrator: %s\n", s.done.Admin)
	}
	if s.done.setupLink != "" && cli.Terminal(out) {
		fmt.Fprintf(out, "make the first administrator's account at\n  %s\n", s.done.setupLink)
	} else if s.done.SetupLinkFile != "" {
		fmt.Fprintf(out, "the link for the first administrator is in %s\n", s.done.SetupLinkFile)
	}
	if s.done.Connector != "" {
		fmt.Fprintln(out, s.done.Connector)
	}
	if s.done.Fingerprint == "" {
		return nil
	}
	pinned := s.done.Address + "/#ca=sha256:" + s.done.Fingerprint
	fmt.Fprintf(out, "its own authority has the fingerprint (SHA-256)\n  %s\n", s.done.Fingerprint)
	if at := s.plainAddress(); at != "" {
		fmt.Fprintf(out, "put it on phones and computers: %s/ca\n", at)
	}
	if s.done.Connector == "" {
		fmt.Fprintf(out, "pair connectors with it: platen setup --cloud '%s'\n", pinned)
	}
	if cli.Terminal(out) {
		qrterminal.GenerateHalfBlock(pinned, qrterminal.L, out)
	}
	return nil
}
