package connector

import (
	"io"

	"platen/gcp"
	"platen/printer"
)

// Spool holds jobs and documents on disk from the claim until the service knows
// how they ended; spool.Dir is one. What a method wrote is durable when it
// returns. All methods may be called at once from many goroutines.
type Spool interface {
	// Claim writes down those of jobs that are new and for which there is room,
	// with trace in each, and answers for all of them in their order.
	Claim(p printer.Name, jobs []gcp.Job, trace gcp.Trace) ([]Claim, error)
	// Write writes down an event of a job in hand. The events saved and reported
	// may be lost in a crash, though not before a later event of the job: without
	// them work is only done again.
	Write(e Event) error
	// Save keeps what fill writes as the job's document, replacing an older one.
	// fill returns the MIME type.
	Save(j gcp.JobID, fill func(w io.Writer) (contentType string, err error)) (Document, error)
	// Open opens the saved document.
	Open(j gcp.JobID) (io.ReadSeekCloser, error)
	// Forget deletes the document and the job; its end is remembered for long.
	Forget(j gcp.JobID) error
	// Room reports whether a document of size bytes would fit.
	Room(size int64) bool
	// Unfinished returns the jobs in hand, oldest claim first.
	Unfinished() []Record
}

// Identity ties a local printer to its printer in the service. It outlives
// restarts, renames, changes of address and failed look-ups.
type Identity struct {
	Name    printer.Name  `json:"name"`
	UUID    string        `json:"uuid,omitempty"`
	ID      gcp.PrinterID `json:"id"`
	Hash    string        `json:"hash,omitempty"`    // of what the service was told last; "" if not known
	Removed bool          `json:"removed,omitempty"` // deleted in the service: not shared again by itself
}

// Identities keeps the identities on disk; package daemon has one.
type Identities interface {
	// Identities returns all of them.
	Identities() []Identity
	// KeepIdentities replaces all of them at once.
	KeepIdentities(ids []Identity) error
}
