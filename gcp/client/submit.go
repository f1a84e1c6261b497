package client

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"platen/gcp"
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
}

// Submit sends a document and returns the new job. The document goes from the
// reader to the network, and is sent once: after an error that is no *gcp.Error
// the job may exist all the same.
func (c *Client) Submit(ctx context.Context, s Submission) (gcp.Job, error) {
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
