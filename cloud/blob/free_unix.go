//go:build unix

package blob

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// SpaceAt returns how much room there is on the disk of a folder.
func SpaceAt(path string) (Space, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return Space{}, fmt.Errorf("ask for free space: %w", err)
	}
	block := int64(st.Bsize) //nolint:unconvert // the types differ between systems
	return Space{Size: int64(st.Blocks) * block, Used: int64(st.Blocks-st.Bfree) * block, Free: int64(st.Bavail) * block}, nil
}
