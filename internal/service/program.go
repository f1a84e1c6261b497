package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	kardianos "github.com/kardianos/service"
)

// stopTime is how long a service may take to end once it is told to. Units say the same.
const stopTime = 30 * time.Second

// program is a service in the hands of the library: it begins, and ends when told.
type program struct {
	run  func(context.Context) error
	stop context.CancelFunc
	done chan error // takes what run returned
}

// Start begins the service and returns at once.
func (p *program) Start(kardianos.Service) error {
	ctx, stop := context.WithCancel(context.Background())
	p.stop, p.done = stop, make(chan error, 1)
	go func() { p.done <- p.run(ctx) }()
	return nil
}

// Stop ends the service, and returns how it ended.
func (p *program) Stop(kardianos.Service) error {
	p.stop()
	select {
	case err := <-p.done:
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	case <-time.After(stopTime):
		return fmt.Errorf("the service did not end within %v", stopTime)
	}
}

// Run does what the service does, in the way that the system's service manager expects
// of a process it started.
func (d Definition) Run(ctx context.Context, run func(context.Context) error) error {
	s, err := d.manager(run)
	if err != nil {
		return err
	}
	return host(ctx, d.Name, s, run)
}
