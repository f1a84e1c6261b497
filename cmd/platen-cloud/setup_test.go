package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/cloud/server"
	"platen/internal/cli"
	"platen/internal/lab"
)

// place is where a cloud is set up: settings and state in folders of their own.
type place struct {
	t      *testing.T
	dir    string
	config string
}

func newPlace(t *testing.T, settings string) place {
	t.Helper()
	p := place{t: t, dir: t.TempDir()}
	p.config = filepath.Join(p.dir, "platen-cloud.toml")
	p.write(p.config, settings)
	return p
}

func (p place) write(path, text string) {
	p.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p place) settings() string {
	p.t.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// set runs setup with nobody to ask.
func (p place) set(stdin string, args ...string) (code int, stdout, stderr string) {
	root := newRoot()
	var out, errs bytes.Buffer
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	all := append([]string{"setup", "--non-interactive", "--no-service", "--config", p.config, "--state-dir", filepath.Join(p.dir, "state")}, args...)
	code = cli.Execute(p.t.Context(), root, all)
	return code, out.String(), errs.String()
}

// free are settings of a cloud whose ports nobody else has.
const free = "# ours\nrender = false # no documents\n\n[push]\ndirect_listen = \"127.0.0.1:0\"\nstarttls_listen = \"\"\n"

// A second run changes nothing; one with a flag changes what that says; and what a person
// wrote is not replaced without a word.
func TestSetupAgain(t *testing.T) {
	p := newPlace(t, free)
	first := []string{
		"--address", "192.0.2.5", "--listen", "127.0.0.1:0", "--http-listen", "localhost:0", "--admin", "ada@example.com", "--password-stdin", "--json",
	}
	code, out, errs := p.set(lab.Password+"\n", first...)
	var done setUp
	if err := json.Unmarshal([]byte(out), &done); code != 0 || err != nil {
		t.Fatalf("%d: %v\n%s%s", code, err, out, errs)
	}
	if done.Address != "https://192.0.2.5:8631" || done.TLS != "own" || done.Admin != "ada@example.com" || len(done.Fingerprint) != 64 {
		t.Errorf("set up %+v", done)
	}
	const added = "base_url = \"https://192.0.2.5:8631\"\nlisten = \"127.0.0.1:0\"\nhttp_listen = \"localhost:0\"\ntls = \"own\"\n"
	want := strings.Replace(free, "no documents\n", "no documents\n"+added, 1)
	if got := p.settings(); got != want {
		t.Errorf("the settings are\n%s\nwant\n%s", got, want)
	}
	code, out, errs = p.set("", "--json")
	var again setUp
	if err := json.Unmarshal([]byte(out), &again); code != 0 || err != nil || p.settings() != want || len(again.Changed) != 0 || again.Admin != "" {
		t.Errorf("again: %d %v %+v\n%s%s", code, err, again, errs, p.settings())
	}
	if code, _, errs = p.set("", "--listen", "localhost:0"); code != 1 || !strings.Contains(errs, `listen is "127.0.0.1:0", and would be "localhost:0"`) || p.settings() != want {
		t.Errorf("over what is there: %d %s\n%s", code, errs, p.settings())
	}
	if code, _, errs = p.set("", "--listen", "localhost:0", "--force"); code != 0 || p.settings() != strings.Replace(want, `listen = "127.0.0.1:0"`, `listen = "localhost:0"`, 1) {
		t.Errorf("with --force: %d %s\n%s", code, errs, p.settings())
	}
}

// What an address alone decides: where the certificate comes from, and the ports.
func TestSetupUsualAnswers(t *testing.T) {
	for address, want := range map[string][5]string{
		"print.example.com":         {"https://print.example.com", "acme", ":443", ":80", ":5223"},
		"https://print.example.com": {"https://print.example.com", "acme", ":443", ":80", ":5223"},
		"print.example.com:8443":    {"https://print.example.com:8443", "acme", ":8443", ":80", ":5223"},
		"192.0.2.5":                 {"https://192.0.2.5:8631", "own", ":8631", ":8630", ":5223"},
		"[2001:db8::5]:9000":        {"https://[2001:db8::5]:9000", "own", ":9000", ":8630", ":5223"},
		"printhost":                 {"https://printhost:8631", "own", ":8631", ":8630", ":5223"},
		"cloud.lan":                 {"https://cloud.lan:8631", "own", ":8631", ":8630", ":5223"},
		"cloud.local:443":           {"https://cloud.local:443", "own", ":443", ":8630", ":5223"},
		"localhost":                 {"http://localhost:8631", "none", "localhost:8631", "", "127.0.0.1:5223"},
		"127.0.0.1:9000":            {"http://127.0.0.1:9000", "none", "127.0.0.1:9000", "", "127.0.0.1:5223"},
	} {
		p := newPlace(t, "")
		s := &setup{o: &options{configFile: p.config}, cfg: server.Default(), address: address}
		base, err := baseURL(address, "")
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		s.cfg.BaseURL = base
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		s.tls = s.usualWay(u)
		if err := s.settle(); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if got := [5]string{base, s.tls, s.cfg.Listen, s.cfg.HTTPListen, s.cfg.Push.Direct}; got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
		if err := s.cfg.Check(); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Each answer that cannot be is refused with what to do, and leaves nothing.
func TestSetupErrors(t *testing.T) {
	files := t.TempDir()
	cert, key, other := filepath.Join(files, "cert.pem"), filepath.Join(files, "key.pem"), filepath.Join(files, "other.pem")
	lab.CertificateFiles(t, cert, key, "print.example.com")
	lab.CertificateFiles(t, filepath.Join(files, "x.pem"), other)
	for name, tt := range map[string]struct {
		args  []string
		stdin string
		code  int
		want  string
	}{
		"no address":        {nil, "", 2, "no address given"},
		"no such address":   {[]string{"--address", "a b"}, "", 2, "is no address"},
		"a path":            {[]string{"--address", "https://a.example.com/x"}, "", 2, "is no address"},
		"no such port":      {[]string{"--address", "a.example.com:99999"}, "", 2, "is no address"},
		"a way that is not": {[]string{"--address", "a.lan", "--tls", "magic"}, "", 2, "write acme, files"},
		"ACME for a number": {[]string{"--address", "192.0.2.1", "--tls", "acme"}, "", 2, "--tls own needs no domain"},
		"no TLS for others": {[]string{"--address", "192.0.2.1", "--tls", "none"}, "", 2, "for this machine alone"},
		"no files":          {[]string{"--address", "print.example.com", "--tls", "files"}, "", 2, "--tls-cert and --tls-key"},
		"a missing file":    {[]string{"--address", "print.example.com", "--tls", "files", "--tls-cert", cert, "--tls-key", "nowhere.pem"}, "", 1, "cannot be used"},
		"a foreign key":     {[]string{"--address", "print.example.com", "--tls", "files", "--tls-cert", cert, "--tls-key", other}, "", 1, "the key is the certificate's own"},
		"another name":      {[]string{"--address", "mail.example.com", "--tls", "files", "--tls-cert", cert, "--tls-key", key}, "", 1, "that the certificate is for"},
		"no password":       {[]string{"--address", "a.lan", "--admin", "a@example.com"}, "", 2, "--password-stdin reads it"},
		"a short password":  {[]string{"--address", "a.lan", "--admin", "a@example.com", "--password-stdin"}, "short\n", 1, "password"},
		"a password alone":  {[]string{"--address", "a.lan", "--password-stdin"}, "x\n", 2, "goes with --non-interactive and --admin"},
		"whose connector":   {[]string{"--address", "a.lan", "--with-connector"}, "", 2, "needs --admin"},
		"no such flag":      {[]string{"--nonsense"}, "", 2, "--help"},
	} {
		p := newPlace(t, "render = false\n")
		code, _, errs := p.set(tt.stdin, tt.args...)
		if code != tt.code || !strings.Contains(errs, tt.want) || p.settings() != "render = false\n" {
			t.Errorf("%s: %d %s", name, code, errs)
		}
		if _, err := os.Stat(filepath.Join(p.dir, "state")); err == nil {
			t.Errorf("%s: a state folder was made", name)
		}
	}
}

// A port of somebody else's is found before anything is written.
func TestSetupTakenPort(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	p := newPlace(t, "render = false\n")
	code, _, errs := p.set("", "--address", "a.lan", "--http-listen", busy.Addr().String(), "--listen", "127.0.0.1:1")
	if code != 1 || !strings.Contains(errs, "is taken by another program") || p.settings() != "render = false\n" {
		t.Errorf("%d %s", code, errs)
	}
}
