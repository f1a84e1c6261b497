package connector

import (
	"context"
	"errors"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/impose"
)

// errDiskFull ends rendering when the disk must keep what it has left.
var errDiskFull = &impose.Error{
	Cause: impose.CauseTooBig, Text: "the document needs more disk than the connector has to make it ready for the printer",
}

// roomWatch is the time between two looks at the disk while a document is rendered.
const roomWatch = time.Second

// awaitRoom waits until there is room for anything, or ctx ends.
func (c *Connector) awaitRoom(ctx context.Context, h *handing) error {
	full := false
	for ; !c.Spool.Room(0); full = true {
		h.tell(Status{
			State:   gcp.ByService(gcp.JobStopped, gcp.ServiceOther),
			Message: "the connector's disk is full: the document is made ready for the printer when there is room",
		})
		if err := backoff.Sleep(ctx, roomCheck); err != nil {
			return err
		}
	}
	if full {
		h.tell(beingRendered())
	}
	return nil
}

// whileRoom calls f with a context that ends when there is no room on the disk.
func (c *Connector) whileRoom(ctx context.Context, f func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	done := make(chan struct{})
	watch.Go(func() {
		t := time.NewTicker(roomWatch)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				if !c.Spool.Room(0) {
					stop(errDiskFull)
				}
			}
		}
	})
	err := f(ctx)
	close(done)
	watch.Wait()
	stop(nil)
	if err != nil && errors.Is(context.Cause(ctx), errDiskFull) {
		return errDiskFull
	}
	return err
}
