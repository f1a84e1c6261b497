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
// lets nobody in. After too many wrong ones for an account its guesser hears no more than
// that; the right one is still good, since anybody may guess at an account. After too many of
// one address only those are let in from there for a while whose grant, or key, let somebody
// in before.
func (s *Server) LogIn(ctx context.Context, l Login) (cloud.Caller, error) {
	if l.Token == "" || len(l.Token) > maxSecret {
		return cloud.Caller{}, refused(errShape)
	}
	now := s.cfg.Now()
	address, account := "token "+l.From, "account "+l.Account
	addressPaid := l.From == "" || s.limit.allow(address, now, wrongTokenCost)
	accountPaid := l.Account == "" || s.limit.allow(account, now, wrongLoginCost)
	c, t, err := s.read(ctx, HashOf(l.Token))
	if err == nil && l.Fits != nil {
		err = l.Fits(c)
	}
	wrong := cloud.KindOf(err) == cloud.KindCredentials
	switch {
	case wrong && (!addressPaid || !accountPaid), err == nil && !addressPaid && !s.proven.has(t.Grant, now):
		return cloud.Caller{}, &cloud.Error{Kind: cloud.KindQuota, Message: "Too many wrong tokens. Try again in half a minute.", After: 30 * time.Second}
	case err == nil:
		s.proven.keep(t.Grant, now)
	}
	if wrong {
		return c, err
	}
	if l.From != "" && addressPaid {
		s.limit.refund(address, wrongTokenCost)
	}
	if l.Account != "" && accountPaid {
		s.limit.refund(account, wrongLoginCost)
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
