package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/cli"
)

// Before anything was set up the doctor says what to do first, and makes nothing.
func TestDoctorBeforePairing(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	out, stderr, code := run(t, "doctor", "--config", file(t, "platen.toml", []byte("cups = []\n")), "--state-dir", state)
	for _, want := range []string{"FAIL  state folder: " + state + " is not there", "platen pair https://ADDRESS-OF-THE-CLOUD makes it", "start it: platen run"} {
		if code != cli.ExitFailed || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", code, want, out, stderr)
		}
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("the doctor made the folder")
	}
}
