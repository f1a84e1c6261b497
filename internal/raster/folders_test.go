package raster

import (
	"os"
	"path/filepath"
	"testing"
)

// Only the owner of a state folder leaves files in it.
func TestFoldersOfTheOwner(t *testing.T) {
	own, other := t.TempDir(), "/"
	if os.Geteuid() == 0 {
		other = t.TempDir()
		if err := os.Chown(other, 1, 1); err != nil {
			t.Fatal(err)
		}
	}
	c := Config{}.Within(own)
	if c.CacheDir != filepath.Join(own, "render", "module") || c.WorkDir != filepath.Join(own, "render", "work") {
		t.Errorf("the owner's folders are %q and %q", c.CacheDir, c.WorkDir)
	}
	if c = (Config{}).Within(other); c.CacheDir != "" || c.WorkDir != "" {
		t.Errorf("another's folders are %q and %q", c.CacheDir, c.WorkDir)
	}
}
