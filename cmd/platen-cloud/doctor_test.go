package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/cli"
)

// Before anything was set up the doctor says what to do first, and makes nothing.
func TestDoctorBeforeTheFirstStart(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	code, stdout, stderr := run(t, "doctor", "--config", settingsFile(t, "render = false"), "--state-dir", state)
	for _, want := range []string{"FAIL  state folder: " + state + " is not there", "platen-cloud user add ADDRESS --admin", "--state-dir"} {
		if code != cli.ExitFailed || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", code, want, stdout, stderr)
		}
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("the doctor made the folder")
	}
}
