package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"platen/cloud/archive"
	"platen/cloud/blob"
	"platen/cloud/oidc"
	"platen/internal/cli"
)

// examineTimeout bounds each check of Examine.
const examineTimeout = 10 * time.Second

// renderExamination bounds that of the renderer, which compiles it the first time.
const renderExamination = 2 * time.Minute

// Examine checks the settings and the installation, and says what to do about
// what is wrong. The cloud may be running.
func Examine(ctx context.Context, cfg Config) []cli.Finding {
	settings := cli.Found("settings", "read", cfg.Check(), "the sentence says what to change")
	if _, err := os.Stat(cfg.StateDir); errors.Is(err, fs.ErrNotExist) { // what follows would make it
		return []cli.Finding{settings, cli.Found("state folder", "", fmt.Errorf("%s is not there: no cloud was set up in it yet", cfg.StateDir),
			"platen-cloud user add ADDRESS --admin makes it, with the first account; if the cloud has another one, name it: --state-dir FOLDER")}
	}
	list := []cli.Finding{settings, examineClock(time.Now(), cli.BuildTime()), examineState(cfg), examineWriting(cfg), examineDisk(cfg), examinePort(ctx, cfg), examineFront(cfg)}
	list = append(list, examineCertificates(cfg)...)
	list = append(list, examineRender(ctx, cfg, slog.New(slog.DiscardHandler)))
	if cfg.Render {
		list = append(list, examineOffice(ctx))
	}
	s, err := Open(ctx, cfg, slog.New(slog.DiscardHandler))
	list = append(list, cli.Found("database", filepath.Join(cfg.StateDir, archive.Database), err,
		"a newer program's database needs that program; else restore a backup"))
	if err == nil {
		list = append(list, examineAccounts(ctx, s), examineVersions(ctx, s), examineServing(ctx, s),
			cli.Found("documents", "there is room", s.blobs.Room(ctx), "make room, or raise limits.disk_percent"))
		if cfg.OIDC.Issuer != "" {
			list = append(list, examineProvider(ctx, s)...)
		}
		if cfg.Mail.Server != "" {
			list = append(list, examineMail(ctx, s))
		}
		_ = s.Close() // only looked
	}
	return append(list, examinePush(ctx, cfg))
}

func examineState(cfg Config) cli.Finding {
	info, err := os.Stat(cfg.StateDir)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("%s can be read by others (mode %o)", cfg.StateDir, info.Mode().Perm())
	}
	return cli.Found("state folder", cfg.StateDir, err, "make it with mode 0700, owned by the user that runs the cloud")
}

func examineDisk(cfg Config) cli.Finding {
	space, err := blob.SpaceAt(cfg.StateDir)
	free := fmt.Sprintf("%d of %d MiB free", space.Free>>20, space.Size>>20)
	if err == nil && space.Low() {
		err = fmt.Errorf("only %s", free)
	}
	return cli.Found("disk", free, err, "make room: documents wait here until they are printed")
}

func examineAccounts(ctx context.Context, s *Server) cli.Finding {
	users, err := s.service.Users(ctx)
	admins := 0
	for _, u := range users {
		if u.Admin && !u.Disabled {
			admins++
		}
	}
	if err == nil && admins == 0 {
		err = fmt.Errorf("no administrator")
	}
	return cli.Found("accounts", fmt.Sprintf("%d, %d of them administrators", len(users), admins), err,
		"platen-cloud user add ADDRESS --admin")
}

// examineProvider asks the provider of sign-ins for what a sign-in needs of it.
func examineProvider(ctx context.Context, s *Server) []cli.Finding {
	const check = "sign-in provider"
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	var found oidc.Review
	p, err := s.provider()
	if err == nil {
		found, err = p.Check(ctx)
	}
	list := []cli.Finding{cli.Found(check, s.cfg.OIDC.Issuer+" answers", err,
		"is oidc.issuer right, to the letter, without /.well-known/openid-configuration, and can this machine reach it?")}
	for _, problem := range found.Problems {
		list = append(list, cli.Finding{Check: check, Detail: problem, Advice: "compare the settings in the table [oidc] with what the provider's page of this client says"})
	}
	for _, doubt := range found.Doubts {
		list = append(list, cli.Finding{Check: check, OK: true, Detail: doubt})
	}
	return list
}

// examineMail signs in with the mail server, and sends nothing.
func examineMail(ctx context.Context, s *Server) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	sender, err := s.sender()
	if err == nil {
		err = sender.Check(ctx)
	}
	return cli.Found("mail", s.cfg.Mail.Server+" takes mail", err, "compare the table [mail] with what your mail server's page says; mail.ca_file names the authority of a certificate of your own")
}

func examineServing(ctx context.Context, s *Server) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/", nil)
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	if err == nil && s.cfg.mode() == TLSOwn { // for which nobody else vouches
		transport.TLSClientConfig.RootCAs, err = ownRoots(s.cfg.StateDir)
	}
	if err == nil {
		var resp *http.Response
		if resp, err = transport.RoundTrip(req); err == nil {
			err = resp.Body.Close()
		}
	}
	if clock := cli.ClockWrong(err, time.Now()); clock != "" {
		err = fmt.Errorf("%s: %w", clock, err)
	}
	return cli.Judged("public address", s.base+" answers", err, "is the cloud running (platen-cloud serve), and base_url right?")
}

// examinePush looks whether notifications go out.
func examinePush(ctx context.Context, cfg Config) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	switch {
	case cfg.Push.Driver == DriverNone:
		return cli.Finding{Check: "push", OK: true, Detail: "over HTTPS alone"}
	case cfg.Push.Driver.outside():
		return examineOutside(ctx, cfg)
	case cfg.Push.Direct == "" && cfg.Push.STARTTLS == "":
		return cli.Found("push", "", errNoPush, "set push.direct_listen")
	case cfg.Push.Direct == "":
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", cfg.Push.STARTTLS)
		if err == nil {
			err = conn.Close()
		}
		return cli.Found("push", cfg.Push.STARTTLS+" answers", err, "is the cloud running?")
	}
	// Whether the certificate is valid for the name is the connectors' question
	// (platen doctor asks it); here only the port is tried.
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // nothing is sent
	conn, err := dialer.DialContext(ctx, "tcp", cfg.Push.Direct)
	if err == nil {
		err = conn.Close()
	}
	return cli.Found("push", cfg.Push.Direct+" answers", err, "is the cloud running?")
}
