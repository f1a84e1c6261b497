package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"platen/gcp"
	"platen/gcp/client"
)

// judged is what a verdict needs beside the orders and the paper.
type judged struct {
	begin  time.Time
	faults []fault
	gauges *gauges
	quiet  time.Duration
}

// judge compares what the service says of each order with what came out.
func judge(w *world, l *load, j judged) report {
	jobs := w.jobs()
	r := report{
		Seed: w.plan.seed, Queues: w.plan.queues, People: w.plan.people, Rate: w.plan.rate,
		Minutes: time.Since(j.begin).Minutes(), Orders: len(l.orders), Late: l.late.Seconds(), Quiet: j.quiet.Seconds(),
		Faults: j.faults, Unconfirmed: map[string]int{}, Samples: j.gauges.samples,
		Trends: map[string]map[string]trend{}, Broken: len(w.paper.broken), NoDisk: len(w.disks) == 0,
	}
	var times, calm spans
	for _, o := range l.orders {
		r.Tries += o.tries
		prints := w.paper.prints[o.n]
		if o.accepted.IsZero() {
			r.never(o, prints)
			continue
		}
		r.Accepted++
		job, ok := jobs[o.job]
		if !ok {
			r.lost(o, "the service does not know it", prints)
			continue
		}
		r.compare(o, job, prints, j.faults)
		times.add(o, job, prints)
		if !disturbed(o.began, ended(job), j.faults) {
			calm.add(o, job, prints)
		}
	}
	r.Extra = len(jobs) - r.Accepted
	r.All, r.Calm = times.figures(), calm.figures()
	for name, samples := range j.gauges.samples {
		r.Trends[name] = map[string]trend{
			"rss_mb": trendOf(samples, func(s sample) float64 { return s.RSS }),
			"files":  trendOf(samples, func(s sample) float64 { return float64(s.Files) }),
		}
	}
	return r
}

// jobs returns all jobs that the service knows.
func (w *world) jobs() map[gcp.JobID]gcp.Job {
	all := map[gcp.JobID]gcp.Job{}
	for offset := 0; ; {
		ctx, cancel := context.WithTimeout(context.Background(), callTime)
		page, r, err := w.owner.ListJobs(ctx, client.JobQuery{Sort: "CREATE_TIME", Offset: offset, Limit: 500, Extra: []string{gcp.ExtraTrace}})
		cancel()
		if err != nil {
			w.Fatalf("jobs: %v", err)
		}
		for _, j := range page {
			all[j.ID] = j
		}
		offset += len(page)
		if len(page) == 0 || offset >= int(r.JobsTotal) {
			return all
		}
	}
}

func ended(j gcp.Job) time.Time {
	if at := j.Trace[gcp.HopRecorded]; at > 0 {
		return time.UnixMicro(at)
	}
	return time.Now()
}

// never counts an order that the service never said yes to.
func (r *report) never(o *order, prints map[string]print) {
	r.Refused++
	r.note("document %d of %s was never accepted in %d tries: %s", o.n, o.began.Format(time.TimeOnly), o.tries, o.refusal)
	if len(prints) > 0 { // its key would have told
		r.note("document %d was never accepted (%s) and came out %d times", o.n, o.refusal, len(prints))
		r.Wrong++
	}
}

func (r *report) lost(o *order, why string, prints map[string]print) {
	r.Lost++
	r.note("document %d, job %s of %s is lost: %s; it came out %d times", o.n, o.job, o.began.Format(time.TimeOnly), why, len(prints))
}

// compare counts one accepted order.
func (r *report) compare(o *order, j gcp.Job, prints map[string]print, faults []fault) {
	if len(prints) > 1 {
		r.Twice++
		r.note("document %d, job %s was printed as %v", o.n, o.job, keys(prints))
	}
	for local, p := range prints {
		if p.times > 1 {
			r.Repeated++
			r.note("CUPS printed %s (job %s) %d times by itself", local, o.job, p.times)
		}
	}
	state := j.SemanticState.State
	switch {
	case state.Type == gcp.JobDone && len(prints) == 0:
		r.lost(o, "it is DONE", prints)
	case state.Type == gcp.JobDone:
		r.Done++
	case state.Type == gcp.JobAborted && strings.HasPrefix(j.Message, "may have printed"):
		why := explain(o.began, ended(j), faults)
		r.Unconfirmed[why]++
		r.note("document %d, job %s of %s is unconfirmed and came out %d times: %s", o.n, o.job, o.began.Format(time.TimeOnly), len(prints), why)
		if why == unexplained {
			r.Wrong++
		}
	case state.Type == gcp.JobAborted:
		r.Aborted++
		r.Wrong++
		r.note("document %d, job %s of %s was aborted: %q; it came out %d times", o.n, o.job, o.began.Format(time.TimeOnly), j.Message, len(prints))
	default:
		r.Wrong++
		r.lost(o, fmt.Sprintf("it is still %s", state.Type), prints)
	}
}

const unexplained = "no fault explains it"

// explaining are the faults that may leave a job unconfirmed: who knew of it is
// gone.
var explaining = []string{"connector killed", "cupsd killed"}

// explain returns the last fault that may be why a job is unconfirmed.
func explain(from, to time.Time, faults []fault) string {
	for _, f := range slices.Backward(faults) {
		if slices.Contains(explaining, f.Name) && f.Begin.Before(to) && f.End.After(from) {
			return f.Name
		}
	}
	return unexplained
}

// disturbed reports whether anything was broken, or just mended, meanwhile.
func disturbed(from, to time.Time, faults []fault) bool {
	return slices.ContainsFunc(faults, func(f fault) bool {
		return f.Begin.Before(to) && f.End.Add(15*time.Second).After(from)
	})
}

func keys(prints map[string]print) []string {
	list := make([]string, 0, len(prints))
	for k := range prints {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// spans are how long jobs took.
type spans struct{ printer, done []time.Duration }

func (s *spans) add(o *order, j gcp.Job, prints map[string]print) {
	for _, p := range prints {
		s.printer = append(s.printer, p.at.Sub(o.began))
		break
	}
	if j.SemanticState.State.Type == gcp.JobDone {
		s.done = append(s.done, ended(j).Sub(o.began))
	}
}

// figures are percentiles in milliseconds.
type figures struct {
	Jobs       int     `json:"jobs"`
	PrinterP50 float64 `json:"submit_to_printer_p50_ms"`
	PrinterP99 float64 `json:"submit_to_printer_p99_ms"`
	DoneP50    float64 `json:"submit_to_done_p50_ms"`
	DoneP99    float64 `json:"submit_to_done_p99_ms"`
}

func (s *spans) figures() figures {
	slices.Sort(s.printer)
	slices.Sort(s.done)
	return figures{
		Jobs:       len(s.printer),
		PrinterP50: percentile(s.printer, 0.5), PrinterP99: percentile(s.printer, 0.99),
		DoneP50: percentile(s.done, 0.5), DoneP99: percentile(s.done, 0.99),
	}
}

func percentile(sorted []time.Duration, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(p*float64(len(sorted))))].Microseconds()) / 1000
}
