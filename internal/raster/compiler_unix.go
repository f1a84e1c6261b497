//go:build unix

package raster

import (
	"os"
	"runtime"
	"syscall"
)

// compiles reports whether wazero runs its guests as machine code here. It falls
// back to its interpreter without a word on other processors, and where memory
// that was written may not be run (systemd's MemoryDenyWriteExecute): some fifty
// times slower.
func compiles() bool {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return false
	}
	page, err := syscall.Mmap(-1, 0, os.Getpagesize(), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Munmap(page) }() // of no use from here
	return syscall.Mprotect(page, syscall.PROT_READ|syscall.PROT_EXEC) == nil
}
