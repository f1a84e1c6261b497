package daemon

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/impose"
	"platen/internal/raster"
)

// The doctor says how LibreOffice is kept in, unless nothing is rendered.
func TestExamineOffice(t *testing.T) {
	cfg := Default()
	cfg.StateDir, cfg.CUPS = t.TempDir(), nil
	told := func() string {
		for _, f := range Examine(t.Context(), cfg) {
			if f.Check == "office documents" {
				return f.Detail
			}
		}
		return ""
	}
	if got := told(); !strings.Contains(got, "LibreOffice") {
		t.Errorf("it says %q", got)
	}
	cfg.Render = false
	if got := told(); got != "" {
		t.Errorf("nothing is rendered, and it says %q", got)
	}
}

// What a document needs on its way to the printer lies in the state folder, whose
// room is looked at meanwhile; what a killed daemon left of it goes at the start.
func TestRendersWhereRoomIsLookedAt(t *testing.T) {
	cfg := Default()
	cfg.StateDir, cfg.CUPS = t.TempDir(), nil
	where := filepath.Join(t.TempDir(), "where")
	cfg.RenderProgram = filepath.Join(t.TempDir(), "child")
	in := filepath.Join(t.TempDir(), "in")
	left := filepath.Join(cfg.StateDir, raster.WorkFolder, "platen-render-1", "document")
	for name, text := range map[string]string{cfg.RenderProgram: "#!/bin/sh\npwd > " + where + "\n", in: "x", left: "x"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }() // nothing was done with it
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("an earlier life's document is left: %v", err)
	}
	if _, err := d.raster.Render(t.Context(), in, impose.PDF, impose.Work{}, in+".out"); err == nil {
		t.Error("the child does nothing, and it is no error")
	}
	got, err := os.ReadFile(where)
	if err != nil || !strings.HasPrefix(string(got), cfg.StateDir+"/") {
		t.Errorf("the child works in %q, %v; want a folder below %s", got, err, cfg.StateDir)
	}
}
