package cloud

import (
	"context"
	"errors"
	"time"

	"platen/gcp"
)

// Store keeps everything but documents. Each method is one transaction: when it
// returns without an error the change is on disk. Events given to a method are
// written in its transaction. A thing that does not exist is ErrNotFound.
//
// A func handed to a method runs inside the transaction on the row as it is at
// that moment, may run again if the database asks for it, and must neither wait
// nor call the store. Its error undoes the transaction and is returned;
// ErrUnchanged leaves the row alone and is success.
type Store interface {
	People
	Robots
	Printers
	Sharing
	Claims
	Work
	Log
}

// ErrUnchanged is what a func given to a store returns when nothing is to be written.
var ErrUnchanged = errors.New("unchanged")

// ErrExists is returned when something with the same key is there already.
var ErrExists = errors.New("exists already")

// ErrLastAdmin is returned when a change would leave no administrator whose account
// is not disabled.
var ErrLastAdmin = errors.New("the last administrator")

// People keeps accounts of people and what is known of them.
type People interface {
	Users
	Directory
}

// Users keeps accounts of people. Which groups somebody is in is read with the
// account, and changed by SetGroups only.
type Users interface {
	// AddUser adds an account; ErrExists if the id or the address is taken.
	AddUser(ctx context.Context, u User, events ...Event) error
	User(ctx context.Context, id UserID) (User, error)
	// UsersAmong returns the accounts of these ids that there are, in any order.
	UsersAmong(ctx context.Context, ids []UserID) ([]User, error)
	// UserByEmail finds an account by its address, which is in lower case.
	UserByEmail(ctx context.Context, email string) (User, error)
	// ListUsers returns all accounts in the order of their addresses.
	ListUsers(ctx context.Context) ([]User, error)
	// UpdateUser saves what fn makes of an account; ErrLastAdmin if it is needed as it is.
	UpdateUser(ctx context.Context, id UserID, fn func(*User) ([]Event, error)) (User, error)
	// RemoveUser removes an account; its robots and printers go to heir, who must be
	// there. It returns ErrLastAdmin for the last administrator's.
	RemoveUser(ctx context.Context, id, heir UserID, events ...Event) error
}

// Directory finds people, and keeps their groups and identities.
type Directory interface {
	// PageUsers returns a page of the accounts that match.
	PageUsers(ctx context.Context, f UserFilter) (UserPage, error)
	// Administrators returns those whose accounts are not disabled, oldest first.
	Administrators(ctx context.Context) ([]User, error)
	// UserByIdentity finds the account of somebody at an issuer.
	UserByIdentity(ctx context.Context, issuer, subject string) (User, error)
	// LinkIdentity makes an account somebody's at an issuer; ErrExists if either has
	// another counterpart there already.
	LinkIdentity(ctx context.Context, id UserID, issuer, subject string) error
	// SetGroups replaces the groups that one source names for somebody, and reports
	// whether that changed anything. Then it writes the events.
	SetGroups(ctx context.Context, id UserID, from GroupSource, groups []string, events ...Event) (bool, error)
	// GroupsFrom returns the groups that one source names for somebody, in order.
	GroupsFrom(ctx context.Context, id UserID, from GroupSource) ([]string, error)
	// Groups lists the groups that somebody is in, by name.
	Groups(ctx context.Context) ([]Group, error)
}

// Robots keeps accounts of connectors.
type Robots interface {
	AddRobot(ctx context.Context, r Robot) error
	Robot(ctx context.Context, id gcp.RobotID) (Robot, error)
	// RobotsAmong returns the robots of these ids that there are, in any order.
	RobotsAmong(ctx context.Context, ids []gcp.RobotID) ([]Robot, error)
	// RobotByProxy returns the newest robot of an owner's proxy.
	RobotByProxy(ctx context.Context, owner UserID, proxy gcp.ProxyID) (Robot, error)
	// ListRobots returns the robots of an owner, or of all if "", oldest first.
	ListRobots(ctx context.Context, owner UserID) ([]Robot, error)
	UpdateRobot(ctx context.Context, id gcp.RobotID, fn func(*Robot) ([]Event, error)) (Robot, error)
	// DisconnectRobots marks all robots as not connected.
	DisconnectRobots(ctx context.Context) error
}

// PrinterRights is what decides who may do what with a printer.
type PrinterRights struct {
	Printer gcp.PrinterID // "" if the printer does not exist any more
	Owner   UserID
	Robot   gcp.RobotID
	Run     gcp.RunID // the robot's current run
	Name    string    // its display name
	Hidden  bool      // its connector deleted it
	Paused  bool      // a person paused it
}

// PrinterKey finds a printer that registers again.
type PrinterKey struct {
	Owner UserID
	Proxy gcp.ProxyID
	Name  string
	UUID  string // "" matches none
}

// PrinterFilter selects printers; the conditions given must all hold.
type PrinterFilter struct {
	Owner UserID
	Robot gcp.RobotID
	Proxy gcp.ProxyID
	IDs   []gcp.PrinterID // nil for any
	Also  Hidden          // hidden printers are left out unless it says otherwise
	Parts Parts           // how much of each printer is read
}

// Parts says how much of a printer is read.
type Parts string

// The parts; the zero value is all of it.
const (
	PartsBrief Parts = "brief" // without Capabilities and Defaults, which are long
)

// Hidden says what a filter does with printers that their connector deleted.
type Hidden string

// The ways to treat hidden printers; the zero value leaves them out.
const (
	HiddenToo  Hidden = "too"  // all printers
	HiddenOnly Hidden = "only" // hidden ones alone
)

// PrinterCounts is how busy a printer is.
type PrinterCounts struct {
	Queued int // jobs in QUEUED
	Since  int // jobs submitted since the given time
}

// Printers keeps printers.
type Printers interface {
	Printer(ctx context.Context, id gcp.PrinterID) (Printer, error)
	// PrinterRights is a cheap part of Printer.
	PrinterRights(ctx context.Context, id gcp.PrinterID) (PrinterRights, error)
	// ListPrinters returns printers in the order of their names.
	ListPrinters(ctx context.Context, f PrinterFilter) ([]Printer, error)
	// PrinterCounts returns how busy printers are; those with nothing to count may be missing.
	// Since is counted unless the time is zero.
	PrinterCounts(ctx context.Context, ids []gcp.PrinterID, since time.Time) (map[gcp.PrinterID]PrinterCounts, error)
	// SavePrinter finds a printer by key (by name, else by uuid) and saves what fn
	// makes of it; fn's argument is nil if there is none.
	SavePrinter(ctx context.Context, key PrinterKey, fn func(*Printer) (Printer, []Event, error)) (Printer, error)
	UpdatePrinter(ctx context.Context, id gcp.PrinterID, fn func(*Printer) ([]Event, error)) (Printer, error)
	// RemovePrinter deletes a printer with its shares. fn may change the jobs that
	// have not ended, which are saved; all jobs stay.
	RemovePrinter(ctx context.Context, id gcp.PrinterID, fn func(Printer, []*Job) []Event) error
}

// Sharing keeps who may use whose printer, and by which links others come in.
type Sharing interface {
	Shares
	Links
}

// Shares keeps who may use whose printer.
type Shares interface {
	// Shares returns the shares of some printers.
	Shares(ctx context.Context, ids ...gcp.PrinterID) ([]Share, error)
	// SharesWith returns the shares of any of the scopes.
	SharesWith(ctx context.Context, scopes []string) ([]Share, error)
	// PutShare adds a share or replaces the one of the same printer and scope.
	PutShare(ctx context.Context, s Share, events ...Event) error
	RemoveShare(ctx context.Context, id gcp.PrinterID, scope string, events ...Event) error
	// RemovePublicShares removes the shares of type PUBLIC of a printer.
	RemovePublicShares(ctx context.Context, id gcp.PrinterID) error
}

// PendingClaim is a printer's registration that waits, or waited, for a person.
type PendingClaim struct {
	Printer   gcp.PrinterID
	TokenHash string
	PollHash  string // of the secret in the device's polling address
	Expires   time.Time

	Proved bool   // the device has polled with the secret
	Client string // OAuth client that polled without it first

	Confirmed   bool
	ConfirmTime time.Time
}

// Claims keeps anonymous registrations.
type Claims interface {
	// AddClaim adds a printer that nobody owns; ErrQuota if limit claims wait for
	// their confirmation already.
	AddClaim(ctx context.Context, p Printer, c PendingClaim, limit int) error
	Claim(ctx context.Context, id gcp.PrinterID) (PendingClaim, error)
	ClaimByToken(ctx context.Context, tokenHash string) (PendingClaim, error)
	// UpdateClaim saves what fn makes of how the device polls.
	UpdateClaim(ctx context.Context, id gcp.PrinterID, fn func(*PendingClaim) error) (PendingClaim, error)
	// ConfirmClaim adds the robot, saves what fn makes of the printer, and marks
	// the claim, which must not be confirmed yet (ErrNotFound).
	ConfirmClaim(ctx context.Context, c PendingClaim, r Robot, fn func(*Printer) ([]Event, error)) (Printer, error)
	// RemoveClaims removes the claims that expired before a time unconfirmed, with
	// their printers, and confirmed ones that expired before another.
	RemoveClaims(ctx context.Context, unconfirmed, confirmed time.Time) error
}

// Work is everything about jobs.
type Work interface {
	Jobs
	Browser
	Queue
	Releases
	Documents
}

// Quota limits how many of something there are since a time; the zero value does not.
type Quota struct {
	Limit int // 0 for no limit
	Since time.Time
}

// Admission is what a new job must meet. All of it is checked in the transaction
// that adds the job.
type Admission struct {
	Key     string // the owner's key for this submission; "" for none
	Digest  string // of all that was submitted under the key
	Quota   Quota  // of the printer: jobs submitted
	Person  Quota  // of the owner at the printer: jobs submitted
	Rate    Quota  // of the owner: jobs submitted
	Refused error  // why no new job is added whatever the limits are; nil for no reason
	Waiting int    // most QUEUED jobs of the printer; 0 for no limit
	Stored  int64  // most bytes of documents of the owner; 0 for no limit
}

// Why AddJob refuses.
var (
	ErrQuota       = errors.New("quota used up")
	ErrPersonQuota = errors.New("quota of the person used up")
	ErrRate        = errors.New("too many submissions")
	ErrWaiting     = errors.New("too many jobs wait")
	ErrStored      = errors.New("too many bytes are stored")
	ErrRepeated    = errors.New("submitted already") // with the first job
	ErrConflict    = errors.New("the key was used for another job")
)

// JobFilter selects jobs. Owner and Printers are alternatives: a job of either
// matches. Jobs that were deleted and have ended never match.
type JobFilter struct {
	Owner      UserID          // "" for none
	Printers   []gcp.PrinterID // of these printers
	Printer    gcp.PrinterID   // and of this printer only; "" for any
	OwnerEmail string          // and of this owner only; "" for any
	AgainOf    gcp.JobID       // and only those that print this job again; "" for any
	Text       string          // and with this text in title or tags, in any case
	States     []gcp.JobStateType
	Sort       string // as in JobQuery
	Offset     int
	Limit      int
}

// Jobs keeps jobs.
type Jobs interface {
	// AddJob adds a job. With a key that its owner used already it adds none: it
	// returns the first job with ErrRepeated if the digest is the same, or
	// ErrConflict. Keys are checked before limits.
	AddJob(ctx context.Context, j Job, a Admission, events ...Event) (Job, error)
	Job(ctx context.Context, id gcp.JobID) (Job, PrinterRights, error)
	UpdateJob(ctx context.Context, id gcp.JobID, fn func(*Job, PrinterRights) ([]Event, error)) (Job, error)
	// ListJobs returns a page of the jobs that match, and how many match.
	ListJobs(ctx context.Context, f JobFilter) ([]Job, int, error)
	// RemoveJobs deletes jobs that have ended and have no document any more.
	RemoveJobs(ctx context.Context, ids []gcp.JobID) error
	// PruneKeys forgets the keys of submissions from before a time.
	PruneKeys(ctx context.Context, before time.Time) error
}

// JobNote is something about a job that is not worth a transaction of its own.
type JobNote struct {
	Job      gcp.JobID
	Attempts int       // deliveries to add
	Hops     gcp.Trace // hops to add, where not known yet
}

// Waiting is a printer with QUEUED jobs that is not paused.
type Waiting struct {
	Printer gcp.PrinterID
	Robot   gcp.RobotID
	Online  bool      // its robot is connected, or has a lease
	Oldest  time.Time // when the job that waits longest was queued
	Newest  time.Time
}

// Queue answers what is to be done.
type Queue interface {
	// QueuedJobs returns up to limit QUEUED jobs of a printer in the order of their submission,
	// without their traces.
	QueuedJobs(ctx context.Context, id gcp.PrinterID, limit int) ([]Job, error)
	// Waiting returns the printers of a robot, or of all if "", that have QUEUED jobs
	// and are not paused.
	Waiting(ctx context.Context, r gcp.RobotID, now time.Time) ([]Waiting, error)
	// RestoredJobs returns up to limit jobs of a printer that are held because the
	// service was restored, in the order of their submission.
	RestoredJobs(ctx context.Context, id gcp.PrinterID, limit int) ([]Job, error)
	// DueJobs returns up to limit jobs whose DueTime has come, most overdue first.
	DueJobs(ctx context.Context, now time.Time, limit int) ([]gcp.JobID, error)
	// DueCancels returns jobs whose cancellation was asked for before a time and
	// neither acknowledged nor answered.
	DueCancels(ctx context.Context, before time.Time) ([]gcp.JobID, error)
	NoteJobs(ctx context.Context, notes []JobNote) error
	// NotePrinters records when printers were last asked for.
	NotePrinters(ctx context.Context, seen map[gcp.PrinterID]time.Time) error
}

// Documents keeps which documents belong to jobs.
type Documents interface {
	// ExpiredDocuments returns up to limit jobs that ended before a time and still
	// have their document.
	ExpiredDocuments(ctx context.Context, before time.Time, limit int) ([]Job, error)
	// ForgetDocuments records that the jobs' documents are deleted.
	ForgetDocuments(ctx context.Context, ids []gcp.JobID) error
	// DocumentKnown reports whether a job has this document.
	DocumentKnown(ctx context.Context, document string) (bool, error)
}

// Log is what happened.
type Log interface {
	Events
	Epochs
	Counting
	Outages
}

// Outages keeps what is down, so that people are told once. An outage is known by its
// Robot and Printer.
type Outages interface {
	// Outages returns them in the order of their noticing.
	Outages(ctx context.Context) ([]Outage, error)
	// PutOutage adds an outage, or replaces the one of the same thing.
	PutOutage(ctx context.Context, o Outage, events ...Event) error
	// RemoveOutage removes an outage; one that is not there is success.
	RemoveOutage(ctx context.Context, o Outage, events ...Event) error
}

// Events is the log of changes.
type Events interface {
	Events(ctx context.Context, after Seq, limit int) ([]Event, error)
	LastEvent(ctx context.Context) (Seq, error)
	// AwaitEvents returns when there are events after a position, or with ctx's error.
	AwaitEvents(ctx context.Context, after Seq) error
	// PruneEvents deletes events from before a time, those of the audit log from
	// before another, some at a time.
	PruneEvents(ctx context.Context, before, audit time.Time) error
	// Audit returns the events of the audit log that match, newest first.
	Audit(ctx context.Context, f AuditFilter) ([]Event, error)
}

// Epochs keeps which life of the service's data this is.
type Epochs interface {
	// Epoch returns 32 random hexadecimal digits that a restore changes.
	Epoch(ctx context.Context) (string, error)
	// BeginEpoch is what a restore does: it gives the data a new epoch, holds the
	// jobs that have not ended (Job.Restored), and forgets the robots' runs and
	// that they are connected.
	BeginEpoch(ctx context.Context, now time.Time) error
}
