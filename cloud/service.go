package cloud

import (
	"context"
	"time"

	"platen/gcp"
)

// Service is the whole of the rules. Its methods may be called from any
// goroutine. Errors that a caller caused are *Error; all others are the
// service's own trouble. A foreign printer or job and an unknown one are both
// ErrNotFound (ErrNoJob for Fetch).
type Service struct {
	cfg Config
}

// Config is what a Service is made of.
type Config struct {
	Domain string           // XMPP domain of robots' JIDs
	Now    func() time.Time // nil means time.Now
}

// New returns a service; it does nothing by itself until Run.
func New(cfg Config) *Service { return &Service{cfg: cfg} }

// Run does what time brings: repeated hints for waiting jobs, cancel time-outs,
// retention, clean-up. It returns when ctx ends.
func (s *Service) Run(ctx context.Context) error { panic("contract") }

// Search returns the printers that the caller may use.
func (s *Service) Search(ctx context.Context, c Caller, q PrinterQuery) ([]PrinterView, error) {
	panic("contract")
}

// List returns the printers of one proxy of the caller.
func (s *Service) List(ctx context.Context, c Caller, proxy gcp.ProxyID) ([]PrinterView, error) {
	panic("contract")
}

// Printer returns one printer.
func (s *Service) Printer(ctx context.Context, c Caller, id gcp.PrinterID) (PrinterView, error) {
	panic("contract")
}

// Register adds a printer of the caller, or returns the one with the same owner,
// proxy and uuid (or name) updated.
func (s *Service) Register(ctx context.Context, c Caller, f PrinterFields) (PrinterView, error) {
	panic("contract")
}

// RegisterAnonymous adds a printer that nobody owns yet.
func (s *Service) RegisterAnonymous(ctx context.Context, f PrinterFields) (Claim, error) {
	panic("contract")
}

// Confirm ties an anonymously registered printer to the caller.
func (s *Service) Confirm(ctx context.Context, c Caller, token string) (PrinterView, error) {
	panic("contract")
}

// AuthCode answers the poll of an anonymously registered device.
func (s *Service) AuthCode(ctx context.Context, id gcp.PrinterID, clientID string) (RobotCode, error) {
	panic("contract")
}

// CreateRobot makes (or finds, by owner and proxy) a robot of the caller.
func (s *Service) CreateRobot(ctx context.Context, c Caller, clientID string, proxy gcp.ProxyID) (RobotCode, error) {
	panic("contract")
}

// UpdatePrinter changes a printer: its robot, owner or managers may, each what
// the protocol lets them.
func (s *Service) UpdatePrinter(ctx context.Context, c Caller, id gcp.PrinterID, f PrinterFields) (PrinterView, error) {
	panic("contract")
}

// DeletePrinter deletes an own printer, or drops a shared one from the caller's list.
func (s *Service) DeletePrinter(ctx context.Context, c Caller, id gcp.PrinterID) error {
	panic("contract")
}

// Share lets somebody use a printer.
func (s *Service) Share(ctx context.Context, c Caller, r ShareRequest) error { panic("contract") }

// Unshare takes a share back.
func (s *Service) Unshare(ctx context.Context, c Caller, r ShareRequest) error { panic("contract") }

// Invites lists the caller's unanswered invitations.
func (s *Service) Invites(ctx context.Context, c Caller) ([]Invitation, error) { panic("contract") }

// ProcessInvite accepts or refuses an invitation.
func (s *Service) ProcessInvite(ctx context.Context, c Caller, id gcp.PrinterID, accept bool) (PrinterView, error) {
	panic("contract")
}

// Submit checks and stores a new job, and tells the connector. The document must
// be in the blob store already; on error the caller removes it.
func (s *Service) Submit(ctx context.Context, c Caller, sub Submission) (JobView, error) {
	panic("contract")
}

// Resubmit copies a job, with its document, to another printer.
func (s *Service) Resubmit(ctx context.Context, c Caller, job gcp.JobID, to gcp.PrinterID, ticket []byte) (JobView, error) {
	panic("contract")
}

// Jobs lists jobs that the caller owns or manages, and how many match.
func (s *Service) Jobs(ctx context.Context, c Caller, q JobQuery) (jobs []JobView, total int, err error) {
	panic("contract")
}

// Job returns one job.
func (s *Service) Job(ctx context.Context, c Caller, id gcp.JobID) (JobView, error) {
	panic("contract")
}

// Fetch returns up to limit QUEUED jobs of a printer, oldest first (0: a default).
// It changes nothing but the count of delivery attempts and the times seen.
func (s *Service) Fetch(ctx context.Context, c Caller, id gcp.PrinterID, limit int) ([]JobView, error) {
	panic("contract")
}

// Document opens a job's document for its robot, its owner or the printer's managers.
func (s *Service) Document(ctx context.Context, c Caller, id gcp.JobID) (OpenDocument, error) {
	panic("contract")
}

// Control takes a robot's report, or a person's wish (cancel, hold, release).
func (s *Service) Control(ctx context.Context, c Caller, r JobReport) (JobView, error) {
	panic("contract")
}

// DeleteJob cancels a job and removes it from listings once it ended.
func (s *Service) DeleteJob(ctx context.Context, c Caller, id gcp.JobID) error { panic("contract") }

// Events returns up to limit events after a position, oldest first.
func (s *Service) Events(ctx context.Context, after Seq, limit int) ([]Event, error) {
	panic("contract")
}

// LastEvent returns the position of the newest event.
func (s *Service) LastEvent(ctx context.Context) (Seq, error) { panic("contract") }

// AwaitEvents returns when there may be events after a position, or with ctx's error.
func (s *Service) AwaitEvents(ctx context.Context, after Seq) error { panic("contract") }

// Presence records that a robot's push stream opened, is alive, or closed.
func (s *Service) Presence(ctx context.Context, r gcp.RobotID, connected bool) error {
	panic("contract")
}

// WaitingPrinters returns the printers of a robot that have QUEUED jobs.
func (s *Service) WaitingPrinters(ctx context.Context, r gcp.RobotID) ([]gcp.PrinterID, error) {
	panic("contract")
}

// AddUser makes an account; the password may be empty (sign-in by link only).
func (s *Service) AddUser(ctx context.Context, email, password string, admin bool) (User, error) {
	panic("contract")
}

// CheckPassword returns the user with this address and password, in a time that
// does not tell which of the two was wrong.
func (s *Service) CheckPassword(ctx context.Context, email, password string) (User, error) {
	panic("contract")
}

// Users lists the accounts.
func (s *Service) Users(ctx context.Context) ([]User, error) { panic("contract") }

// SetPassword changes a password, and ends the user's sessions.
func (s *Service) SetPassword(ctx context.Context, id UserID, password string) error {
	panic("contract")
}

// RemoveUser removes an account, its sessions and keys; printers go to heir.
func (s *Service) RemoveUser(ctx context.Context, id, heir UserID) error { panic("contract") }
