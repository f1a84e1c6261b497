package connector

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/impose"
	"platen/printer"
)

const (
	// maxRenders is how often a document is rendered that fails without its own fault.
	maxRenders = 5
	// slowRender is how long rendering takes before people are told of it.
	slowRender = 2 * time.Second
)

// rendered is what a document was made into. It never changes.
type rendered struct {
	work   impose.Work
	from   string // format of the document
	size   int64
	result impose.Result
}

// is reports whether r came of a work on a document.
func (r *rendered) is(w impose.Work, from string) bool {
	return r != nil && r.from == from && reflect.DeepEqual(r.work, w)
}

// open opens what is sent of a job.
func (c *Connector) open(h *handing) (io.ReadSeekCloser, error) {
	if h.made != nil {
		return c.Spool.OpenRendered(h.ID)
	}
	return c.Spool.Open(h.ID)
}

// render makes the document into what the printer takes, unless that was done in
// this life already. What fails without the document's fault is tried again, a few
// times.
func (c *Connector) render(ctx context.Context, h *handing) error {
	from := format(h.rec)
	if !h.made.is(h.work, from) {
		slow := time.AfterFunc(slowRender, func() { h.tell(beingRendered()) })
		defer slow.Stop()
		h.made = nil
		if err := c.renderPatiently(ctx, h, from); err != nil {
			return err
		}
	}
	h.Size = h.made.size
	h.trace[gcp.HopRendered] = time.Now().UnixMicro()
	point("connector.rendered")
	return nil
}

func beingRendered() Status {
	return Status{State: gcp.StateOf(gcp.JobInProgress), Message: "the document is being made ready for the printer"}
}

// renderPatiently renders until it works, it is certain that it does not, or ctx ends.
func (c *Connector) renderPatiently(ctx context.Context, h *handing, from string) error {
	wait := backoff.Backoff{Max: time.Minute}
	what := "render documents for " + string(h.Printer)
	for {
		err := c.renderOnce(ctx, h, from)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || lasting(err) || wait.Failures() >= maxRenders-1 {
			c.failing(ctx, what, nil)
			return c.givenUp(ctx, h, err)
		}
		c.failing(ctx, what, err)
		if err := wait.Wait(ctx); err != nil {
			return err
		}
	}
}

// lasting reports whether trying again does not help.
func lasting(err error) bool {
	e, ok := errors.AsType[*impose.Error](err)
	return ok && !e.Temporary() && !errors.Is(err, errDiskFull)
}

// givenUp logs why a document is given up, and returns it in a sentence for people;
// nil for nil.
func (c *Connector) givenUp(ctx context.Context, h *handing, err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*impose.Error](err)
	if !ok {
		e = &impose.Error{Cause: impose.CauseFailed, Text: "the document could not be made ready for the printer, and trying again did not help", Err: err}
	}
	c.Logger.WarnContext(ctx, "a document cannot be made ready for its printer", slog.String("job", string(h.ID)),
		slog.String("cause", string(e.Cause)), slog.Any("err", e), slog.Any("behind", e.Err))
	return e
}

// renderOnce waits for its turn among all printers, and for room on the disk, and
// renders.
func (c *Connector) renderOnce(ctx context.Context, h *handing, from string) error {
	if c.Renderer == nil {
		return &impose.Error{Cause: impose.CauseUnsupported, Text: "the printer cannot do this by itself, and the connector has no renderer"}
	}
	select {
	case c.renders <- struct{}{}:
		defer func() { <-c.renders }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := c.awaitRoom(ctx, h); err != nil {
		return err
	}
	began := time.Now()
	made := rendered{work: h.work, from: from}
	err := c.whileRoom(ctx, func(ctx context.Context) (err error) {
		made.size, err = c.Spool.Render(h.ID, func(document, out string) (err error) {
			made.result, err = c.Renderer.Render(ctx, document, from, h.work, out)
			return err
		})
		return err
	})
	if err != nil {
		return err
	}
	c.Logger.DebugContext(ctx, "document made ready for the printer", slog.String("job", string(h.ID)),
		slog.String("format", made.result.Format), slog.Int("sides", made.result.Sides), slog.Duration("took", time.Since(began)))
	h.made = &made
	return nil
}

// unmade returns how a job ends whose document cannot be made into what the printer
// takes, or false for other failures.
func unmade(err error) (Status, bool) {
	if e, ok := errors.AsType[*printer.ErrFormat](err); ok {
		return Status{State: gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType), Message: e.Error()}, true
	}
	e, ok := errors.AsType[*impose.Error](err)
	if !ok {
		return Status{}, false
	}
	state := gcp.ByService(gcp.JobAborted, gcp.ServiceConversion)
	switch e.Cause {
	case impose.CauseTooBig:
		state = gcp.ByService(gcp.JobAborted, gcp.ServiceFileTooBig)
	case impose.CauseUnsupported:
		state = gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)
	case impose.CauseEmpty: // the page range names pages that are not there
		state = gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket)
	}
	return Status{State: state, Message: e.Text}, true
}
