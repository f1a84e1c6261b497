package oauth

import (
	"net/http"
	"sync"
	"time"

	"platen/cloud"
)

// The limits of the token endpoint and its kin, for one remote address.
const (
	limitBurst  = 60
	limitPerSec = 2
	limitSize   = 8192
)

// limiter is a token bucket for each remote address. It slows guessing and
// runaway clients down; what must hold exactly (codes good once, five guesses of
// a user code) is counted in the store, so each replica may have a limiter of
// its own.
type limiter struct {
	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimiter() *limiter { return &limiter{buckets: map[string]bucket{}} }

// allow takes cost from an address's bucket, and reports whether it was there.
func (l *limiter) allow(addr string, now time.Time, cost float64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[addr]
	if !ok {
		l.makeRoom(now)
		b = bucket{limitBurst, now}
	}
	b.left = min(limitBurst, b.left+now.Sub(b.at).Seconds()*limitPerSec)
	b.at = now
	ok = b.left >= cost
	if ok {
		b.left -= cost
	}
	l.buckets[addr] = b
	return ok
}

// refund gives cost back to an address that has proved who it is.
func (l *limiter) refund(addr string, cost float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.buckets[addr]; ok {
		b.left = min(limitBurst, b.left+cost)
		l.buckets[addr] = b
	}
}

// loginCost makes a password guess as dear as this many other requests.
const loginCost = 5

// SignIn checks the password that came with a request. One remote address has
// few wrong passwords in a short time, whosever they are: hashing one is dear.
func (s *Server) SignIn(r *http.Request, email, password string) (cloud.User, error) {
	return s.SignInBy(r, func(from string) (cloud.User, error) {
		return s.cfg.CheckPassword(r.Context(), cloud.PasswordCheck{Email: email, Password: password, From: from})
	})
}

// SignInBy is SignIn with another proof than a password: wrong ones count alike.
func (s *Server) SignInBy(r *http.Request, check func(from string) (cloud.User, error)) (cloud.User, error) {
	addr := s.cfg.RemoteAddr(r)
	if !s.limit.allow("signin "+addr, s.cfg.Now(), loginCost) {
		return cloud.User{}, &cloud.Error{Kind: cloud.KindQuota, Message: "Too many attempts from here. Wait half a minute, then try again."}
	}
	u, err := check(addr)
	if err == nil {
		s.limit.refund("signin "+addr, loginCost) // an office may share one address
	}
	return u, err
}

// Attempt refuses a remote address that shows too many links and answers of a
// sign-in service in a short time. Nobody guesses one; looking them up costs.
func (s *Server) Attempt(r *http.Request) error {
	if s.limit.allow("attempt "+s.cfg.RemoteAddr(r), s.cfg.Now(), attemptCost) {
		return nil
	}
	return &cloud.Error{Kind: cloud.KindQuota, Message: "Too many attempts from here. Wait half a minute, then try again."}
}

// Proved gives back that many attempts to an address from which somebody came in:
// an office may share one.
func (s *Server) Proved(r *http.Request, attempts int) {
	s.limit.refund("attempt "+s.cfg.RemoteAddr(r), attemptCost*float64(attempts))
}

// attemptCost lets an address make 20 attempts at once, and then two in three seconds.
const attemptCost = 3

// wrongTokenCost lets an address show 600 tokens at once that nobody knows, and
// then 20 a second: hundreds of connectors may share an address, and their access
// tokens end together.
const wrongTokenCost = 0.1

// AuthenticateRequest is Authenticate for what came with a request. Who shows
// too many wrong ones is refused for a while.
func (s *Server) AuthenticateRequest(r *http.Request, token string) (c cloud.Caller, err error) {
	err = s.counted(r, func() error {
		c, err = s.Authenticate(r.Context(), token)
		return err
	})
	return c, err
}

// counted refuses a request from where too many wrong tokens came; check looks at
// the one that it has.
func (s *Server) counted(r *http.Request, check func() error) error {
	who, now := "token "+s.cfg.RemoteAddr(r), s.cfg.Now()
	if !s.limit.allow(who, now, wrongTokenCost) {
		return &cloud.Error{
			Kind: cloud.KindQuota, Message: "Too many wrong tokens from here. Try again in half a minute.", After: 30 * time.Second,
		}
	}
	err := check()
	if cloud.KindOf(err) != cloud.KindCredentials {
		s.limit.refund(who, wrongTokenCost)
	}
	return err
}

// registerCost lets an address register a few devices at once, and then one each
// ten seconds.
const registerCost = 20

// AllowRegistration reports whether the sender of a request may register another
// device that nobody owns.
func (s *Server) AllowRegistration(r *http.Request) bool {
	return s.limit.allow("register "+s.cfg.RemoteAddr(r), s.cfg.Now(), registerCost)
}

// makeRoom forgets full buckets, and everything if that is not enough.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.buckets) < limitSize {
		return
	}
	for a, b := range l.buckets {
		if b.left+now.Sub(b.at).Seconds()*limitPerSec >= limitBurst {
			delete(l.buckets, a)
		}
	}
	if len(l.buckets) >= limitSize {
		clear(l.buckets)
	}
}
