//go:build unix

package daemon

import (
	"fmt"
	"syscall"
)

// place names where the state folder lives: a start of the machine, and a folder on
// its disks. A copy of it lives elsewhere, or on a machine that was started anew.
func place(dir string, on machine) string {
	var st syscall.Stat_t
	if err := syscall.Stat(dir, &st); err != nil {
		return ""
	}
	return fmt.Sprintf("%s %d:%d", on.boot(), st.Dev, st.Ino)
}

func thisMachine() machine { return machine{proc: "/proc", cgroups: "/sys/fs/cgroup"} }
