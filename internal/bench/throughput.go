package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/lab"
)

// measureThroughput queues jobs while the connector is away, and measures from
// the first fetch to the last DONE that the cloud recorded.
func measureThroughput(b *bench) {
	for _, t := range []struct {
		queues       int
		target, goal string
	}{{1, ">= 150 /s", "300 /s"}, {50, ">= 300 /s", "600 /s"}} {
		b.Part(func() {
			rate, bare := b.throughput(t.queues)
			what := fmt.Sprintf("jobs through one connector to %d queues", t.queues)
			b.add(what, fmt.Sprintf("%.0f /s", rate), t.target, t.goal)
			b.add(fmt.Sprintf("bare IPP client to %d queues", t.queues), fmt.Sprintf("%.0f /s (ratio %.2f)", bare, rate/bare), "beside", "")
		})
	}
}

func (b *bench) throughput(queues int) (rate, bare float64) {
	n := b.scale(2000)
	list := names(queues)
	s, cups := b.site(list)
	printers := make([]string, 0, queues)
	for _, q := range list {
		printers = append(printers, s.Printer(q))
	}
	s.StopConnector()
	c, doc := b.client(s), document()
	var next atomic.Int64
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				b.submit(c, printers[i%queues], doc)
			}
		})
	}
	g.Wait()
	s.StartConnector()
	jobs := b.drained(c, 5*time.Minute)
	first, last := int64(0), int64(0)
	for _, j := range jobs {
		if at := j.Trace[gcp.HopFetched]; first == 0 || at < first {
			first = at
		}
		last = max(last, j.Trace[gcp.HopRecorded])
	}
	rate = float64(len(jobs)) / (time.Duration(last-first) * time.Microsecond).Seconds()
	s.StopConnector()
	s.StopCloud()
	return rate, b.bareIPP(cups, list, n)
}

// bareWorkers is how many requests the bare client has under way on many queues.
const bareWorkers = 8

// bareIPP sends the same documents with nothing around: one request after the
// other to one queue, eight at a time to many.
func (b *bench) bareIPP(cups *lab.CUPSServer, queues []string, n int) float64 {
	socket := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", cups.Socket)
	}
	hc := &http.Client{Transport: &http.Transport{DialContext: socket, MaxIdleConnsPerHost: bareWorkers}, Timeout: time.Minute}
	defer hc.CloseIdleConnections()
	doc := document()
	workers := min(len(queues), bareWorkers)
	var next atomic.Int64
	var g sync.WaitGroup
	begin := time.Now()
	for range workers {
		g.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				b.bareJob(hc, queues[i%len(queues)], doc)
			}
		})
	}
	g.Wait()
	return float64(n) / time.Since(begin).Seconds()
}

// bareJob does what the connector does at the printer: Create-Job, Send-Document.
func (b *bench) bareJob(hc *http.Client, queue string, doc []byte) {
	uri := "ipp://localhost/printers/" + queue
	create := request(goipp.OpCreateJob, uri)
	answer := b.ipp(hc, queue, create, nil)
	send := request(goipp.OpSendDocument, uri)
	for _, a := range answer.Job {
		if a.Name == "job-id" {
			send.Operation.Add(goipp.MakeAttribute("job-id", goipp.TagInteger, a.Values[0].V))
		}
	}
	send.Operation.Add(goipp.MakeAttribute("requesting-user-name", goipp.TagName, goipp.String("bench")))
	send.Operation.Add(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String("application/pdf")))
	send.Operation.Add(goipp.MakeAttribute("last-document", goipp.TagBoolean, goipp.Boolean(true)))
	b.ipp(hc, queue, send, doc)
}

func request(op goipp.Op, uri string) *goipp.Message {
	m := goipp.NewRequest(goipp.DefaultVersion, op, 1)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(uri)))
	return m
}

func (b *bench) ipp(hc *http.Client, queue string, m *goipp.Message, doc []byte) *goipp.Message {
	head, err := m.EncodeBytes()
	if err != nil {
		b.Fatalf("%v", err)
	}
	body := io.MultiReader(bytes.NewReader(head), bytes.NewReader(doc))
	req, err := http.NewRequest(http.MethodPost, "http://localhost/printers/"+queue, body)
	if err != nil {
		b.Fatalf("%v", err)
	}
	req.ContentLength = int64(len(head) + len(doc))
	req.Header.Set("Content-Type", "application/ipp")
	resp, err := hc.Do(req)
	if err != nil {
		b.Fatalf("bare IPP client: %v", err)
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	answer := new(goipp.Message)
	if err := answer.Decode(resp.Body); err != nil {
		b.Fatalf("bare IPP client: %v", err)
	}
	if goipp.Status(answer.Code) >= 0x0100 {
		b.Fatalf("bare IPP client: %v", goipp.Status(answer.Code))
	}
	return answer
}
