package spool

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"platen/connector"
	"platen/printer"
)

// stateVersion is the version of printers.json that this program writes.
const stateVersion = 1

// Direct is a printer that was added by its address.
type Direct struct {
	Name printer.Name `json:"name"`
	URI  string       `json:"uri"` // without credentials
}

// State is what is known of printers, kept in printers.json of the state
// folder. It is a connector.Identities, and safe for concurrent use.
type State struct {
	dir  string
	mu   sync.Mutex // guards data
	data stateFile
}

type stateFile struct {
	Version  int                  `json:"version"`
	Printers []connector.Identity `json:"printers"`
	Direct   []Direct             `json:"direct"`
}

var _ connector.Identities = (*State)(nil)

// OpenState reads printers.json of the state folder dir; a missing file is empty.
func OpenState(dir string) (*State, error) {
	s := &State{dir: dir, data: stateFile{Version: stateVersion}}
	b, err := os.ReadFile(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the known printers: %w", err)
	}
	if err := json.Unmarshal(b, &s.data); err != nil {
		return nil, fmt.Errorf("read the known printers in %s: %w", s.path(), err)
	}
	if s.data.Version > stateVersion {
		return nil, fmt.Errorf("%s is of version %d, this program knows up to %d: use the newer program", s.path(), s.data.Version, stateVersion)
	}
	s.data.Version = stateVersion
	return s, nil
}

func (s *State) path() string { return filepath.Join(s.dir, "printers.json") }

// Identities returns the known printers.
func (s *State) Identities() []connector.Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.data.Printers)
}

// KeepIdentities replaces the known printers.
func (s *State) KeepIdentities(ids []connector.Identity) error {
	return s.change(func(f *stateFile) { f.Printers = slices.Clone(ids) })
}

// Direct returns the printers that were added by address.
func (s *State) Direct() []Direct {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.data.Direct)
}

// AddDirect adds a printer by address, or changes the address of its name.
func (s *State) AddDirect(d Direct) error {
	return s.change(func(f *stateFile) {
		f.Direct = append(slices.DeleteFunc(slices.Clone(f.Direct), named(d.Name)), d)
	})
}

// RemoveDirect forgets a printer that was added by address.
func (s *State) RemoveDirect(name printer.Name) error {
	return s.change(func(f *stateFile) { f.Direct = slices.DeleteFunc(slices.Clone(f.Direct), named(name)) })
}

func named(n printer.Name) func(Direct) bool { return func(d Direct) bool { return d.Name == n } }

// change writes what edit makes of the data, and keeps it only if that worked.
func (s *State) change(edit func(*stateFile)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.data
	edit(&next)
	b, err := json.MarshalIndent(next, "", "\t")
	if err != nil {
		return fmt.Errorf("encode the known printers: %w", err)
	}
	if err := writeFile(s.path(), append(b, '\n')); err != nil {
		return fmt.Errorf("keep the known printers: %w", err)
	}
	s.data = next
	return nil
}
