package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"platen/gcp"
)

// Fetch returns up to limit waiting jobs of a printer, oldest first; none is not
// an error. A service that does not know Platen's extra fields leaves Ticket and
// ContentLength empty. A run that is not the current one is refused with
// gcp.CodeStandby; "" is what old connectors show.
func (c *Client) Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, limit int) ([]gcp.Job, error) {
	form := url.Values{}
	if limit > 0 {
		form.Set("limit", strconv.Itoa(limit))
	}
	return c.fetch(ctx, p, run, form)
}

// Restored returns the jobs of a printer that the service holds because it was
// restored from a backup.
func (c *Client) Restored(ctx context.Context, p gcp.PrinterID, run gcp.RunID) ([]gcp.Job, error) {
	return c.fetch(ctx, p, run, url.Values{"restored": {"true"}})
}

func (c *Client) fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, form url.Values) ([]gcp.Job, error) {
	form.Set("printerid", string(p))
	set(form, "run", string(run))
	setExtra(form, []string{gcp.ExtraTicket, gcp.ExtraDocument})
	a, err := c.call(ctx, "fetch", form)
	if errors.Is(err, &gcp.Error{Code: gcp.CodeNoJob}) {
		return nil, nil
	}
	return a.Jobs, err
}

// Ticket returns a job's ticket.
func (c *Client) Ticket(ctx context.Context, j gcp.JobID) (gcp.CJT, error) {
	var t gcp.CJT
	form := url.Values{"jobid": {string(j)}, "use_cjt": {"true"}}
	err := c.retry(ctx, "ticket", func(ctx context.Context) error {
		body, err := c.post(ctx, "ticket", form)
		if err != nil {
			return err
		}
		t, err = decodeTicket(body)
		return err
	})
	return t, err
}

// decodeTicket reads a bare ticket, which has no member success; a failure has.
func decodeTicket(body []byte) (gcp.CJT, error) {
	var answer struct {
		Success   any           `json:"success"`
		Message   string        `json:"message"`
		ErrorCode gcp.ErrorCode `json:"errorCode"`
		gcp.CJT
	}
	if err := gcp.DecodeLenient(body, &answer); err != nil {
		return gcp.CJT{}, &TransportError{Op: "ticket", Err: fmt.Errorf("%w: %w", errAnswer, err)}
	}
	if s := answer.Success; s != nil && s != true && s != "true" {
		message := cmp.Or(answer.Message, "the service gave no reason")
		return gcp.CJT{}, &gcp.Error{Op: "ticket", Code: answer.ErrorCode, Message: message, HTTPStatus: 200}
	}
	return answer.CJT, nil
}

// Report tells the service a change of a job. Repeating it changes nothing.
func (c *Client) Report(ctx context.Context, r gcp.Report) error {
	form, err := reportForm(r)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	_, err = c.call(ctx, "control", form)
	return err
}

// Control is Report that returns the job as the service then has it; a person's
// program cancels and holds with it.
func (c *Client) Control(ctx context.Context, r gcp.Report) (gcp.Job, error) {
	form, err := reportForm(r)
	if err != nil {
		return gcp.Job{}, fmt.Errorf("control: %w", err)
	}
	a, err := c.call(ctx, "control", form)
	if err != nil {
		return gcp.Job{}, err
	}
	return oneJob("control", a)
}

func reportForm(r gcp.Report) (url.Values, error) {
	form := url.Values{"jobid": {string(r.Job)}}
	diff := struct {
		State        *gcp.JobState `json:"state,omitempty"`
		PagesPrinted *int          `json:"pages_printed,omitempty"`
	}{r.State, r.PagesPrinted}
	if err := setJSON(form, "semantic_state_diff", &diff); err != nil {
		return nil, err
	}
	set(form, "message", r.Message)
	set(form, "claim", string(r.Claim))
	set(form, "run", string(r.Run))
	if r.CancelAcknowledged {
		form.Set("cancel", "acknowledged")
	}
	if r.Unheard {
		form.Set("unheard", "true")
	}
	if len(r.Trace) == 0 {
		return form, nil
	}
	return form, setJSON(form, "trace", &r.Trace)
}

// JobQuery selects jobs. Zero members select all.
type JobQuery struct {
	Printer gcp.PrinterID
	Owner   string // address
	Text    string // substring of title or tags
	Status  []gcp.JobStatus
	Sort    string // such as "CREATE_TIME"; "" means newest first
	Offset  int
	Limit   int
	Extra   []string // names of extra fields
}

// ListJobs returns jobs that the caller may see, and how many match.
func (c *Client) ListJobs(ctx context.Context, q JobQuery) ([]gcp.Job, gcp.Range, error) {
	form := url.Values{}
	set(form, "printerid", string(q.Printer))
	set(form, "owner", q.Owner)
	set(form, "q", q.Text)
	set(form, "sortorder", q.Sort)
	words := make([]string, len(q.Status))
	for i, s := range q.Status {
		words[i] = string(s)
	}
	set(form, "status", strings.Join(words, ","))
	if q.Offset > 0 {
		form.Set("offset", strconv.Itoa(q.Offset))
	}
	if q.Limit > 0 {
		form.Set("limit", strconv.Itoa(q.Limit))
	}
	setExtra(form, q.Extra)
	a, err := c.call(ctx, "jobs", form)
	if err != nil {
		return nil, gcp.Range{}, err
	}
	if a.Range == nil {
		a.Range = &gcp.Range{JobsTotal: gcp.Int64(len(a.Jobs)), JobsCount: len(a.Jobs)}
	}
	return a.Jobs, *a.Range, nil
}

// Jobs returns the jobs in progress of a printer, oldest first, with
// CancelRequested. No other job can have it: a cancelled job that waits has ended.
func (c *Client) Jobs(ctx context.Context, p gcp.PrinterID) ([]gcp.Job, error) {
	const page, most = 500, 20
	q := JobQuery{
		Printer: p, Sort: "CREATE_TIME", Limit: page, Extra: []string{gcp.ExtraDocument},
		Status: []gcp.JobStatus{gcp.StatusInProgress},
	}
	var open []gcp.Job
	for range most {
		jobs, total, err := c.ListJobs(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, j := range jobs {
			if !j.SemanticState.State.Type.Ended() {
				open = append(open, j)
			}
		}
		q.Offset += len(jobs)
		if len(jobs) == 0 || gcp.Int64(q.Offset) >= total.JobsTotal {
			break
		}
	}
	return open, nil
}

// Job returns one job.
func (c *Client) Job(ctx context.Context, j gcp.JobID) (gcp.Job, error) {
	a, err := c.call(ctx, "job", url.Values{"jobid": {string(j)}})
	if err != nil {
		return gcp.Job{}, err
	}
	return oneJob("job", a)
}

// DeleteJob cancels a job that waits, and removes one that ended from listings.
func (c *Client) DeleteJob(ctx context.Context, j gcp.JobID) error {
	_, err := c.call(ctx, "deletejob", url.Values{"jobid": {string(j)}})
	return err
}

func oneJob(op string, a gcp.Answer) (gcp.Job, error) {
	switch {
	case a.Job != nil:
		return *a.Job, nil
	case len(a.Jobs) > 0:
		return a.Jobs[0], nil
	}
	return gcp.Job{}, &TransportError{Op: op, Err: fmt.Errorf("%w: no job", errAnswer)}
}

// ticketText writes a ticket for a form; the zero ticket asks for nothing.
func ticketText(t *gcp.CJT) (string, error) {
	if t == nil {
		return "", nil
	}
	text, err := json.Marshal(t)
	return string(text), err
}
