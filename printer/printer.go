package printer

import (
	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// Name is a printer's local name: a CUPS queue's name, or the name given to a
// printer that was added by address. It is unique in one connector.
type Name string

// Source says where a printer is known from.
type Source string

// The sources of printers.
const (
	SourceCUPS   Source = "cups"   // a queue of a CUPS server
	SourceDirect Source = "direct" // an IPP printer added by address
)

// Kind says what sort of queue a printer is. All but plain queues are shared only
// when a person chooses them.
type Kind string

// The kinds of queues.
const (
	KindPlain      Kind = ""           // a queue for one printer whose abilities are known
	KindClass      Kind = "class"      // several queues behind one name
	KindFax        Kind = "fax"        // sends documents by telephone
	KindDiscovered Kind = "discovered" // made by a program for a printer that it saw on the network
	KindRaw        Kind = "raw"        // passes documents on untouched
)

// Printer is a local printer: who it is, what it can do and how it is.
type Printer struct {
	Name         Name
	Source       Source
	URI          string // printer-uri, without credentials
	UUID         string // without "urn:uuid:"; made from the URI where the printer has none
	Serial       string // of the device, "" if it does not tell
	DeviceURI    string // where the device is, without credentials; a direct printer's own address
	Kind         Kind   // what sort of queue; the zero value is a plain one
	Info         string // printer-info: the name for people
	Location     string
	Manufacturer string
	Model        string
	Firmware     string
	MoreInfo     string   // address of the printer's own page
	Tags         []string // that an administrator gave it, for the service

	CDD      gcp.CDD
	CapsHash string // of the CDD in a stable order: changes only when the CDD does
	State    gcp.CDS
	Queued   int // jobs that the queue holds, ours or not

	// Capabilities keeps the few attributes that turning a ticket into job
	// attributes needs; see PlanJob.
	Capabilities Capabilities
}

// Job is what is handed to a printer for one cloud job.
type Job struct {
	ID         gcp.JobID
	Printer    Name
	Title      string
	User       string // requesting-user-name: the sender, in full or without domain
	Format     string // MIME type of the document
	Size       int64  // bytes of the document
	Attributes goipp.Attributes
}

// LocalJob names a job on a printer. It is what the journal keeps, so that a
// restarted connector can ask for it.
type LocalJob struct {
	Printer Name      `json:"printer"`
	Cloud   gcp.JobID `json:"cloud"`
	ID      int       `json:"id,omitempty"`     // job-id; 0 if the printer knows Print-Job alone and was not asked yet
	URI     string    `json:"uri,omitempty"`    // job-uri, without credentials
	UUID    string    `json:"uuid,omitempty"`   // job-uuid, where the printer has one
	User    string    `json:"user"`             // requesting-user-name of every question about it
	Tagged  bool      `json:"tagged,omitempty"` // it was made with the cloud job's ID as an attribute
	// Refused names the attributes of the ticket that the printer refused, and that
	// it prints without.
	Refused []string `json:"refused,omitempty"`
}

// JobStatus is what a printer says of a local job.
type JobStatus struct {
	State   gcp.JobState // by JobStatusFromIPP; Type DONE and ABORTED are final
	Pages   int          // job-impressions-completed, 0 if not told
	Message string       // a sentence for people, may be empty
	Begun   bool         // not ended, and the printer works on it: some of it may be on paper
}

// Fate is what a restarted connector may do with a job whose hand-over was cut.
type Fate string

// The fates of a job.
const (
	FateFollow  Fate = "follow"  // the printer has all of it: follow it
	FateResend  Fate = "resend"  // certainly nothing was printed, and what was left at the printer is removed
	FateUnknown Fate = "unknown" // it may have printed: it ends unconfirmed, and is never sent again
)
