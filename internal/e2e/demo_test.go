package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"platen/internal/lab"
)

// The demo starts again in the folder of an earlier one, and its printer stays.
func TestDemoAgain(t *testing.T) {
	bin, dir := lab.Build(t), t.TempDir()
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, document("again", 10<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	printers := map[string]bool{}
	for range 2 {
		out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "platen-cloud"), "demo", "--dir", dir, "--print", file, "--exit").Output()
		var line struct{ State, Printer string }
		if err := json.Unmarshal(out, &line); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if err != nil || line.State != "DONE" {
			t.Errorf("%v: %s", err, out)
		}
		printers[line.Printer] = true
	}
	if len(printers) != 1 {
		t.Errorf("its printer was %v", printers)
	}
}
