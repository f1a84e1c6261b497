package raster

import (
	"os"
	"path/filepath"
	"testing"

	"platen/internal/impose"
)

// What pdftoppm uses counts: tail keeps 300 MB of zeros, for it waits for the end of
// a line.
func TestPopplerMemory(t *testing.T) {
	in, err := os.Open(written(t, numbered(1, 100, 100)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }() // only read
	program := filepath.Join(t.TempDir(), "pdftoppm")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nhead -c 300000000 /dev/zero | tail -n 1; sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	e, err := openEngine(t.Context(), setup{cache: warmed(t), memory: 256 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	d, err := e.document(in)
	if err != nil {
		t.Fatal(err)
	}
	d.poppler, d.limit = program, 100<<20
	sides, err := impose.Sides(d.pages, impose.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	work := impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 100, DPIY: 100, Type: "SGRAY_8"}}
	err = write(d, sides, work, newOutput(out, 1<<30), func(reply) {})
	if got := cause(t, err); got != impose.CauseTooBig {
		t.Errorf("the cause is %q", got)
	}
}
