package blob

import (
	"fmt"
	"math"

	"golang.org/x/sys/windows"
)

// SpaceAt returns how much room there is on the disk of a folder.
func SpaceAt(path string) (Space, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return Space{}, fmt.Errorf("ask for free space: %w", err)
	}
	var ours, size, free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &ours, &size, &free); err != nil {
		return Space{}, fmt.Errorf("ask for free space: %w", err)
	}
	bytes := func(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
	return Space{Size: bytes(size), Used: bytes(size - free), Free: bytes(ours)}, nil
}
