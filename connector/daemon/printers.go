package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"platen/connector"
	"platen/cups"
	"platen/internal/disk"
	"platen/printer"
)

// stateVersion is the version of printers.json that this program writes.
const stateVersion = 1

// printerFile is what is known of printers, kept in printers.json of the state
// folder. It is a connector.Identities, and safe for concurrent use.
type printerFile struct {
	dir  string
	mu   sync.Mutex // guards data
	data stateFile
}

type stateFile struct {
	Version  int                  `json:"version"`
	Printers []connector.Identity `json:"printers"`
	Direct   []cups.Direct        `json:"direct"`
	Ping     int                  `json:"ping_seconds,omitempty"` // as an owner set it
}

var _ connector.Identities = (*printerFile)(nil)

// openPrinters reads printers.json of the state folder dir; a missing file is empty.
func openPrinters(dir string) (*printerFile, error) {
	f := &printerFile{dir: dir, data: stateFile{Version: stateVersion}}
	b, err := os.ReadFile(f.path())
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the known printers: %w", err)
	}
	if err := json.Unmarshal(b, &f.data); err != nil {
		return nil, fmt.Errorf("read the known printers in %s: %w", f.path(), err)
	}
	if f.data.Version > stateVersion {
		return nil, fmt.Errorf("%s is of version %d, this program knows up to %d: use the newer program", f.path(), f.data.Version, stateVersion)
	}
	f.data.Version = stateVersion
	return f, nil
}

func (f *printerFile) path() string { return filepath.Join(f.dir, printersFile) }

// Identities returns the known printers.
func (f *printerFile) Identities() []connector.Identity {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.data.Printers)
}

// KeepIdentities replaces the known printers.
func (f *printerFile) KeepIdentities(ids []connector.Identity) error {
	return f.change(func(s *stateFile) { s.Printers = slices.Clone(ids) })
}

// Direct returns the printers that were added by address.
func (f *printerFile) Direct() []cups.Direct {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.data.Direct)
}

// AddDirect adds a printer by address, or changes the address of its name.
func (f *printerFile) AddDirect(d cups.Direct) error {
	return f.change(func(s *stateFile) {
		s.Direct = append(slices.DeleteFunc(slices.Clone(s.Direct), named(d.Name)), d)
	})
}

// RemoveDirect forgets a printer that was added by address.
func (f *printerFile) RemoveDirect(name printer.Name) error {
	return f.change(func(s *stateFile) { s.Direct = slices.DeleteFunc(slices.Clone(s.Direct), named(name)) })
}

// Ping returns the ping interval that an owner set, 0 if none did.
func (f *printerFile) Ping() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Duration(f.data.Ping) * time.Second
}

// KeepPing keeps the ping interval that an owner set.
func (f *printerFile) KeepPing(d time.Duration) error {
	return f.change(func(s *stateFile) { s.Ping = int(d / time.Second) })
}

// ForgetCloud forgets what a cloud gave; printers added by address stay.
func (f *printerFile) ForgetCloud() error {
	return f.change(func(s *stateFile) { s.Printers, s.Ping = nil, 0 })
}

func named(n printer.Name) func(cups.Direct) bool {
	return func(d cups.Direct) bool { return d.Name == n }
}

// change writes what edit makes of the data, and keeps it only if that worked.
func (f *printerFile) change(edit func(*stateFile)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := f.data
	edit(&next)
	b, err := json.MarshalIndent(next, "", "\t")
	if err != nil {
		return fmt.Errorf("encode the known printers: %w", err)
	}
	if err := disk.Replace(disk.OS{}, f.path(), append(b, '\n')); err != nil {
		return fmt.Errorf("keep the known printers: %w", err)
	}
	f.data = next
	return nil
}
