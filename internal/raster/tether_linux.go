package raster

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// tether ends a command, and all that comes from it and stays in its process group,
// as soon as this process is gone, however it went. The kernel's own promise
// (PR_SET_PDEATHSIG) is for the command alone, which may be a script. A tether is a
// pipe: the command and its children hold one end of it, and its group is sent
// SIGKILL by the kernel when the other end is closed (fcntl(2), F_SETSIG).
type tether struct{ end *os.File }

// startTied starts a command in a group of its own, at the end of a tether.
func startTied(cmd *exec.Cmd) (*tether, error) {
	held, end, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = held.Close() }() // the command holds it
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGKILL
	cmd.ExtraFiles = append(cmd.ExtraFiles, held)
	if err := cmd.Start(); err != nil {
		_ = end.Close() // it is of no use
		return nil, err
	}
	fd := held.Fd()
	_, own := unix.FcntlInt(fd, unix.F_SETOWN, -cmd.Process.Pid)
	_, sig := unix.FcntlInt(fd, unix.F_SETSIG, int(unix.SIGKILL))
	if own == nil && sig == nil { // else the command alone ends with us
		_, _ = unix.FcntlInt(fd, unix.F_SETFL, unix.O_ASYNC)
	}
	return &tether{end}, nil
}

// cut ends what is left of the command.
func (t *tether) cut() { _ = t.end.Close() }
