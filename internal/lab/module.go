package lab

import (
	"os"
	"path/filepath"
)

// ShareModule lets the program with a state folder, which is not there yet, have the
// compiled module of its renderer from the last program that made it: making it takes
// more than most tests do.
func ShareModule(t TB, state string) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("folder of caches: %v", err)
	}
	shared, link := filepath.Join(cache, "platen", "module"), filepath.Join(state, "render", "module")
	for _, dir := range []string{shared, filepath.Dir(link)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatalf("make a folder: %v", err)
		}
	}
	if err := os.Symlink(shared, link); err != nil && !os.IsExist(err) {
		t.Fatalf("share the module: %v", err)
	}
}
