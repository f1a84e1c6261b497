package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/internal/lab"
)

// machine is one more computer with a connector, beside that of a Site.
type machine struct {
	t      *testing.T
	site   *lab.Site
	bin    string
	dir    string
	config string
	cmd    *exec.Cmd
	done   chan struct{}
}

// newMachine prepares a machine that reaches a cupsd; nothing is paired yet.
func newMachine(t *testing.T, s *lab.Site, bin, name string, cups *lab.CUPSServer) *machine {
	t.Helper()
	m := &machine{t: t, site: s, bin: bin, dir: filepath.Join(s.Dir, name)}
	m.config = filepath.Join(m.dir, "platen.toml")
	if err := os.Mkdir(m.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("state_dir = %q\nsocket = %q\ncups = [%q]\npoll_interval = \"1s\"\ninclude = [\"*\"]\n",
		m.state(), filepath.Join(m.dir, "s"), cups.Socket)
	if err := os.WriteFile(m.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *machine) state() string { return filepath.Join(m.dir, "state") }

// try runs a verb to its end.
func (m *machine) try(args ...string) (string, error) {
	out, err := exec.Command(filepath.Join(m.bin, "platen"), append([]string{"--config", m.config}, args...)...).CombinedOutput()
	return string(out), err
}

// run runs a verb that must succeed.
func (m *machine) run(args ...string) string {
	m.t.Helper()
	out, err := m.try(args...)
	if err != nil {
		m.t.Fatalf("platen %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// pair pairs with the cloud while a person of that address types the code.
func (m *machine) pair(email string, args ...string) (string, error) {
	m.t.Helper()
	cmd := exec.Command(filepath.Join(m.bin, "platen"), append([]string{"--config", m.config, "pair", m.site.Base}, args...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		out.WriteString(lines.Text() + "\n")
		if code, ok := strings.CutPrefix(lines.Text(), "    "); ok {
			approveAs(m.t, m.site.Base, email, code)
		}
	}
	err = cmd.Wait()
	return out.String(), err
}

// start runs the connector to the end of the test, or until stop.
func (m *machine) start() {
	m.t.Helper()
	log, err := os.Create(filepath.Join(m.dir, "run.log"))
	if err != nil {
		m.t.Fatal(err)
	}
	m.cmd = exec.Command(filepath.Join(m.bin, "platen"), "--config", m.config, "run")
	m.cmd.Stdout, m.cmd.Stderr = io.Discard, log
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	_ = log.Close() // the child has its own
	done, cmd := make(chan struct{}), m.cmd
	m.done = done
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(done)
	}()
	m.t.Cleanup(func() {
		m.stop()
		if b, err := os.ReadFile(filepath.Join(m.dir, "run.log")); err == nil && m.t.Failed() {
			m.t.Logf("%s: %s", m.dir, b)
		}
	})
}

func (m *machine) stop() {
	_ = m.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-m.done:
	case <-time.After(15 * time.Second):
		_ = m.cmd.Process.Kill() // it may have ended
		<-m.done
	}
}

// ids returns the cloud's ids of this machine's printers, by name.
func (m *machine) ids() map[string]string {
	m.t.Helper()
	return identities(m.t, m.state())
}

// identities reads the ids from a state folder.
func identities(t *testing.T, state string) map[string]string {
	t.Helper()
	var known struct {
		Printers []struct{ Name, ID string } `json:"printers"`
	}
	b, err := os.ReadFile(filepath.Join(state, "printers.json"))
	if err == nil {
		err = json.Unmarshal(b, &known)
	}
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, p := range known.Printers {
		ids[p.Name] = p.ID
	}
	return ids
}

// awaitRaw waits until the queue raw is registered, and returns its id.
func (m *machine) awaitRaw() string {
	m.t.Helper()
	lab.Until(m.t, 20*time.Second, "raw to be registered", func() bool { return m.ids()["raw"] != "" })
	return m.ids()["raw"]
}
