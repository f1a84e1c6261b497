package lab_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !ok(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

func TestCUPSPrintsThroughTheLabBackend(t *testing.T) {
	for name, o := range map[string]lab.CUPSOptions{"open": {}, "debian": {DebianPolicy: true}} {
		t.Run(name, func(t *testing.T) {
			s := lab.CUPS(t, o)
			s.AddRaw("raw", "")
			s.AddNull("null")
			s.AddPPD("ppd", "")
			doc := bytes.Repeat([]byte("hello\x00\xff"), 1000)
			f := filepath.Join(t.TempDir(), "doc")
			if err := os.WriteFile(f, doc, 0o644); err != nil {
				t.Fatal(err)
			}
			s.Run("lp", "-d", "raw", f)
			eventually(t, "the raw job's output", func() bool { _, ok := s.Output("raw", 1); return ok })
			if got, _ := s.Output("raw", 1); !bytes.Equal(got, doc) {
				t.Errorf("the raw queue changed the document: %d bytes, want %d", len(got), len(doc))
			}
		})
	}
}

func TestEverywhereQueuePrintsOnIPPEve(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	s := lab.CUPS(t, lab.CUPSOptions{})
	s.AddEverywhere("every", e.URI)
	if len(e.Documents()) != 0 {
		t.Error("the printer printed before it was asked")
	}
	if _, err := exec.LookPath("ipptool"); err != nil {
		t.Skip("ipptool is not installed")
	}
	out, err := exec.Command("ipptool", "-tv", e.URI, "get-printer-attributes.test").CombinedOutput()
	if err != nil {
		t.Errorf("ipptool: %v: %s", err, out)
	}
}

// With an interval of nothing cupsd writes its files at each job, and the tests of
// many jobs would measure that.
func TestCupsdWritesSeldom(t *testing.T) {
	s := lab.CUPS(t, lab.CUPSOptions{})
	conf, err := os.ReadFile(filepath.Join(s.Dir, "etc", "cupsd.conf"))
	if err != nil || !strings.Contains(string(conf), "\nDirtyCleanInterval 30\n") {
		t.Errorf("%v\n%s", err, conf)
	}
}
