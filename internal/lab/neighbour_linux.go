package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// Neighbour is a network of its own with a wire to a Machine, and nothing else.
type Neighbour struct {
	Dir string // where its programs run

	t    TB
	name string
}

// NewNeighbour lays the wire; own and the machine's are addresses of one network, in CIDR.
func (m *Machine) NewNeighbour(own, machines string) *Neighbour {
	m.t.Helper()
	Need(m.t, "ip", "curl")
	n := &Neighbour{Dir: m.t.TempDir(), t: m.t, name: "platen-lab-" + strconv.Itoa(os.Getpid())}
	n.ip("netns", "add", n.name)
	m.t.Cleanup(func() { n.ip("netns", "delete", n.name) })
	n.ip("-n", n.name, "link", "add", "wire", "type", "veth", "peer", "name", "lab0", "netns", strconv.Itoa(m.leader))
	n.ip("-n", n.name, "addr", "add", own, "dev", "wire")
	n.ip("-n", n.name, "link", "set", "wire", "up")
	m.Run("ip addr add " + machines + " dev lab0 && ip link set lab0 up")
	return n
}

func (n *Neighbour) ip(args ...string) {
	n.t.Helper()
	if out, err := exec.Command(find("ip"), args...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %v: %v: %s", args, err, out)
	}
}

// Curl asks as a browser of the neighbour does, which keeps cookies and trusts the
// authority in the file ca.pem of its folder alone; it returns what came, and an error
// for what failed.
func (n *Neighbour) Curl(args ...string) (string, error) {
	all := []string{
		"netns", "exec", n.name, "curl", "--silent", "--show-error", "--max-time", "20", "--noproxy", "*",
		"--cookie", "jar", "--cookie-jar", "jar",
	}
	if _, err := os.Stat(filepath.Join(n.Dir, "ca.pem")); err == nil {
		all = append(all, "--cacert", "ca.pem")
	}
	cmd := exec.Command(find("ip"), append(all, args...)...)
	cmd.Dir = n.Dir
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%w: %s", err, failed.Stderr)
	}
	return string(out), err
}
