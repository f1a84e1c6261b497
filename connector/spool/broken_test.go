package spool

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// After a write that failed nothing is known about the file: the next flush
// writes a new one, and nothing that was acknowledged is lost.
func TestFailedWrite(t *testing.T) {
	path := t.TempDir()
	d, err := Open(path, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Claim("lp", []connector.Offer{{Job: gcp.Job{ID: "a"}}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.journal.Close(); err != nil { // the disk fails
		t.Fatal(err)
	}
	if _, err := d.Claim("lp", []connector.Offer{{Job: gcp.Job{ID: "b"}}}, nil); err == nil {
		t.Fatal("a claim on a failed disk was acknowledged")
	}
	c, err := d.Claim("lp", []connector.Offer{{Job: gcp.Job{ID: "b"}}}, nil)
	if err != nil || c[0].Outcome != connector.ClaimFresh {
		t.Fatalf("the claim again: %v, %v", c, err)
	}
	if d, err = Open(path, Options{Reserve: -1}); err != nil {
		t.Fatal(err)
	}
	if n := len(d.Unfinished()); n != 2 {
		t.Errorf("%d jobs, want 2", n)
	}
}

// wipe damages the lines of the journal that hold both words, as a bad sector does.
func wipe(t *testing.T, path string, kinds ...string) {
	t.Helper()
	file := filepath.Join(path, "journal")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wiped := 0
	for _, line := range bytes.SplitAfter(b, []byte("\n")) {
		for _, kind := range kinds {
			if bytes.Contains(line, []byte(`"`+kind+`"`)) && bytes.Contains(line, []byte(`"j1"`)) {
				clear(line[:len(line)-1])
				wiped++
			}
		}
	}
	if wiped != len(kinds) {
		t.Fatalf("%d lines, want %d", wiped, len(kinds))
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whatever lines are lost of a job that the printer has, it is not printed again.
func TestDamagedJournalPrintsNothingAgain(t *testing.T) {
	for _, lost := range [][]string{
		{"created", "sending", "sent"},
		{"sending", "sent"},
		{"saved", "created", "sending", "sent"},
		{"claimed"},
		{"claimed", "saved", "created", "sending"},
	} {
		path := t.TempDir()
		d, err := Open(path, Options{Reserve: -1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Claim("p", []connector.Offer{{Job: gcp.Job{ID: "j1"}}}, nil); err != nil {
			t.Fatal(err)
		}
		doc, err := d.Save("j1", func(w io.Writer) (string, error) {
			_, err := io.WriteString(w, "%PDF-x")
			return "application/pdf", err
		})
		if err != nil {
			t.Fatal(err)
		}
		local := &printer.LocalJob{ID: 7, UUID: "urn:uuid:7", Printer: "p", Cloud: "j1"}
		for _, e := range []connector.Event{
			{Kind: connector.EventSaved, ID: "j1", Document: &doc},
			{Kind: connector.EventCreated, ID: "j1", Local: local},
			{Kind: connector.EventSending, ID: "j1"},
			{Kind: connector.EventSent, ID: "j1", Local: local},
		} {
			e.At = time.Now().UnixMicro()
			if err := d.Write(e); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.Claim("p", []connector.Offer{{Job: gcp.Job{ID: "j2"}}}, nil); err != nil { // behind the damage
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		wipe(t, path, lost...)
		if d, err = Open(path, Options{Reserve: -1}); err != nil {
			t.Fatal(err)
		}
		claims, err := d.Claim("p", []connector.Offer{{Job: gcp.Job{ID: "j1"}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range d.Unfinished() {
			switch {
			case r.Job.ID == "j2" && r.Stage != connector.EventClaimed:
				t.Errorf("without %v: what was claimed behind the damage is %s", lost, r.Stage)
			case r.Job.ID == "j1" && r.Stage != connector.EventSending && r.Stage != connector.EventSent:
				t.Errorf("without %v: the job is %s", lost, r.Stage)
			}
		}
		if o := claims[0].Outcome; o == connector.ClaimFresh {
			t.Errorf("without %v: the job can be claimed again", lost)
		}
	}
}

// The end of a job whose claim is lost is remembered as it was, also in a journal
// that was written anew at a start.
func TestOrphansEndAsTheJournalSays(t *testing.T) {
	done := connector.Status{State: gcp.StateOf(gcp.JobDone)}
	for _, ended := range []bool{false, true} {
		for _, again := range []bool{false, true} {
			path := t.TempDir()
			d, err := Open(path, Options{Reserve: -1})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Claim("p", []connector.Offer{{Job: gcp.Job{ID: "j1"}}}, nil); err != nil {
				t.Fatal(err)
			}
			local := &printer.LocalJob{ID: 7, Printer: "p", Cloud: "j1"}
			events := []connector.Event{
				{Kind: connector.EventCreated, ID: "j1", Local: local},
				{Kind: connector.EventSending, ID: "j1"},
				{Kind: connector.EventSent, ID: "j1", Local: local},
			}
			if ended {
				events = append(events, connector.Event{Kind: connector.EventEnded, ID: "j1", Status: &done})
			}
			for _, e := range events {
				e.At = time.Now().UnixMicro()
				if err := d.Write(e); err != nil {
					t.Fatal(err)
				}
			}
			reopen := func() {
				t.Helper()
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				if d, err = Open(path, Options{Reserve: -1}); err != nil {
					t.Fatal(err)
				}
			}
			if again {
				reopen()
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			wipe(t, path, "claimed")
			if d, err = Open(path, Options{Reserve: -1}); err != nil {
				t.Fatal(err)
			}
			claims, err := d.Claim("p", []connector.Offer{{Job: gcp.Job{ID: "j1"}}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			c := claims[0]
			if c.Outcome != connector.ClaimEnded || c.Record.End.Unconfirmed == ended {
				t.Errorf("ended %v, written anew %v: %s, %+v", ended, again, c.Outcome, c.Record.End)
			}
		}
	}
}
