package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build compiles both programs with the build tags given, and returns a folder with them
// that is the caller's. What was built before is linked anew only where something changed.
func Build(t TB, tags ...string) string {
	t.Helper()
	top := root(t)
	built := filepath.Join(top, "build", strings.Join(append([]string{"lab"}, tags...), "-"))
	if err := os.MkdirAll(built, 0o755); err != nil {
		t.Fatalf("folder of the programs: %v", err)
	}
	cmd := exec.Command("go", "build", "-trimpath", "-tags", strings.Join(tags, ","), "-o", built+"/", "./cmd/...")
	cmd.Dir = top
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	dir := workDir(t)
	if out, err := exec.Command("cp", filepath.Join(built, "platen"), filepath.Join(built, "platen-cloud"), dir).CombinedOutput(); err != nil {
		t.Fatalf("copy the programs: %v\n%s", err, out)
	}
	return dir
}

// root returns the module's folder.
func root(t TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("working folder: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatalf("no go.mod above the working folder")
		}
		dir = parent
	}
}
