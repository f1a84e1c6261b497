package raster

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"platen/internal/impose"
)

var resultOfTests = impose.Result{Format: impose.PDF, Pages: 1, Sides: 1}

// with renders in a child of another kind.
func with(t *testing.T, c Config) (string, error) {
	t.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	_, err = r.Render(t.Context(), written(t, []byte("a document")), impose.PDF, grayWork, out)
	return out, err
}

// What a child that ends without a reply means depends on whether it had begun to
// read the document.
func TestChildCrashes(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   impose.Cause
	}{
		{Config{Args: []string{"crash"}}, impose.CauseDamaged},
		{Config{Args: []string{"killed"}}, impose.CauseFailed},
		{Config{Args: []string{"unknown"}}, impose.CauseFailed},
		{Config{Program: "/nonexistent/platen"}, impose.CauseFailed},
		{Config{Program: "/bin/true"}, impose.CauseFailed},
	} {
		out, err := with(t, c.config)
		if got := cause(t, err); got != c.want {
			t.Errorf("%v: the cause is %q, want %q", c.config.Args, got, c.want)
		}
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Errorf("something is left: %v", err)
		}
	}
}

// A child has nothing but the document and the result.
func TestChildIsAlone(t *testing.T) {
	t.Setenv("PLATEN_TOKEN", "secret")
	secret, err := os.Create(filepath.Join(t.TempDir(), "secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = secret.Close() }()
	// As systemd hands over a socket: open, and not to be closed for children.
	inherited, err := syscall.Dup(int(secret.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(inherited) }()
	out, err := with(t, Config{Args: []string{"look"}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var s surroundings
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret") || len(s.Environment) > 4 {
		t.Errorf("it sees %s", text)
	}
	if len(s.Files) != 0 {
		t.Errorf("its folder has %v", s.Files)
	}
	files := 0
	for _, f := range s.Open {
		if !strings.HasPrefix(f, "/proc/") && !strings.HasPrefix(f, "/sys/") && !strings.HasPrefix(f, "anon_inode:") { // Go's own
			files++
		}
	}
	if files != 3 {
		t.Errorf("it has the files %v, want the document, the result and a pipe", s.Open)
	}
	if s.Nice < niceness {
		t.Errorf("its niceness is %d", s.Nice)
	}
	if s.OOM != "500" {
		t.Errorf("its oom_score_adj is %q", s.OOM)
	}
}

// Under MemoryDenyWriteExecute nothing is compiled, and that is known.
func TestForbiddenMemory(t *testing.T) {
	_, err := with(t, Config{Args: []string{"forbidden"}})
	switch {
	case err == nil || strings.Contains(err.Error(), "it compiles"):
		t.Errorf("the answer is %v", err)
	case !strings.Contains(err.Error(), "it does not compile"):
		t.Logf("not tried: %v", err)
	}
}

// A renderer takes so many documents at a time; who waits may leave.
func TestWaits(t *testing.T) {
	r, err := New(Config{Workers: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Render(ctx, "in", impose.PDF, grayWork, "out"); err != context.Canceled { //nolint:errorlint // it is returned as it is
		t.Errorf("the error is %v", err)
	}
}
