package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/server"
	"platen/internal/backoff"
	"platen/internal/cli"
	"platen/internal/secret"
)

// askAdmin asks who the first administrator is, on a cloud that has no account. The
// zero Text makes a link instead.
func (s *setup) askAdmin(ctx context.Context) (secret.Text, error) {
	if s.hasAccounts() {
		if s.admin != "" {
			s.talk.Say("note: this cloud has accounts already, --admin adds none: 'platen-cloud user add' does.")
		}
		return secret.Text{}, nil
	}
	if s.connector && s.admin == "" && !s.asks {
		return secret.Text{}, cli.Usage(errors.New("--with-connector needs --admin: whose printers they are"))
	}
	switch {
	case s.passwordStdin:
		password, err := readPassword(s.c, true)
		if err == nil {
			err = cloud.CheckNewPassword(password.Reveal())
		}
		return password, err
	case !s.asks && s.admin != "":
		return secret.Text{}, cli.Hint(cli.Usage(errors.New("no password for --admin")), "--password-stdin reads it; without --admin there is a link")
	case !s.asks:
		return secret.Text{}, nil
	}
	if s.admin == "" {
		s.talk.Say("The first administrator signs in with an e-mail address and a password. Nothing gives a link instead.")
		var err error
		if s.admin, err = s.talk.Ask(ctx, "Your e-mail address", "", nil); err != nil || s.admin == "" {
			return secret.Text{}, err
		}
	}
	password, err := askPassword(ctx, s.talk)
	if err != nil {
		return secret.Text{}, err
	}
	return password, s.askConnector(ctx)
}

// askConnector asks whether the connector here is set up, too, where it is installed.
func (s *setup) askConnector(ctx context.Context) error {
	if _, err := beside("platen"); err != nil || s.connector || s.noService {
		return nil //nolint:nilerr // there is none
	}
	answer, err := s.talk.Confirm(ctx, "Set up the connector for the printers of this machine, too?", cli.AnswerYes)
	s.connector = answer == cli.AnswerYes
	return err
}

// hasAccounts reports whether somebody can sign in already.
func (s *setup) hasAccounts() bool {
	if _, err := os.Stat(s.cfg.StateDir); err != nil {
		return false // and nothing is made only to look
	}
	cloud, err := server.Open(context.Background(), s.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return false
	}
	defer func() { _ = cloud.Close() }() // only looked
	users, err := cloud.Service().Users(context.Background())
	return err == nil && len(users) > 0
}

// finish makes what the settings speak of: the authority, the administrator, the
// service, and the connector's pairing.
func (s *setup) finish(ctx context.Context, password secret.Text) error {
	if !s.noService {
		var err error
		if s.service, err = s.o.service(); err != nil { // with the ports that were written just now
			return err
		}
		if err := s.service.Install(); err != nil {
			return err
		}
	}
	if err := s.fill(ctx, password); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	if s.done.Admin == "" {
		if s.done.setupLink = s.link(); s.done.setupLink != "" {
			s.done.SetupLinkFile = s.linkFile()
		}
	}
	if !s.connector {
		return nil
	}
	return s.pairConnector(ctx)
}

// fill makes the authority and the administrator.
func (s *setup) fill(ctx context.Context, password secret.Text) error {
	return s.withCloud(ctx, func(c *server.Server) error {
		if s.cfg.TLS == server.TLSOwn {
			var err error
			if s.done.Fingerprint, err = server.AuthorityFingerprint(s.cfg.StateDir); err != nil {
				return err
			}
		}
		if password.Empty() {
			return nil
		}
		u, err := c.Service().FirstAdministrator(ctx, cloud.NewUser{Email: s.admin}, password.Reveal())
		s.done.Admin = u.Email
		return err
	})
}

func (s *setup) withCloud(ctx context.Context, do func(*server.Server) error) error {
	c, err := server.Open(ctx, s.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.Close())
}

// start has the service run with the new settings, and waits until it answers.
func (s *setup) start(ctx context.Context) error {
	if s.noService {
		s.done.Service = "not installed: start 'platen-cloud serve'"
		if server.Answers(ctx, s.cfg) {
			s.done.Service = "running; start it anew if the settings changed"
		}
		return nil
	}
	do := s.service.Start
	if len(s.done.Changed) > 0 {
		do = s.service.Restart
	}
	if err := do(); err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for !server.Answers(ctx, s.cfg) {
		if err := backoff.Sleep(wait, 100*time.Millisecond); err != nil {
			return fmt.Errorf("the service does not answer at %s: see 'platen-cloud service status'", s.cfg.Listen)
		}
	}
	s.done.Service = "running"
	return nil
}

// startTime is how long the service may take until it answers.
const startTime = time.Minute

func (s *setup) linkFile() string { return filepath.Join(s.cfg.StateDir, server.SetupFile) }

// link is what the running service left for the first administrator; "" for none.
func (s *setup) link() string {
	text, err := os.ReadFile(s.linkFile())
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// plainAddress is where the port without TLS is reached; "" for none.
func (s *setup) plainAddress() string {
	u, err := url.Parse(s.cfg.BaseURL)
	_, port, perr := net.SplitHostPort(s.cfg.HTTPListen)
	if err != nil || perr != nil {
		return ""
	}
	return "http://" + net.JoinHostPort(u.Hostname(), port)
}

// keyTime is how long the key is good by which the connector here is paired.
const keyTime = 10 * time.Minute

// pairConnector has the connector on this machine set itself up.
func (s *setup) pairConnector(ctx context.Context) error {
	program, err := beside("platen")
	if err != nil {
		return cli.Hint(err, "install the package platen on this machine, and run 'platen-cloud setup --with-connector' again")
	}
	var key secret.Text
	var id string
	var owner cloud.UserID
	err = s.withCloud(ctx, func(c *server.Server) (err error) {
		u, err := s.administrator(ctx, c)
		if err != nil {
			return err
		}
		text, k, err := c.OAuth().MakeKey(ctx, u.ID, oauth.KeyWish{Label: "setup of the connector here", Scopes: []oauth.Scope{oauth.ScopePair}, Lifetime: keyTime})
		key, id, owner = text, k.ID, u.ID
		return err
	})
	if err != nil {
		return err
	}
	args := []string{"setup", "--cloud", s.cfg.BaseURL}
	if !s.asks {
		args = append(args, "--non-interactive")
	}
	if s.done.Fingerprint != "" {
		args = append(args, "--ca-fingerprint", s.done.Fingerprint)
	}
	if s.noService {
		args = append(args, "--no-service")
	}
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // the program that came with this one
	cmd.Env = append(os.Environ(), "PLATEN_TOKEN="+key.Reveal())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends as it does by itself
	cmd.WaitDelay = 15 * time.Second
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.c.InOrStdin(), &said, s.c.ErrOrStderr() // it goes on with the conversation
	err = cmd.Run()
	revoked := s.withCloud(context.WithoutCancel(ctx), func(c *server.Server) error {
		return c.OAuth().RevokeKey(context.WithoutCancel(ctx), owner, id)
	})
	if err != nil {
		return errors.Join(cli.Hint(fmt.Errorf("the connector here was not set up: %w", err), "run 'platen setup' by itself"), revoked)
	}
	s.done.Connector = strings.TrimSpace(said.String())
	return revoked
}

// administrator is whose printers the connector's will be: the one who was named, or
// the oldest.
func (s *setup) administrator(ctx context.Context, c *server.Server) (cloud.User, error) {
	if s.admin != "" {
		return findUser(ctx, c, s.admin)
	}
	users, err := c.Service().Users(ctx)
	if err != nil {
		return cloud.User{}, err
	}
	for _, u := range users {
		if u.Admin && !u.Disabled {
			return u, nil
		}
	}
	return cloud.User{}, errors.New("there is no administrator yet, to whom the connector would belong")
}

// beside finds a program next to this one, or in the PATH.
func beside(name string) (string, error) {
	if own, err := os.Executable(); err == nil {
		if path, err := exec.LookPath(filepath.Join(filepath.Dir(own), name)); err == nil {
			return path, nil
		}
	}
	return exec.LookPath(name)
}
