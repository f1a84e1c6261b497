package printer

import "errors"

// ErrNoJob means that a printer does not know a job (any more). It never means
// that the job was not printed.
var ErrNoJob = errors.New("the printer does not know this job")

// ErrTicket is an impossible wish in a ticket; its text names it.
type ErrTicket struct{ Reason string }

// Error returns the reason.
func (e *ErrTicket) Error() string { return e.Reason }
