package cups

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

const (
	socketChunk   = 16 << 10
	socketAnswers = 64 << 20         // bytes that a printer may say; nobody reads them
	socketAcks    = 10 * time.Second // for the last bytes to be acknowledged
)

// send gives the printer a document over a connection of its own, tries once, and
// succeeds if all of it was taken and the printer ended the connection in order.
func (s *socket) send(ctx context.Context, l printer.LocalJob, j printer.Job, doc io.ReadSeeker) error {
	s.note(l, touchedNot)
	select {
	case s.turn <- struct{}{}:
		s.sends.Store(true)
		defer func() { s.sends.Store(false); <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, err := doc.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading the document: %w", err)
	}
	conn, err := s.connect(ctx, s.times.dial)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // what there was to say of it is known by then
	s.note(l, touchedMaybe)
	return s.hand(ctx, conn, doc, j.Size)
}

// hand sends the document, ends our half of the connection, and waits for the
// printer to end its own.
func (s *socket) hand(ctx context.Context, conn *net.TCPConn, doc io.Reader, size int64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })() // ends what waits
	b := &body{doc: doc, size: size, half: size / 2, wait: s.times.stall}
	b.stall = time.AfterFunc(b.wait, func() { cancel(errStalled) })
	defer func() { _ = b.Close() }()

	heard := make(chan error, 1)
	go func() { heard <- listen(conn) }()
	defer func() { _ = conn.SetDeadline(time.Unix(1, 0)) }()

	if _, err := io.CopyBuffer(onlyWriter{conn}, b, make([]byte, socketChunk)); err != nil {
		return s.broke("the connection broke while the document was on its way", cause(ctx, err))
	}
	_ = b.Close()
	if err := conn.CloseWrite(); err != nil {
		return s.broke("the connection broke at the end of the document", cause(ctx, err))
	}
	end := time.AfterFunc(s.times.end, func() { cancel(errNoEnd) })
	defer end.Stop()
	if err := <-heard; err != nil {
		return s.broke("the printer did not end the connection in order", cause(ctx, err))
	}
	if err := s.taken(ctx, conn); err != nil {
		return s.broke("the printer ended the connection before it had the whole document", cause(ctx, err))
	}
	return nil
}

var (
	errNoEnd    = errors.New("it took the document and then kept the connection open")
	errTalks    = errors.New("it says too much")
	errNotTaken = errors.New("not all bytes were acknowledged")
)

// cause returns why ctx ended, or else err.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

// broke is the error after which the printer may have the document.
func (s *socket) broke(text string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &printer.Error{
		Op: "send", Text: text, Err: err, State: gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure),
	}
}

// onlyWriter keeps io.Copy from handing the document to the system as a whole: the
// watch over it wants to see it move.
type onlyWriter struct{ io.Writer }

// listen reads what the printer says, which tells nothing of a job, until it ends
// the connection.
func listen(conn net.Conn) error {
	n, err := io.Copy(io.Discard, io.LimitReader(onlyReader{conn}, socketAnswers))
	if err == nil && n == socketAnswers {
		return errTalks
	}
	return err
}

type onlyReader struct{ io.Reader }

// taken waits until the printer has acknowledged every byte. A printer that closes
// before it has read all answers what comes afterwards with a reset.
func (s *socket) taken(ctx context.Context, conn *net.TCPConn) error {
	for until := time.Now().Add(socketAcks); ; {
		left, err := unacknowledged(conn)
		if err != nil || left == 0 {
			return err
		}
		if time.Now().After(until) {
			return errNotTaken
		}
		if err := backoff.Sleep(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
}
