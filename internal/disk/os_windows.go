package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Rename implements Writer. It is durable when it returns: folders cannot be synced here.
func (OS) Rename(from, to string) error {
	f, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	t, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	if err := windows.MoveFileEx(f, t, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// Sync implements Folders. A folder cannot be flushed here; NTFS writes changes of names
// to its journal in their order, and Rename waits for it. What can be lost is that a name
// was taken away, and those of new files, whose contents File.Sync makes durable with them.
func (OS) Sync(name string) error {
	_, err := os.Stat(name)
	return err
}

// Full reports whether an error is for want of room on the disk, or of one's share of it.
func Full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}
