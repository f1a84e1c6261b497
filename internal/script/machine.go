package script

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// programs are what scripts run the programs with, see Run.
//
//go:embed bin
var programs embed.FS

// install puts the helping programs into a script's folder, and returns where they are.
func install(work string) (string, error) {
	dir := filepath.Join(work, ".bin")
	err := fs.WalkDir(programs, "bin", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := programs.ReadFile(name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, path.Base(name))
		if path.Base(name) == "systemctl" { // for machine alone
			to = filepath.Join(dir, "machine.bin", "systemctl")
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // nobody runs them too
			return err
		}
		return os.WriteFile(to, text, 0o755) //nolint:gosec // they are programs
	})
	if err != nil {
		return "", fmt.Errorf("put the programs of scripts: %w", err)
	}
	return dir, nil
}
