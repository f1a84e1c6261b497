package cups

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/OpenPrinting/goipp"
)

// read takes the answer's bytes from an HTTP response and closes it.
func read(resp *http.Response, limit int64) ([]byte, error) {
	defer drop(resp)
	if resp.StatusCode != http.StatusOK {
		return nil, &refusal{http: resp.StatusCode}
	}
	if resp.ContentLength > limit {
		return nil, fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	var b bytes.Buffer
	if resp.ContentLength > 0 {
		b.Grow(int(resp.ContentLength) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if n > limit {
		return nil, fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return b.Bytes(), nil
}

// understand decodes an answer; a status that is not successful is a *refusal.
func understand(b []byte) (*goipp.Message, error) {
	m, err := Decode(b)
	if err != nil {
		return nil, err
	}
	// RFC 8011, 4.1.6.1: up to 0x00ff is success.
	if m.Code > 0x00ff {
		r := &refusal{status: goipp.Status(m.Code), http: http.StatusOK, text: cut(text(m.Operation, "status-message"), maxName)}
		for _, a := range m.Unsupported {
			r.unsupported = append(r.unsupported, cut(a.Name, maxName))
		}
		return m, r
	}
	return m, nil
}

// drop gives the connection back, if what is left on it is short.
func drop(resp *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 4096)) // else the connection is closed
	_ = resp.Body.Close()                                       // only read from
}

// bare takes the URL out of an error of net/http: it says nothing new.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// closing ends a request's context with its answer.
type closing struct {
	io.ReadCloser
	late   *time.Timer
	cancel context.CancelCauseFunc
}

// Close closes the answer.
func (c *closing) Close() error {
	c.late.Stop()
	defer c.cancel(nil)
	return c.ReadCloser.Close()
}
