package e2e

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// connectorFaults are the points at which the connector is killed, in the order
// in which a job meets them (docs/architecture.md, hops 6 to 17).
var connectorFaults = []string{
	"connector.hinted", "connector.fetched", "connector.claimed", "connector.reported-progress",
	"connector.download-half", "connector.spooled", "connector.translated", "connector.created",
	"connector.created-journaled", "connector.sending", "cups.send-start", "cups.send-half", "connector.sent",
	"connector.sent-journaled", "connector.ended", "connector.ended-journaled", "connector.report-sent",
	"connector.reported-journaled", "connector.forgotten",
}

// inHandOver are the points between the first byte of Send-Document and the
// journal's "sent": a direct printer cannot tell afterwards whether it has the
// whole document.
var inHandOver = map[string]bool{
	"cups.send-start": true, "cups.send-half": true, "connector.sent": true,
}

// cloudFaults are the points at which the cloud is killed (hops 1 to 8, 10, 15).
var cloudFaults = []string{
	"cloud.submit.saved", "cloud.submit.committed", "cloud.fetch.answered", "cloud.download.half",
	"cloud.control.before", "cloud.control.committed",
}

// jobSize is more than the buffers between two processes hold, so that half a
// document is half a document.
const jobSize = 1 << 20

// rounds returns how often each point is tried: in make soak more often.
func rounds() int {
	if os.Getenv("PLATEN_SOAK") != "" {
		return 12
	}
	return 3
}

// sent is a job of a crash test.
type sent struct {
	title, id string
	doc       []byte
}

// offer submits a few jobs at once. An answer may be lost with a killed cloud:
// such a job has no id, and may exist or not.
func offer(t *testing.T, s *lab.Site, printer, label string, n int) []sent {
	t.Helper()
	jobs := make([]sent, n)
	for i := range jobs {
		title := fmt.Sprintf("%s-%d", label, i)
		jobs[i] = sent{title: title, doc: document(title, jobSize)}
		a, err := s.Submit(printer, title, jobs[i].doc)
		if err == nil && !a.Success {
			t.Fatalf("submit %s: %+v", title, a)
		}
		jobs[i].id = a.Job.ID
	}
	return jobs
}

func TestConnectorKilledAtEveryHopOnCUPS(t *testing.T) {
	cups := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t, "faults"), CUPS: []string{cups.Socket}})
	s.Start()
	printer := s.Printer("raw")
	s.StopConnector()

	var all []sent
	for _, fault := range connectorFaults {
		for nth := 1; nth <= rounds(); nth++ {
			jobs := killedConnector(t, s, printer, fault, nth)
			for _, j := range jobs {
				got := s.Await(j.id, time.Minute, lab.Job.Ended)
				if got.State() != "DONE" {
					t.Errorf("%s: killed at %s: job ended %s %q, want DONE", j.title, fault, got.State(), got.Message)
				}
			}
			s.StopConnector()
			all = append(all, jobs...)
		}
	}
	docs := received(t, cups)
	for _, j := range all {
		if whole, broken := count(docs, j.doc); whole != 1 || broken != 0 {
			t.Errorf("%s was printed %d times, and %d times in part", j.title, whole, broken)
		}
	}
	if len(docs) != len(all) {
		t.Errorf("%d documents came out for %d jobs", len(docs), len(all))
	}
	t.Logf("%d jobs, the connector was killed %d times", len(all), len(connectorFaults)*rounds())
}

// killedConnector offers jobs to a connector that dies at the nth pass of a
// point, and starts it again.
func killedConnector(t *testing.T, s *lab.Site, printer, fault string, nth int) []sent {
	t.Helper()
	s.LaunchConnector(fmt.Sprintf("PLATEN_FAULT=%s:%d", fault, nth))
	jobs := offerUntil(t, s, printer, pass{fault, nth}, s.ConnectorEnded)
	s.StartConnector()
	return jobs
}

// maxOffers bounds how many jobs a program gets to come to its point.
const maxOffers = 12

// pass is when a program dies.
type pass struct {
	fault string
	nth   int
}

// offerUntil offers nth jobs at once, as several may be in hand at a point, and
// then one after the other until the program is dead.
func offerUntil(t *testing.T, s *lab.Site, printer string, at pass, dead func() bool) []sent {
	t.Helper()
	label := fmt.Sprintf("%s-%d", at.fault, at.nth)
	jobs := offer(t, s, printer, label, at.nth)
	for i := 0; !dead(); i++ {
		last := jobs[len(jobs)-1].id
		settled := func() bool {
			if dead() {
				return true
			}
			j, err := s.Job(last)
			return err == nil && j.Ended()
		}
		if !lab.Eventually(30*time.Second, settled) || i == maxOffers {
			s.Logs()
			t.Fatalf("the program never came to %s", label)
		}
		// The point may lie behind the end of the last job: dying takes a moment.
		if lab.Eventually(200*time.Millisecond, dead) {
			break
		}
		jobs = append(jobs, offer(t, s, printer, fmt.Sprintf("%s+%d", label, i), 1)...)
	}
	return jobs
}

func TestConnectorKilledAtEveryHopOnDirectPrinter(t *testing.T) {
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t, "faults")})
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")
	printer := s.Printer("direct")
	s.StopConnector()

	var all, unsure []sent
	for _, fault := range connectorFaults {
		for nth := 1; nth <= rounds(); nth++ {
			jobs := killedConnector(t, s, printer, fault, nth)
			unconfirmed := 0
			for _, j := range jobs {
				got := s.Await(j.id, time.Minute, lab.Job.Ended)
				switch {
				case got.Unconfirmed():
					unconfirmed++
					unsure = append(unsure, j)
				case got.State() == "DONE":
					all = append(all, j)
				default:
					t.Errorf("%s: killed at %s: job ended %s %q", j.title, fault, got.State(), got.Message)
				}
			}
			// With several jobs in hand another one may have been on its way.
			least, most := 0, min(nth-1, 1)
			if inHandOver[fault] {
				least, most = 1, 1
			}
			if unconfirmed < least || unconfirmed > most {
				t.Errorf("killed at %s: %d jobs are unconfirmed, want %d to %d", fault, unconfirmed, least, most)
			}
			s.StopConnector()
		}
	}
	docs := eve.Documents()
	for _, j := range all {
		if whole, broken := count(docs, j.doc); whole != 1 || broken != 0 {
			t.Errorf("%s is DONE and was printed %d times, and %d times in part", j.title, whole, broken)
		}
	}
	for _, j := range unsure {
		if whole, broken := count(docs, j.doc); whole+broken > 1 {
			t.Errorf("%s is unconfirmed and was printed %d times, and %d times in part", j.title, whole, broken)
		}
	}
	t.Logf("%d jobs DONE, %d unconfirmed", len(all), len(unsure))
}

func TestCloudKilledAtEveryHop(t *testing.T) {
	cups := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	cups.AddRaw("raw", "")
	// The cloud dies so often that the wait between two tries would grow to minutes.
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t, "faults"), CUPS: []string{cups.Socket}, ConnectConfig: "reconnect_max = \"1s\"",
	})
	s.Start()
	printer := s.Printer("raw")
	s.StopCloud()

	var all []sent
	for _, fault := range cloudFaults {
		for nth := 1; nth <= rounds(); nth++ {
			s.StartCloud(fmt.Sprintf("PLATEN_FAULT=%s:%d", fault, nth))
			jobs := offerUntil(t, s, printer, pass{fault, nth}, s.CloudEnded)
			s.StartCloud()
			for i := range jobs {
				if jobs[i].id == "" {
					jobs[i].id = find(t, s, printer, jobs[i].title)
				}
				if jobs[i].id == "" {
					continue
				}
				got := s.Await(jobs[i].id, time.Minute, lab.Job.Ended)
				if got.State() != "DONE" {
					t.Errorf("%s: cloud killed at %s: job ended %s %q, want DONE", jobs[i].title, fault, got.State(), got.Message)
				}
			}
			all = append(all, jobs...)
			s.StopCloud()
		}
	}
	docs := received(t, cups)
	lost := 0
	for _, j := range all {
		want := 1
		if j.id == "" { // never accepted: the sender was not told that it was
			want = 0
			lost++
		}
		if whole, broken := count(docs, j.doc); whole != want || broken != 0 {
			t.Errorf("%s was printed %d times, and %d times in part; want %d", j.title, whole, broken, want)
		}
	}
	t.Logf("%d jobs, %d of them never accepted, the cloud was killed %d times", len(all), lost, len(cloudFaults)*rounds())
}

// find looks for a job by its title; "" if there is none. Two are a failure.
func find(t *testing.T, s *lab.Site, printer, title string) string {
	t.Helper()
	a, err := s.Call("jobs", url.Values{"printerid": {printer}, "q": {title}, "limit": {"100"}})
	if err != nil {
		t.Fatalf("jobs: %v", err)
	}
	var ids []string
	for _, j := range a.Jobs {
		if j.Title == title {
			ids = append(ids, j.ID)
		}
	}
	if len(ids) > 1 {
		t.Errorf("%d jobs are called %s", len(ids), title)
	}
	return strings.Join(ids, " ")
}
