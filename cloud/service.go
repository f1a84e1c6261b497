package cloud

import (
	"cmp"
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

	Retention time.Duration // how long documents of ended jobs are kept; 0 for 24 h

	Logger *slog.Logger     // nil means none
	Now    func() time.Time // nil means time.Now
}

// New returns a service; it does nothing by itself until Run.
func New(cfg Config) *Service {
	cfg.Retention = cmp.Or(cfg.Retention, 24*time.Hour)
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg: cfg, log: cfg.Logger}
}

// jid returns the robot's address on the push service.
func (s *Service) jid(r gcp.RobotID) string { return string(r) + "@" + s.cfg.Domain }
