package raster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// workPrefix begins the names of children's working folders.
const workPrefix = "platen-render-"

// makeWork makes the working folder of a child.
func (r *Renderer) makeWork() (string, error) {
	if r.c.WorkDir != "" {
		if err := os.MkdirAll(r.c.WorkDir, 0o700); err != nil {
			return "", err
		}
	}
	return os.MkdirTemp(r.c.WorkDir, r.works())
}

// works begins the names of the folders of this renderer's own children.
func (r *Renderer) works() string { return workPrefix + r.name + "-" }

// Sweep removes what the children of others left in Config.WorkDir: their parent was
// killed before it could. It is called at the start, by whose folder it is.
func (r *Renderer) Sweep() error {
	if r.c.WorkDir == "" {
		return nil
	}
	entries, err := os.ReadDir(r.c.WorkDir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for what was left by drawing documents: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), workPrefix) || strings.HasPrefix(e.Name(), r.works()) {
			continue
		}
		if err := discardWork(filepath.Join(r.c.WorkDir, e.Name())); err != nil {
			return fmt.Errorf("remove what was left by drawing documents: %w", err)
		}
	}
	return nil
}

// discardWork removes a child's working folder.
func discardWork(dir string) error {
	entries, err := os.ReadDir(dir)
	if err == nil {
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), officePrefix) {
				removePipe(filepath.Join(dir, e.Name()))
			}
		}
	}
	return os.RemoveAll(dir)
}
