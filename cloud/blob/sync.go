package blob

import (
	"fmt"
	"sync"

	"platen/internal/disk"
)

// folderSync syncs the folder, so that new names survive a power cut. Those who
// ask while one sync runs share the next one.
type folderSync struct {
	disk disk.Folders
	path string
	mu   sync.Mutex // guards what follows
	busy bool
	next *syncRound
}

// syncRound is one sync of the folder that several wait for.
type syncRound struct {
	done chan struct{} // closed after err is set
	err  error
}

func newFolderSync(f disk.Folders, path string) *folderSync {
	return &folderSync{disk: f, path: path}
}

// wait returns after a sync that began after the call.
func (s *folderSync) wait() error {
	s.mu.Lock()
	if s.next == nil {
		s.next = &syncRound{done: make(chan struct{})}
	}
	round := s.next
	if s.busy {
		s.mu.Unlock()
		<-round.done
		return round.err
	}
	s.busy = true
	s.mu.Unlock()
	s.run(round)
	return round.err
}

// run syncs until nobody waits. The first to come works for those who come while
// it does; a second round follows at most once for them, in a goroutine of its own.
func (s *folderSync) run(round *syncRound) {
	s.mu.Lock()
	s.next = nil
	s.mu.Unlock()
	round.err = s.syncFolder()
	close(round.done)
	s.mu.Lock()
	next := s.next
	if next == nil {
		s.busy = false
	}
	s.mu.Unlock()
	if next != nil {
		go s.run(next)
	}
}

func (s *folderSync) syncFolder() error {
	if err := s.disk.Sync(s.path); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
