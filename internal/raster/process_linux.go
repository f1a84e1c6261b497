package raster

import (
	"os"
	"strconv"
	"syscall"
)

// dieWithParent has the kernel kill a child whose parent is gone.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }

// volunteer makes a child the one that goes when the machine has no memory left: a
// document can be drawn again (proc(5), oom_score_adj).
func volunteer() {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0) // without /proc it is as all others are
}

// forgetFiles closes what the parent itself was given and did not mark as its own:
// systemd's sockets, for one. What this process opens ends with it, and says so.
func forgetFiles() {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return
	}
	for _, entry := range open {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd <= 2 {
			continue
		}
		flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0)
		if errno == 0 && flags&syscall.FD_CLOEXEC == 0 {
			_ = syscall.Close(fd) // it is not ours to complain about
		}
	}
}
