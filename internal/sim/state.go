package sim

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"sync"

	"platen/connector"
	"platen/internal/disk"
)

// The files of a state folder, as the daemon keeps them.
const (
	stateDir     = "/state"
	spoolDir     = "/state/spool"
	printersPath = "/state/printers.json"
	historyPath  = "/state/run.json"
)

// stateFile keeps one value on a disk. It is a connector.Identities and a
// connector.Runs.
type stateFile[T any] struct {
	disk disk.FS
	path string
	mu   sync.Mutex // guards value
	now  T
}

func openState[T any](d disk.FS, path string) (*stateFile[T], error) {
	s := &stateFile[T]{disk: d, path: path}
	f, err := d.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	if err == nil {
		err = json.Unmarshal(b, &s.now)
	}
	return s, errors.Join(err, f.Close())
}

func (s *stateFile[T]) get() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stateFile[T]) put(v T) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := disk.Replace(s.disk, s.path, b); err != nil {
		return err
	}
	s.now = v
	return nil
}

// identities is a connector.Identities.
type identities struct {
	*stateFile[[]connector.Identity]
}

// Identities implements connector.Identities.
func (i identities) Identities() []connector.Identity { return slices.Clone(i.get()) }

// KeepIdentities implements connector.Identities.
func (i identities) KeepIdentities(ids []connector.Identity) error { return i.put(slices.Clone(ids)) }

// runs is a connector.Runs.
type runs struct {
	*stateFile[connector.History]
}

// History implements connector.Runs.
func (r runs) History() connector.History { return r.get() }

// KeepHistory implements connector.Runs.
func (r runs) KeepHistory(h connector.History) error { return r.put(h) }
