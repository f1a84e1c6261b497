package raster

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What may be done to files, Landlock's names.
const (
	fileLooks  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	fileWrites = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	fileMakes  = unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_CHAR |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM |
		unix.LANDLOCK_ACCESS_FS_REFER
	fileAll = fileLooks | fileWrites | fileMakes

	// Of what is no folder, the kernel takes these alone.
	ofFile = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | fileWrites
)

// programFiles is where programs, their libraries, their fonts and their settings
// are. It has nothing of what services keep: no state, no configuration of ours.
func programFiles() []string {
	return []string{
		"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/nix/store", "/gnu/store", "/snap",
		"/etc/alternatives", "/etc/fonts", "/etc/group", "/etc/java", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
		"/etc/libreoffice", "/etc/locale.alias", "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/papersize",
		"/etc/passwd", "/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice", "/sys/devices/system/cpu",
	}
}

// confineThread forbids the calling thread, and what it starts from now on, all files
// but programs and those in some folders, and all connections: a document can name
// any file, and not every filter of LibreOffice asks its settings. A kernel without
// Landlock, or a part of it, forbids less. The thread must be locked, and end with
// its goroutine.
func confineThread(readable []string, own string) error {
	rules, abi, err := newRules()
	if err != nil || rules < 0 {
		return err
	}
	defer func() { _ = unix.Close(rules) }() // the rules stay
	known := knownAccess(abi)
	for _, path := range append(programFiles(), readable...) {
		if err := allow(rules, path, fileLooks&known); err != nil {
			return err
		}
	}
	// A process in a user namespace of its own is told who it is through /proc.
	for _, path := range []string{"/proc", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"} {
		if err := allow(rules, path, (fileLooks|fileWrites)&^unix.LANDLOCK_ACCESS_FS_EXECUTE&known); err != nil {
			return err
		}
	}
	// LibreOffice finds others of its kind by a socket, which is never elsewhere.
	if err := allow(rules, "/tmp", unix.LANDLOCK_ACCESS_FS_MAKE_SOCK|unix.LANDLOCK_ACCESS_FS_REMOVE_FILE); err != nil {
		return err
	}
	if err := allow(rules, own, known); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(rules), 0, 0); errno != 0 {
		return os.NewSyscallError("landlock_restrict_self", errno)
	}
	return nil
}

// newRules begins a set of rules, of which nothing is allowed yet; -1 if the kernel
// has none.
func newRules() (rules int, abi uintptr, err error) {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return -1, 0, nil
	}
	attr := unix.LandlockRulesetAttr{Handled_access_fs: knownAccess(abi)}
	size := unsafe.Sizeof(attr.Handled_access_fs)
	if abi >= 4 {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		size = unsafe.Offsetof(attr.Scoped)
	}
	if abi >= 6 {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
		size = unsafe.Offsetof(attr.Quiet_access_fs)
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	runtime.KeepAlive(&attr)
	if errno != 0 {
		return -1, 0, os.NewSyscallError("landlock_create_ruleset", errno)
	}
	return int(fd), abi, nil
}

// knownAccess is what a version of Landlock knows of fileAll.
func knownAccess(abi uintptr) uint64 {
	known := uint64(fileAll)
	if abi < 2 {
		known &^= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi < 3 {
		known &^= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	return known
}

// allow allows something below a path, if that is there.
func allow(rules int, path string, access uint64) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil //nolint:nilerr // what is not there need not be allowed
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EACCES) {
		return nil
	}
	if err != nil {
		return os.NewSyscallError("open", err)
	}
	defer func() { _ = unix.Close(fd) }() // it was only a name
	if fi, err := os.Stat(path); err == nil && !fi.IsDir() {
		access &= ofFile
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)} //nolint:gosec // a descriptor is small
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	runtime.KeepAlive(&rule)
	if errno != 0 {
		return os.NewSyscallError("landlock_add_rule", errno)
	}
	return nil
}
