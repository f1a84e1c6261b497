package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/server"
	"platen/connector/daemon"
	"platen/internal/cli"
	"platen/internal/lab"
)

// cloudHere is a real cloud with an authority of its own.
type cloudHere struct {
	*server.Server
	t           *testing.T
	user        cloud.User
	key         string // of scope pair
	fingerprint string
}

func newCloud(t *testing.T, change func(*server.Config)) cloudHere {
	t.Helper()
	cfg := server.Default()
	cfg.Listen, cfg.StateDir, cfg.Render = fmt.Sprint("127.0.0.1:", lab.FreePort(t)), t.TempDir(), false
	cfg.Push.Direct, cfg.Push.STARTTLS = "127.0.0.1:0", ""
	cfg.TLS, cfg.BaseURL = server.TLSOwn, "https://"+cfg.Listen
	change(&cfg)
	s, err := server.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func(context.Context) error { close(ready); return nil })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the cloud ended: %v", err)
		}
		_ = s.Close()
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("the cloud does not start: %v", err)
	}
	c := cloudHere{Server: s, t: t}
	if c.user, err = s.Service().AddUser(t.Context(), lab.Owner, "", false); err != nil {
		t.Fatal(err)
	}
	key, _, err := s.OAuth().MakeKey(t.Context(), c.user.ID, oauth.KeyWish{Label: "test", Scopes: []oauth.Scope{oauth.ScopePair}})
	if err != nil {
		t.Fatal(err)
	}
	c.key = key.Reveal()
	if c.fingerprint, err = server.AuthorityFingerprint(cfg.StateDir); err != nil {
		t.Fatal(err)
	}
	return c
}

// spot is where a connector is set up.
type spot struct {
	t           *testing.T
	dir, config string
}

func newSpot(t *testing.T) spot {
	t.Helper()
	p := spot{t: t, dir: t.TempDir()}
	p.config = filepath.Join(p.dir, "platen.toml")
	if err := os.WriteFile(p.config, []byte("cups = [] # none here\nrender = false\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p spot) state() string { return filepath.Join(p.dir, "state") }

func (p spot) settings() string {
	p.t.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// set runs setup with nobody to ask.
func (p spot) set(args ...string) (code int, stdout, stderr string) {
	root := newRoot()
	var out, errs bytes.Buffer
	root.SetIn(strings.NewReader(""))
	root.SetOut(&out)
	root.SetErr(&errs)
	code = cli.Execute(p.t.Context(), root, append([]string{"setup", "--non-interactive", "--no-service", "--config", p.config, "--state-dir", p.state()}, args...))
	return code, out.String(), errs.String()
}

// A connector is paired with a cloud whose authority it knows by the fingerprint alone;
// the second run changes nothing.
func TestSetupWithKey(t *testing.T) {
	c, p := newCloud(t, func(*server.Config) {}), newSpot(t)
	code, out, errs := p.set("--cloud", c.BaseURL(), "--ca-fingerprint", c.fingerprint, "--token", c.key, "--queue", "office*", "--json")
	var done setUp
	if err := json.Unmarshal([]byte(out), &done); code != 0 || err != nil {
		t.Fatalf("%d %v %s%s", code, err, out, errs)
	}
	if done.Cloud != c.BaseURL() || done.Account != lab.Owner || !done.Paired || len(done.Changed) != 1 || done.Changed[0] != "include" {
		t.Errorf("set up %+v", done)
	}
	if want := "cups = [] # none here\nrender = false\ninclude = [\"office*\"]\n"; p.settings() != want {
		t.Errorf("the settings are\n%s\nwant\n%s", p.settings(), want)
	}
	before, err := daemon.ReadCredentials(p.state())
	if err != nil || !strings.Contains(before.CA, "CERTIFICATE") {
		t.Fatalf("credentials: %v", err)
	}
	settings := p.settings()
	code, out, errs = p.set("--json")
	if err := json.Unmarshal([]byte(out), &done); code != 0 || err != nil || done.Paired || len(done.Changed) != 0 || p.settings() != settings {
		t.Errorf("again: %d %v %+v %s", code, err, done, errs)
	}
	after, err := daemon.ReadCredentials(p.state())
	if err != nil || after.RefreshToken != before.RefreshToken || after.Proxy != before.Proxy {
		t.Errorf("again: other credentials, %v", err)
	}
	if code, _, errs := p.set("--queue", "*"); code != 1 || !strings.Contains(errs, `include is ["office*"], and would be ["*"]`) || p.settings() != settings {
		t.Errorf("over what is there: %d %s", code, errs)
	}
	if strings.Contains(out+errs, c.key) {
		t.Error("the key is shown")
	}
}

// Each answer that cannot be is told apart, says what to do, and leaves nothing.
func TestSetupErrors(t *testing.T) {
	c := newCloud(t, func(*server.Config) {})
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	other := strings.Repeat("0", 64)
	pinned := []string{"--ca-fingerprint", c.fingerprint}
	_, port, err := net.SplitHostPort(strings.TrimPrefix(c.BaseURL(), "https://"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no cloud":             {nil, 2, "no cloud given"},
		"no address":           {[]string{"--cloud", "https://"}, 1, "no address of a cloud"},
		"not encrypted":        {[]string{"--cloud", "http://192.0.2.1"}, 1, "not encrypted"},
		"no such name":         {[]string{"--cloud", "https://nowhere.invalid"}, 1, "name server"},
		"nobody there":         {[]string{"--cloud", "http://" + closed.Addr().String()}, 1, "is the cloud running"},
		"another server":       {[]string{"--cloud", plain.URL}, 1, "no Platen cloud"},
		"no TLS there":         {[]string{"--cloud", strings.Replace(plain.URL, "http:", "https:", 1)}, 1, "is it http://"},
		"an unknown authority": {[]string{"--cloud", c.BaseURL()}, 1, "--ca-fingerprint"},
		"no fingerprint":       {[]string{"--cloud", c.BaseURL(), "--ca-fingerprint", "12:34"}, 2, "64 hexadecimal digits"},
		"another fingerprint":  {[]string{"--cloud", c.BaseURL(), "--ca-fingerprint", other}, 1, "somebody is in between"},
		"another name":         {append([]string{"--cloud", "https://localhost.localdomain:" + port}, pinned...), 1, ""},
		"no key":               {append([]string{"--cloud", c.BaseURL()}, pinned...), 2, "key create"},
		"a wrong key":          {append([]string{"--cloud", c.BaseURL(), "--token", "nonsense"}, pinned...), 1, "nothing was changed here"},
		"no printer's address": {[]string{"--add", "desk=nowhere"}, 2, "[NAME=]ADDRESS"},
	} {
		p := newSpot(t)
		settings := p.settings()
		code, out, errs := p.set(tt.args...)
		if code != tt.code || !strings.Contains(errs, tt.want) || out != "" || p.settings() != settings {
			t.Errorf("%s: %d %s%s", name, code, out, errs)
		}
		if _, err := daemon.ReadCredentials(p.state()); err == nil {
			t.Errorf("%s: it is paired", name)
		}
	}
}

// 'platen pair' takes what the QR code of the cloud's setup says, and the fingerprint as
// a certificate's viewer writes it; without either, nobody vouches for the cloud.
func TestPairByFingerprint(t *testing.T) {
	c := newCloud(t, func(*server.Config) {})
	var pairs []string
	for rest := strings.ToUpper(c.fingerprint); rest != ""; rest = rest[2:] {
		pairs = append(pairs, rest[:2])
	}
	for want, args := range map[int][][]string{
		0: {{c.BaseURL() + "/#ca=sha256:" + c.fingerprint}, {c.BaseURL(), "--ca-fingerprint", strings.Join(pairs, ":")}},
		1: {{c.BaseURL()}, {c.BaseURL() + "/#ca=sha256:" + strings.Repeat("ab", 32)}},
	} {
		for _, a := range args {
			p := newSpot(t)
			root := newRoot()
			var errs bytes.Buffer
			root.SetOut(&errs)
			root.SetErr(&errs)
			code := cli.Execute(t.Context(), root, append([]string{"pair", "--config", p.config, "--state-dir", p.state(), "--token", c.key}, a...))
			if code != want || want == 1 && !strings.Contains(errs.String(), "fingerprint") {
				t.Errorf("pair %q: %d %s", a, code, errs.String())
			}
		}
	}
}
