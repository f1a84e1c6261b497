package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/cli"
)

// run runs the program and returns what it said.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetIn(strings.NewReader("correct horse battery staple\n"))
	return cli.Execute(t.Context(), root, args), out.String(), errs.String()
}

// What a person does after a disk was lost: the accounts are there again.
func TestBackupAndRestoreCommands(t *testing.T) {
	dir := t.TempDir()
	from, into, file := filepath.Join(dir, "from"), filepath.Join(dir, "into"), filepath.Join(dir, "b.tar")
	config := filepath.Join(dir, "c.toml")
	if err := os.WriteFile(config, []byte("allow_url = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run(t, "--config", config, "--state-dir", from, "backup", file); code == 0 || !strings.Contains(stderr, "--state-dir") {
		t.Errorf("backup of nothing: %d, %s", code, stderr)
	}
	if code, _, stderr := run(t, "--config", config, "--state-dir", from, "user", "add", "ada@example.com", "--password-stdin"); code != 0 {
		t.Fatal(stderr)
	}
	code, stdout, stderr := run(t, "--config", config, "--state-dir", from, "backup", file)
	if code != 0 || !strings.Contains(stdout, "0 documents") {
		t.Errorf("backup: %d, %s%s", code, stdout, stderr)
	}
	if code, _, stderr := run(t, "--config", config, "--state-dir", from, "backup", file); code == 0 || !strings.Contains(stderr, "another name") {
		t.Errorf("backup over a backup: %d, %s", code, stderr)
	}
	code, stdout, stderr = run(t, "restore", file, "--into", into, "--json")
	var r struct {
		Held     *int   `json:"held"`
		StateDir string `json:"state_dir"`
		Settings string `json:"settings"`
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 || r.Held == nil || r.StateDir != into {
		t.Errorf("restore: %d, %s%s, %v", code, stdout, stderr, err)
	}
	if text, err := os.ReadFile(r.Settings); err != nil || string(text) != "allow_url = true\n" {
		t.Errorf("settings: %q, %v", text, err)
	}
	if code, stdout, _ := run(t, "--config", config, "--state-dir", into, "user", "list"); code != 0 || !strings.Contains(stdout, "ada@example.com") {
		t.Errorf("users: %d, %s", code, stdout)
	}
	if code, _, stderr := run(t, "restore", file, "--into", into); code == 0 || !strings.Contains(stderr, "--force") {
		t.Errorf("second restore: %d, %s", code, stderr)
	}
	code, stdout, stderr = run(t, "restore", file, "--into", into, "--force")
	if code != 0 || !strings.Contains(stdout, "platen-cloud serve") || !strings.Contains(stdout, "before-restore-") {
		t.Errorf("forced restore: %d, %s%s", code, stdout, stderr)
	}
}
