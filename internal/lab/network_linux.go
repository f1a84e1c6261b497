package lab

import (
	"os"
	"os/exec"
	"syscall"
)

// inNetwork tells a test that it runs in a network of its own.
const inNetwork = "PLATEN_LAB_NETWORK"

// OwnNetwork runs the test of a name, which calls it, once more, in a network of its own that has
// loopback alone, with multicast, and returns false when that run is over. In that
// run it returns true. Nothing there hears, or is heard by, the machine's network.
func OwnNetwork(t TB, name string) bool {
	t.Helper()
	Need(t, "ip")
	if os.Getenv(inNetwork) == name {
		if out, err := exec.Command(find("ip"), "link", "set", "lo", "up", "multicast", "on").CombinedOutput(); err != nil {
			t.Fatalf("setting up loopback: %v: %s", err, out)
		}
		return true
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+name+"$", "-test.v", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), inNetwork+"="+name)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	t.Logf("in its own network:\n%s", out)
	if err != nil {
		t.Fatalf("in its own network: %v", err)
	}
	return false
}
