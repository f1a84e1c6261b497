package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

// host speaks to the service control manager, which has started this process.
func host(ctx context.Context, name string, run func(context.Context, io.Writer) error) error {
	events, err := eventlog.Open(name)
	if err != nil {
		return fmt.Errorf("open the event log: %w", err)
	}
	defer func() { _ = events.Close() }() // nobody is left to hear of it
	log := &eventWriter{to: events}
	return svc.Run(name, &handler{ctx: ctx, run: func(ctx context.Context) error { return run(ctx, log) }, log: log})
}

// handler is what the service control manager talks to. The library's own would go on
// without the service when that ends by itself.
type handler struct {
	ctx context.Context //nolint:containedctx // Execute has none
	run func(context.Context) error
	log *eventWriter
}

// stopTime is how long a service may take to end once it is told to. Units say the same.
const stopTime = 30 * time.Second

// failed is the exit code of a service that ended by itself; it is then started again.
const failed = 1

// Execute implements svc.Handler.
func (h *handler) Execute(_ []string, asked <-chan svc.ChangeRequest, status chan<- svc.Status) (own bool, code uint32) {
	ctx, stop := context.WithCancel(h.ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- h.run(ctx) }()
	status <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	for {
		select {
		case err := <-ended:
			return h.over(err)
		case r := <-asked:
			switch r.Cmd {
			case svc.Interrogate:
				status <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				status <- svc.Status{State: svc.StopPending, WaitHint: uint32(stopTime / time.Millisecond)}
				stop()
				select {
				case err := <-ended:
					return h.over(err)
				case <-time.After(stopTime):
					return h.over(fmt.Errorf("the service did not end within %v", stopTime))
				}
			}
		}
	}
}

// over says how the service ended.
func (h *handler) over(err error) (own bool, code uint32) {
	if err == nil || errors.Is(err, context.Canceled) {
		return false, 0
	}
	h.log.error(err.Error())
	return true, failed
}
