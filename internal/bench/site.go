package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/lab"
	"platen/internal/secret"
)

// bench documents are PDFs by their first bytes; nothing looks further.
const documentSize = 100 << 10

func document() []byte {
	pad := make([]byte, documentSize/2)
	_, _ = rand.Read(pad) // never fails, see crypto/rand
	return append([]byte("%PDF-1.4\n%"), hex.EncodeToString(pad)...)
}

// build compiles the programs as they are shipped.
func (b *bench) build() string { return lab.Build(b) }

// site starts a cupsd with null queues, a cloud and a paired connector.
func (b *bench) site(queues []string) (*lab.Site, *lab.CUPSServer) {
	cups := lab.CUPS(b, lab.CUPSOptions{})
	for _, q := range queues {
		cups.AddNull(q)
	}
	s := lab.NewSite(b, lab.SiteOptions{Bin: b.bin, CUPS: []string{cups.Socket}})
	s.Start()
	return s, cups
}

func (b *bench) client(s *lab.Site) *client.Client {
	c, err := client.New(client.Config{BaseURL: s.Base + "/cloudprint", ClientID: "bench", AccessToken: secret.New(s.Key)})
	if err != nil {
		b.Fatalf("%v", err)
	}
	return c
}

func (b *bench) submit(c *client.Client, printer string, doc []byte) gcp.JobID {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	j, err := c.Submit(ctx, client.Submission{
		Printer: gcp.PrinterID(printer), Title: "bench", ContentType: "application/pdf",
		Document: bytes.NewReader(doc), Size: int64(len(doc)),
	})
	if err != nil {
		b.Fatalf("submit: %v", err)
	}
	return j.ID
}

// jobs returns all jobs of the site with their traces.
func (b *bench) jobs(c *client.Client) []gcp.Job {
	var all []gcp.Job
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		page, r, err := c.ListJobs(ctx, client.JobQuery{Offset: len(all), Limit: 500, Extra: []string{gcp.ExtraTrace}})
		cancel()
		if err != nil {
			b.Fatalf("jobs: %v", err)
		}
		all = append(all, page...)
		if len(page) == 0 || len(all) >= int(r.JobsTotal) {
			return all
		}
	}
}

// drainPoll is how often drained asks. The times come from the jobs' traces, so
// it need not be often, and each question costs the cloud what it is measured at.
const drainPoll = time.Second

// drained waits until the cloud knows how every job ended, and returns them.
func (b *bench) drained(c *client.Client, limit time.Duration) []gcp.Job {
	open := func() int {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, r, err := c.ListJobs(ctx, client.JobQuery{Status: []gcp.JobStatus{gcp.StatusQueued, gcp.StatusInProgress}, Limit: 1})
		if err != nil {
			b.Fatalf("jobs: %v", err)
		}
		return int(r.JobsTotal)
	}
	tick := time.NewTicker(drainPoll)
	defer tick.Stop()
	for end := time.Now().Add(limit); open() > 0; <-tick.C {
		if time.Now().After(end) {
			b.Fatalf("jobs are left after %v", limit)
		}
	}
	jobs := b.jobs(c)
	for _, j := range jobs {
		if j.SemanticState.State.Type != gcp.JobDone {
			b.Fatalf("job %s ended %s %q", j.ID, j.SemanticState.State.Type, j.Message)
		}
	}
	return jobs
}

// between returns how long a job took from one hop to another.
func (b *bench) between(j gcp.Job, from, to gcp.Hop) time.Duration {
	if j.Trace[from] == 0 || j.Trace[to] == 0 {
		b.Fatalf("job %s: the trace lacks hop %d or %d: %v", j.ID, from, to, j.Trace)
	}
	return time.Duration(j.Trace[to]-j.Trace[from]) * time.Microsecond
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("null%02d", i+1)
	}
	return list
}
