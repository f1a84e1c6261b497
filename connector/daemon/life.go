package daemon

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"platen/connector"
	"platen/internal/disk"
)

// machine is where a life looks for what the kernel knows.
type machine struct {
	proc, cgroups string
	start         string // where no file of the kernel names it
}

// life tells the next process how this one ended, in life.json and crash.log of
// the state folder. The runtime writes what kills it into crash.log.
type life struct {
	dir string
	on  machine

	mu  sync.Mutex // guards rec
	rec lifeRecord
}

type lifeRecord struct {
	Boot  string `json:"boot"`             // of the machine, changes when it starts
	Clean bool   `json:"clean"`            // the process ended as it was told
	Group string `json:"cgroup,omitempty"` // folder of its cgroup
	OOM   int    `json:"oom_kill"`         // of that cgroup, see the kernel's cgroup-v2, memory.events
}

// beginLife finds out how the process before ended, and begins to note this one.
func beginLife(dir string, on machine) (*life, connector.Death, error) {
	l := &life{dir: dir, on: on, rec: lifeRecord{Boot: on.boot()}}
	l.rec.Group, l.rec.OOM = on.oomKills()
	death, err := l.before()
	if err != nil {
		return nil, death, err
	}
	f, err := os.OpenFile(l.crashLog(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, death, err
	}
	err = debug.SetCrashOutput(f, debug.CrashOptions{}) // keeps a copy of the descriptor
	return l, death, errors.Join(err, f.Close(), l.write())
}

// before returns how the process before ended, and keeps what it left in its log.
func (l *life) before() (connector.Death, error) {
	var old lifeRecord
	b, err := os.ReadFile(l.path())
	if errors.Is(err, fs.ErrNotExist) || err == nil && json.Unmarshal(b, &old) != nil {
		return connector.DeathNone, nil
	}
	if err != nil {
		return connector.DeathNone, err
	}
	crashed := false
	if fi, err := os.Stat(l.crashLog()); err == nil && fi.Size() > 0 {
		crashed = true
		if err := os.Rename(l.crashLog(), l.lastCrash()); err != nil {
			return connector.DeathNone, err
		}
	}
	switch {
	case old.Clean, old.Boot != l.rec.Boot:
		return connector.DeathNone, nil
	case crashed, old.Group != "" && old.Group == l.rec.Group && l.rec.OOM > old.OOM:
		return connector.DeathCrash, nil
	}
	return connector.DeathKill, nil
}

// forgive takes note of kills in our cgroup that were not of this process.
func (l *life) forgive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	group, kills := l.on.oomKills()
	if group == l.rec.Group && kills == l.rec.OOM {
		return
	}
	l.rec.Group, l.rec.OOM = group, kills
	_ = l.write() // else a later kill counts as one with proof: one of two that it takes
}

// end notes that the process ends as it was told.
func (l *life) end() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rec.Clean = true
	return errors.Join(debug.SetCrashOutput(nil, debug.CrashOptions{}), l.write())
}

func (l *life) write() error {
	b, err := json.Marshal(l.rec)
	if err != nil {
		return err
	}
	return disk.Replace(disk.OS{}, l.path(), append(b, '\n'))
}

func (l *life) path() string      { return filepath.Join(l.dir, "life.json") }
func (l *life) crashLog() string  { return filepath.Join(l.dir, "crash.log") }
func (l *life) lastCrash() string { return filepath.Join(l.dir, "crash-last.log") }

// boot returns the id of this start of the machine, "" where there is none. A service
// that sees nothing of /proc but processes is handed it by systemd, see the unit.
func (m machine) boot() string {
	if m.start != "" {
		return m.start
	}
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" {
		if id := strings.TrimSpace(string(m.read(filepath.Join(dir, "boot_id")))); id != "" {
			return id
		}
	}
	return strings.TrimSpace(string(m.read(filepath.Join(m.proc, "sys/kernel/random/boot_id"))))
}

// oomKills returns the folder of this process's cgroup, and how often the kernel
// killed in it for want of memory; "" where that cannot be read.
func (m machine) oomKills() (string, int) {
	for line := range strings.Lines(string(m.read(filepath.Join(m.proc, "self/cgroup")))) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::") // version 2
		if !ok {
			continue
		}
		for _, root := range []string{m.cgroups, filepath.Join(m.cgroups, "unified")} {
			folder := filepath.Join(root, group)
			if n, ok := killsIn(m.read(filepath.Join(folder, "memory.events"))); ok {
				return folder, n
			}
		}
	}
	return "", 0
}

func killsIn(events []byte) (int, bool) {
	for line := range bytes.Lines(events) {
		if v, ok := strings.CutPrefix(string(line), "oom_kill "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			return n, err == nil
		}
	}
	return 0, false
}

// read returns the first bytes of a file of the kernel, none if it cannot be read.
func (m machine) read(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()             // only read
	b, _ := io.ReadAll(io.LimitReader(f, 4<<10)) // what can be read
	return b
}
