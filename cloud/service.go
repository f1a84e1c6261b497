package cloud

import (
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"platen/gcp"
)

// Service is the whole of the rules. Its methods may be called from any
// goroutine. Errors that a caller caused are *Error; all others are the
// service's own trouble. A foreign printer or job and an unknown one are both
// ErrNotFound (ErrNoJob for Fetch).
type Service struct {
	cfg       Config
	log       *slog.Logger
	recover   sync.Once
	recovered error
	running   atomic.Bool // Run writes notes down now and then
	notes     notes
	caps      capsCache
	passwords passwordGuard
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

	Retention       time.Duration // how long documents of ended jobs are kept; 0 for 24 h
	EventRetention  time.Duration // how long events are kept; 0 for 30 days
	OrphanAge       time.Duration // documents without a job are deleted after it; 0 for 1 h
	CancelTimeout   time.Duration // how long a connector has to answer a cancel; 0 for 60 s
	ClaimTimeout    time.Duration // how long an anonymous registration waits; 0 for 15 min
	Lease           time.Duration // how long a robot counts as online after a call; 0 for 90 s
	MaxCapabilities int           // bytes of a printer's capabilities; 0 for 4 MiB

	Logger *slog.Logger     // nil means none
	Now    func() time.Time // nil means time.Now
	Rand   io.Reader        // nil means crypto/rand
}

// New returns a service; it does nothing by itself until Run.
func New(cfg Config) *Service {
	orElse(&cfg.Retention, 24*time.Hour)
	orElse(&cfg.EventRetention, 30*24*time.Hour)
	orElse(&cfg.OrphanAge, time.Hour)
	orElse(&cfg.CancelTimeout, time.Minute)
	orElse(&cfg.ClaimTimeout, 15*time.Minute)
	orElse(&cfg.Lease, 90*time.Second)
	orElse(&cfg.MaxCapabilities, 4<<20)
	orElse(&cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	return &Service{cfg: cfg, log: cfg.Logger}
}

// orElse gives *v a default.
func orElse[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// jid returns the robot's address on the push service.
func (s *Service) jid(r gcp.RobotID) string { return string(r) + "@" + s.cfg.Domain }
