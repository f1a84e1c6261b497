package cups

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"platen/internal/fault"
)

var errStalled = errors.New("the printer has taken nothing for too long")

// body is a request's attributes and then exactly size bytes of the document.
type body struct {
	head  []byte
	doc   io.Reader
	size  int64
	sent  int64 // bytes of the document
	half  int64
	wait  time.Duration // without a read until stall ends the request
	stall *time.Timer
	begun bool
}

// newBody returns a body that ends the request when nothing moves.
func newBody(head []byte, doc *document, cancel context.CancelCauseFunc) *body {
	return &body{
		head: head, doc: doc.r, size: doc.size, half: doc.size / 2, wait: stallTimeout,
		stall: time.AfterFunc(stallTimeout, func() { cancel(errStalled) }),
	}
}

// Read reads on. A document that turns out too short is an error, so that the
// request is cut and never completed with something else.
func (b *body) Read(p []byte) (int, error) {
	b.stall.Reset(b.wait)
	if len(b.head) > 0 {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	if !b.begun {
		b.begun = true
		fault.Point("cups.send-start")
	}
	if b.sent == b.half && b.half > 0 {
		fault.Point("cups.send-half")
	}
	if b.sent == b.size {
		return 0, io.EOF
	}
	// A read ends in the middle, where a crash test may end the program.
	end := b.size
	if b.sent < b.half {
		end = b.half
	}
	if left := end - b.sent; int64(len(p)) > left {
		p = p[:left]
	}
	n, err := b.doc.Read(p)
	b.sent += int64(n)
	if errors.Is(err, io.EOF) && b.sent < b.size {
		return n, fmt.Errorf("reading the document: %w", io.ErrUnexpectedEOF)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// Close stops the watch over the body.
func (b *body) Close() error {
	b.stall.Stop()
	return nil
}
