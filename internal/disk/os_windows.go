package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// openFile opens a file that may be renamed and removed while it is open, as files may be
// elsewhere: package os keeps the name for who has it open. A new file has the rights of
// its folder.
func openFile(name string, flag int, _ fs.FileMode) (*os.File, error) {
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(path, access(flag), share, nil, disposition(flag), windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return os.NewFile(uintptr(h), name), nil
}

// access is what the flags of package os let one do.
func access(flag int) uint32 {
	// Without FILE_WRITE_DATA the system writes at the end, whoever else writes.
	const appending = windows.FILE_APPEND_DATA | windows.FILE_WRITE_ATTRIBUTES | windows.STANDARD_RIGHTS_WRITE | windows.SYNCHRONIZE
	write := uint32(windows.GENERIC_WRITE)
	if flag&os.O_APPEND != 0 {
		write = appending
	}
	switch {
	case flag&os.O_RDWR != 0:
		return windows.GENERIC_READ | write
	case flag&os.O_WRONLY != 0:
		return write
	}
	return windows.GENERIC_READ
}

// disposition is what becomes of a file that is there, or is not.
func disposition(flag int) uint32 {
	switch {
	case flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		return windows.CREATE_NEW
	case flag&(os.O_CREATE|os.O_TRUNC) == os.O_CREATE|os.O_TRUNC:
		return windows.CREATE_ALWAYS
	case flag&os.O_CREATE != 0:
		return windows.OPEN_ALWAYS
	case flag&os.O_TRUNC != 0:
		return windows.TRUNCATE_EXISTING
	}
	return windows.OPEN_EXISTING
}

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
