package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/cli"
)

// A backup replaces no file, such as the only one from before, unless it is told to.
func TestBackupReplacesNothing(t *testing.T) {
	state := t.TempDir()
	credentials := `{"cloud":"https://print.example.com","proxy":"desk-1","client_id":"platen","refresh_token":"s3cret","jid":"r@x","owner":"ann@example.org"}`
	if err := os.WriteFile(filepath.Join(state, "credentials.json"), []byte(credentials), 0o600); err != nil {
		t.Fatal(err)
	}
	config, to := file(t, "platen.toml", []byte("render = false\n")), filepath.Join(t.TempDir(), "backup.json")
	backup := func(args ...string) (string, int) {
		t.Helper()
		_, stderr, code := run(t, append([]string{"--config", config, "--state-dir", state, "backup", to}, args...)...)
		return stderr, code
	}
	if stderr, code := backup(); code != cli.ExitOK {
		t.Fatal(stderr)
	}
	if err := os.WriteFile(to, []byte("the one from before"), 0o600); err != nil {
		t.Fatal(err)
	}
	stderr, code := backup()
	if kept, err := os.ReadFile(to); code == cli.ExitOK || !strings.Contains(stderr, "--force") || string(kept) != "the one from before" {
		t.Errorf("code %d, %s; the file is %q, %v", code, stderr, kept, err)
	}
	if stderr, code := backup("--force"); code != cli.ExitOK {
		t.Error(stderr)
	}
	if now, err := os.ReadFile(to); err != nil || !strings.Contains(string(now), "platen-backup") {
		t.Errorf("the file is %q, %v", now, err)
	}
}
