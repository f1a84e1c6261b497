package spool

import (
	"math"

	"golang.org/x/sys/windows"
)

// freeBytes returns how much the disk of path has left for us.
func freeBytes(path string) (int64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var ours uint64
	if err := windows.GetDiskFreeSpaceEx(name, &ours, nil, nil); err != nil {
		return 0, err
	}
	return int64(min(ours, math.MaxInt64)), nil
}
