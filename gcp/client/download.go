package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"platen/gcp"
)

// Download writes a job's document to w and returns its MIME type. A document
// that is shorter or longer than announced, or of another digest, is an error,
// and then what w got is worthless. The request is repeated while that can help,
// but not once the first byte came. It is also what takes the job: a claim other
// than the one that has it is refused with gcp.CodeClaimed, and a run that is not
// the current one with gcp.CodeStandby.
func (c *Client) Download(ctx context.Context, j gcp.Job, g gcp.Grant, w io.Writer) (contentType string, err error) {
	resp, watch, err := c.openDocument(ctx, j, g) //nolint:bodyclose // closeBody closes it
	if err != nil {
		return "", err
	}
	defer watch.stop()
	defer closeBody(resp.Body)
	if err := copyDocument(w, watch, resp, j); err != nil {
		return "", err
	}
	return cmp.Or(resp.Header.Get("Content-Type"), j.ContentType), nil
}

// openDocument asks for the document until an answer with status 200 begins.
// Each try has a watchdog of its own; that of the last one is returned.
func (c *Client) openDocument(ctx context.Context, j gcp.Job, g gcp.Grant) (*http.Response, *watchdog, error) {
	where, err := c.documentURL(j, g)
	if err != nil {
		return nil, nil, fmt.Errorf("download: %w", err)
	}
	var resp *http.Response
	var watch *watchdog
	err = c.retry(ctx, "download", func(context.Context) error {
		watch = newWatchdog(ctx, c.cfg.Stall)
		var err error
		resp, err = c.requestDocument(watch.ctx, where) //nolint:bodyclose // Download closes it
		e, told := errors.AsType[*gcp.Error](err)
		if told && refusal(e.HTTPStatus) && !c.ours(where) {
			// The service gave an address under another of its names, where no
			// token may go. It answers under the name that we know, too.
			resp, err = c.requestDocument(watch.ctx, c.downloadURL(j.ID, g)) //nolint:bodyclose // as above
		}
		if err != nil {
			watch.stop()
		}
		return err
	})
	return resp, watch, err
}

func (c *Client) requestDocument(ctx context.Context, where *url.URL) (*http.Response, error) {
	resp, err := c.signed(ctx, "download", func() (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, where.String(), http.NoBody)
	})
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		defer closeBody(resp.Body)
		head, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // only for its sentence
		return nil, withClaimCode(statusError("download", resp, head))
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		_ = resp.Body.Close() // nothing was written to it
		return nil, &TransportError{Op: "download", Err: errEncoded}
	}
	return resp, nil
}

// withClaimCode gives the refusals of a claim the codes that they have elsewhere:
// a document's answer has no envelope.
func withClaimCode(err error) error {
	if e, ok := errors.AsType[*gcp.Error](err); ok && e.Code == 0 {
		switch e.HTTPStatus {
		case http.StatusConflict:
			e.Code = gcp.CodeClaimed
		case http.StatusLocked:
			e.Code = gcp.CodeStandby
		}
	}
	return err
}

// documentURL follows the service's address as other clients do, but never from
// TLS to plain HTTP. A claim can only be granted by the service itself.
func (c *Client) documentURL(j gcp.Job, g gcp.Grant) (*url.URL, error) {
	if j.FileURL == "" || g.Claim != "" {
		return c.downloadURL(j.ID, g), nil
	}
	u, err := c.base.Parse(j.FileURL)
	if err != nil {
		return nil, errors.New("the document's address cannot be read")
	}
	if u.Scheme != "https" && u.Scheme != c.base.Scheme {
		return nil, errors.New("the document's address is less safe than the service's")
	}
	return u, nil
}

func (c *Client) downloadURL(j gcp.JobID, g gcp.Grant) *url.URL {
	query := url.Values{"id": {string(j)}}
	set(query, "claim", string(g.Claim))
	set(query, "run", string(g.Run))
	u := *c.base
	u.Path += "/download"
	u.RawQuery = query.Encode()
	return &u
}

// copyDocument copies the body and checks it against all that was announced.
func copyDocument(w io.Writer, watch *watchdog, resp *http.Response, j gcp.Job) error {
	want := int64(j.ContentLength)
	if resp.ContentLength >= 0 && want > 0 && resp.ContentLength != want {
		return lengthError(resp.ContentLength, want)
	}
	if want <= 0 {
		want = resp.ContentLength
	}
	body := io.Reader(resp.Body)
	if want >= 0 {
		body = io.LimitReader(resp.Body, want+1)
	}
	sum := newDigests(j, resp.Header)
	sink := &failingWriter{w: io.MultiWriter(w, sum, watch)}
	n, err := io.Copy(sink, body)
	switch {
	case sink.err != nil:
		return fmt.Errorf("download: writing the document: %w", sink.err) // not the service's fault
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &TransportError{Op: "download", Err: ErrShort}
	case err != nil:
		return transportError(watch.ctx, "download", err)
	case want >= 0 && n != want:
		return lengthError(n, want)
	case !sum.match():
		return &TransportError{Op: "download", Err: ErrDigest}
	}
	return nil
}

func lengthError(have, want int64) error {
	if have < want {
		return &TransportError{Op: "download", Err: ErrShort}
	}
	return &TransportError{Op: "download", Err: ErrLong}
}

// failingWriter remembers that writing failed, which io.Copy does not tell apart
// from reading.
type failingWriter struct {
	w   io.Writer
	err error
}

// Write writes p.
func (f *failingWriter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err != nil {
		f.err = err
	}
	return n, err
}
