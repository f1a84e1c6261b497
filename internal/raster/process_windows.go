package raster

import (
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// owns is true: what is made in a folder has the folder's rights here.
func owns(string) bool { return true }

// environment is all that a child is told: where it may write. Where Windows is, is added
// by package exec.
func environment(dir string) []string {
	return []string{"USERPROFILE=" + dir, "TMP=" + dir, "TEMP=" + dir}
}

// apart starts a command without a console, standing back for those who print.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW | windows.BELOW_NORMAL_PRIORITY_CLASS}
}

// hold puts a child into a job object: it may commit so many bytes of memory, start no
// other process, touch neither clipboard nor desktop, and ends with this process.
func hold(cmd *exec.Cmd, memory int64) (release func(), err error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	release = func() { _ = windows.CloseHandle(job) } // what is in it ends
	if err := bind(job, cmd.Process.Pid, memory); err != nil {
		release()
		_ = cmd.Process.Kill() // it has ended, or does
		return nil, err
	}
	return release, nil
}

// runtimeMemory is what Go's runtime and the program itself commit beside what a document
// takes: on Windows also memory counts that was asked for and never used.
const runtimeMemory = 256 << 20

func bind(job windows.Handle, pid int, memory int64) error {
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{ProcessMemoryLimit: uintptr(memory + runtimeMemory)}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
		windows.JOB_OBJECT_LIMIT_PROCESS_MEMORY | windows.JOB_OBJECT_LIMIT_ACTIVE_PROCESS | windows.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
	limits.BasicLimitInformation.ActiveProcessLimit = 1
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		return err
	}
	p, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid)) //nolint:gosec // the system's own number
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(p) }() // the job has it
	return windows.AssignProcessToJobObject(job, p)
}

// confine does nothing: the parent's job object does.
func confine() {}

// killed is never known here: an exit code is whatever the killer said.
func killed(error) bool { return false }
