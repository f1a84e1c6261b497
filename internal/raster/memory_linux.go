package raster

import (
	"fmt"
	"os"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// allocator reserves the addresses that a guest may ever use, and takes memory for
// them when it does. The default copies everything whenever the guest grows, and
// needs both copies meanwhile.
func allocator(g *guest) experimental.MemoryAllocator {
	return experimental.MemoryAllocatorFunc(func(_, limit uint64) experimental.LinearMemory {
		all, err := syscall.Mmap(-1, 0, int(limit), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
		if err != nil {
			return &reserved{guest: g}
		}
		return &reserved{all, g}
	})
}

// reserved is the memory of a guest.
type reserved struct {
	all   []byte
	guest *guest
}

// Reallocate returns the first bytes of it.
func (m *reserved) Reallocate(size uint64) []byte {
	if size > uint64(len(m.all)) {
		return nil
	}
	m.guest.size = max(m.guest.size, int64(size))
	return m.all[:size]
}

// Free gives it back.
func (m *reserved) Free() {
	if m.all != nil {
		_ = syscall.Munmap(m.all) // it was mapped by us: this cannot fail
		m.all = nil
	}
}

// resident is how many bytes of memory a process uses, 0 if that is not known.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
