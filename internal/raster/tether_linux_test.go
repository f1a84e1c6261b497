package raster

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"platen/internal/impose"
)

// parent is a program that renders a document, as the connector and the service do.
func parent(in, work string) int {
	r, err := New(Config{WorkDir: work, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = r.Render(context.Background(), in, formatODT, impose.Work{To: impose.PDF}, in+".pdf")
	}
	fmt.Fprintln(os.Stdout, err)
	return 1
}

// tied starts a command as LibreOffice is where namespaces are forbidden.
func tied() int {
	cmd := exec.Command("/bin/sh", "-c", "sleep 617 & sleep 617 & wait")
	tie, err := startTied(cmd)
	if err != nil {
		return 1
	}
	fmt.Fprintln(os.Stdout, cmd.Process.Pid)
	_ = unix.Pause() // until it is killed
	tie.cut()
	return 0
}

// started starts this program as another, and returns what it says.
func started(t *testing.T, args ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may be gone
		_ = cmd.Wait()         // it was killed
	})
	return cmd, bufio.NewScanner(out)
}

// soon waits for something to be so.
func soon(t *testing.T, what string, f func() bool) {
	t.Helper()
	limit := time.After(2 * time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not so: %s", what)
		}
	}
}

// named returns those of some processes that run a program and have not ended.
func named(pids []int, name string) []int {
	var list []int
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err == nil && bytes.Contains(stat, []byte("("+name+")")) && !bytes.Contains(stat, []byte(") Z ")) {
			list = append(list, pid)
		}
	}
	return list
}

// What a command started ends when we are killed, although it is not our child.
func TestTether(t *testing.T) {
	cmd, said := started(t, "tied")
	if !said.Scan() {
		t.Fatal("it did not start")
	}
	var sleeps []int
	soon(t, "both run", func() bool {
		sleeps = named(tree(cmd.Process.Pid), "sleep")
		return len(sleeps) == 2
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	soon(t, "both are gone", func() bool { return len(named(sleeps, "sleep")) == 0 })
}

// LibreOffice is a script, a program that shows a picture, and the one that works.
// None of them outlives who wanted a document from it, nor the child between them,
// and what they leave is removed.
func TestOfficeEndsWithUs(t *testing.T) {
	needOffice(t)
	in := written(t, odt(t, strings.Repeat(`<text:p>The quick brown fox jumps over the lazy dog, again and again.</text:p>`, 200_000)))
	for _, killed := range []string{"parent", "child"} {
		work := t.TempDir()
		cmd, said := started(t, "parent", in, work)
		var offices []int
		var pipes []string
		soon(t, "LibreOffice works", func() bool {
			offices = busy(named(tree(cmd.Process.Pid), "soffice.bin"))
			pipes = pipesOf(work)
			return len(offices) > 0 && len(pipes) > 0
		})
		victim := cmd.Process.Pid
		if killed == "child" {
			victim = tree(victim)[1]
		}
		p, err := os.FindProcess(victim)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Kill(); err != nil {
			t.Fatal(err)
		}
		soon(t, "LibreOffice is gone when the "+killed+" was killed", func() bool { return len(named(offices, "soffice.bin")) == 0 })
		if killed == "child" {
			said.Scan() // its end
		}
		r, err := New(Config{WorkDir: work, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Sweep(); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(work); err != nil || len(left) != 0 {
			t.Errorf("%s killed: left are %v, %v", killed, left, err)
		}
		for _, pipe := range pipes {
			if _, err := os.Lstat(pipe); err == nil {
				t.Errorf("%s killed: %s is left", killed, pipe)
			}
		}
	}
}

// busy returns those of some processes that had the processor for a while: with a new
// profile LibreOffice ends once, soon after its start, and begins again.
func busy(pids []int) []int {
	const ticks = 120 // of which a second has 100, proc(5)
	return slices.DeleteFunc(pids, func(pid int) bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if err != nil || len(fields) < 13 {
			return true
		}
		user, err := strconv.Atoi(string(fields[11]))
		return err != nil || user < ticks
	})
}

// pipesOf are the sockets of the LibreOffices below a folder.
func pipesOf(work string) []string {
	var list []string
	folders, _ := filepath.Glob(filepath.Join(work, "*", officePrefix+"*")) // the pattern is right
	for _, dir := range folders {
		pipe := filepath.Join("/tmp", pipeName(os.Getuid(), profileURL(dir)))
		if _, err := os.Lstat(pipe); err == nil {
			list = append(list, pipe)
		}
	}
	return list
}

// The name was seen with LibreOffice 7.4, run by root.
func TestPipeName(t *testing.T) {
	const want = "OSL_PIPE_0_SingleOfficeIPC_1eaf66d3f7d1313960c328e6f28a6628"
	if got := pipeName(0, "file:///tmp/wp-office/prof"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Children work where there is room, and leave nothing there.
func TestWorkDir(t *testing.T) {
	work := filepath.Join(t.TempDir(), "work")
	out, err := with(t, Config{Args: []string{"look"}, WorkDir: work})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read from
	text, err := io.ReadAll(f)
	if err != nil || !bytes.Contains(text, []byte(`"TMPDIR=`+work+"/")) {
		t.Errorf("it was told %s, %v", text, err)
	}
	if left, err := os.ReadDir(work); err != nil || len(left) != 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// What was left by a life that was killed goes; what is in use stays, and what is not
// ours.
func TestSweep(t *testing.T) {
	work := t.TempDir()
	office := filepath.Join(work, workPrefix+"1", officePrefix+"2")
	other := filepath.Join(work, "theirs")
	for _, dir := range []string{filepath.Join(office, "profile"), other} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	pipe := filepath.Join("/tmp", pipeName(os.Getuid(), profileURL(office)))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: pipe, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{WorkDir: work, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.makeWork(); err != nil {
		t.Fatal(err)
	}
	if err := r.Sweep(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(pipe); err == nil {
		t.Error("the socket is left")
	}
	left, err := os.ReadDir(work)
	if err != nil || len(left) != 2 || !strings.HasPrefix(left[0].Name(), r.works()) || left[1].Name() != "theirs" {
		t.Errorf("left are %v, %v", left, err)
	}
}
