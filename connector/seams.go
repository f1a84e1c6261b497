package connector

import (
	"context"
	"io"

	"platen/gcp"
	"platen/internal/impose"
	"platen/printer"
)

// Cloud is the service as the connector's jobs see it; gcp/client.Client is one.
// An error with Temporary() true, and any transport error, may be tried again.
// One with gcp.CodeClaimed says that another claim has the job, one with
// gcp.CodeStandby that the run shown is not the current one.
type Cloud interface {
	// Fetch returns up to limit waiting jobs, oldest first, with ticket and
	// document members where the service knows them; none is not an error.
	Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, limit int) ([]gcp.Job, error)
	// Restored returns the printer's jobs that the service holds because it was
	// restored from a backup.
	Restored(ctx context.Context, p gcp.PrinterID, run gcp.RunID) ([]gcp.Job, error)
	// Ticket returns a job's ticket, for services that do not send it with Fetch.
	Ticket(ctx context.Context, j gcp.JobID) (gcp.CJT, error)
	// Download writes the document to w and returns its MIME type. A body shorter
	// or longer than announced, or of another digest, is an error. It takes as long
	// as the line needs, but ends when nothing moves for a minute. Nothing is
	// written for a claim that the service does not grant.
	Download(ctx context.Context, j gcp.Job, g gcp.Grant, w io.Writer) (contentType string, err error)
	// Report tells the service a change. It is safe to repeat.
	Report(ctx context.Context, r gcp.Report) error
	// Jobs returns the jobs in progress of a printer, with CancelRequested.
	Jobs(ctx context.Context, p gcp.PrinterID) ([]gcp.Job, error)
}

// Registry is the service as the connector's printers see it.
type Registry interface {
	// List announces this installation, and returns the printers of this proxy, with
	// QueuedJobsCount, and the installation's standing: nil from a service that
	// knows nothing of runs.
	List(ctx context.Context, a gcp.Announcement) ([]gcp.Printer, *gcp.Installation, error)
	// Register adds p, and returns it as the service has it.
	Register(ctx context.Context, p printer.Printer) (gcp.Printer, error)
	// Update sends what changed of a printer.
	Update(ctx context.Context, id gcp.PrinterID, p printer.Printer) error
	// UpdateState sends a printer's state only.
	UpdateState(ctx context.Context, id gcp.PrinterID, s gcp.CDS) error
	// Share lets somebody use a printer. That somebody may already is no error, and
	// takes nothing away.
	Share(ctx context.Context, id gcp.PrinterID, a Access) error
	// Delete removes a printer; only a person's wish leads here.
	Delete(ctx context.Context, id gcp.PrinterID) error
}

// PrintSystem is everything that prints; cups.System is one.
type PrintSystem interface {
	// Printers lists the printers. An error, and a printer missing from the
	// list, say nothing about whether it still exists.
	Printers(ctx context.Context) ([]printer.Printer, error)
	// Create makes a local job without a document (Create-Job). For a printer
	// that knows Print-Job alone nothing is sent and the job has no ID yet.
	// It retries while the printer is busy or away, until ctx ends.
	Create(ctx context.Context, j printer.Job) (printer.LocalJob, error)
	// Send gives the local job its document (Send-Document, or Print-Job), and
	// returns it with its ID. Once it has begun, the fate of an error is Settle's.
	Send(ctx context.Context, l printer.LocalJob, j printer.Job, doc io.ReadSeeker) (printer.LocalJob, error)
	// Follow calls report with each change until the job ended, and returns the
	// last status. The error printer.ErrNoJob means that the printer does not
	// know the job (any more); others are passing unless ctx ended.
	Follow(ctx context.Context, l printer.LocalJob, report func(printer.JobStatus)) (printer.JobStatus, error)
	// Settle finds out what a cut hand-over came to. sent says whether the
	// printer had confirmed the document. An error means: ask again later.
	Settle(ctx context.Context, l printer.LocalJob, sent bool) (printer.Fate, error)
	// Cancel asks the printer to cancel the job; that it ended already is no error.
	Cancel(ctx context.Context, l printer.LocalJob) error
}

// Renderer makes documents into what a printer takes; raster.Renderer is one.
type Renderer interface {
	// Render reads the document in, of a format (a MIME type), does the work to it
	// and writes out, which may be there already. It ends within its own limits of
	// time and memory, and soon after ctx; what it was writing is left then. An error
	// that says something of the document is an *impose.Error.
	Render(ctx context.Context, in, format string, w impose.Work, out string) (impose.Result, error)
}
