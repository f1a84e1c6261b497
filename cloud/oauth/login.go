package oauth

import (
	"context"
	"sync"
	"time"

	"platen/cloud"
)

// Login is a token by which a session of XMPP is to begin.
type Login struct {
	Token   string
	Account string                   // whose it is said to be; "" where that is not said
	From    string                   // remote address; "" if only the XMPP server knows it
	Fits    func(cloud.Caller) error // refuses a token that lets in others; may be nil
}

const (
	// wrongLoginCost lets an account be tried with 60 wrong tokens at once, and then with two
	// a second, from wherever they come.
	wrongLoginCost = 1

	provenFor  = 24 * time.Hour
	provenSize = 20_000
)

// LogIn is Authenticate for a session that goes on, so that what is remembered of a token
// lets nobody in. Too many wrong ones are refused for a while, of one address and of one
// account; one that proved right before is looked at all the same, so that nobody is kept out by
// somebody else's guesses who was in before.
func (s *Server) LogIn(ctx context.Context, l Login) (cloud.Caller, error) {
	if l.Token == "" || len(l.Token) > maxSecret {
		return cloud.Caller{}, refused(errShape)
	}
	hash, now := HashOf(l.Token), s.cfg.Now()
	costs := map[string]float64{}
	if l.From != "" {
		costs["token "+l.From] = wrongTokenCost
	}
	if l.Account != "" {
		costs["account "+l.Account] = wrongLoginCost
	}
	paid := s.limit.allowAll(costs, now)
	if !paid && !s.proven.has(hash, now) {
		return cloud.Caller{}, &cloud.Error{Kind: cloud.KindQuota, Message: "Too many wrong tokens. Try again in half a minute.", After: 30 * time.Second}
	}
	c, err := s.fitting(ctx, l, hash)
	if err == nil {
		s.proven.keep(hash, now)
	}
	if paid && cloud.KindOf(err) != cloud.KindCredentials {
		for who, cost := range costs {
			s.limit.refund(who, cost)
		}
	}
	return c, err
}

// fitting looks up a token, and whether it is one for the login.
func (s *Server) fitting(ctx context.Context, l Login, hash Hash) (cloud.Caller, error) {
	c, _, err := s.read(ctx, hash)
	if cloud.KindOf(err) == cloud.KindCredentials {
		s.proven.forget(hash)
	}
	if err == nil && l.Fits != nil {
		err = l.Fits(c)
	}
	return c, err
}

// proven remembers tokens that let somebody in.
type proven struct {
	mu    sync.Mutex // guards what follows
	until map[Hash]time.Time
}

func newProven() *proven { return &proven{until: map[Hash]time.Time{}} }

func (p *proven) has(h Hash, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.until[h])
}

func (p *proven) keep(h Hash, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.until) >= provenSize {
		clear(p.until) // rare, and cheaper than keeping an order
	}
	p.until[h] = now.Add(provenFor)
}

func (p *proven) forget(h Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.until, h)
}
