package cups

import (
	"context"
	"errors"
	"io"

	"platen/printer"
)

// System is every CUPS server and direct printer of a connector. It is safe for
// concurrent use.
type System struct {
	cfg Config
}

// New returns a System. It talks to nobody yet.
func New(cfg Config) (*System, error) {
	return &System{cfg: cfg}, nil
}

// Close ends what the System does in the background and waits for it.
func (s *System) Close() {}

// Printers lists the printers of all servers and the direct ones. With an error
// the list holds those that answered.
func (s *System) Printers(ctx context.Context) ([]printer.Printer, error) {
	return nil, ctx.Err()
}

// Probe asks the IPP printer at d for what it is, without adding it.
func (s *System) Probe(ctx context.Context, d Direct) (printer.Printer, error) {
	return printer.Printer{}, errors.ErrUnsupported
}

// Fingerprint returns the fingerprint of the key that a printer with TLS shows
// now, for a person to compare and trust; "" if it speaks no TLS.
func (s *System) Fingerprint(ctx context.Context, d Direct) (string, error) {
	return "", errors.ErrUnsupported
}

// Create makes a local job without a document; see connector.PrintSystem.
func (s *System) Create(ctx context.Context, j printer.Job) (printer.LocalJob, error) {
	return printer.LocalJob{}, errors.ErrUnsupported
}

// Send gives the local job its document; see connector.PrintSystem.
func (s *System) Send(ctx context.Context, l printer.LocalJob, j printer.Job, doc io.ReadSeeker) (printer.LocalJob, error) {
	return l, errors.ErrUnsupported
}

// Follow reports each change until the job ended; see connector.PrintSystem.
func (s *System) Follow(ctx context.Context, l printer.LocalJob, report func(printer.JobStatus)) (printer.JobStatus, error) {
	return printer.JobStatus{}, errors.ErrUnsupported
}

// Settle finds out what a cut hand-over came to; see connector.PrintSystem.
func (s *System) Settle(ctx context.Context, l printer.LocalJob, sent bool) (printer.Fate, error) {
	return printer.FateUnknown, errors.ErrUnsupported
}

// Cancel asks the printer to cancel the job; see connector.PrintSystem.
func (s *System) Cancel(ctx context.Context, l printer.LocalJob) error {
	return errors.ErrUnsupported
}
