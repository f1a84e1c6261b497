package daemon

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/windows"
	winregistry "golang.org/x/sys/windows/registry"
)

// place names where the state folder lives: a start of the machine, and a folder on
// its disks. A copy of it lives elsewhere, or on a machine that was started anew.
func place(dir string, on machine) string {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return ""
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(name, 0, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(h) }() // only asked
	var i windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(h, &i) != nil {
		return ""
	}
	return fmt.Sprintf("%s %d:%d", on.boot(), i.VolumeSerialNumber, uint64(i.FileIndexHigh)<<32|uint64(i.FileIndexLow))
}

// thisMachine knows its starts by Windows' count of them.
func thisMachine() machine {
	const path = `SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters`
	k, err := winregistry.OpenKey(winregistry.LOCAL_MACHINE, path, winregistry.QUERY_VALUE)
	if err != nil {
		return machine{}
	}
	defer func() { _ = k.Close() }() // only read
	n, _, err := k.GetIntegerValue("BootId")
	if err != nil {
		return machine{}
	}
	return machine{start: strconv.FormatUint(n, 10)}
}
