package raster

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// withoutNetwork has a command start in namespaces of its own: it sees no network but
// a loopback that is down, it can signal nobody else, and all that comes from it ends
// with it (pid_namespaces(7)).
func withoutNetwork(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWPID,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}},
	}
}

// sharingIPC is withoutNetwork, but for the messages, semaphores and memory of
// System V and the message queues of POSIX (ipc_namespaces(7)). The units of packaging
// forbid those calls altogether, and no namespace for them need be made.
func sharingIPC(cmd *exec.Cmd) {
	withoutNetwork(cmd)
	cmd.SysProcAttr.Cloneflags &^= syscall.CLONE_NEWIPC
}

// limitFiles bounds the size of each file that what is started from now on writes,
// until the result is called: a small document can unpack to a disk full.
func limitFiles(limit int64) (restore func()) {
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return func() {}
	}
	now := was
	now.Cur = min(was.Cur, uint64(max(limit, 0))) //nolint:gosec // it is not negative
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now); err != nil {
		return func() {}
	}
	return func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was) } // the hard limit is as it was
}

// tree lists a process and all that come from it.
func tree(pid int) []int {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return []int{pid}
	}
	children := map[int][]int{}
	for _, name := range names {
		child, err := strconv.Atoi(name.Name())
		if err != nil {
			continue
		}
		if parent, ok := parentOf(name.Name()); ok {
			children[parent] = append(children[parent], child)
		}
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// parentOf is the parent of a process, proc(5).
func parentOf(pid string) (int, bool) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, false
	}
	// The name, in parentheses, may have any character in it.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 2 {
		return 0, false
	}
	parent, err := strconv.Atoi(string(fields[1]))
	return parent, err == nil
}

// killTree ends a process and all that come from it.
func killTree(p *os.Process) error {
	for _, pid := range tree(p.Pid)[1:] {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended meanwhile
	}
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// watchTree calls over when a process and those that come from it use more memory
// than they may; it returns when ctx ends.
func watchTree(ctx context.Context, pid int, limit int64, over func()) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			var all int64
			for _, p := range tree(pid) {
				all += resident(p)
			}
			if all > limit {
				over()
				return
			}
		}
	}
}
