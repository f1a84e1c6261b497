package spool_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"platen/connector"
)

// What a document is made into lies beside it until the job is forgotten; after a
// start it is gone, as it can be made again. A failure leaves nothing.
func TestRenderedDocument(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j", "a/b")
	doc := save(t, d, "j", "hello")
	write(t, d, connector.Event{Kind: connector.EventSaved, ID: "j", Document: &doc})
	render := func(want error) int64 {
		t.Helper()
		n, err := d.Render("j", func(document, rendered string) error {
			b, err := os.ReadFile(document)
			if err != nil {
				return err
			}
			return errors.Join(os.WriteFile(rendered, append(b, b...), 0o600), want)
		})
		if !errors.Is(err, want) {
			t.Fatalf("rendering: %v, want %v", err, want)
		}
		return n
	}
	there := func() int {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(path, "docs", "*.out"))
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	if render(io.ErrUnexpectedEOF); there() != 0 {
		t.Error("a failure left a file")
	}
	if n := render(nil); n != 10 || there() != 1 {
		t.Errorf("%d bytes in %d files", n, there())
	}
	f, err := d.OpenRendered("j")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(f); err != nil || string(b) != "hellohello" {
		t.Errorf("%q, %v", b, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	if there() != 0 {
		t.Error("the file outlived the process")
	}
	if len(d.Unfinished()) != 2 || d.Unfinished()[0].Document == nil {
		t.Fatalf("in hand: %+v", d.Unfinished())
	}
	render(nil)
	if err := d.Forget("j"); err != nil {
		t.Fatal(err)
	}
	if there() != 0 {
		t.Error("the file outlived its document")
	}
	if _, err := d.Render("j", func(string, string) error { return nil }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a job that is not in hand: %v", err)
	}
}

// The notes of a job outlive a restart, and the compaction that comes with it.
func TestNotesInTheJournal(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	claim(t, d, "j")
	for _, e := range life("j", save(t, d, "j", "hello"))[:4] {
		if e.Kind == connector.EventCreated {
			e.Notes = []string{"no staples here"}
		}
		write(t, d, e)
		_ = open(t, path)
		d = open(t, path)
		notes := d.Unfinished()[0].Notes
		if want := e.Kind != connector.EventSaved; (len(notes) == 1) != want {
			t.Errorf("after %s: notes %q", e.Kind, notes)
		}
	}
}
