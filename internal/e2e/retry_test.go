package e2e

import (
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"platen/internal/lab"
)

// A client that sends each document until it has an answer, always with the same
// key, makes one job of each, however often the cloud dies: also between the
// commit and the answer.
func TestRetriesAcrossCloudKill(t *testing.T) {
	const jobs, senders = 200, 8
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t, "faults"), CUPS: []string{cups.Socket},
		ConnectConfig: "reconnect_max = \"1s\"",
	})
	s.Start()
	printer := s.Printer("raw")
	s.StopCloud()

	var mu sync.Mutex // guards what follows
	ids := map[string]string{}
	docs := map[string][]byte{}
	tries := 0
	deadline := time.Now().Add(3 * time.Minute)
	send := func(title string) {
		doc := document(title, 4<<10)
		for time.Now().Before(deadline) {
			a, err := s.SubmitAs("key of "+title, printer, title, doc)
			mu.Lock()
			tries++
			docs[title] = doc
			if err == nil && a.Success {
				ids[title] = a.Job.ID
				mu.Unlock()
				return
			}
			mu.Unlock()
			if err == nil {
				t.Errorf("%s: %+v", title, a)
				return
			}
			lab.Eventually(50*time.Millisecond, func() bool { return false })
		}
	}
	var g sync.WaitGroup
	for i := range senders {
		g.Go(func() {
			for n := i; n < jobs; n += senders {
				send(fmt.Sprintf("retried-%d", n))
			}
		})
	}
	// It dies after the commit, before the answer; after the document alone; and
	// at any moment.
	for i, fault := range []string{"cloud.submit.committed:25", "cloud.submit.saved:30", "", "cloud.submit.committed:1", "cloud.submit.committed:40"} {
		s.LaunchCloud("PLATEN_FAULT=" + fault)
		if fault == "" {
			some := func() bool { mu.Lock(); defer mu.Unlock(); return len(ids) > 70 }
			lab.Until(t, time.Minute, "some answers", some)
			s.KillCloud()
			continue
		}
		lab.Until(t, time.Minute, fmt.Sprintf("death %d", i), s.CloudEnded)
	}
	s.StartCloud()
	g.Wait()

	if len(ids) != jobs {
		t.Fatalf("%d documents have a job, want %d", len(ids), jobs)
	}
	for _, id := range ids {
		if j := s.Await(id, time.Minute, lab.Job.Ended); j.State() != "DONE" {
			t.Errorf("%s ended %s %q", j.Title, j.State(), j.Message)
		}
	}
	a, err := s.Call("jobs", url.Values{"printerid": {printer}, "limit": {"500"}})
	if err != nil || len(a.Jobs) != jobs {
		t.Errorf("the cloud has %d jobs (%v), want %d", len(a.Jobs), err, jobs)
	}
	out := received(t, cups)
	for title, doc := range docs {
		if n, broken := count(out, doc); n != 1 || broken != 0 {
			t.Errorf("%s was printed %d times, %d in part", title, n, broken)
		}
	}
	t.Logf("%d jobs from %d tries", len(a.Jobs), tries)
}
