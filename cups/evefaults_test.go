package cups_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// faulty is an ippeveprinter of which the test says what goes wrong while it prints.
type faulty struct {
	*cups.System
	t    *testing.T
	eve  *lab.Eve
	fifo *os.File
}

func newFaulty(t *testing.T) faulty {
	t.Helper()
	f := faulty{t: t, eve: lab.IPPEve(t, lab.EveOptions{})}
	path := filepath.Join(f.eve.Dir, "says")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	// The command says what it is told until it is to end, with an error or without.
	script := `#!/bin/sh
while read -r line; do
	[ "$line" = end ] && exit 0
	echo "$line" >&2
	case "$line" in ERROR*) exit 1;; esac
done <"` + path + `"
`
	err := os.WriteFile(filepath.Join(f.eve.Dir, "print"), []byte(script), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if f.fifo, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.fifo.Close() })
	f.System = open(t, cups.Config{Direct: []cups.Direct{{Name: "eve", URI: f.eve.URI}}})
	list(t, f.System)
	return f
}

// say has the running command say lines.
func (f faulty) say(lines ...string) {
	f.t.Helper()
	if _, err := f.fifo.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		f.t.Fatal(err)
	}
}

// page asks for one of the printer's web pages, which set what it is told.
func (f faulty) page(path string) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, "http://"+f.eve.Addr+path, http.NoBody)
	if err != nil {
		f.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		f.t.Fatalf("%s: %s", path, answer.Status)
	}
}

// load puts sheets into the trays.
func (f faulty) load(main, photo int) {
	f.t.Helper()
	f.page(fmt.Sprintf("/media?size1=na_letter_8.5x11in&type1=stationery&level1=%d&size2=na_index-4x6_4x6in&type2=photographic&level2=%d", main, photo))
}

// print begins a job and follows it.
func (f faulty) print() followed {
	f.t.Helper()
	doc := pdf(1000)
	j := followed{LocalJob: begin(f.t, f.System, newJob("eve", doc), doc), reports: make(chan printer.JobStatus, 100), end: make(chan printer.JobStatus, 1)}
	go func() {
		st, err := f.Follow(f.t.Context(), j.LocalJob, func(st printer.JobStatus) { j.reports <- st })
		if err != nil && f.t.Context().Err() == nil {
			f.t.Errorf("Follow: %v", err)
		}
		j.end <- st
	}()
	return j
}

// followed is a job, and what is reported of it.
type followed struct {
	printer.LocalJob
	reports chan printer.JobStatus
	end     chan printer.JobStatus
}

// becomes waits for a report of a state, past those of another.
func (j followed) becomes(t *testing.T, want gcp.JobState) printer.JobStatus {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case st := <-j.reports:
			if st.State.Equal(want) {
				return st
			}
		case <-late:
			t.Fatalf("the job does not become %s %s", want.Type, want.Cause())
		}
	}
}

// ends waits for the job's end.
func (j followed) ends(t *testing.T, want gcp.JobState) printer.JobStatus {
	t.Helper()
	select {
	case st := <-j.end:
		wantState(t, st, want)
		return st
	case <-time.After(20 * time.Second):
		t.Fatal("the job does not end")
		return printer.JobStatus{}
	}
}

// shows waits until a look finds the printer like this, see told.
func (f faulty) shows(what, want string) {
	f.t.Helper()
	got := ""
	ok := func() bool {
		got = told(stateNow(f.System, "eve"))
		return got == want
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(5 * time.Second); !ok(); <-tick.C {
		if time.Now().After(end) {
			f.t.Errorf("%s:\n got %s\nwant %s", what, got, want)
			return
		}
	}
}

// told writes a state down: the printer's, what is said of its units (with levels for
// those of which they are not always told), and what is said in words.
func told(p *gcp.PrinterState) string {
	if p == nil {
		return "no printer"
	}
	words := []string{string(p.State)}
	for _, kind := range []struct {
		name  string
		units *gcp.UnitStates
	}{
		{"tray", p.InputTrayState}, {"bin", p.OutputBinState}, {"marker", p.MarkerState}, {"cover", p.CoverState}, {"path", p.MediaPathState},
	} {
		if kind.units == nil {
			continue
		}
		for _, i := range kind.units.Item {
			level := ""
			if kind.name == "tray" && i.LevelPercent != nil {
				level = fmt.Sprintf(" %d%%", *i.LevelPercent)
			}
			if i.VendorMessage != "" || i.State != gcp.UnitOK {
				words = append(words, fmt.Sprintf("%s %s %s%s", kind.name, i.VendorID, i.State, level))
			}
		}
	}
	if p.VendorState != nil {
		for _, i := range p.VendorState.Item {
			words = append(words, string(i.State)+" "+i.Description)
		}
	}
	return strings.Join(words, "; ")
}

const (
	allTrays = "; tray main %[1]s; tray photo %[1]s; tray by-pass-tray %[1]s"
	allInks  = "; marker Black Ink %[1]s; marker Cyan Ink %[1]s; marker Magenta Ink %[1]s; marker Yellow Ink %[1]s"
)

func every(list, state string) string { return fmt.Sprintf(list, state) }

// Each state that ippeveprinter knows, said by its print command. It says -warning of
// all while it prints, whatever the command said.
func TestFaultsOfIPPEve(t *testing.T) {
	f := newFaulty(t)
	job := f.print()
	faults := []struct{ reason, want string }{
		{"other", "PROCESSING; WARNING Something is wrong with the printer"},
		{"cover-open", "PROCESSING; cover cover OPEN; WARNING A cover is open"},
		{"input-tray-missing", "PROCESSING" + every(allTrays, "OFF") + "; WARNING A paper tray is missing"},
		{"marker-supply-empty", "PROCESSING" + every(allInks, "EXHAUSTED") + "; WARNING Out of toner or ink"},
		{"marker-supply-low", "PROCESSING; marker Magenta Ink OK; WARNING Toner or ink is low"}, // 33 %, all others have more
		{"marker-waste-almost-full", "PROCESSING; marker Ink Waste Tank OK; WARNING The waste container is almost full"},
		{"marker-waste-full", "PROCESSING; marker Ink Waste Tank EXHAUSTED; WARNING The waste container is full"},
		{"media-empty", "PROCESSING" + every(allTrays, "EMPTY") + "; WARNING Out of paper"},
		{"media-jam", "PROCESSING; path media-path MEDIA_JAM; WARNING Paper jam"},
		{"media-low", "PROCESSING" + every(allTrays, "OK") + "; WARNING Paper is low"},
		{"media-needed", "PROCESSING" + every(allTrays, "EMPTY") + "; WARNING Paper needed"},
		{"moving-to-paused", "PROCESSING; WARNING About to pause"},
		{"paused", "STOPPED; WARNING Paused"},
		{"spool-area-full", "PROCESSING; ERROR The printer's memory is full"},
		{"toner-empty", "PROCESSING" + every(allInks, "EXHAUSTED") + "; WARNING Out of toner"},
		{"toner-low", "PROCESSING; marker Magenta Ink OK; WARNING Toner is low"},
	}
	for _, c := range faults {
		f.say("STATE: +" + c.reason + "-error")
		f.shows(c.reason, c.want)
		f.say("STATE: -" + c.reason + "-error")
		f.shows("without "+c.reason, "PROCESSING")
	}
	f.say("STATE: +media-empty-error,cover-open-warning")
	f.shows("two at once", "PROCESSING"+every(allTrays, "EMPTY")+"; cover cover OPEN; WARNING A cover is open; WARNING Out of paper")
	f.say("STATE: -cover-open", "end")
	job.ends(t, gcp.StateOf(gcp.JobDone))
	f.shows("after the job", "IDLE"+every(allTrays, "EMPTY")+"; INFO Out of paper") // media-empty-report
	// The printer waits with the next job until there is paper, and warns.
	job = f.print()
	f.shows("the next job", "PROCESSING"+every(allTrays, "EMPTY")+"; WARNING Out of paper; WARNING Paper needed")
	f.load(100, 100)
	f.shows("with paper", "PROCESSING")
	f.say("end")
	job.ends(t, gcp.StateOf(gcp.JobDone))
	f.shows("at last", "IDLE")
}

// Only what is an error stops a job; it goes on when the error is gone.
func TestFaultsStopJobsOfIPPEve(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	job := f.print()
	job.becomes(t, gcp.StateOf(gcp.JobInProgress))
	f.say("STATE: +other,cover-open,input-tray-missing,marker-supply-empty,media-empty,media-jam,media-needed,toner-empty")
	begun, enough := time.Now(), time.After(6*time.Second)
	for waiting := true; waiting; {
		select {
		case st := <-job.reports:
			if st.State.Type != gcp.JobInProgress {
				t.Errorf("after %v of warnings the job is %s %s", time.Since(begun), st.State.Type, st.State.Cause())
			}
		case <-enough:
			waiting = false
		}
	}
	begun = time.Now()
	f.say("STATE: -other,cover-open,input-tray-missing,marker-supply-empty,media-empty,media-jam,media-needed,toner-empty")
	f.say("STATE: +spool-area-full")
	st := job.becomes(t, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceOther))
	if after := time.Since(begun); after < 5*time.Second || st.Message != "The printer's memory is full" {
		t.Errorf("stopped after %v: %q", after, st.Message)
	}
	f.say("STATE: -spool-area-full")
	job.becomes(t, gcp.StateOf(gcp.JobInProgress))
	f.shows("afterwards", "PROCESSING")
	f.say("end")
	job.ends(t, gcp.StateOf(gcp.JobDone))
}

// Ends of jobs other than well.
func TestFailuresOfIPPEve(t *testing.T) {
	f := newFaulty(t)
	job := f.print()
	f.say("STATE: +media-jam-error", "ERROR: The cat sat on it.")
	if st := job.ends(t, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)); !strings.Contains(st.Message, "The cat sat on it.") {
		t.Errorf("the job says %q", st.Message)
	}
	f.shows("after the failure", "IDLE; path media-path MEDIA_JAM; INFO Paper jam")

	job = f.print()
	f.say("STATE: -media-jam")
	f.shows("the job to be cancelled", "PROCESSING")
	if err := f.Cancel(t.Context(), job.LocalJob); err != nil {
		t.Fatal(err)
	}
	// The printer works on it until its command ends (processing-to-stop-point).
	eventually(t, "the cancelling to show", func() bool {
		select {
		case st := <-job.reports:
			if st.State.Type != gcp.JobInProgress {
				t.Errorf("while its command runs a cancelled job is %s %s", st.State.Type, st.State.Cause())
			}
			return st.Message == "Job canceling."
		case st := <-job.end:
			t.Fatalf("the job ended as %s %s before its command did", st.State.Type, st.State.Cause())
			return true
		default:
			return false
		}
	})
	f.say("end")
	job.ends(t, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled))
	f.shows("after the cancelling", "IDLE")
}

// What ippeveprinter's pages for trays and supplies are told.
func TestLevelsOfIPPEve(t *testing.T) {
	f := newFaulty(t)
	f.shows("at first", "IDLE")
	f.load(0, 100)
	f.shows("no letter paper", "IDLE; tray main EMPTY; INFO Out of paper")
	f.load(5, 100) // of 250
	f.shows("little letter paper", "IDLE; tray main OK 2%; INFO Paper is low")
	f.load(5, 0)
	f.shows("little and none", "IDLE; tray photo EMPTY; tray main OK 2%; INFO Out of paper; INFO Paper is low")
	f.load(250, 250)
	f.shows("full trays", "IDLE")

	// The waste container's level counts up, that of cyan is below the usual 1 %.
	f.page("/supplies?supply0=99&supply1=2&supply2=0&supply3=80&supply4=100")
	f.shows("little toner", "IDLE; marker Ink Waste Tank OK; marker Black Ink OK; marker Cyan Ink EXHAUSTED;"+
		" INFO The waste container is almost full; INFO Out of toner; INFO Toner is low")
	m := stateNow(f.System, "eve").MarkerState
	for i, want := range []int{99, 2, 0, 80, 100} {
		if got := m.Item[i].LevelPercent; got == nil || *got != want {
			t.Errorf("marker %s: level %v, want %d", m.Item[i].VendorID, got, want)
		}
	}
	f.page("/supplies?supply0=100&supply1=50&supply2=50&supply3=50&supply4=50")
	f.shows("a full waste container", "IDLE; marker Ink Waste Tank EXHAUSTED; INFO The waste container is full")
	f.page("/supplies?supply0=10&supply1=50&supply2=50&supply3=50&supply4=50")
	f.shows("at last", "IDLE")
}
