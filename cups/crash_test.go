package cups_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// victim is what the child of a crash test shall do.
type victim struct {
	Server string
	Direct string
	Job    printer.Job
	Stop   int // bytes of the document after which it hangs; -1 before the first
}

func (v victim) config() cups.Config {
	return cups.Config{
		Servers: []cups.Server{{Address: v.Server}},
		Direct:  []cups.Direct{{Name: "eve", URI: v.Direct}},
	}
}

// hanging gives stop bytes of a document and then hangs, saying so on stdout.
type hanging struct {
	*bytes.Reader
	stop int
}

func (h *hanging) Read(p []byte) (int, error) {
	if h.stop <= 0 {
		fmt.Println("hang")
		select {}
	}
	p = p[:min(len(p), h.stop)]
	n, err := h.Reader.Read(p)
	h.stop -= n
	return n, err
}

// TestMain lets the test binary be the program that a crash test kills.
func TestMain(m *testing.M) {
	if in := os.Getenv("PLATEN_TEST_VICTIM"); in != "" {
		die(in)
	}
	os.Exit(m.Run())
}

func die(in string) {
	var v victim
	if err := json.Unmarshal([]byte(in), &v); err != nil {
		panic(err)
	}
	s, err := cups.New(v.config())
	if err != nil {
		panic(err)
	}
	l, err := s.Create(context.Background(), v.Job)
	if err != nil {
		panic(err)
	}
	out, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(out))
	if v.Stop < 0 {
		fmt.Println("hang")
		select {}
	}
	doc := make([]byte, v.Job.Size)
	_, err = s.Send(context.Background(), l, v.Job, &hanging{bytes.NewReader(doc), v.Stop})
	panic(err)
}

// killed runs a child that hands a document over and is killed in the middle.
func killed(t *testing.T, v victim) printer.LocalJob {
	t.Helper()
	in, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PLATEN_TEST_VICTIM="+string(in))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var l printer.LocalJob
	if err := json.Unmarshal(first, &l); err != nil {
		t.Fatal(err)
	}
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait() // it was killed
	return l
}

// The promise of docs/decisions/005-ipp.md: what was cut is sent again only
// where certainly nothing was printed, and never called done.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddRaw("raw", "")
	e := lab.IPPEve(t, lab.EveOptions{})
	v := victim{Server: c.Socket, Direct: e.URI}
	s := open(t, v.config())
	for _, test := range []struct {
		name printer.Name
		stop int
		want printer.Fate
	}{
		{"raw", -1, printer.FateResend},
		{"raw", 0, printer.FateResend},
		{"raw", 100_000, printer.FateResend},
		{"raw", 1_999_999, printer.FateResend},
		{"eve", -1, printer.FateResend},
		{"eve", 1_000_000, printer.FateUnknown},
	} {
		t.Run(fmt.Sprintf("%s after %d", test.name, test.stop), func(t *testing.T) {
			j := newJob(test.name, make([]byte, 2_000_000))
			v.Job, v.Stop = j, test.stop
			l := killed(t, v)
			if l.ID == 0 {
				t.Fatal("the child made no job")
			}
			before := len(e.Documents())
			fate, err := s.Settle(t.Context(), l, false)
			if err != nil || fate != test.want {
				t.Fatalf("Settle: %s, %v; want %s", fate, err, test.want)
			}
			if test.want != printer.FateResend {
				return
			}
			if _, ok := c.Output(string(test.name), l.ID); ok || len(e.Documents()) != before {
				t.Fatal("something was printed of a job that is sent again")
			}
			doc := make([]byte, j.Size)
			again := begin(t, s, j, doc)
			wantState(t, finish(t, s, again), gcp.StateOf(gcp.JobDone))
		})
	}
	if n := len(e.Documents()); n > 2 {
		t.Errorf("the direct printer printed %d documents", n)
	}
}

// A confirmed document is followed, whatever else was lost.
func TestKilledAfterTheDocument(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddRaw("raw", "")
	e := lab.IPPEve(t, lab.EveOptions{})
	v := victim{Server: c.Socket, Direct: e.URI}
	first, second := open(t, v.config()), open(t, v.config())
	doc := pdf(10_000)
	for _, name := range []printer.Name{"raw", "eve"} {
		l := begin(t, first, newJob(name, doc), doc)
		if fate, err := second.Settle(t.Context(), l, true); err != nil || fate != printer.FateFollow {
			t.Errorf("%s, sent: %s, %v; want follow", name, fate, err)
		}
		wantState(t, finish(t, second, l), gcp.StateOf(gcp.JobDone))
		want := map[printer.Name]printer.Fate{"raw": printer.FateFollow, "eve": printer.FateUnknown}[name]
		if fate, err := second.Settle(t.Context(), l, false); err != nil || fate != want {
			t.Errorf("%s, not known to be sent: %s, %v; want %s", name, fate, err, want)
		}
	}
}

// The answer to Create-Job was lost: the job that nobody knows must not keep a
// printer busy that takes one at a time.
func TestOrphanIsRemoved(t *testing.T) {
	e := lab.IPPEve(t, lab.EveOptions{})
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "eve", URI: e.URI}}})
	doc := pdf(10_000)
	j := newJob("eve", doc)
	if _, err := s.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	wantState(t, finish(t, s, begin(t, s, j, doc)), gcp.StateOf(gcp.JobDone))
}
