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
// lets nobody in. After too many wrong ones, of one address or of one account, only those
// are let in for a while whose grant, or key, let somebody in before: guesses keep out nobody
// who was there.
func (s *Server) LogIn(ctx context.Context, l Login) (cloud.Caller, error) {
	if l.Token == "" || len(l.Token) > maxSecret {
		return cloud.Caller{}, refused(errShape)
	}
	now, costs := s.cfg.Now(), map[string]float64{}
	if l.From != "" {
		costs["token "+l.From] = wrongTokenCost
	}
	if l.Account != "" {
		costs["account "+l.Account] = wrongLoginCost
	}
	paid := s.limit.allowAll(costs, now)
	c, t, err := s.read(ctx, HashOf(l.Token))
	if err == nil && l.Fits != nil {
		err = l.Fits(c)
	}
	wrong := cloud.KindOf(err) == cloud.KindCredentials
	switch {
	case !paid && (wrong || err == nil && !s.proven.has(t.Grant, now)):
		return cloud.Caller{}, &cloud.Error{Kind: cloud.KindQuota, Message: "Too many wrong tokens. Try again in half a minute.", After: 30 * time.Second}
	case err == nil:
		s.proven.keep(t.Grant, now)
	}
	for who, cost := range costs {
		if paid && !wrong {
			s.limit.refund(who, cost)
		}
	}
	return c, err
}

// proven remembers grants that let somebody in.
type proven struct {
	mu    sync.Mutex // guards what follows
	until map[GrantID]time.Time
}

func newProven() *proven { return &proven{until: map[GrantID]time.Time{}} }

func (p *proven) has(grant GrantID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.until[grant])
}

func (p *proven) keep(grant GrantID, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.until) >= provenSize {
		clear(p.until) // rare, and cheaper than keeping an order
	}
	p.until[grant] = now.Add(provenFor)
}
