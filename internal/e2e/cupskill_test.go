package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// lp prints a small document from the machine itself and returns CUPS's number.
func lp(t *testing.T, c *lab.CUPSServer, queue string) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(path, document(queue, 2000), 0o644); err != nil {
		t.Fatal(err)
	}
	var id int
	out := c.Run("lp", "-d", queue, path) // request id is QUEUE-NUMBER (1 file(s))
	if _, err := fmt.Sscanf(out, "request id is "+queue+"-%d", &id); err != nil {
		t.Fatalf("lp: %v: %s", err, out)
	}
	return id
}

// waiting returns how many jobs a queue has that have not ended.
func waiting(c *lab.CUPSServer, queue string) int {
	return strings.Count(c.Run("lpstat", "-o", queue), queue+"-")
}

// What CUPS does by itself when it dies, as docs/duplicates.md tells. No Platen is
// in it: no connector can prevent it.
func TestWhatCUPSRepeats(t *testing.T) {
	t.Run("jobs on disk", func(t *testing.T) {
		t.Parallel()
		c := lab.CUPS(t, lab.CUPSOptions{Directives: "DirtyCleanInterval 0"})
		c.AddRaw("slow", "delay=3")
		c.AddRaw("fast", "")
		printing, next, ended := lp(t, c, "slow"), lp(t, c, "slow"), lp(t, c, "fast")
		lab.Until(t, 10*time.Second, "the fast job to end", func() bool { return c.Runs("fast", ended) == 1 && waiting(c, "fast") == 0 })
		lab.Until(t, 10*time.Second, "the job files", func() bool {
			files, _ := filepath.Glob(filepath.Join(c.Dir, "spool", "c*")) // the pattern is right
			return len(files) == 3
		})
		c.Kill()
		c.Start()
		lab.Until(t, 30*time.Second, "the jobs to end", func() bool { return waiting(c, "slow") == 0 })
		for _, f := range []struct {
			what      string
			got, want int
		}{
			{"the one that was printing: the old backend ends, and CUPS prints it again", c.Runs("slow", printing), 2},
			{"the one that waited", c.Runs("slow", next), 1},
			{"the one that had ended", c.Runs("fast", ended), 1},
		} {
			if f.got != f.want {
				t.Errorf("%s was printed %d times, want %d", f.what, f.got, f.want)
			}
		}
	})
	t.Run("jobs not on disk yet", func(t *testing.T) {
		t.Parallel()
		c := lab.CUPS(t, lab.CUPSOptions{}) // DirtyCleanInterval 30, which is the default
		c.AddRaw("slow", "delay=3")
		c.Stop() // so that the queue is on disk
		c.Start()
		printing, next := lp(t, c, "slow"), lp(t, c, "slow")
		begun := func() bool { return strings.Contains(c.Run("lpstat", "-p", "slow"), "now printing") }
		lab.Until(t, 10*time.Second, "the first job to print", begun)
		c.Kill()
		c.Start()
		if n := waiting(c, "slow"); n != 0 {
			t.Errorf("CUPS knows %d jobs", n)
		}
		lab.Until(t, 10*time.Second, "the old backend to end", func() bool { return c.Runs("slow", printing) == 1 })
		if n := c.Runs("slow", next); n != 0 {
			t.Errorf("the job that waited was printed %d times, want 0", n)
		}
		if id := lp(t, c, "slow"); id != printing {
			t.Errorf("the next job has number %d, want %d again", id, printing)
		}
	})
}

// What a queue does when its backend fails after it printed: how often each
// document comes out while nobody looks.
func TestErrorPolicies(t *testing.T) {
	const wait = 22 * time.Second
	for _, tt := range []struct {
		policy      string
		least, most int // prints of the first job
		second      int // of the one behind it, at least
		left        int // jobs that have not ended
	}{
		{"abort-job", 1, 1, 1, 0},
		{"stop-printer", 1, 1, 0, 2},
		{"retry-job", 2, 5, 2, 2},            // after JobRetryInterval, 5 s here
		{"retry-current-job", 10, 1e6, 0, 2}, // at once, for ever
	} {
		t.Run(tt.policy, func(t *testing.T) {
			t.Parallel()
			c := lab.CUPS(t, lab.CUPSOptions{Directives: "JobRetryInterval 5"})
			c.AddRaw("bad", "rc=1&delay=0.2")
			c.Run("lpadmin", "-p", "bad", "-o", "printer-error-policy="+tt.policy)
			first, second := lp(t, c, "bad"), lp(t, c, "bad")
			lab.Eventually(wait, func() bool { return tt.left > 0 && c.Runs("bad", first) > tt.most })
			n, m, left := c.Runs("bad", first), c.Runs("bad", second), waiting(c, "bad")
			t.Logf("after %v: the first came out %d times, the second %d times, %d wait", wait, n, m, left)
			if n < tt.least || n > tt.most || m < tt.second || left != tt.left {
				t.Errorf("the first came out %d times, the second %d times, %d wait", n, m, left)
			}
		})
	}
}

// verdict is how one job of a test ended.
type verdict struct {
	lab.Job
	prints int
}

// verdicts waits until every job has an end, and counts how often each came out,
// whoever repeated it.
func verdicts(t *testing.T, s *lab.Site, jobs []sent, printed func() [][]byte) []verdict {
	t.Helper()
	var all []verdict
	for _, j := range jobs {
		v := verdict{Job: s.Await(j.id, 2*time.Minute, lab.Job.Ended)}
		var broken int
		v.prints, broken = count(printed(), j.doc)
		all = append(all, v)
		switch {
		case broken > 0:
			t.Errorf("%s came out %d times in part", j.title, broken)
		case v.State() == "DONE" && v.prints == 0:
			t.Errorf("%s is DONE and did not come out", j.title)
		case v.State() == "ABORTED" && !v.Unconfirmed():
			t.Errorf("%s was aborted: %s", j.title, v.Message)
		}
		t.Logf("%s: %s %q, came out %d times", j.title, v.State(), v.Message, v.prints)
	}
	return all
}

// once wants that nothing came out twice.
func once(t *testing.T, all []verdict) {
	t.Helper()
	for _, v := range all {
		if v.prints > 1 {
			t.Errorf("%s came out %d times", v.Title, v.prints)
		}
	}
}

// unconfirmed counts.
func unconfirmed(all []verdict) (n int) {
	for _, v := range all {
		if v.Unconfirmed() {
			n++
		}
	}
	return n
}

// cupsd dies while it prints one job and holds two more. Whether it knows them
// afterwards or not, each job has an end, and none is sent to it again.
func TestCupsdKilled(t *testing.T) {
	bin := lab.Build(t)
	for _, tt := range []struct {
		name, directives string
		unsure           int // jobs of which nobody can tell
		repeated         int // times that the one which was printing comes out: see TestWhatCUPSRepeats
	}{
		{"jobs on disk", "DirtyCleanInterval 0", 0, 2},
		{"jobs not on disk yet", "", 3, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cups := lab.CUPS(t, lab.CUPSOptions{Directives: tt.directives})
			cups.AddRaw("slow", "delay=4")
			cups.Stop() // so that the queue is on disk
			cups.Start()
			s := lab.NewSite(t, lab.SiteOptions{Bin: bin, CUPS: []string{cups.Socket}, ConnectConfig: "reconnect_max = \"1s\""})
			s.Start()
			jobs := offer(t, s, s.Printer("slow"), "killed", 3)
			lab.Until(t, 20*time.Second, "cupsd to have all three", func() bool { return waiting(cups, "slow") == 3 })
			if tt.directives != "" {
				lab.Until(t, 10*time.Second, "the job files", func() bool {
					files, _ := filepath.Glob(filepath.Join(cups.Dir, "spool", "c*")) // the pattern is right
					return len(files) == 3
				})
			}
			cups.Kill()
			cups.Start()
			// Jobs that take the numbers of those that are forgotten.
			later := offer(t, s, s.Printer("slow"), "later", 2)
			all := verdicts(t, s, append(jobs, later...), func() [][]byte { return received(t, cups) })
			if n := unconfirmed(all); n != tt.unsure {
				t.Errorf("%d jobs are unconfirmed, want %d", n, tt.unsure)
			}
			once(t, all[1:])
			first := func() bool { n, _ := count(received(t, cups), jobs[0].doc); return n == tt.repeated }
			if !lab.Eventually(15*time.Second, first) {
				n, _ := count(received(t, cups), jobs[0].doc)
				t.Errorf("the job that was printing came out %d times, want %d", n, tt.repeated)
			}
			if n := len(received(t, cups)); n > len(all)+tt.repeated-1 {
				t.Errorf("%d documents came out for %d jobs", n, len(all))
			}
			for _, v := range all[3:] {
				if v.State() != "DONE" {
					t.Errorf("%s, sent after the crash, ended %s", v.Title, v.State())
				}
			}
		})
	}
}

// A CUPS that keeps no history forgets each job when it ends.
func TestCupsWithoutHistory(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{Directives: "PreserveJobHistory No"})
	cups.AddRaw("raw", "delay=0.3")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}})
	s.Start()
	jobs := offer(t, s, s.Printer("raw"), "forgotten", 6)
	all := verdicts(t, s, jobs, func() [][]byte { return received(t, cups) })
	for _, v := range all {
		if v.prints != 1 {
			t.Errorf("%s came out %d times", v.Title, v.prints)
		}
	}
	t.Logf("%d of %d are unconfirmed", unconfirmed(all), len(all))
}

// An IPP printer dies in mid-job: its own job, those that wait in it, and those
// that it has not got yet.
func TestIPPEveKilled(t *testing.T) {
	t.Parallel()
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), ConnectConfig: "reconnect_max = \"1s\""})
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")
	printer := s.Printer("direct")
	eve.SetDelay("3")
	jobs := offer(t, s, printer, "eve", 3)
	s.Await(jobs[0].id, time.Minute, func(j lab.Job) bool { return j.State() == "IN_PROGRESS" })
	lab.Until(t, 20*time.Second, "the printer has the first document", func() bool {
		files, _ := filepath.Glob(filepath.Join(eve.Dir, "spool", "*")) // the pattern is right
		return len(files) > 0
	})
	eve.Kill()
	eve.SetDelay("0")
	eve.Start()
	all := verdicts(t, s, jobs, eve.Documents)
	once(t, all)
	if n := unconfirmed(all); n < 1 {
		t.Error("no job is unconfirmed, though the printer forgot one in mid-job")
	}
	after := offer(t, s, printer, "after", 1)
	if v := verdicts(t, s, after, eve.Documents)[0]; v.State() != "DONE" {
		t.Errorf("a job after the crash ended %s", v.State())
	}
}

// The connector dies after it handed a job over; the printer prints it and
// forgets it. It may have printed, nobody knows, and it is not sent again.
func TestPrinterForgets(t *testing.T) {
	t.Parallel()
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")
	printer := s.Printer("direct")
	eve.SetDelay("2")
	jobs := offer(t, s, printer, "forgotten", 1)
	lab.Until(t, 20*time.Second, "the journal to say sent", func() bool {
		b, err := os.ReadFile(filepath.Join(s.Dir, "connector", "spool", "journal"))
		return err == nil && strings.Contains(string(b), `"k":"sent"`)
	})
	s.KillConnector()
	lab.Until(t, 20*time.Second, "the printer prints it", func() bool { return len(eve.Documents()) == 1 })
	eve.Kill()
	eve.Start()
	s.StartConnector()
	v := verdicts(t, s, jobs, eve.Documents)[0]
	if !v.Unconfirmed() || v.prints != 1 {
		t.Errorf("it ended %s %q and came out %d times, want unconfirmed and once", v.State(), v.Message, v.prints)
	}
}
