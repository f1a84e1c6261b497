package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
)

// Node returns node and the folder of the modules that tools/node names, which
// tools/testdeps.sh keeps outside of the checkout. Without them it skips the test;
// with CI=true it fails.
func Node(t TB) (program, modules string) {
	t.Helper()
	Need(t, "node")
	lock, err := os.ReadFile(filepath.Join(root(t), "tools", "node", "package-lock.json"))
	if err != nil {
		t.Fatalf("what tests need of node: %v", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("folder of caches: %v", err)
	}
	sum := sha256.Sum256(lock)
	modules = filepath.Join(cache, "platen", "node-"+hex.EncodeToString(sum[:6]), "node_modules")
	if _, err := os.Stat(modules); err != nil {
		missing(t, "what tools/node names")
	}
	return find("node"), modules
}
