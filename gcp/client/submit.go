package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
)

// Submission is a document to print.
type Submission struct {
	Printer     gcp.PrinterID
	Title       string
	Ticket      *gcp.CJT // nil means the printer's defaults
	ContentType string   // MIME type
	Tags        []string
	Document    io.Reader
	Size        int64 // bytes; 0 or less means not known

	// Key is the sender's own name for the job, random or from its books. The
	// service of this project makes one job of all submissions with one key.
	Key         string
	ExpireAfter time.Duration // how long the job may wait; 0 for the service's choice
}

// Submit sends a document and returns the new job. The document goes from the
// reader to the network. With a Key, and a document that can be read from its
// start again, it is sent until the service answers, or often enough; else once.
// After an error that is no *gcp.Error the job may exist all the same.
func (c *Client) Submit(ctx context.Context, s Submission) (gcp.Job, error) {
	document, again := s.Document.(io.Seeker)
	var start int64
	if again = again && s.Key != ""; again {
		var err error
		start, err = document.Seek(0, io.SeekCurrent)
		again = err == nil // a pipe, perhaps
	}
	wait := backoff.Backoff{Min: c.cfg.MinWait, Max: maxWait}
	for {
		job, err := c.submitOnce(ctx, s)
		if err == nil || !again || !worthRetrying(err) || wait.Failures() >= c.cfg.Retries || ctx.Err() != nil {
			return job, err
		}
		pause := max(wait.Next(), RetryAfter(err))
		if pause > maxWait {
			return job, err // waiting so long is the caller's decision
		}
		if stopped := backoff.Sleep(ctx, pause); stopped != nil {
			return job, &TransportError{Op: "submit", Err: errors.Join(stopped, err)}
		}
		if _, err := document.Seek(start, io.SeekStart); err != nil {
			return job, fmt.Errorf("submit: reading the document again: %w", err)
		}
	}
}

// submitOnce is Submit without repetition.
func (c *Client) submitOnce(ctx context.Context, s Submission) (gcp.Job, error) {
	watch := newWatchdog(ctx, c.cfg.Stall)
	defer watch.stop()
	body, length, boundary, err := s.body(watch)
	if err != nil {
		return gcp.Job{}, fmt.Errorf("submit: %w", err)
	}
	token, err := c.tokens.token(watch.ctx, "")
	if err != nil {
		return gcp.Job{}, err
	}
	req, err := http.NewRequestWithContext(watch.ctx, http.MethodPost, c.cfg.BaseURL+"/submit", body)
	if err != nil {
		return gcp.Job{}, fmt.Errorf("submit: building the request: %w", err)
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	if s.Key != "" {
		req.Header.Set("Idempotency-Key", s.Key)
	}
	resp, err := c.send(req, token) //nolint:bodyclose // closeBody closes it
	if err != nil {
		return gcp.Job{}, transportError(watch.ctx, "submit", err)
	}
	defer closeBody(resp.Body)
	if refusal(resp.StatusCode) {
		c.tokens.drop(token) // a later call shall not fail for the same reason
	}
	text, err := readAnswer(watch.ctx, "submit", resp)
	if err != nil {
		return gcp.Job{}, err
	}
	a, err := decodeAnswer("submit", text)
	if err != nil {
		return gcp.Job{}, err
	}
	return oneJob("submit", a)
}

// body returns the multipart body around the document, and its length, or -1.
// The document comes last, so that a service knows the rest before it.
func (s Submission) body(watch *watchdog) (body io.Reader, length int64, boundary string, err error) {
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	if err := s.fields(form); err != nil {
		return nil, 0, "", err
	}
	part := textproto.MIMEHeader{}
	part.Set("Content-Disposition", `form-data; name="content"; filename="document"`)
	part.Set("Content-Type", cmp.Or(s.ContentType, "application/octet-stream"))
	if _, err := form.CreatePart(part); err != nil {
		return nil, 0, "", err
	}
	tail := "\r\n--" + form.Boundary() + "--\r\n"
	length = -1
	if s.Size > 0 {
		length = int64(head.Len()) + s.Size + int64(len(tail))
	}
	document := io.TeeReader(s.Document, watch)
	return io.MultiReader(&head, document, strings.NewReader(tail)), length, form.Boundary(), nil
}

func (s Submission) fields(form *multipart.Writer) error {
	ticket, err := ticketText(s.Ticket)
	if err != nil {
		return fmt.Errorf("writing the ticket: %w", err)
	}
	fields := [][2]string{
		{"printerid", string(s.Printer)}, {"title", s.Title}, {"ticket", ticket}, {"contentType", s.ContentType},
	}
	if s.ExpireAfter > 0 {
		fields = append(fields, [2]string{"expire_after", strconv.FormatInt(int64(s.ExpireAfter/time.Second), 10)})
	}
	for _, t := range s.Tags {
		fields = append(fields, [2]string{"tag", t})
	}
	for _, f := range fields {
		if f[1] == "" {
			continue
		}
		if err := form.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	return nil
}
