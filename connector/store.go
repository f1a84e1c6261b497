package connector

import (
	"io"
	"time"

	"platen/gcp"
	"platen/printer"
)

// Spool holds jobs and documents on disk from the claim until the service knows
// how they ended; spool.Dir is one. What a method wrote is durable when it
// returns. All methods may be called at once from many goroutines.
type Spool interface {
	Journal
	Documents
}

// Journal is what a spool knows of jobs.
type Journal interface {
	// Claim writes down those of the offered jobs that are new and for which there
	// is room, with trace in each, and answers for all of them in their order.
	Claim(p printer.Name, offers []Offer, trace gcp.Trace) ([]Claim, error)
	// Recall answers for one job as Claim would, and claims nothing: fresh means
	// that it is not known here.
	Recall(id gcp.JobID) (Claim, error)
	// Write writes down an event of a job in hand. The events saved and reported
	// may be lost in a crash, though not before a later event of the job: without
	// them work is only done again.
	Write(e Event) error
	// Forget deletes the document and the job; its end is remembered for long.
	Forget(j gcp.JobID) error
	// Unfinished returns the jobs in hand, oldest claim first.
	Unfinished() []Record
	// Since returns from when on it knows of every claim: when it was made, or last
	// found damaged; zero for one from before this was kept.
	Since() time.Time
}

// Documents are the documents of a spool.
type Documents interface {
	// Save keeps what fill writes as the job's document, replacing an older one.
	// fill returns the MIME type.
	Save(j gcp.JobID, fill func(w io.Writer) (contentType string, err error)) (Document, error)
	// Open opens the saved document.
	Open(j gcp.JobID) (io.ReadSeekCloser, error)
	// Render keeps what work makes of the saved document beside it, replacing what
	// was there, and returns its size. It lives until the document is deleted, or the
	// process ends. Both names are of the operating system's files.
	Render(j gcp.JobID, work func(document, rendered string) error) (int64, error)
	// OpenRendered opens what Render kept last.
	OpenRendered(j gcp.JobID) (io.ReadSeekCloser, error)
	// Room reports whether a document of size bytes would fit.
	Room(size int64) bool
}

// Identity ties a local printer to its printer in the service. It outlives
// restarts, renames, changes of address and failed look-ups; docs/identity.md
// says by which evidence.
type Identity struct {
	Name    printer.Name  `json:"name"` // "" if it is tied to no printer
	UUID    string        `json:"uuid,omitempty"`
	Serial  string        `json:"serial,omitempty"` // mark of the device's serial number
	Device  string        `json:"device,omitempty"` // mark of the device's address
	Alias   string        `json:"alias,omitempty"`  // UUID that the service is told, where UUID is another printer's too
	ID      gcp.PrinterID `json:"id"`
	Hash    string        `json:"hash,omitempty"`    // of what the service was told last; "" if not known
	Removed bool          `json:"removed,omitempty"` // deleted in the service: not shared again by itself
	Given   []string      `json:"given,omitempty"`   // access that rules gave: role and scope; not given again
}

// Identities keeps the identities on disk; package daemon has one.
type Identities interface {
	// Identities returns all of them.
	Identities() []Identity
	// KeepIdentities replaces all of them at once.
	KeepIdentities(ids []Identity) error
}

// Runs keeps the history of the state folder on disk; package daemon has one.
type Runs interface {
	// History returns what was kept last.
	History() History
	// KeepHistory replaces it; it is durable when it returns.
	KeepHistory(h History) error
}
