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
	Users
	Robots
	Printers
	Shares
	Claims
	Work
	Events
}

// ErrUnchanged is what a func given to a store returns when nothing is to be written.
var ErrUnchanged = errors.New("unchanged")

// ErrExists is returned when something with the same key is there already.
var ErrExists = errors.New("exists already")

// Users keeps accounts of people.
type Users interface {
	// AddUser adds an account; ErrExists if the id or the address is taken.
	AddUser(ctx context.Context, u User) error
	User(ctx context.Context, id UserID) (User, error)
	// UserByEmail finds an account by its address, which is in lower case.
	UserByEmail(ctx context.Context, email string) (User, error)
	// ListUsers returns all accounts in the order of their addresses.
	ListUsers(ctx context.Context) ([]User, error)
	UpdateUser(ctx context.Context, id UserID, fn func(*User) error) (User, error)
	// RemoveUser removes an account; its robots and printers go to heir.
	RemoveUser(ctx context.Context, id, heir UserID, events ...Event) error
}

// Robots keeps accounts of connectors.
type Robots interface {
	AddRobot(ctx context.Context, r Robot) error
	Robot(ctx context.Context, id gcp.RobotID) (Robot, error)
	// RobotByProxy returns the newest robot of an owner's proxy.
	RobotByProxy(ctx context.Context, owner UserID, proxy gcp.ProxyID) (Robot, error)
	UpdateRobot(ctx context.Context, id gcp.RobotID, fn func(*Robot) ([]Event, error)) (Robot, error)
	// DisconnectRobots marks all robots as not connected.
	DisconnectRobots(ctx context.Context) error
}

// PrinterRights is what decides who may do what with a printer.
type PrinterRights struct {
	Printer gcp.PrinterID // "" if the printer does not exist any more
	Owner   UserID
	Robot   gcp.RobotID
	Name    string // its display name
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
}

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
	PrinterCounts(ctx context.Context, id gcp.PrinterID, since time.Time) (PrinterCounts, error)
	// SavePrinter finds a printer by key (by name, else by uuid) and saves what fn
	// makes of it; fn's argument is nil if there is none.
	SavePrinter(ctx context.Context, key PrinterKey, fn func(*Printer) (Printer, []Event, error)) (Printer, error)
	UpdatePrinter(ctx context.Context, id gcp.PrinterID, fn func(*Printer) ([]Event, error)) (Printer, error)
	// RemovePrinter deletes a printer with its shares. fn may change the jobs that
	// have not ended, which are saved; all jobs stay.
	RemovePrinter(ctx context.Context, id gcp.PrinterID, fn func(Printer, []*Job) []Event) error
}

// Shares keeps who may use whose printer.
type Shares interface {
	Shares(ctx context.Context, id gcp.PrinterID) ([]Share, error)
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
	Queue
	Documents
}

// Quota limits jobs of one printer; the zero value does not.
type Quota struct {
	Limit int // jobs since Since; 0 for no limit
	Since time.Time
}

// ErrQuota is returned by AddJob when the quota is used up.
var ErrQuota = errors.New("quota used up")

// JobFilter selects jobs. Owner and Printers are alternatives: a job of either
// matches. Jobs that were deleted and have ended never match.
type JobFilter struct {
	Owner      UserID          // "" for none
	Printers   []gcp.PrinterID // of these printers
	Printer    gcp.PrinterID   // and of this printer only; "" for any
	OwnerEmail string          // and of this owner only; "" for any
	Text       string          // and with this text in title or tags, in any case
	States     []gcp.JobStateType
	Sort       string // as in JobQuery
	Offset     int
	Limit      int
}

// Jobs keeps jobs.
type Jobs interface {
	// AddJob adds a job; ErrQuota if the printer has had its share.
	AddJob(ctx context.Context, j Job, q Quota, events ...Event) error
	Job(ctx context.Context, id gcp.JobID) (Job, PrinterRights, error)
	UpdateJob(ctx context.Context, id gcp.JobID, fn func(*Job, PrinterRights) ([]Event, error)) (Job, error)
	// ListJobs returns a page of the jobs that match, and how many match.
	ListJobs(ctx context.Context, f JobFilter) ([]Job, int, error)
}

// JobNote is something about a job that is not worth a transaction of its own.
type JobNote struct {
	Job      gcp.JobID
	Attempts int       // deliveries to add
	Hops     gcp.Trace // hops to add, where not known yet
}

// Waiting is a printer with QUEUED jobs.
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
	// Waiting returns the printers of a robot, or of all if "", that have QUEUED jobs.
	Waiting(ctx context.Context, r gcp.RobotID, now time.Time) ([]Waiting, error)
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

// Events is the log of changes.
type Events interface {
	Events(ctx context.Context, after Seq, limit int) ([]Event, error)
	LastEvent(ctx context.Context) (Seq, error)
	// AwaitEvents returns when there are events after a position, or with ctx's error.
	AwaitEvents(ctx context.Context, after Seq) error
	// PruneEvents deletes events from before a time, some at a time.
	PruneEvents(ctx context.Context, before time.Time) error
}
