package server

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/impose"
)

// The doctor says how LibreOffice is kept in, unless nothing is rendered.
func TestExamineOffice(t *testing.T) {
	cfg := Default()
	cfg.StateDir = t.TempDir()
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

// What a document needs while it is made ready lies in the state folder, whose room
// is looked at meanwhile.
func TestRendersWhereRoomIsLookedAt(t *testing.T) {
	cfg, dir := Default(), t.TempDir()
	where, in := filepath.Join(dir, "where"), filepath.Join(dir, "in")
	cfg.StateDir, cfg.RenderProgram = t.TempDir(), filepath.Join(dir, "child")
	for name, text := range map[string]string{cfg.RenderProgram: "#!/bin/sh\npwd > " + where + "\n", in: "x"} {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r, err := newRenderer(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Render(t.Context(), in, impose.PDF, impose.Work{}, in+".out"); err == nil {
		t.Error("the child does nothing, and it is no error")
	}
	got, err := os.ReadFile(where)
	if err != nil || !strings.HasPrefix(string(got), cfg.StateDir+"/") {
		t.Errorf("the child works in %q, %v; want a folder below %s", got, err, cfg.StateDir)
	}
}

// A renderer whose children do not start converts nothing, and the doctor says so.
func TestRendererThatDoesNotWork(t *testing.T) {
	program, err := exec.LookPath("false")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.StateDir, cfg.RenderProgram = t.TempDir(), program
	r, err := newRenderer(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if from, _ := r.Formats(); len(from) == 0 {
		t.Error("it is not believed before it was tried")
	}
	if err := r.warm(t.Context(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a program that does nothing is a renderer")
	}
	r.broken.Store(true)
	if from, to := r.Formats(); from != nil || to != nil {
		t.Errorf("%v, %v", from, to)
	}
	if f := examineRender(t.Context(), cfg, slog.New(slog.DiscardHandler)); f.OK || f.Advice == "" {
		t.Errorf("%+v", f)
	}
	cfg.Render = false
	if f := examineRender(t.Context(), cfg, slog.New(slog.DiscardHandler)); !f.OK || !strings.Contains(f.Detail, "switched off") {
		t.Errorf("%+v", f)
	}
}
