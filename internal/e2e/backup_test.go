package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// Yesterday's backup of a connector, made while it ran, brings it back: no printer
// changes its id, and nothing that was printed since prints again.
func TestConnectorBackup(t *testing.T) {
	t.Parallel()
	bin := lab.Build(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}})
	s.StartCloud()
	m := newMachine(t, s, bin, "desk", cups)
	m.run("pair", s.Base, "--token", s.PairKey)
	m.start()
	id := m.awaitRaw()
	print := func(title string, limit time.Duration) []byte {
		t.Helper()
		doc := document(title, 10<<10)
		if j := s.Await(submit(t, s, id, title, doc), limit, lab.Job.Ended); j.State() != "DONE" {
			t.Errorf("%s ended %+v", title, j)
		}
		return doc
	}
	docs := [][]byte{print("before", time.Minute)}
	file := filepath.Join(t.TempDir(), "platen.backup")
	m.run("backup", file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v; want mode 0600", info, err)
	}
	docs = append(docs, print("after", time.Minute))

	if out, err := m.try("restore", file); err == nil || !strings.Contains(out, "stop the running connector first") {
		t.Errorf("restoring under a running connector: %v\n%s", err, out)
	}
	m.stop()
	if out, err := m.try("restore", file); err == nil || !strings.Contains(out, "--force moves it aside") {
		t.Errorf("restoring over a state folder: %v\n%s", err, out)
	}
	out := m.run("restore", file, "--force")
	moved, err := filepath.Glob(filepath.Join(m.state(), "before-restore-*", "spool"))
	if err != nil || len(moved) != 1 || !strings.Contains(out, filepath.Dir(moved[0])) {
		t.Errorf("restore says %s; moved %v", out, moved)
	}
	m.start()
	docs = append(docs, print("since", 2*time.Minute))
	if got := m.ids()["raw"]; got != id {
		t.Errorf("the printer is %s, was %s", got, id)
	}
	m.stop()

	// On a new machine, whose settings come from the backup.
	if err := os.RemoveAll(m.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(m.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	m.run("restore", file)
	m.start()
	docs = append(docs, print("new machine", 2*time.Minute))
	if got := m.ids()["raw"]; got != id {
		t.Errorf("on a new machine the printer is %s, was %s", got, id)
	}
	all := received(t, cups)
	for i, doc := range docs {
		if n, broken := count(all, doc); n != 1 || broken != 0 {
			t.Errorf("document %d was printed %d times, in part %d", i, n, broken)
		}
	}
}
