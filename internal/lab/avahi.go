package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// avahi says what an avahi-daemon is.
type avahi struct {
	dir    string // of its settings and its log
	bus    string // address of the D-Bus that programs reach it by
	card   string // network card
	more   string // further lines of its settings
	inside func(*exec.Cmd)
}

// startBus starts a D-Bus of its own, and returns its address.
func startBus(t TB, dir string) (address string) {
	t.Helper()
	sock := filepath.Join(dir, "bus")
	address = "unix:path=" + sock
	log := filepath.Join(dir, "bus.log")
	p, err := spawn(exec.Command(find("dbus-daemon"), "--session", "--nofork", "--nopidfile", "--address="+address), log)
	if err != nil {
		t.Fatalf("starting dbus-daemon: %v", err)
	}
	t.Cleanup(p.stop)
	if !waitFor(10*time.Second, func() bool { return p.ended() || answers("unix", sock) }) || p.ended() {
		tail(t, log)
		t.Fatalf("dbus-daemon did not start")
	}
	return address
}

// startAvahi starts an avahi-daemon.
func startAvahi(t TB, a avahi) {
	t.Helper()
	Need(t, "avahi-daemon")
	settings, log := filepath.Join(a.dir, "avahi.conf"), filepath.Join(a.dir, "avahi.log")
	conf := "[server]\nallow-interfaces=" + a.card + "\n" + a.more
	if err := os.WriteFile(settings, []byte(conf), 0o644); err != nil {
		t.Fatalf("preparing avahi-daemon: %v", err)
	}
	cmd := exec.Command(find("avahi-daemon"), "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", settings)
	if a.inside != nil {
		a.inside(cmd)
	}
	cmd.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+a.bus)
	p, err := spawn(cmd, log)
	if err != nil {
		t.Fatalf("starting avahi-daemon: %v", err)
	}
	t.Cleanup(p.stop)
	ready := func() bool {
		b, _ := os.ReadFile(log) // not there yet
		return strings.Contains(string(b), "Server startup complete")
	}
	if !waitFor(20*time.Second, func() bool { return p.ended() || ready() }) || p.ended() {
		tail(t, log)
		t.Fatalf("avahi-daemon did not start")
	}
}
