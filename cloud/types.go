package cloud

import (
	"encoding/json"
	"time"

	"platen/gcp"
	"platen/internal/impose"
)

// UserID names a person; random and never reused.
type UserID string

// User is a person with an account.
type User struct {
	ID           UserID
	Email        string // lower case; also what ownerId shows
	Name         string
	Admin        bool
	Guest        bool // uses what is shared with the own address or a group, and nothing else
	Disabled     bool
	Service      bool   // a program's: it has API keys and nothing to sign in with
	Keeper       string // who keeps a service account: an account's id, or /group/NAME
	PasswordHash string // argon2id in its PHC form; "" for no password
	CreateTime   time.Time
	SignInTime   time.Time // of the last sign-in; zero for never
	Groups       []string  // that the person is in, in order
	ExpireTime   time.Time // when the account ends, which is a visitor's; zero for never
}

// Robot is the account of one connector. Its JID is ID@domain.
type Robot struct {
	ID         gcp.RobotID
	Owner      UserID
	Proxy      gcp.ProxyID
	ClientID   string // OAuth client that may exchange its codes
	Label      string // what its owner calls it; "" for the machine's own name
	CreateTime time.Time
	LastSeen   time.Time // last authenticated call or ping
	Connected  bool      // a push stream is open
	LeaseUntil time.Time // online until then, unless Connected is renewed

	Run           gcp.RunID      // the newest run that was granted; "" if none, or after a restore
	Installations []Installation // seen lately, oldest first; more than one means that the state was copied
}

// Installation is one running program with a robot's credentials.
type Installation struct {
	Instance  string       `json:"instance"` // random for each start of the program
	Host      string       `json:"host"`
	Address   string       `json:"address"`
	Version   string       `json:"version"`
	Run       gcp.RunID    `json:"run"` // the last that it asked for
	Standing  gcp.Standing `json:"standing"`
	FirstSeen time.Time    `json:"first_seen"` // the program, not those before it with the same state
	LastSeen  time.Time    `json:"last_seen"`
	Challenge time.Time    `json:"challenge"` // since when it waits whether the other one is alive; zero if it does not

	// The program that had the run before, and may turn out to be alive.
	Former     string    `json:"former,omitempty"`
	FormerSeen time.Time `json:"former_seen,omitzero"`
}

// Via says how a caller proved who it is.
type Via string

// The ways to be known.
const (
	ViaToken  Via = "token"  // OAuth bearer, ClientLogin token or API key
	ViaCookie Via = "cookie" // a page's session: changes need an xsrf token
)

// Caller is who asks: a person, a robot, or nobody.
type Caller struct {
	User   *User  // the person, also for API keys; nil for robots
	Robot  *Robot // the connector; nil for people
	Via    Via
	Scopes []string // what the token allows; empty means everything the account may
}

// Anonymous reports whether nobody is signed in.
func (c Caller) Anonymous() bool { return c.User == nil && c.Robot == nil }

// Printer is a registered printer as it is stored.
type Printer struct {
	ID                  gcp.PrinterID
	Owner               UserID
	Robot               gcp.RobotID // the connector that serves it; "" until claimed
	Proxy               gcp.ProxyID
	Name                string
	DisplayName         string // chosen by a person
	DefaultDisplayName  string
	Description         string
	UUID                string
	Manufacturer        string
	Model               string
	GCPVersion          string
	Firmware            string
	SetupURL            string
	SupportURL          string
	UpdateURL           string
	Status              string
	Capabilities        json.RawMessage // CDD as registered, or legacy text as a JSON string
	CapsFormat          string          // "", "ppd" or "xps"
	CapsHash            string
	Defaults            string // legacy PPD or PrintTicket
	ContentTypes        string // comma separated MIME types
	Tags                []string
	Data                []string // write-only
	SemanticState       json.RawMessage
	LocalSettings       gcp.LocalSettings
	NotificationChannel gcp.NotificationChannel
	TOSAccepted         bool
	Public              bool
	PublicKey           string // of the page addpublicprinter.html
	Approval            bool   // who comes by that page waits for the owner or a manager
	QuotaEnabled        bool
	DailyQuota          int             // jobs a day
	PersonQuota         int             // jobs a day of each person; 0 for no limit
	ExpireAfter         time.Duration   // how long jobs may wait; 0 for the service's default
	Hidden              time.Time       // when its connector deleted it; zero if it is not hidden
	Location            string          // as people say; "" for what its connector says
	Labels              []string        // tags that people gave it, which its connector does not touch
	Paused              bool            // its jobs wait until a person resumes it
	HoldJobs            bool            // jobs are held until their senders release them
	Choices             json.RawMessage // what is done where a ticket leaves an item out (its print section); empty: as its connector says
	CreateTime          time.Time
	AccessTime          time.Time
	UpdateTime          time.Time
}

// Share is one entry of a printer's access list besides the owner.
type Share struct {
	Printer gcp.PrinterID
	Scope   string // address, group or "/hd/domain/example.com"; "" for PUBLIC
	Type    gcp.ScopeType
	Role    gcp.Role
	Pending bool // it counts for nothing until it is answered
	Asked   bool // the person asked for it: who shares the printer answers, not the person
	Sender  UserID

	ExpireTime time.Time // when it ends; zero for never
	Link       LinkID    // by which it came, and with which it ends; "" for none
}

// PrinterView is a printer as one caller may see it.
type PrinterView struct {
	Printer
	OwnerUser  User
	Role       gcp.Role // the caller's; OWNER for the robot that serves it
	Connection gcp.ConnectionStatus
	Seen       time.Time // when its connector was last heard of; zero if it never was
	Queued     int
	UsedToday  int     // jobs counted against the daily quota
	Shares     []Share // owner and managers only
}

// Document is a stored document.
type Document struct {
	ID     string // name in the blob store; "" when deleted
	Size   int64  // bytes
	Digest string // "sha256:" and 64 hexadecimal digits
}

// Job is a job as it is stored.
type Job struct {
	ID                 gcp.JobID
	Printer            gcp.PrinterID
	PrinterName        string // display name when it was sent
	Owner              UserID
	OwnerEmail         string
	Title              string
	ContentType        string // MIME type of the document
	Ticket             json.RawMessage
	Document           Document
	Tags               []string
	Work               impose.Work // what the service does to the document before a connector gets it
	Notes              []string    // sentences about what of the ticket is ignored
	Pages              int         // of the document; 0 if not known
	State              gcp.JobState
	Unconfirmed        bool // ended, but a later DONE is still believed
	Message            string
	PagesPrinted       int
	DeliveryAttempts   int
	CancelRequested    time.Time        // zero if nobody asked
	CancelAcknowledged bool             // the connector said that it acts on the request
	Deleted            bool             // a person deleted it: not listed once it has ended
	Claim              gcp.ClaimID      // what its connector holds it by; "" if none, or an old connector
	ExpireTime         time.Time        // when it ends if it still waits then
	HoldUntil          time.Time        // when it ends if a person still holds it then; zero if not held
	DueTime            time.Time        // when the service must look at it by itself, see Job.due
	HeardTime          time.Time        // the connector's last word about it; zero before
	Restored           gcp.JobStateType // the state it was in when the service was restored, while it is held for that; else ""
	AgainOf            gcp.JobID        // the job that it prints again
	ReleaseBy          ReleaseBy        // who but its sender may release it, while it is held
	CreateTime         time.Time
	UpdateTime         time.Time
	EndTime            time.Time
	Trace              gcp.Trace
}

// JobView is a job with what a caller needs to show it.
type JobView struct {
	Job
	Role   gcp.Role // the caller's on the printer; USER for one's own job
	Device bool     // the caller is the connector that serves the printer

	// Overseen says that the caller sees it as an administrator only: its document is
	// not shown, nor printed anew.
	Overseen bool
}

// Seq is the position of an event: growing, without gaps that a reader must fear.
type Seq int64

// EventKind is what happened.
type EventKind string

// The kinds of events.
const (
	EventJobQueued      EventKind = "job.queued" // submitted, or became fetchable
	EventJobState       EventKind = "job.state"  // any other change of state, pages or message
	EventJobCancel      EventKind = "job.cancel" // a person asked to cancel a job in progress
	EventPrinterAdded   EventKind = "printer.added"
	EventPrinterChanged EventKind = "printer.changed"
	EventPrinterSetting EventKind = "printer.settings" // pending local settings
	EventPrinterResumed EventKind = "printer.resumed"  // what waited for a paused printer is fetchable
	EventPrinterDeleted EventKind = "printer.deleted"
	EventRobotRevoked   EventKind = "robot.revoked"  // close its stream
	EventPersonRevoked  EventKind = "person.revoked" // tokens or keys of somebody were taken back; Note is the address of who was removed
	EventNodePublished  EventKind = "node.published" // a program published at its node (package pubsub), which Note names
	EventRobotPresence  EventKind = "robot.presence" // came or went
	EventRobotCheck     EventKind = "robot.check"    // its installation must announce itself
	EventOutage         EventKind = "outage"         // a connector or printer has been down for long, and people were told
	EventOutageOver     EventKind = "outage.over"    // and it is there again
	EventAudit          EventKind = "audit"          // something that only the audit log tells
)

// Event is one row of the log of changes, written in the transaction of the
// change itself.
type Event struct {
	Seq     Seq
	Time    time.Time
	Kind    EventKind
	Printer gcp.PrinterID
	Job     gcp.JobID
	Robot   gcp.RobotID // the connector concerned
	User    UserID      // the job's or printer's owner
	State   gcp.JobStateType
	By      UserID // the person who did it; such events are the audit log, kept for a year
	Note    string // for the audit log: what was done, in words
}
