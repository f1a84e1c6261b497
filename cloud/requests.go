package cloud

import (
	"io"
	"time"

	"platen/gcp"
)

// PrinterQuery selects printers for Search.
type PrinterQuery struct {
	Text       string               // substring of name, display name or tags; or ^recent ^own ^shared ^shared_directly
	Type       gcp.PrinterType      // "" for all
	Connection gcp.ConnectionStatus // "" leaves out DORMANT
}

// PrinterFields are the members of a printer that /register and /update set. A
// nil member leaves the old value.
type PrinterFields struct {
	Name, DisplayName, DefaultDisplayName, Description *string
	UUID, Manufacturer, Model, GCPVersion, Firmware    *string
	SetupURL, SupportURL, UpdateURL, Status            *string
	Proxy                                              *string
	Capabilities                                       []byte // as sent: CDD, PPD or XPS; nil leaves the old ones
	CapsHash, Defaults, ContentTypes                   *string
	RemoveTags                                         []string // regular expressions against whole tags, applied before AddTags
	AddTags                                            []string
	RemoveData, AddData                                []string
	SemanticState                                      []byte // whole CDS
	SemanticStateDiff                                  []byte // members to merge
	LocalSettings                                      *gcp.LocalSettings
	NotificationChannel                                *string
	TOSAccepted, Public, QuotaEnabled                  *bool
	DailyQuota, PersonQuota                            *int
	ExpireAfter                                        *int // seconds that jobs may wait; 0 for the service's default

	// What people alone set.
	Location         *string
	Labels           *[]string // all of them, instead of those before
	AddLabels        []string
	Paused, HoldJobs *bool
	Choices          []byte // see SetChoices, which checks them; nil keeps them
}

// PasswordCheck is somebody's attempt to sign in.
type PasswordCheck struct {
	Email    string
	Password string
	From     string // remote address, for which wrong passwords are counted
}

// Claim is what an anonymous registration gives: the printer waits for a person
// to confirm the token.
type Claim struct {
	Printer Printer
	Token   string
	Poll    string // the secret with which the device polls
	Expires time.Time
}

// ClaimPoll is a device's question for its code.
type ClaimPoll struct {
	Printer  gcp.PrinterID
	Secret   string // "" from devices that do not use the polling address as it is
	ClientID string
}

// RobotRequest asks for the robot of a connector.
type RobotRequest struct {
	ClientID string
	Proxy    gcp.ProxyID
	Token    string // the refresh token that the connector had; "" for none
}

// RobotCode is a code that a connector exchanges for its robot's tokens.
type RobotCode struct {
	Robot     Robot
	JID       string
	Code      string
	UserEmail string
}

// Submission is a new job.
type Submission struct {
	Printer     gcp.PrinterID
	Title       string
	Ticket      []byte // CJT; empty or {} for the defaults
	ContentType string
	Opaque      bool     // the sender calls it application/octet-stream; ContentType is what it looks like
	Document    Document // already in the blob store
	Tags        []string
	Received    time.Time // when the whole request was there (hop 1)

	Key         string        // the caller's own key for this submission, kept 14 days; "" for none
	ExpireAfter time.Duration // how long it may wait; 0 for the printer's default
	AgainOf     gcp.JobID     // the job that it prints again; "" for none
	Hold        bool          // it waits until its sender releases it
	Releasers   Releasers     // who else may release it; if there is anybody, it is held
}

// JobQuery selects jobs.
type JobQuery struct {
	Printer gcp.PrinterID
	Owner   string          // address
	AgainOf gcp.JobID       // only jobs that print this one again
	Text    string          // substring of title or tags
	Status  []gcp.JobStatus // any of; empty for all
	Sort    string          // CREATE_TIME, CREATE_TIME_DESC (default), STATUS, STATUS_DESC, TITLE, TITLE_DESC
	Offset  int
	Limit   int // 0 for the default
}

// FetchQuery is a connector's question for jobs.
type FetchQuery struct {
	Printer gcp.PrinterID
	Limit   int       // 0: as many as a fetch gives
	Run     gcp.RunID // "" from old connectors
}

// JobReport is a /control call: nil members keep their value.
type JobReport struct {
	Job                gcp.JobID
	State              *gcp.JobState
	PagesPrinted       *int
	DeliveryAttempts   *int
	Message            *string
	CancelAcknowledged bool
	Trace              gcp.Trace // the connector's hops, merged into the job's
	gcp.Grant                    // what the connector holds the job by
	Unheard            bool      // of a restored job: the connector never had it
}

// ShareRequest is a /share call.
type ShareRequest struct {
	Printer          gcp.PrinterID
	Scope            string
	Type             gcp.ScopeType // "" is derived from the scope
	Role             gcp.Role
	Public           bool
	Approval         bool          // with Public: who finds the printer waits for an answer
	ExpireAfter      time.Duration // when the share ends; 0 for never
	SkipNotification bool
}

// Invitation is a share that waits for an answer.
type Invitation struct {
	Share   Share
	Sender  User
	Printer PrinterView
}

// OpenDocument is a document being read, as it was sent or made ready for its
// printer; the reader must be closed.
type OpenDocument struct {
	Job    Job
	Body   io.ReadSeekCloser
	Type   string // MIME type of the body
	Size   int64  // bytes
	Digest string // "sha256:" and 64 hexadecimal digits
}
