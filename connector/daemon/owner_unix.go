//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// giveTo gives what root has made to the owner of a folder: a service that runs as
// somebody else is to read and to replace it. A file with a second name stays root's:
// whoever may write in the folder may have put a link to another file there.
func giveTo(folder string, names ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	// The folder itself may be behind a link: that of a service whose user systemd makes.
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return err
	}
	to, err := owned(folder)
	if err != nil || to.Uid == 0 {
		return err
	}
	for _, name := range names {
		have, err := owned(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		kind := have.Mode & syscall.S_IFMT
		if have.Uid != 0 || kind != syscall.S_IFDIR && (kind != syscall.S_IFREG || have.Nlink > 1) {
			continue
		}
		if err := os.Lchown(name, int(to.Uid), int(to.Gid)); err != nil {
			return fmt.Errorf("give %s to its folder's owner: %w", name, err)
		}
	}
	return nil
}

// handOver gives what root has made in the state folder to the service's user.
func handOver(stateDir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	entries, err := os.ReadDir(stateDir)
	if err != nil {
		return fmt.Errorf("hand the state folder over: %w", err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = filepath.Join(stateDir, e.Name())
	}
	return giveTo(stateDir, names...)
}

// owned describes a file or folder, and no link.
func owned(name string) (*syscall.Stat_t, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil, fmt.Errorf("%s has no owner", name)
	}
	return st, nil
}
