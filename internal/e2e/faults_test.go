package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/internal/lab"
)

// What is allowed of a program while it waits.
const (
	faultSettles = 4 * time.Second // for it to notice
	faultWindow  = 8 * time.Second // in which it waits
	idlePercent  = 1.0             // of one processor
	faultLines   = 6               // of the log, for all that a fault changes: one for each part that it stops
)

// patient is a program that something happens to.
type patient struct {
	name  string
	log   string
	pid   int
	ended func() bool
}

// used is the time that a process has had of the processors (proc_pid_stat(5), fields 14
// and 15, in ticks of 10 ms).
func (p patient) used(t *testing.T) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

var loggedTime = regexp.MustCompile(`^time=\S+ `)

// lines returns the log from a byte on, without the times, and where it ends.
func (p patient) lines(t *testing.T, from int) ([]string, int) {
	t.Helper()
	all, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(all[from:])) {
		list = append(list, loggedTime.ReplaceAllString(strings.TrimSpace(line), ""))
	}
	return list, len(all)
}

// patients are the two programs as they run now.
func patients(t *testing.T, s *lab.Site) (connector, cloud patient) {
	t.Helper()
	newest := func(name string) string {
		logs, err := filepath.Glob(filepath.Join(s.Dir, name+"-[0-9]*.log"))
		if err != nil || len(logs) == 0 {
			t.Fatalf("no log of %s: %v", name, err)
		}
		at := func(path string) int {
			n, _ := strconv.Atoi(strings.TrimSuffix(path[strings.LastIndexByte(path, '-')+1:], ".log")) // the pattern is right
			return n
		}
		last := logs[0]
		for _, l := range logs {
			if at(l) > at(last) {
				last = l
			}
		}
		return last
	}
	connector = patient{name: "the connector", log: newest("platen"), pid: s.ConnectorPID(), ended: s.ConnectorEnded}
	cloud = patient{name: "the cloud", log: newest("platen-cloud"), pid: s.CloudPID(), ended: s.CloudEnded}
	return connector, cloud
}

// fault is something that happens under running programs.
type fault struct {
	name     string
	do, mend func()
	offline  bool // the cloud takes no documents meanwhile
	alone    bool // the cloud is not looked at: the fault is what happens to it
}

// endure has a fault happen, and wants of the programs that they neither end nor spin nor
// flood the log, and that what was sent meanwhile is printed once it is mended.
func endure(t *testing.T, s *lab.Site, f fault) {
	t.Helper()
	connector, cloud := patients(t, s)
	all := []patient{connector}
	if !f.alone {
		all = append(all, cloud)
	}
	printer := s.Printer("raw")
	lab.Until(t, 30*time.Second, "the best way to the notifications", func() bool { return s.Way() == "xmpp" })
	began := make([]int, len(all))
	for i, p := range all {
		_, began[i] = p.lines(t, 0)
	}
	f.do()
	doc := document(f.name, 10<<10)
	job := ""
	if !f.offline {
		job = submit(t, s, printer, f.name, doc)
	}
	time.Sleep(faultSettles) // what happens in this time is what is looked at
	used, told := make([]time.Duration, len(all)), make([]int, len(all))
	for i, p := range all {
		used[i] = p.used(t)
		_, told[i] = p.lines(t, 0)
	}
	since := time.Now()
	time.Sleep(faultWindow)
	for i, p := range all {
		took := time.Since(since)
		percent := 100 * float64(p.used(t)-used[i]) / float64(took)
		lines, _ := p.lines(t, told[i])
		t.Logf("%s: %s used %.2f %% of a processor in %s and said %d lines", f.name, p.name, percent, took.Round(time.Second), len(lines))
		if percent > idlePercent {
			t.Errorf("%s: %s spins: %.2f %%", f.name, p.name, percent)
		}
	}
	f.mend()
	mended := time.Now()
	if f.offline {
		lab.Until(t, 30*time.Second, "the cloud takes documents again", func() bool {
			a, err := s.SubmitAs(f.name, printer, f.name, doc)
			job = a.Job.ID
			return err == nil && a.Success
		})
	}
	if got := s.Await(job, 40*time.Second, lab.Job.Ended); got.State() != "DONE" {
		t.Errorf("%s: the job ended %+v", f.name, got)
	}
	t.Logf("%s: printed %s after it was mended", f.name, time.Since(mended).Round(time.Millisecond))
	for i, p := range all {
		if p.ended() {
			t.Errorf("%s: %s ended", f.name, p.name)
		}
		p.judge(t, f.name, began[i])
	}
}

// judge wants no line twice among those that a fault made a program say.
func (p patient) judge(t *testing.T, fault string, from int) {
	t.Helper()
	lines, _ := p.lines(t, from)
	seen := map[string]int{}
	loud := 0
	for _, line := range lines {
		if !strings.Contains(line, `msg="job ended"`) && !strings.Contains(line, "works again") {
			loud++
		}
		seen[line]++
		if seen[line] == 2 {
			t.Errorf("%s: %s says again: %s", fault, p.name, line)
		}
	}
	if loud > faultLines {
		t.Errorf("%s: %s says %d lines:\n%s", fault, p.name, loud, strings.Join(lines, "\n"))
	}
}

// impatience makes recovery quick, which makes waiting harder: there are more tries.
const impatience = "render = false\nping_interval = \"2s\"\nping_timeout = \"2s\"\nreconnect_max = \"2s\"\nclimb_after = \"2s\"\n"

// TestFaults takes away, one after the other, all that the programs need while they run:
// each kills, freezes or removes it.
func TestFaults(t *testing.T) {
	bin := lab.Build(t)
	t.Run("cupsd", func(t *testing.T) {
		t.Parallel()
		cups := lab.CUPS(t, lab.CUPSOptions{})
		cups.AddRaw("raw", "")
		cups.Stop() // so that the queue is on disk
		cups.Start()
		s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}, CloudConfig: "render = false", ConnectConfig: impatience})
		s.Start()
		endure(t, s, fault{name: "cupsd removed", do: func() {
			cups.Kill()
			_ = os.Remove(cups.Socket) // as a package does that is removed
		}, mend: cups.Start})
		pid := 0
		endure(t, s, fault{name: "cupsd frozen", do: func() {
			pid = cups.PID()
			signal(t, pid, syscall.SIGSTOP)
		}, mend: func() { signal(t, pid, syscall.SIGCONT) }})
		noneTwice(t, cups)
	})
	t.Run("cloud", func(t *testing.T) {
		t.Parallel()
		cups := lab.CUPS(t, lab.CUPSOptions{})
		cups.AddRaw("raw", "")
		s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}, CloudConfig: "render = false", ConnectConfig: impatience})
		s.Start()
		endure(t, s, fault{name: "cloud killed", offline: true, alone: true, do: s.KillCloud, mend: func() { s.StartCloud() }})
		endure(t, s, fault{
			name: "cloud frozen", offline: true, alone: true,
			do: func() { s.SignalCloud(syscall.SIGSTOP) }, mend: func() { s.SignalCloud(syscall.SIGCONT) },
		})
		noneTwice(t, cups)
	})
	t.Run("network", func(t *testing.T) {
		t.Parallel()
		cups := lab.CUPS(t, lab.CUPSOptions{})
		cups.AddRaw("raw", "")
		web, push := lab.NewCable(t), lab.NewCable(t)
		s := lab.NewSite(t, lab.SiteOptions{
			Bin: bin, CUPS: []string{cups.Socket}, CloudConfig: "render = false", ConnectConfig: impatience,
			CloudAddress: "http://" + web.Addr(), PushPort: push.Port(),
		})
		web.Serve(strings.TrimPrefix(s.Base, "http://"))
		push.Serve(net.JoinHostPort("127.0.0.1", itoa(s.Direct)))
		s.Start()
		endure(t, s, fault{name: "network cut", do: func() { web.Cut(); push.Cut() }, mend: func() { web.Heal(); push.Heal() }})
		endure(t, s, fault{name: "network gone", do: func() { web.Unplug(); push.Unplug() }, mend: func() { web.Plug(); push.Plug() }})
		noneTwice(t, cups)
	})
	t.Run("disk", func(t *testing.T) {
		t.Parallel()
		cups := lab.CUPS(t, lab.CUPSOptions{})
		cups.AddRaw("raw", "")
		cups.AddRaw("slow", "delay=6")
		dir := t.TempDir()
		ofCloud, ofConnector := lab.SmallDisk(t, filepath.Join(dir, "cloud"), 384), lab.SmallDisk(t, filepath.Join(dir, "connector"), 64)
		s := lab.NewSite(t, lab.SiteOptions{
			Bin: bin, Dir: dir, CUPS: []string{cups.Socket}, CloudConfig: "render = false", ConnectConfig: impatience + "spare_disk_mib = 1\n",
		})
		s.Start()
		endure(t, s, fault{name: "disk of the connector full", do: ofConnector.Fill, mend: ofConnector.Free})
		underway := submit(t, s, s.Printer("slow"), "under way", document("under way", 10<<10))
		s.Await(underway, 20*time.Second, func(j lab.Job) bool { return j.State() == "IN_PROGRESS" })
		endure(t, s, fault{name: "disk of the cloud full", offline: true, do: ofCloud.Fill, mend: ofCloud.Free})
		if got := s.Await(underway, time.Minute, lab.Job.Ended); got.State() != "DONE" {
			t.Errorf("the job that was under way ended %+v", got)
		}
		noneTwice(t, cups)
	})
}

func signal(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatal(err)
	}
}

// noneTwice wants that no document came out twice.
func noneTwice(t *testing.T, cups *lab.CUPSServer) {
	t.Helper()
	docs := received(t, cups)
	for i, doc := range docs {
		if n, broken := count(docs[i+1:], doc); n+broken > 0 {
			t.Errorf("%s came out again", doc[:64])
		}
	}
}
