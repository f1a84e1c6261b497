package mail_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/mail"
	"platen/internal/lab"
	"platen/internal/secret"
)

// letter is what the server was given.
type letter struct {
	From      string
	To        []string
	Headers   map[string]string
	Text      string
	Encrypted bool
	User      string
}

// server is a real mail server (aiosmtpd).
type server struct {
	starttls, tls string
	roots         *x509.CertPool
	letters       chan letter
}

func startServer(t *testing.T) server {
	t.Helper()
	lab.Need(t, "aiosmtpd")
	config, roots := lab.Certificate(t)
	key, err := x509.MarshalPKCS8PrivateKey(config.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{
		"cert": {Type: "CERTIFICATE", Bytes: config.Certificates[0].Certificate[0]}, "key": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ports := [2]int{lab.FreePort(t), lab.FreePort(t)}
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/smtpd.py", strconv.Itoa(ports[0]), strconv.Itoa(ports[1]), filepath.Join(dir, "cert"), filepath.Join(dir, "key"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := server{starttls: address(ports[0]), tls: address(ports[1]), roots: roots, letters: make(chan letter, 10)}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var l letter
			if json.Unmarshal(lines.Bytes(), &l) == nil {
				s.letters <- l
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	lab.Until(t, 30*time.Second, "the mail server answers", func() bool {
		c, err := net.Dial("tcp", s.tls)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return s
}

func address(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

func (s server) config() mail.Config {
	return mail.Config{
		Server: s.starttls, RootCAs: s.roots, User: "platen", Password: secret.New("s3cret"), From: "Platen <print@example.com>",
		BaseURL: "https://print.example.com",
	}
}

func (s server) next(t *testing.T) letter {
	t.Helper()
	select {
	case l := <-s.letters:
		return l
	case <-time.After(30 * time.Second):
		t.Fatal("no letter came")
	}
	return letter{}
}

func sender(t *testing.T, cfg mail.Config) *mail.Sender {
	t.Helper()
	s, err := mail.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A real server gets the message over an encrypted connection, from who we say we are.
func TestTell(t *testing.T) {
	srv := startServer(t)
	direct := srv.config()
	direct.Server, direct.Security = srv.tls, mail.TLS
	for name, cfg := range map[string]mail.Config{"STARTTLS": srv.config(), "TLS": direct} {
		t.Run(name, func(t *testing.T) {
			s := sender(t, cfg)
			if err := s.Check(t.Context()); err != nil {
				t.Fatalf("Check: %v", err)
			}
			about := []cloud.OutageNote{
				{Outage: cloud.Outage{Robot: "r1", Since: noon}, Name: "Büro\r\nBcc: eve@example.net", Printers: []string{"Laser", "Etiketten"}},
				{Outage: cloud.Outage{Printer: "p1", Since: noon}, Name: "Laser", Place: "2nd floor", Why: "Paper is jammed"},
				{Outage: cloud.Outage{Printer: "p2", Since: noon}, Name: "Ink", Over: true},
			}
			if err := s.Tell(t.Context(), "ann@example.com", about); err != nil {
				t.Fatal(err)
			}
			l := srv.next(t)
			if l.From != "print@example.com" || len(l.To) != 1 || l.To[0] != "ann@example.com" || !l.Encrypted || l.User != "platen" {
				t.Errorf("it came as %+v", l)
			}
			if l.Headers["Subject"] != "Platen: 2 are down, 1 is there again" || l.Headers["Auto-Submitted"] != "auto-generated" || l.Headers["Bcc"] != "" {
				t.Errorf("the headers are %v", l.Headers)
			}
			want := `The connector Büro  Bcc: eve@example.net is down since Sun, 01 Mar 2026 12:00:00 UTC.
Nothing can be printed on: Laser, Etiketten
https://print.example.com/connectors

The printer Laser (2nd floor) is down since Sun, 01 Mar 2026 12:00:00 UTC.
It says: Paper is jammed
https://print.example.com/printers/p1

The printer Ink is there again. It was down since Sun, 01 Mar 2026 12:00:00 UTC.
https://print.example.com/printers/p2

Jobs that wait for these printers are kept, and are printed when they are there again.
`
			if got := strings.ReplaceAll(l.Text, "\r\n", "\n"); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("the text is\n%s\nwant\n%s", got, want)
			}
			if err := s.Tell(t.Context(), "ann@example.com", about[:1]); err != nil {
				t.Fatal(err)
			}
			if got := srv.next(t).Headers["Subject"]; got != "Platen: Büro  Bcc: eve@example.net is down" {
				t.Errorf("the subject is %q", got)
			}
		})
	}
}

// An address that takes no mail is told from a server that takes none now.
func TestTellIsRefused(t *testing.T) {
	srv := startServer(t)
	about := []cloud.OutageNote{{Outage: cloud.Outage{Robot: "r1", Since: noon}, Name: "desk"}}
	wrong := srv.config()
	wrong.Password = secret.New("guess")
	foreign := srv.config()
	foreign.RootCAs = x509.NewCertPool()
	plain := srv.config()
	plain.Security, plain.User = mail.Plain, ""
	away := srv.config()
	away.Server = address(lab.FreePort(t))
	for name, tt := range map[string]struct {
		cfg     mail.Config
		to      string
		forGood bool
	}{
		"no such person":       {srv.config(), "nobody@example.com", true},
		"no address":           {srv.config(), "ann@@example.com", true},
		"busy":                 {srv.config(), "later@example.com", false},
		"wrong password":       {wrong, "ann@example.com", false},
		"unknown certificate":  {foreign, "ann@example.com", false},
		"refuses plain text":   {plain, "ann@example.com", false},
		"nobody listens there": {away, "ann@example.com", false},
	} {
		t.Run(name, func(t *testing.T) {
			err := sender(t, tt.cfg).Tell(t.Context(), tt.to, about)
			if err == nil || errors.Is(err, cloud.ErrNoSuchAddress) != tt.forGood || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "guess") {
				t.Errorf("%v", err)
			}
		})
	}
	if err := sender(t, wrong).Check(t.Context()); err == nil {
		t.Error("Check takes a wrong password")
	}
}

// A server that says nothing does not hold us for ever.
func TestMuteServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	cfg := mail.Config{Server: l.Addr().String(), From: "print@example.com"}
	done := make(chan error, 1)
	go func() { done <- sender(t, cfg).Tell(ctx, "ann@example.com", []cloud.OutageNote{{Name: "desk"}}) }()
	select {
	case err := <-done:
		if err == nil {
			t.Error("it was sent")
		}
	case <-time.After(40 * time.Second):
		t.Error("it still waits")
	}
}

func TestSettingsThatSendNothing(t *testing.T) {
	for _, cfg := range []mail.Config{
		{Server: "smtp.example.com", From: "a@example.com"},
		{Server: ":25", From: "a@example.com"},
		{Server: "smtp.example.com:99999", From: "a@example.com"},
		{Server: "smtp.example.com:25", From: "print"},
		{Server: "smtp.example.com:25", From: "a@example.com", Security: "ssl"},
	} {
		if _, err := mail.New(cfg); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
}
