package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Machine is a machine of its own in a container: real systemd over the files of this
// one. What it writes is gone with it.
type Machine struct {
	Root string // its files, seen from here

	t      TB
	nspawn *exec.Cmd
	ended  chan struct{} // closed when nspawn has ended
	log    string
	leader int // its process 1, by the id that it has here
}

// unwanted are units that a test has no use for, and which take time or wait for a network.
var unwanted = []string{
	"systemd-firstboot.service", "systemd-networkd-wait-online.service", "apt-daily.timer", "apt-daily-upgrade.timer",
	"man-db.timer", "e2scrub_all.timer", "fstrim.timer", "dpkg-db-backup.timer", "logrotate.timer", "getty.target", "console-getty.service",
	"prosody.service", "ejabberd.service", "epmd.service", "epmd.socket", "nginx.service", "tinyproxy.service", "cron.service", "exim4.service", "ssh.service",
}

// Boot starts a machine, and takes it down when the test ends. It needs root, a kernel
// that mounts overlays, and systemd-nspawn.
func Boot(t TB) *Machine {
	t.Helper()
	Need(t, "systemd-nspawn", "nsenter")
	NeedRoot(t)
	dir, err := os.MkdirTemp("", "platen-machine")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // its files are in memory
	m := &Machine{Root: filepath.Join(dir, "root"), t: t, log: filepath.Join(dir, "log")}
	m.mount(dir)
	m.prepare()
	t.Cleanup(m.stop)
	m.start()
	return m
}

func (m *Machine) mount(dir string) {
	m.t.Helper()
	memory := filepath.Join(dir, "memory")
	for _, d := range []string{m.Root, memory} {
		m.must(os.Mkdir(d, 0o755))
	}
	m.must(syscall.Mount("tmpfs", memory, "tmpfs", 0, "size=1500m"))
	m.t.Cleanup(func() { _ = syscall.Unmount(memory, syscall.MNT_DETACH) })
	for _, d := range []string{"upper", "work"} {
		m.must(os.Mkdir(filepath.Join(memory, d), 0o755))
	}
	options := fmt.Sprintf("lowerdir=/,upperdir=%s/upper,workdir=%s/work", memory, memory)
	m.must(syscall.Mount("overlay", m.Root, "overlay", 0, options))
	m.t.Cleanup(func() { _ = syscall.Unmount(m.Root, syscall.MNT_DETACH) })
}

// prepare makes the copy of this machine one that starts by itself and quickly.
func (m *Machine) prepare() {
	m.t.Helper()
	// An empty one would start a dialogue.
	m.must(os.WriteFile(m.Path("/etc/machine-id"), []byte("0123456789abcdef0123456789abcdef\n"), 0o444))
	m.must(os.RemoveAll(m.Path("/usr/sbin/policy-rc.d")))
	m.must(os.RemoveAll(m.Path("/var/log/journal")))
	m.must(os.RemoveAll(m.Path("/var/lib/man-db/auto-update"))) // the index of all manual pages, for each package
	for _, unit := range unwanted {
		path := m.Path("/etc/systemd/system/" + unit)
		m.must(os.RemoveAll(path))
		m.must(os.Symlink("/dev/null", path))
	}
}

func (m *Machine) start() {
	m.t.Helper()
	log, err := os.Create(m.log)
	m.must(err)
	m.nspawn = exec.Command("systemd-nspawn", "--quiet", "--directory="+m.Root, "--boot", "--register=no", "--keep-unit",
		"--private-network", "--console=pipe", "--machine=lab"+strconv.Itoa(os.Getpid()))
	m.nspawn.Stdout, m.nspawn.Stderr = log, log
	m.must(m.nspawn.Start())
	_ = log.Close() // the machine has it
	ended := make(chan struct{})
	m.ended = ended
	go func() { _ = m.nspawn.Wait(); close(ended) }() // it ends with the machine
	m.booted()
}

// booted waits until the machine runs.
func (m *Machine) booted() {
	m.t.Helper()
	state := ""
	if !waitFor(60*time.Second, func() bool {
		inner := children(m.nspawn.Process.Pid)
		if len(inner) == 0 {
			return false
		}
		if leader := children(inner[0]); len(leader) > 0 {
			m.leader = leader[0]
		} else {
			return false
		}
		state, _ = m.Try("systemctl is-system-running")
		state = strings.TrimSpace(state)
		return state == "running" || state == "degraded"
	}) {
		tail(m.t, m.log)
		m.t.Fatalf("the machine does not start: %q", state)
	}
}

// Reboot starts the machine again, in order.
func (m *Machine) Reboot() {
	m.t.Helper()
	_, _ = m.Try("systemctl reboot") // it may end before it answers
	select {
	case <-m.ended:
	case <-time.After(60 * time.Second):
		m.t.Fatalf("the machine does not go down")
	}
	m.start()
}

// stop ends the machine at once.
func (m *Machine) stop() {
	if m.ended == nil {
		return
	}
	if m.leader != 0 {
		_ = syscall.Kill(m.leader, syscall.SIGKILL) // and all in it
	}
	select {
	case <-m.ended:
	case <-time.After(3 * time.Second):
		_ = m.nspawn.Process.Kill()
		<-m.ended
	}
}

// Path is a file of the machine, seen from here. What is in its /run and /tmp is not.
func (m *Machine) Path(name string) string { return filepath.Join(m.Root, name) }

// Try runs a shell script as root in the machine, and returns what it says.
func (m *Machine) Try(script string) (string, error) {
	cmd := exec.Command("nsenter", "--target", strconv.Itoa(m.leader), "--all", "--", "/usr/bin/env", "-i",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "/bin/sh", "-c", script)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Run is Try for what must succeed.
func (m *Machine) Run(script string) string {
	m.t.Helper()
	out, err := m.Try(script)
	if err != nil {
		m.t.Fatalf("in the machine: %s\n%v\n%s", script, err, out)
	}
	return out
}

// AddQueue adds a CUPS queue of the lab backend, which writes documents into a folder of
// the machine; see AddPPD and SetFault.
func (m *Machine) AddQueue(queue, folder string) {
	m.t.Helper()
	m.must(os.WriteFile(m.Path("/usr/lib/cups/backend/lab"), []byte(labBackend), 0o755))
	m.must(os.WriteFile(m.Path("/etc/cups/lab.ppd"), []byte(labPPD), 0o644))
	m.Run("install -d -o lp -g lp " + folder)
	m.Run("lpadmin -p " + queue + " -E -v lab:" + folder + " -P /etc/cups/lab.ppd")
}

func (m *Machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatalf("the machine: %v", err)
	}
}
