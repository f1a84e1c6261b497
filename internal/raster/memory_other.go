//go:build !linux

package raster

import "github.com/tetratelabs/wazero/experimental"

// allocator is wazero's own.
func allocator(*guest) experimental.MemoryAllocator { return nil }

// resident is how many bytes of memory a process uses: not known here, where the
// guest's own limit must do.
func resident(int) int64 { return 0 }
