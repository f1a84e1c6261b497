package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/connector/control"
	"platen/gcp"
	"platen/internal/cli"
	"platen/internal/vprinter"
)

// beside returns a connector that was set up with nothing but an empty state folder,
// and the addresses of two printers: one of IPP, one that takes bytes on a port.
func beside(t *testing.T) (do func(args ...string) (stdout, stderr string, code int), ipp, socket string) {
	t.Helper()
	p, err := vprinter.New(vprinter.Options{Name: "Front Desk", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	config, state := file(t, "platen.toml", []byte("cups = []\nrender = false\n")), filepath.Join(t.TempDir(), "state")
	do = func(args ...string) (string, string, int) {
		t.Helper()
		return run(t, append([]string{"--config", config, "--state-dir", state}, args...)...)
	}
	return do, vprinter.URI(s.Listener.Addr()), "socket://" + l.Addr().String()
}

// Whoever names a printer wrong is told which there are, the nearest first.
func TestExplainNamesPrinters(t *testing.T) {
	do, ipp, socket := beside(t)
	if _, stderr, code := do("printer", "explain", "zebra"); code != cli.ExitFailed || !strings.Contains(stderr, `there is no printer "zebra", nor any other`) {
		t.Errorf("without any: code %d, %s", code, stderr)
	}
	for _, args := range [][]string{{ipp, "--name", "front-desk"}, {socket, "--name", "zebra"}} {
		if _, stderr, code := do(append([]string{"printer", "add"}, args...)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	nowhere := file(t, "platen.toml", []byte("cups = [\"/nonexistent/cups.sock\"]\n"))
	if _, stderr, _ := do("printer", "explain", "zerba", "--config", nowhere); !strings.Contains(stderr, "there are zebra, front-desk, as far as printers answered: ") {
		t.Errorf("without CUPS: %s", stderr)
	}
	_, stderr, code := do("printer", "explain", "zerba")
	if code != cli.ExitFailed || !strings.Contains(stderr, `there is no printer "zerba": there are zebra, front-desk`) || !strings.Contains(stderr, "hint: ") {
		t.Errorf("code %d, %s", code, stderr)
	}
}

// A printer that only takes bytes is explained by name and by address, as one that
// gets its own language.
func TestExplainSocket(t *testing.T) {
	do, _, socket := beside(t)
	if _, stderr, code := do("printer", "add", socket, "--name", "zebra"); code != 0 {
		t.Fatal(stderr)
	}
	for _, name := range []string{"zebra", socket} {
		out, stderr, code := do("printer", "explain", name)
		if code != 0 || !strings.Contains(out, "WHAT IS SENT    application/octet-stream") {
			t.Errorf("%s: code %d\n%s%s", name, code, out, stderr)
		}
	}
	if out, _, code := do("printer", "explain", "zebra", "--document", "application/pdf"); code != cli.ExitFailed || !strings.Contains(out, "REFUSED") {
		t.Errorf("a PDF: code %d\n%s", code, out)
	}
	for address, want := range map[string]string{
		"socket://127.0.0.1:1":          "most listen at port 9100",
		"ipp://127.0.0.1:1/ipp/print":   "most listen at /ipp/print",
		"http://127.0.0.1:1/":           "is no printer address: write one like ipp://",
		"ipp://joe:secret@printer/":     "must not hold a password",
		"lpd://joe:secret@printer/x":    "must not hold a password",
		"socket://127.0.0.1:9100/queue": "socket://host:port",
	} {
		_, stderr, code := do("printer", "explain", address)
		if code != cli.ExitFailed || !strings.Contains(stderr, want) || strings.Contains(stderr, "secret") {
			t.Errorf("%s: code %d, want %q in %s", address, code, want, stderr)
		}
	}
}

// Adding a printer that is known says so, and what it changed.
func TestAddKnownPrinter(t *testing.T) {
	do, ipp, socket := beside(t)
	for _, step := range []struct{ uri, name, want string }{
		{socket, "zebra", "added zebra"},
		{socket, "", "zebra is known already, by this address: nothing changed"},
		{ipp, "zebra", "zebra is known already: its address is now " + ipp + ", in place of " + socket},
		{ipp, "zebra", "zebra is known already, by this address: nothing changed"},
	} {
		args := []string{"printer", "add", step.uri}
		if step.name != "" {
			args = append(args, "--name", step.name)
		}
		if out, stderr, code := do(args...); code != 0 || strings.TrimSpace(out) != step.want {
			t.Errorf("%v: code %d, %q, want %q; %s", args, code, out, step.want, stderr)
		}
	}
}

// What a printer says can be kept, by name and by address, and explained without it;
// nothing is replaced.
func TestExplainSaves(t *testing.T) {
	do, ipp, socket := beside(t)
	for _, args := range [][]string{{ipp, "--name", "front-desk"}, {socket, "--name", "zebra"}} {
		if _, stderr, code := do(append([]string{"printer", "add"}, args...)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	dir := t.TempDir()
	for i, name := range []string{"front-desk", ipp} {
		path := filepath.Join(dir, []string{"a.ipp", "b.ipp"}[i])
		live, stderr, code := do("printer", "explain", name, "--save", path, "--json")
		if code != 0 || !strings.Contains(stderr, path) {
			t.Fatalf("%s: code %d, %s", name, code, stderr)
		}
		kept, stderr, code := do("printer", "explain", "--from", path, "--no-render", "--json")
		if code != 0 {
			t.Fatalf("%s: %s", name, stderr)
		}
		if diff := cmp.Diff(sectionOf(t, live), sectionOf(t, kept)); diff != "" {
			t.Errorf("%s: the capture is another printer: %s", name, diff)
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, stderr, code = do("printer", "explain", name, "--save", path)
		if after, _ := os.ReadFile(path); code != cli.ExitFailed || !strings.Contains(stderr, "is there already") || !bytes.Equal(before, after) {
			t.Errorf("once more: code %d, %s", code, stderr)
		}
	}
	for name, want := range map[string]string{"zebra": "tells nothing of itself", "nobody": "there is no printer", "ipp://127.0.0.1:1/ipp/print": "most listen at"} {
		path := filepath.Join(dir, "none.ipp")
		_, stderr, code := do("printer", "explain", name, "--save", path)
		if _, err := os.Stat(path); code != cli.ExitFailed || !strings.Contains(stderr, want) || err == nil {
			t.Errorf("%s: code %d, %v, %s", name, code, err, stderr)
		}
	}
	if _, stderr, code := do("printer", "explain", "--from", filepath.Join(dir, "a.ipp"), "--save", "x"); code != cli.ExitUsage {
		t.Errorf("with --from: code %d, %s", code, stderr)
	}
}

// sectionOf returns the capabilities of an explanation.
func sectionOf(t *testing.T, explanation string) gcp.CDD {
	t.Helper()
	var e control.Explanation
	if err := json.Unmarshal([]byte(explanation), &e); err != nil {
		t.Fatal(err)
	}
	return e.CDD
}

// An answer that is no IPP is kept all the same: somebody wants to see it.
func TestExplainSavesGarbage(t *testing.T) {
	do, _, _ := beside(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>no IPP")) }))
	t.Cleanup(s.Close)
	path := filepath.Join(t.TempDir(), "a.ipp")
	_, stderr, code := do("printer", "explain", vprinter.URI(s.Listener.Addr()), "--save", path)
	if b, _ := os.ReadFile(path); code != cli.ExitFailed || string(b) != "<html>no IPP" {
		t.Errorf("code %d, kept %q, %s", code, b, stderr)
	}
}
