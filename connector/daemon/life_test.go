package daemon

import (
	"os"
	"path/filepath"
	"testing"

	"platen/connector"
)

// kernel is a machine with one cgroup of version 2, as cgroups(7) and proc(5)
// describe it.
func kernel(t *testing.T) (machine, func(path, text string)) {
	t.Helper()
	dir := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("proc/sys/kernel/random/boot_id", "11111111-0000-0000-0000-000000000000\n")
	write("proc/self/cgroup", "4:memory:/old\n0::/system.slice/platen.service\n")
	write("cgroup/system.slice/platen.service/memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 0\noom_group_kill 0\n")
	return machine{proc: filepath.Join(dir, "proc"), cgroups: filepath.Join(dir, "cgroup")}, write
}

func TestHowTheProcessBeforeEnded(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before bool // there was a process
		leave  func(l *life, write func(path, text string)) error
		want   connector.Death
	}{
		{"none", false, nil, connector.DeathNone},
		{"stopped", true, func(l *life, _ func(string, string)) error { return l.end() }, connector.DeathNone},
		{"killed", true, nil, connector.DeathKill},
		{"panic", true, func(l *life, _ func(string, string)) error {
			return os.WriteFile(l.crashLog(), []byte("panic: oh no\n"), 0o600)
		}, connector.DeathCrash},
		{"out of memory", true, func(_ *life, write func(string, string)) error {
			write("cgroup/system.slice/platen.service/memory.events", "oom 2\noom_kill 1\n")
			return nil
		}, connector.DeathCrash},
		{"a child for want of memory, and then killed", true, func(l *life, write func(string, string)) error {
			write("cgroup/system.slice/platen.service/memory.events", "oom 2\noom_kill 1\n")
			l.forgive()
			return nil
		}, connector.DeathKill},
		{"another cgroup", true, func(_ *life, write func(string, string)) error {
			write("proc/self/cgroup", "0::/other\n")
			write("cgroup/other/memory.events", "oom_kill 7\n")
			return nil
		}, connector.DeathKill},
		{"power cut", true, func(_ *life, write func(string, string)) error {
			write("proc/sys/kernel/random/boot_id", "22222222-0000-0000-0000-000000000000\n")
			return nil
		}, connector.DeathNone},
		{"damaged record", true, func(l *life, _ func(string, string)) error {
			return os.WriteFile(l.path(), []byte("{"), 0o600)
		}, connector.DeathNone},
		{"no cgroups", true, func(_ *life, write func(string, string)) error {
			write("proc/self/cgroup", "")
			return nil
		}, connector.DeathKill},
	} {
		t.Run(tt.name, func(t *testing.T) {
			on, write := kernel(t)
			dir := t.TempDir()
			if tt.before {
				l, _, err := beginLife(dir, on)
				if err != nil {
					t.Fatal(err)
				}
				if tt.leave != nil {
					err = tt.leave(l, write)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			l, got, err := beginLife(dir, on)
			if err != nil || got != tt.want {
				t.Errorf("death %q, %v; want %q", got, err, tt.want)
			}
			if tt.name == "panic" {
				if b, err := os.ReadFile(l.lastCrash()); err != nil || string(b) != "panic: oh no\n" {
					t.Errorf("kept of the crash: %q, %v", b, err)
				}
			}
			if err := l.end(); err != nil {
				t.Error(err)
			}
			if _, got, _ := beginLife(dir, on); got != connector.DeathNone {
				t.Errorf("after a stop: %q", got)
			}
		})
	}
}
