package raster

import (
	"log/slog"
	"testing"
)

// A cache below a relative folder is found by children, which work in folders of
// their own; else each of them compiles for itself, for seconds.
func TestRelativeCacheIsFound(t *testing.T) {
	if !compiles() {
		t.Skip("there is no compiler for this processor")
	}
	t.Chdir(t.TempDir())
	r, err := New(Config{CacheDir: "cache", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !cached("cache") {
		t.Error("what was compiled is gone")
	}
}
