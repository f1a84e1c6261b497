package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"
	"golang.org/x/sync/errgroup"

	"platen/gcp"
	"platen/internal/lab"
)

// measureFrontDoor prints by IPP: at the cloud printer's front door, and straight at the
// printer behind it, which takes each document at once.
func measureFrontDoor(b *bench) {
	s, cups := b.site(names(1))
	printer, c, doc := s.Printer("null01"), b.client(s), document()
	direct := ippPrinter{b: b, uri: "ipp://" + cups.Addr + "/printers/null01"}
	door := ippPrinter{b: b, uri: "ipp" + strings.TrimPrefix(s.Base, "http") + "/ipp/print/" + printer, key: s.Key}
	n := b.scale(200)
	straight := make([]time.Duration, 0, n)
	for range n {
		begin := time.Now()
		direct.ask(goipp.OpPrintJob, doc)
		straight = append(straight, time.Since(begin))
	}
	began := make([]time.Time, 0, n)
	for range n {
		begin := time.Now()
		door.ask(goipp.OpPrintJob, doc)
		began = append(began, begin)
		door.idle()
	}
	jobs := b.drained(c, time.Minute)
	slices.SortFunc(jobs, func(x, y gcp.Job) int { return int(x.Trace[gcp.HopReceived] - y.Trace[gcp.HopReceived]) })
	if len(jobs) != n {
		b.Fatalf("%d jobs came of %d requests", len(jobs), n)
	}
	through := make([]time.Duration, 0, n)
	for i, j := range jobs {
		through = append(through, time.UnixMicro(j.Trace[gcp.HopPrinted]).Sub(began[i]))
	}
	slices.Sort(straight)
	slices.Sort(through)
	b.add("IPP Print-Job straight to the printer, p50 / p99", ms(percentile(straight, 0.5))+" / "+ms(percentile(straight, 0.99)), "beside", "")
	b.add("IPP Print-Job by the front door to printer accepted, p50", ms(percentile(through, 0.5)), "<= straight + 35 ms", "15 ms")
	b.add("IPP Print-Job by the front door to printer accepted, p99", ms(percentile(through, 0.99)), "<= 150 ms", "60 ms")
	b.add("IPP Get-Printer-Attributes", fmt.Sprintf("%.0f/s", door.rate(b.scale(2000))), ">= 500/s", "2000/s")
}

// ippPrinter is a printer that is asked by IPP.
type ippPrinter struct {
	b   *bench
	uri string
	key string // an API key, as the password; "" for none
}

// ask sends a request, which must succeed.
func (p ippPrinter) ask(op goipp.Op, doc []byte) *goipp.Message {
	m, err := p.try(op, doc)
	if err != nil {
		p.b.Fatalf("%v", err)
	}
	return m
}

func (p ippPrinter) try(op goipp.Op, doc []byte, more ...goipp.Attribute) (*goipp.Message, error) {
	m := goipp.NewRequest(goipp.MakeVersion(2, 0), op, 1)
	for _, a := range append([]goipp.Attribute{
		goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
		goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
		goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(p.uri)),
		goipp.MakeAttribute("requesting-user-name", goipp.TagName, goipp.String("bench")),
	}, more...) {
		m.Operation.Add(a)
	}
	if doc != nil {
		m.Operation.Add(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String("application/pdf")))
	}
	head, err := m.EncodeBytes()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, "http"+strings.TrimPrefix(p.uri, "ipp"), bytes.NewReader(append(head, doc...)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/ipp")
	if p.key != "" {
		req.SetBasicAuth(lab.Owner, p.key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	text, err := io.ReadAll(resp.Body)
	var answer goipp.Message
	if err != nil || resp.StatusCode != http.StatusOK || answer.DecodeBytes(text) != nil || answer.Code >= 0x0100 {
		return nil, fmt.Errorf("%s: HTTP %d, %s, %w", op, resp.StatusCode, goipp.Status(answer.Code), err)
	}
	return &answer, nil
}

// idle waits until the printer has no job left.
func (p ippPrinter) idle() {
	lab.Until(p.b, time.Minute, "the jobs to end", func() bool { return len(p.ask(goipp.OpGetJobs, nil).Job) == 0 })
}

// rate asks for all attributes, by four clients at once, and returns how many answers
// came in a second.
func (p ippPrinter) rate(n int) float64 {
	const clients = 4
	all := goipp.MakeAttribute("requested-attributes", goipp.TagKeyword, goipp.String("all"))
	all.Values.Add(goipp.TagKeyword, goipp.String("media-col-database"))
	begin := time.Now()
	var g errgroup.Group
	for range clients {
		g.Go(func() error {
			for range n / clients {
				if _, err := p.try(goipp.OpGetPrinterAttributes, nil, all); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		p.b.Fatalf("%v", err)
	}
	return float64(n/clients*clients) / time.Since(begin).Seconds()
}
