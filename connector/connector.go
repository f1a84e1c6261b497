package connector

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"platen/gcp"
	"platen/printer"
)

// Connector keeps cloud and print system in step. Build it with New, then call
// Run once; the other methods may be called from any goroutine.
type Connector struct {
	Config
	wake    chan struct{} // the reconciler should look again
	hints   chan struct{} // the mailbox below has something
	mu      sync.Mutex    // guards what follows
	pending map[gcp.PrinterID]hint
	caught  bool // Connected was called: catch up
}

type hint struct {
	received time.Time
	kinds    map[gcp.NotificationKind]bool
}

// New builds a Connector and does nothing else.
func New(cfg Config) (*Connector, error) {
	if cfg.Cloud == nil || cfg.Registry == nil || cfg.PrintSystem == nil || cfg.Spool == nil || cfg.Identities == nil {
		return nil, errors.New("connector: Cloud, Registry, PrintSystem, Spool and Identities must be set")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Options = cfg.Options.withDefaults()
	return &Connector{Config: cfg}, nil
}

// Run works until ctx ends, and returns nil then.
func (c *Connector) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Hint takes a notification. It never blocks.
func (c *Connector) Hint(n gcp.Notification, received time.Time) {}

// Connected says that notifications flow again, so that the connector catches
// up once. It never blocks.
func (c *Connector) Connected() {}

// Refresh asks for a look at the local printers now. It never blocks.
func (c *Connector) Refresh() {}

// Snapshot returns what the connector is doing.
func (c *Connector) Snapshot(ctx context.Context) (Snapshot, error) { return Snapshot{}, ctx.Err() }

// CancelJob asks the printer to cancel a job in hand, as a person at the
// connector wishes; the end is reported as for a cancel from the service.
func (c *Connector) CancelJob(ctx context.Context, id gcp.JobID) error { return ctx.Err() }

// SharePrinter registers a printer, also one that was removed in the service.
func (c *Connector) SharePrinter(ctx context.Context, name printer.Name) (gcp.PrinterID, error) {
	return "", ctx.Err()
}

// RemovePrinter deletes a printer from the service, because a person wants it,
// and does not share it again until SharePrinter.
func (c *Connector) RemovePrinter(ctx context.Context, name printer.Name) error { return ctx.Err() }
