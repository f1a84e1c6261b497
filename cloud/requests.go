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
	DailyQuota                                         *int
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
	Document    Document // already in the blob store
	Tags        []string
	Received    time.Time // when the whole request was there (hop 1)
}

// JobQuery selects jobs.
type JobQuery struct {
	Printer gcp.PrinterID
	Owner   string          // address
	Text    string          // substring of title or tags
	Status  []gcp.JobStatus // any of; empty for all
	Sort    string          // CREATE_TIME, CREATE_TIME_DESC (default), STATUS, STATUS_DESC, TITLE, TITLE_DESC
	Offset  int
	Limit   int // 0 for the default
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
}

// ShareRequest is a /share call.
type ShareRequest struct {
	Printer          gcp.PrinterID
	Scope            string
	Type             gcp.ScopeType // "" is derived from the scope
	Role             gcp.Role
	Public           bool
	SkipNotification bool
}

// Invitation is a share that waits for an answer.
type Invitation struct {
	Share   Share
	Sender  User
	Printer PrinterView
}

// OpenDocument is a stored document being read; the reader must be closed.
type OpenDocument struct {
	Job  Job
	Body io.ReadSeekCloser
}
