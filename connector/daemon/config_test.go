package daemon

import (
	"strings"
	"testing"
	"time"

	"platen/internal/config"
	"platen/printer"
)

// A memory shorter than the time in which the cloud may offer a job again would
// print jobs twice after a restore.
func TestMemoryIsLongEnough(t *testing.T) {
	c := Default()
	c.StateDir = t.TempDir()
	if err := c.Check(); err != nil {
		t.Fatalf("the defaults: %v", err)
	}
	c.RememberEnded = config.Duration(89 * 24 * time.Hour)
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "remember_ended") {
		t.Errorf("89 days: %v", err)
	}
}

// Documents in a printer's own language are taken where its owner says so.
func TestRawIsNamed(t *testing.T) {
	c := Default()
	if c.takesRaw("zebra-1") {
		t.Error("nobody said so")
	}
	c.Raw = []string{"zebra-*", "receipt"}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[printer.Name]bool{"zebra-1": true, "receipt": true, "receipt-2": false, "office": false} {
		if got := c.takesRaw(name); got != want {
			t.Errorf("takesRaw(%s) = %t, want %t", name, got, want)
		}
	}
	c.Raw = []string{"[z"}
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "[z") {
		t.Errorf("a wrong pattern: %v", err)
	}
}
