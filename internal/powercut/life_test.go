package powercut

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/internal/lab"
)

// wrapper starts a program under strace, which goes into the background, so that
// the program has the process id of the wrapper.
const wrapper = `#!/bin/sh
for a; do
	case $a in serve | run) exec strace -D -f --seccomp-bpf -yy -xx -s 4000000 -e trace=CALLS -o "LOGS/$$.trace" "REAL" "$@" ;; esac
done
exec "REAL" "$@"
`

// traced makes a folder of programs whose long runs are recorded in another one.
func traced(t *testing.T) (bin, logs string) {
	t.Helper()
	lab.Need(t, "strace")
	if out, err := exec.Command("strace", "-f", "--seccomp-bpf", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("strace cannot trace here: %v: %s", err, out)
		}
		t.Skipf("strace cannot trace here: %v: %s", err, out)
	}
	bin, logs = t.TempDir(), t.TempDir()
	built := lab.Build(t)
	for _, program := range []string{"platen", "platen-cloud"} {
		script := strings.NewReplacer("CALLS", calls, "LOGS", logs, "REAL", filepath.Join(built, program)).Replace(wrapper)
		if err := os.WriteFile(filepath.Join(bin, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin, logs
}

// life is what a program did from one start to the end of it, and what it left.
type life struct {
	pid   int
	files map[string][]byte
}

// history is all lives of one program.
type history struct {
	root   string // its state folder
	begin  *disk
	lives  []life
	record record
	ends   []int // where in the record each life ends
}

// newHistory begins with the folder as it stands.
func newHistory(t *testing.T, root string) *history {
	t.Helper()
	d, err := newDisk(root)
	if err != nil {
		t.Fatal(err)
	}
	return &history{root: root, begin: d}
}

// ended takes down that a program ended, after its last word is recorded.
func (h *history) ended(t *testing.T, logs string, pid int) {
	t.Helper()
	last := fmt.Sprintf("\n%-5d +++ ", pid) // strace's format
	lab.Until(t, 20*time.Second, "strace ends", func() bool {
		b, err := os.ReadFile(filepath.Join(logs, fmt.Sprintf("%d.trace", pid)))
		return err == nil && bytes.Contains(b[max(0, len(b)-4096):], []byte(last))
	})
	left, err := files(h.root)
	if err != nil {
		t.Fatal(err)
	}
	h.lives = append(h.lives, life{pid, left})
}

// read reads what strace wrote about all lives.
func (h *history) read(t *testing.T, logs string) {
	t.Helper()
	for i, l := range h.lives {
		if err := h.record.read(filepath.Join(logs, fmt.Sprintf("%d.trace", l.pid)), i); err != nil {
			t.Fatal(err)
		}
		h.ends = append(h.ends, len(h.record))
	}
}

// documents of a life: most are small, so that the record stays so.
func document(name string) []byte {
	size := 9 << 10
	if strings.HasSuffix(name, "0") {
		size = 150 << 10
	}
	line := []byte(name + " is one line of many in this document\n")
	return append([]byte("%PDF-1.4\n"), bytes.Repeat(line, size/len(line))...)
}

// lives runs both programs through submissions, prints, failures and ends of
// both kinds, and returns what they did.
func lives(t *testing.T) (cloud, connector *history, logs string, s *lab.Site) {
	t.Helper()
	cups := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	cups.AddRaw("good", "")
	cups.AddRaw("bad", "rc=1")
	cups.Run("lpadmin", "-p", "bad", "-o", "printer-error-policy=abort-job")
	eve := lab.IPPEve(t, lab.EveOptions{})
	bin, logs := traced(t)
	s = lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}, ConnectConfig: "reconnect_max = \"1s\""})
	cloud = newHistory(t, filepath.Join(s.Dir, "cloud"))
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")
	printers := []string{s.Printer("good"), s.Printer("direct"), s.Printer("bad")}
	stop := func(h *history, pid int, end func()) {
		end()
		h.ended(t, logs, pid)
	}
	// The connector's history begins when it is paired and has its printers.
	s.StopConnector()
	connector = newHistory(t, filepath.Join(s.Dir, "connector"))
	s.StartConnector()

	jobs := send(t, s, printers, 0, 15)
	stop(connector, s.ConnectorPID(), s.KillConnector)
	jobs = append(jobs, send(t, s, printers, 15, 6)...)
	s.StartConnector()
	jobs = append(jobs, send(t, s, printers, 21, 6)...)
	stop(cloud, s.CloudPID(), s.KillCloud)
	s.StartCloud()
	jobs = append(jobs, send(t, s, printers, 27, 3)...)
	for _, j := range jobs {
		s.Await(j, time.Minute, lab.Job.Ended)
	}
	stop(connector, s.ConnectorPID(), s.StopConnector)
	stop(cloud, s.CloudPID(), s.StopCloud)
	return cloud, connector, logs, s
}

// send submits jobs to several printers at once.
func send(t *testing.T, s *lab.Site, printers []string, first, n int) []string {
	t.Helper()
	var mu sync.Mutex // guards ids
	var ids []string
	var g sync.WaitGroup
	for i := range printers {
		g.Go(func() {
			for j := first + i; j < first+n; j += len(printers) {
				title := fmt.Sprintf("job-%d", j)
				a, err := s.Submit(printers[i], title, document(title))
				if err != nil || !a.Success {
					t.Errorf("submit %s: %v, %+v", title, err, a)
					continue
				}
				mu.Lock()
				ids = append(ids, a.Job.ID)
				mu.Unlock()
			}
		})
	}
	g.Wait()
	slices.Sort(ids)
	return ids
}
