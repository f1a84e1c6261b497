//go:build unix

package blob

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// freeSpace returns how many bytes an ordinary user may still write there.
func freeSpace(path string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil //nolint:unconvert // the types differ between systems
}
