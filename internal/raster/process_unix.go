//go:build unix

package raster

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// owns reports whether a folder is this user's, or not there yet.
func owns(dir string) bool {
	var st syscall.Stat_t
	return syscall.Stat(dir, &st) != nil || int(st.Uid) == os.Geteuid()
}

// environment is all that a child is told: where it may write.
func environment(dir string) []string {
	return []string{"HOME=" + dir, "TMPDIR=" + dir, "LANG=C.UTF-8", "PATH=/usr/bin:/bin"}
}

// hold does nothing here: watch looks at a child's memory, which has limits of its own.
func hold(*exec.Cmd, int64) (release func(), err error) { return func() {}, nil }

// niceness is how much a child stands back for those who print.
const niceness = 10

// apart gives a command a process group of its own, which is killed as a whole.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return nil
		}
		return err
	}
}

// killed reports whether a child was killed by SIGKILL. Asked of one that we did
// not kill, it was the kernel, which had no memory, or a person.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// confine is what a child takes from itself: inherited files, turns on the
// processor, core dumps.
func confine() {
	forgetFiles()
	volunteer()
	// A child that may not do one of these works all the same.
	if now, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err == nil && 20-now < niceness {
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness)
	}
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
