// Package stall ends uploads that do not move: they may take as long as they
// like, but not stand still.
package stall

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// body is a request's body with a deadline for each part of it.
type body struct {
	io.ReadCloser
	w     http.ResponseWriter
	limit time.Duration
	set   time.Time // when the deadline was last moved on
}

// Body returns the body of the request that w answers. Reading it fails when
// nothing comes for limit. The deadline that it leaves behind is the caller's to
// lift.
func Body(w http.ResponseWriter, r io.ReadCloser, limit time.Duration) io.ReadCloser {
	return &body{ReadCloser: r, w: w, limit: limit}
}

// Deadlines sets until when the rest of a request may come, and its answer be sent; the zero
// time is for ever. Where a connection knows no deadlines there are none.
func Deadlines(w http.ResponseWriter, read, write time.Time) error {
	control := http.NewResponseController(w)
	err := errors.Join(control.SetReadDeadline(read), control.SetWriteDeadline(write))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// Read reads from the body. The deadlines are set anew now and then, not for each
// read. The server's own for the answer has run since the request began: it is
// moved on too, so that a refusal in the middle of a body is heard.
func (b *body) Read(p []byte) (int, error) {
	if now := time.Now(); now.Sub(b.set) > b.limit/10 {
		b.set = now
		if err := Deadlines(b.w, now.Add(b.limit), now.Add(2*b.limit)); err != nil {
			return 0, err
		}
	}
	return b.ReadCloser.Read(p)
}
