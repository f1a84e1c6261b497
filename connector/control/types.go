package control

import (
	"context"
	"time"

	"platen/gcp"
	"platen/printer"
)

// Status is what the daemon says of itself.
type Status struct {
	Version   string    `json:"version"`
	PID       int       `json:"pid"`
	Started   time.Time `json:"started"`
	Cloud     Cloud     `json:"cloud"`
	Printers  int       `json:"printers"` // shared printers
	Waiting   int       `json:"waiting"`  // printers of which a person must say what they are
	Jobs      int       `json:"jobs"`     // jobs in hand
	LastError string    `json:"last_error,omitempty"`

	Announced *Announced `json:"announced,omitempty"` // on this network, if the settings want it

	Standing gcp.Standing `json:"standing,omitempty"` // granted, recovered or standby; "" if the service did not say
	Twins    []Twin       `json:"twins,omitempty"`    // the installations with these credentials, if there are several
}

// Announced is what the daemon tells the local network of.
type Announced struct {
	Printers  []AnnouncedPrinter `json:"printers"`
	LastError string             `json:"last_error,omitempty"` // why they are not announced, or not as the cloud has them now
}

// AnnouncedPrinter is a printer that is to be announced.
type AnnouncedPrinter struct {
	ID        gcp.PrinterID `json:"id"`
	Name      string        `json:"name"` // on the network, where it may have a number behind it
	Announced bool          `json:"announced"`
	Why       string        `json:"why,omitempty"` // it is not; "" if it will be soon
}

// Twin is one of several installations with the same credentials.
type Twin struct {
	Host     string       `json:"host"`
	Address  string       `json:"address"` // from which it calls the service
	Version  string       `json:"version"`
	Since    time.Time    `json:"since"` // when it was first seen
	Seen     time.Time    `json:"seen"`  // when it was last seen
	Standing gcp.Standing `json:"standing"`
	Self     bool         `json:"self,omitempty"` // the one that is asked
}

// Cloud is the connection to the service.
type Cloud struct {
	URL       string    `json:"url"`
	Paired    bool      `json:"paired"`
	Account   string    `json:"account,omitempty"` // the address it is paired with
	Connected bool      `json:"connected"`         // notifications flow
	Since     time.Time `json:"since,omitzero"`    // of the connection or of its loss
	LastError string    `json:"last_error,omitempty"`
	Refused   bool      `json:"refused,omitempty"` // the credentials were: LastError says what to do

	Ways      []Way     `json:"ways,omitzero"`       // to the notifications, the best one first
	NextClimb time.Time `json:"next_climb,omitzero"` // when better ways than the current one are tried
}

// Way is one way to the notifications.
type Way struct {
	Name      string    `json:"name"` // such as xmpp or long-poll
	Current   bool      `json:"current,omitempty"`
	LastError string    `json:"last_error,omitempty"` // why it was left, or could not be taken
	Tried     time.Time `json:"tried,omitzero"`       // of that error
}

// Printer is one local printer.
type Printer struct {
	Name    printer.Name   `json:"name"`
	ID      gcp.PrinterID  `json:"id,omitempty"` // in the service
	UUID    string         `json:"uuid,omitempty"`
	Info    string         `json:"info,omitempty"`
	URI     string         `json:"uri,omitempty"`
	Source  printer.Source `json:"source,omitempty"`
	State   string         `json:"state"`            // idle, processing, stopped, missing, removed or not shared
	Reasons []string       `json:"reasons,omitzero"` // what is in the way, in words
	Jobs    int            `json:"jobs"`             // in hand
	Error   string         `json:"error,omitempty"`  // why the service does not have its latest description

	Kind  printer.Kind `json:"kind,omitempty"`   // class, fax, discovered or raw; "" for a plain queue
	Why   string       `json:"why,omitempty"`    // it is not shared
	MayBe []Candidate  `json:"may_be,omitempty"` // printers of the service: a person must say which
	Was   string       `json:"was,omitempty"`    // the address by which it was known when it was added again
}

// Candidate is a printer of the service whose local printer is missing.
type Candidate struct {
	ID   gcp.PrinterID `json:"id"`
	Name printer.Name  `json:"name"` // how it was called here
}

// Job is one job in hand, or a recent one.
type Job struct {
	ID      gcp.JobID    `json:"id"`
	Printer printer.Name `json:"printer"`
	Title   string       `json:"title"`
	User    string       `json:"user"`
	Stage   string       `json:"stage"` // claimed, saved, created, sending, sent, ended, reported
	State   string       `json:"state"` // of the protocol, such as IN_PROGRESS
	Cause   string       `json:"cause,omitempty"`
	Message string       `json:"message,omitempty"`
	Pages   int          `json:"pages,omitempty"`
	Local   int          `json:"local,omitempty"` // job-id on the printer
	Notes   []string     `json:"notes,omitempty"` // what of its ticket is left out
	Claimed time.Time    `json:"claimed"`
}

// Trace is when each hop of a job happened, as far as it is known here.
type Trace struct {
	ID    gcp.JobID `json:"id"`
	Hops  gcp.Trace `json:"hops"`            // microseconds since 1970
	Notes []string  `json:"notes,omitempty"` // what of the ticket is left out
}

// Address names a printer to be added by its address.
type Address struct {
	Name printer.Name `json:"name,omitempty"` // "" makes one from the printer's answer
	URI  string       `json:"uri"`            // without credentials
}

// Watcher is what of a daemon can be looked at.
type Watcher interface {
	// Status returns the daemon's state.
	Status(ctx context.Context) (Status, error)
	// Printers returns the local printers, by name.
	Printers(ctx context.Context) ([]Printer, error)
	// Jobs returns the jobs in hand, oldest first.
	Jobs(ctx context.Context) ([]Job, error)
	// Recent returns the last jobs whose end the service knows, oldest first; a
	// restart forgets them.
	Recent(ctx context.Context) ([]Job, error)
	// Trace returns the hops of a job in hand or a recent one.
	Trace(ctx context.Context, id gcp.JobID) (Trace, error)
	// Explain asks a printer what it is, and says what would become of a job on it.
	Explain(ctx context.Context, w Wish) (Explanation, error)
	// Answer returns the bytes of a printer's answer about all that it is; the printer
	// is named as for Explain.
	Answer(ctx context.Context, printer string) ([]byte, error)
}

// Operator is what a daemon can be asked to do. An error with the method
// NotFound() bool that returns true means that what was named does not exist.
type Operator interface {
	// AddPrinter adds a printer by its address, and shares it.
	AddPrinter(ctx context.Context, a Address) (Printer, error)
	// RemovePrinter deletes a printer from the service, and forgets a printer
	// that was added by address.
	RemovePrinter(ctx context.Context, name printer.Name) error
	// SharePrinter registers a printer, also one that was removed before.
	SharePrinter(ctx context.Context, name printer.Name) (Printer, error)
	// AdoptPrinter says that a local printer is one that the service knows.
	AdoptPrinter(ctx context.Context, name printer.Name, id gcp.PrinterID) error
	// TestPage prints a page without the service, and returns the printer's number for it.
	TestPage(ctx context.Context, name printer.Name) (int, error)
	// CancelJob cancels a job in hand.
	CancelJob(ctx context.Context, id gcp.JobID) error
	// Trust pins the key that a printer added by address, or the CUPS server at an
	// address, shows now, and returns its fingerprint.
	Trust(ctx context.Context, target string) (string, error)
}

// Daemon is what the server speaks for.
type Daemon interface {
	Watcher
	Operator
	Ruler
}
