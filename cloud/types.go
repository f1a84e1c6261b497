package cloud

import (
	"encoding/json"
	"time"

	"platen/gcp"
)

// UserID names a person; random and never reused.
type UserID string

// User is a person with an account.
type User struct {
	ID           UserID
	Email        string // lower case; also what ownerId shows
	Name         string
	Admin        bool
	Disabled     bool
	PasswordHash string // argon2id in its PHC form; "" for no password
	CreateTime   time.Time
}

// Robot is the account of one connector. Its JID is ID@domain.
type Robot struct {
	ID         gcp.RobotID
	Owner      UserID
	Proxy      gcp.ProxyID
	ClientID   string // OAuth client that may exchange its codes
	CreateTime time.Time
	LastSeen   time.Time // last authenticated call or ping
	Connected  bool      // a push stream is open
	LeaseUntil time.Time // online until then, unless Connected is renewed
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
	QuotaEnabled        bool
	DailyQuota          int // jobs a day
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
	Pending bool
	Sender  UserID
}

// PrinterView is a printer as one caller may see it.
type PrinterView struct {
	Printer
	OwnerUser  User
	Role       gcp.Role // the caller's; OWNER for the robot that serves it
	Connection gcp.ConnectionStatus
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
	Pages              int // 0 if not known
	State              gcp.JobState
	Unconfirmed        bool // ended, but a later DONE is still believed
	Message            string
	PagesPrinted       int
	DeliveryAttempts   int
	CancelRequested    time.Time // zero if nobody asked
	CancelAcknowledged bool      // the connector said that it acts on the request
	Deleted            bool      // a person deleted it: not listed once it has ended
	CreateTime         time.Time
	UpdateTime         time.Time
	EndTime            time.Time
	Trace              gcp.Trace
}

// JobView is a job with what a caller needs to show it.
type JobView struct {
	Job
	Role gcp.Role // the caller's on the printer; USER for one's own job
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
	EventPrinterDeleted EventKind = "printer.deleted"
	EventRobotRevoked   EventKind = "robot.revoked"  // close its stream
	EventRobotPresence  EventKind = "robot.presence" // came or went
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
}
