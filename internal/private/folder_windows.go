package private

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// folder makes it with its rights at once: there is no moment in which others can enter.
func folder(path string) error {
	d, err := Rights("OICI")
	if err != nil {
		return fmt.Errorf("rights of %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	sa := &windows.SecurityAttributes{SecurityDescriptor: d}
	sa.Length = uint32(unsafe.Sizeof(*sa))
	err = windows.CreateDirectory(name, sa)
	if errors.Is(err, fs.ErrExist) {
		err = close(path, d)
	}
	if err != nil {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return nil
}

// errForeign is returned for a folder that somebody made who may not: everybody may make
// folders in %ProgramData%, and who owns one can always change who may look into it.
var errForeign = errors.New("it belongs to an ordinary user: delete it, or have an administrator take it over")

// close takes the rights of others on a folder that is there.
func close(path string, d *windows.SECURITY_DESCRIPTOR) error {
	now, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	owner, _, err := now.Owner()
	if err != nil {
		return err
	}
	trusted, err := accounts()
	if err != nil {
		return err
	}
	if !among(owner, trusted) {
		return errForeign
	}
	if control, _, err := now.Control(); err == nil && control&windows.SE_DACL_PROTECTED != 0 {
		return nil // it was closed before, or an administrator decided
	}
	acl, _, err := d.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, acl, nil)
}

func among(one *windows.SID, all []*windows.SID) bool {
	for _, s := range all {
		if one.Equals(s) {
			return true
		}
	}
	return false
}
