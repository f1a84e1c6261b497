package cloud

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"platen/gcp"
)

// Service is the whole of the rules. Its methods may be called from any
// goroutine. Errors that a caller caused are *Error; all others are the
// service's own trouble. A foreign printer or job and an unknown one are both
// ErrNotFound (KindNoJob for Fetch).
type Service struct {
	cfg         Config
	log         *slog.Logger
	recover     sync.Once
	recovered   error
	running     atomic.Bool  // Run writes notes down now and then
	started     atomic.Int64 // when Run began, in microseconds since 1970; 0 before
	notes       notes
	offered     offered
	waits       waits
	caps        capsCache
	renders     renders
	patience    patience
	troubles    troubles
	drafts      drafts
	intakes     intakes
	passwords   passwordGuard
	pins        passwordGuard // of held jobs, by who types them; beside passwords, so that a flood keeps nobody from signing in
	claims      guesses       // of registration tokens, by who types them
	outagesTold map[told]bool // by those who got a message that others did not get yet; the sweep's alone
	unaware     sync.Map      // robots that were told that they are recovered, and the run, until they ask for jobs
}

// Config is what a Service is made of. Store is required, Blobs and Codes for
// what needs them; the rest has defaults.
type Config struct {
	Domain string // XMPP domain of robots' JIDs

	Store    Store
	Blobs    Blobs
	Codes    CodeIssuer
	Sessions Sessions // nil: nobody has sessions
	Notifier Notifier // nil: no push

	Rendering  Rendering // zero: documents go as they came
	NoVisitors bool      // nobody comes in by a link without an account

	Retention time.Duration // how long documents of ended jobs are kept; 0 for 24 h
	Limits    Limits
	Provider  ProviderRules // of sign-ins with OpenID Connect
	Outages   OutageRules   // from when on people are told of what is down

	Logger *slog.Logger     // nil means none
	Now    func() time.Time // nil means time.Now
}

// New returns a service; it does nothing by itself until Run.
func New(cfg Config) *Service {
	cfg.Retention = cmp.Or(cfg.Retention, 24*time.Hour)
	cfg.Limits = cfg.Limits.WithDefaults()
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg: cfg, log: cfg.Logger, outagesTold: map[told]bool{}, patience: patience{now: cfg.Now}, renders: renders{
		cfg: cfg.Rendering, now: cfg.Now, log: cfg.Logger,
		room: func(ctx context.Context) error { return cfg.Blobs.Room(ctx) },
	}}
}

// jid returns the robot's address on the push service.
func (s *Service) jid(r gcp.RobotID) string { return string(r) + "@" + s.cfg.Domain }
