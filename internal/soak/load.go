package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"platen/gcp"
)

// order is one document that a person wants printed.
type order struct {
	n       int
	person  person
	printer gcp.PrinterID
	began   time.Time // the first try

	accepted time.Time // zero if never
	job      gcp.JobID
	refusal  string // the service's last sentence
	tries    int
}

// load sends documents.
type load struct {
	w      *world
	http   *http.Client
	open   atomic.Int64 // submissions under way
	ctx    context.Context
	giveUp context.CancelFunc
	late   time.Duration // how much later than planned the last one began

	mu     sync.Mutex // guards what follows
	orders []*order
}

// maxOpen bounds the submissions that wait for the service to come back.
const maxOpen = 2000

func newLoad(w *world) *load {
	ctx, cancel := context.WithCancel(context.Background())
	return &load{w: w, ctx: ctx, giveUp: cancel, http: &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
	}}
}

// send begins submissions at the planned rate until a time.
func (l *load) send(end time.Time) {
	rnd := rand.New(rand.NewPCG(l.w.plan.seed, 1))
	every := time.Duration(float64(time.Second) / l.w.plan.rate)
	begin := time.Now()
	for n := 0; ; n++ {
		due := begin.Add(time.Duration(n) * every)
		if due.After(end) {
			return
		}
		time.Sleep(time.Until(due))
		l.late = max(l.late, time.Since(due))
		if l.open.Load() >= maxOpen {
			continue
		}
		o := &order{
			n: n, person: l.w.people[n%len(l.w.people)], began: time.Now(),
			printer: l.w.printers[rnd.IntN(len(l.w.printers))],
		}
		doc := document(l.w.plan.seed, n, 4<<10+rnd.IntN(24<<10))
		l.mu.Lock()
		l.orders = append(l.orders, o)
		l.mu.Unlock()
		l.open.Add(1)
		go func() {
			defer l.open.Add(-1)
			l.submit(o, doc)
		}()
	}
}

// document is a PDF by its first bytes, which names itself at both ends.
func document(seed uint64, n, size int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%%PDF-1.4\n%%SOAK %d %d\n", seed, n)
	for b.Len() < size {
		fmt.Fprintf(&b, "%% line %d of document %d\n", b.Len(), n)
	}
	fmt.Fprintf(&b, "%%END %d %d\n", seed, n)
	return b.Bytes()
}

// submit tries until the service has said yes or no.
func (l *load) submit(o *order, doc []byte) {
	wait := 500 * time.Millisecond
	for l.ctx.Err() == nil {
		o.tries++
		a, err := l.try(o, doc)
		switch {
		case err == nil && a.Success:
			o.job, o.accepted = a.Job.ID, time.Now()
			return
		case err == nil:
			o.refusal = a.Message
		default:
			o.refusal = err.Error()
		}
		select {
		case <-time.After(wait):
		case <-l.ctx.Done():
		}
		wait = min(2*wait, 5*time.Second)
	}
}

// answer is what counts of the answer of /submit.
type answer struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
	Job     struct {
		ID gcp.JobID `json:"id"`
	} `json:"job"`
}

func (l *load) try(o *order, doc []byte) (a answer, err error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range [][2]string{{"printerid", string(o.printer)}, {"title", fmt.Sprintf("soak %d", o.n)}, {"contentType", "application/pdf"}} {
		if err := form.WriteField(f[0], f[1]); err != nil {
			return a, err
		}
	}
	part, err := form.CreateFormFile("content", "document.pdf")
	if err != nil {
		return a, err
	}
	_, _ = part.Write(doc) // to memory
	if err := form.Close(); err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(l.ctx, http.MethodPost, l.w.site.Base+"/cloudprint/submit", &body)
	if err != nil {
		return a, err
	}
	req.Header.Set("Authorization", "Bearer "+o.person.key)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Idempotency-Key", fmt.Sprintf("soak-%d-%d", l.w.plan.seed, o.n))
	resp, err := l.http.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(data, &a)
}
