package service

import (
	"context"
	"io"
)

// Run does what the service does, in the way that the system's service manager expects
// of a process it started. run writes its log to what it is handed, a line at a time; nil
// is the standard error.
func (d Definition) Run(ctx context.Context, run func(context.Context, io.Writer) error) error {
	return host(ctx, d.Name, run)
}
