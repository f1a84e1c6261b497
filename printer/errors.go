package printer

import (
	"errors"

	"platen/gcp"
)

// ErrNoJob means that a printer does not know a job (any more). It never means
// that the job was not printed.
var ErrNoJob = errors.New("the printer does not know this job")

// ErrTicket is an impossible wish in a ticket; its text names it.
type ErrTicket struct{ Reason string }

// Error returns the reason.
func (e *ErrTicket) Error() string { return e.Reason }

// ErrFormat is a document that neither the printer nor the renderer takes.
type ErrFormat struct {
	Format   string
	Language bool // it is a printer's own language, which the owner did not allow
}

// Error names the format.
func (e *ErrFormat) Error() string {
	if e.Language {
		return "documents of type " + e.Format + " go to the printer as they are, which its owner did not allow"
	}
	return "the printer takes no documents of type " + e.Format + ", and nothing here turns them into what it takes"
}

// Error is a printer's refusal or silence. Package cups returns it (found with
// errors.As) from everything that asks a printer for something.
type Error struct {
	Op    string       // what we asked: "Create-Job", "connect", …
	State gcp.JobState // what a job that ends or waits because of it is; may be empty
	Text  string       // a sentence for people, without secrets
	Retry bool         // trying again later may help
	Busy  bool         // it is only busy: try again soon
	Err   error        // the cause, for the log; may be nil
}

// Error returns what we did and what came of it.
func (e *Error) Error() string {
	s := e.Op + ": " + e.Text
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether trying again later may help.
func (e *Error) Temporary() bool { return e.Retry || e.Busy }

// PartialError says that a look at the printers was not whole: some may be there
// that were not seen.
type PartialError struct {
	Err    error
	Hidden func(Name) bool // whether a printer of this name could not be seen
}

// Error says why.
func (e *PartialError) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *PartialError) Unwrap() error { return e.Err }
