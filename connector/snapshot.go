package connector

import (
	"time"

	"platen/gcp"
	"platen/printer"
)

// Snapshot is what the connector is doing at one moment.
type Snapshot struct {
	Printers []PrinterStatus
	Jobs     []JobStatus
	Trouble  string // the last failure of the service or the print system that lasts; "" if none
}

// PrinterStatus is one printer in a snapshot.
type PrinterStatus struct {
	Name    printer.Name
	ID      gcp.PrinterID // "" if not registered
	UUID    string
	Info    string
	URI     string
	Source  printer.Source
	Removed bool // deleted in the service
	Missing bool // not found here now
	State   gcp.CDS
	Jobs    int    // in hand
	Error   string // why the service does not have its latest description; "" if it has
}

// JobStatus is one job in hand in a snapshot.
type JobStatus struct {
	ID          gcp.JobID
	Printer     printer.Name
	Title       string
	User        string
	Stage       EventKind
	State       gcp.JobState
	Pages       int
	Message     string
	Unconfirmed bool
	Claimed     time.Time
	Local       int // job-id on the printer, 0 if none
	Trace       gcp.Trace
}
