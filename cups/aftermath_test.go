package cups_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"platen/cups"
	"platen/internal/lab"
	"platen/printer"
)

// listening is a log that tells when the server cannot be heard.
type listening chan struct{}

func (l listening) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("cannot hear of jobs")) {
		select {
		case l <- struct{}{}:
		default:
		}
	}
	return len(line), nil
}

// noticing is a connection to a server, and tells when that cannot be heard.
func noticing(t *testing.T, address string) (*cups.System, listening) {
	t.Helper()
	deaf := make(listening, 1)
	s, err := cups.New(cups.Config{Servers: []cups.Server{{Address: address}}, Log: slog.New(slog.NewTextHandler(deaf, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, deaf
}

// follow follows a job in the background to its end.
func follow(t *testing.T, s *cups.System, l printer.LocalJob, report func(printer.JobStatus)) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := s.Follow(t.Context(), l, report)
		ended <- err
	}()
	return ended
}

// written waits until cupsd has written its file of a job since a time.
func written(t *testing.T, c *lab.CUPSServer, l printer.LocalJob, since time.Time) {
	t.Helper()
	path := filepath.Join(c.Dir, "spool", fmt.Sprintf("c%05d", l.ID))
	lab.Until(t, time.Minute, "the file of the job", func() bool {
		info, err := os.Stat(path)
		return err == nil && info.ModTime().After(since)
	})
}

// unsure checks that nobody can tell what became of a job.
func unsure(t *testing.T, ended <-chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if !errors.Is(err, printer.ErrNoJob) {
			t.Errorf("the job ended with %v", err)
		}
	case <-time.After(2 * time.Minute):
		t.Error("the job never ended")
	}
}

// A job that ended before anybody heard that its document had come is not sent again,
// also where CUPS has deleted the document: it was printed.
func TestEndedUnheard(t *testing.T) {
	for _, keep := range []string{"Yes", "No"} {
		t.Run("PreserveJobFiles "+keep, func(t *testing.T) {
			c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true, Directives: "PreserveJobFiles " + keep})
			c.AddRaw("raw", "")
			s := open(t, cups.Config{Servers: []cups.Server{{Address: c.Socket}}})
			doc := pdf(10_000)
			l := begin(t, s, newJob("raw", doc), doc)
			finish(t, s, l)
			if _, ok := c.Output("raw", l.ID); !ok {
				t.Fatal("nothing came out")
			}
			if fate, err := s.Settle(t.Context(), l, false); err != nil || fate != printer.FateFollow {
				t.Errorf("Settle: %s, %v; want follow", fate, err)
			}
		})
	}
}

// A job that CUPS holds for ever, because it died before it wrote down that the document
// had come, ends; what a person holds does not.
func TestHeldByACrash(t *testing.T) {
	t.Parallel()
	c := lab.CUPS(t, lab.CUPSOptions{Directives: "DirtyCleanInterval 6"})
	c.AddRaw("raw", "")
	c.Stop() // so that the queue is on disk
	c.Start()
	s, deaf := noticing(t, c.Socket)
	c.Run("cupsdisable", "raw")
	doc := pdf(10_000)
	var jobs []printer.LocalJob
	var ends []<-chan error
	for range 2 {
		began := time.Now().Add(-time.Second)
		j := newJob("raw", doc)
		l, err := s.Create(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		written(t, c, l, began)
		if l, err = s.Send(t.Context(), l, j, bytes.NewReader(doc)); err != nil {
			t.Fatal(err)
		}
		if len(jobs) == 0 {
			began = time.Now()
			c.Run("lp", "-i", fmt.Sprint(l.ID), "-H", "hold")
			written(t, c, l, began)
		}
		seen := make(chan struct{}, 100)
		ends = append(ends, follow(t, s, l, func(printer.JobStatus) { seen <- struct{}{} }))
		<-seen
		jobs = append(jobs, l)
	}
	c.Kill()
	<-deaf
	c.Start()
	person, crash := ends[0], ends[1]
	c.Run("cupsenable", "raw")
	unsure(t, crash)
	select {
	case err := <-person:
		t.Errorf("what a person holds ended: %v", err)
	default:
	}
	c.Run("lp", "-i", fmt.Sprint(jobs[0].ID), "-H", "resume")
	if err := <-person; err != nil {
		t.Errorf("what a person held ended with %v", err)
	}
	if _, ok := c.Output("raw", jobs[1].ID); ok {
		t.Error("a job that ended without a word came out afterwards")
	}
}

// A job that was printed, of which cupsd knew after a crash neither that nor its
// document, is not called failed: neither by who did not see it begin, nor by who saw it print
// until the server went away.
func TestPrintedBeforeACrash(t *testing.T) {
	t.Parallel()
	t.Run("nobody looked", func(t *testing.T) {
		c, s, _, _ := forgetful(t, "")
		c.Run("cupsdisable", "raw")
		began := time.Now()
		doc := pdf(10_000)
		l := begin(t, s, newJob("raw", doc), doc)
		written(t, c, l, began)
		c.Run("cupsenable", "raw")
		deleted(t, c, l)
		c.Kill()
		c.Start()
		c.Run("cupsenable", "raw") // that was not written down either
		unsure(t, follow(t, s, l, func(printer.JobStatus) {}))
	})
	t.Run("seen printing", func(t *testing.T) {
		c, s, cable, deaf := forgetful(t, "delay=6")
		began := time.Now()
		doc := pdf(10_000)
		l := begin(t, s, newJob("raw", doc), doc)
		ended := follow(t, s, l, func(printer.JobStatus) {})
		lab.Until(t, 30*time.Second, "the printer to begin", func() bool { return c.Runs("raw", l.ID) == 1 })
		written(t, c, l, began.Add(time.Second))
		cable.Unplug()
		deleted(t, c, l)
		c.Kill()
		<-deaf
		c.Start()
		cable.Plug()
		unsure(t, ended)
	})
}

// forgetful is a cupsd that keeps no documents and writes down late what happened, with a
// queue, and a connection to it that can be cut.
func forgetful(t *testing.T, device string) (*lab.CUPSServer, *cups.System, *lab.Cable, listening) {
	t.Helper()
	c := lab.CUPS(t, lab.CUPSOptions{Directives: "DirtyCleanInterval 3\nPreserveJobFiles No"})
	c.AddRaw("raw", device)
	c.Stop() // so that the queue is on disk
	c.Start()
	cable := lab.NewCable(t)
	cable.Serve(c.Addr)
	s, deaf := noticing(t, cable.Addr())
	return c, s, cable, deaf
}

// deleted waits until cupsd has deleted the document of a job that it printed.
func deleted(t *testing.T, c *lab.CUPSServer, l printer.LocalJob) {
	t.Helper()
	document := filepath.Join(c.Dir, "spool", fmt.Sprintf("d%05d-001", l.ID))
	lab.Until(t, 30*time.Second, "the document to be deleted", func() bool {
		_, err := os.Stat(document)
		return errors.Is(err, os.ErrNotExist)
	})
	if _, ok := c.Output("raw", l.ID); !ok {
		t.Fatal("nothing came out")
	}
}
