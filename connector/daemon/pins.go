package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"platen/internal/disk"
)

// pinFile keeps the keys of printers whose certificate nobody vouches for, as
// seen when they were added. It is a cups.PinStore.
type pinFile struct {
	path string
	mu   sync.Mutex // guards pins
	pins map[string]string
}

func openPins(stateDir string) (*pinFile, error) {
	p := &pinFile{path: filepath.Join(stateDir, pinsFile), pins: map[string]string{}}
	data, err := os.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &p.pins)
	}
	if err != nil {
		return nil, fmt.Errorf("read the printers' keys: %w", err)
	}
	return p, nil
}

// Pin returns the fingerprint kept for a target, "" if none.
func (p *pinFile) Pin(target string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pins[target]
}

// SetPin keeps a target's fingerprint; "" forgets it.
func (p *pinFile) SetPin(target, fingerprint string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := maps.Clone(p.pins)
	next[target] = fingerprint
	if fingerprint == "" {
		delete(next, target)
	}
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	if err := disk.Replace(disk.OS{}, p.path, append(data, '\n')); err != nil {
		return fmt.Errorf("keep the printer's key: %w", err)
	}
	p.pins = next
	return nil
}
