package cloud

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
)

// How many wrong passwords of one address are taken in how long.
const (
	maxFailures   = 10
	failureWindow = 15 * time.Minute
	maxTracked    = 10000 // addresses
)

// hashers bounds how many passwords are hashed at once: each takes memory on purpose.
const hashers = 2

// argonParams is what RFC 9106 calls the second choice cut to a small machine:
// the parameters are part of each hash, so they can grow later.
func argonParams() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// passwordGuard slows down guessing. It counts in memory: with several replicas
// somebody who guesses gets that many times as many tries, which does not help
// against a password of ten characters, and a restart forgives everybody.
type passwordGuard struct {
	mu       sync.Mutex // guards failures and slots
	failures map[string]*failures
	slots    chan struct{}
	dummy    string // a hash that no password has, made when first needed
}

type failures struct {
	count int
	since time.Time
}

// allow reports whether another password of this address may be tried.
func (g *passwordGuard) allow(email string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.failures[email]
	return f == nil || f.count < maxFailures || now.Sub(f.since) >= failureWindow
}

// failed counts a wrong password.
func (g *passwordGuard) failed(email string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failures == nil {
		g.failures = map[string]*failures{}
	}
	if len(g.failures) >= maxTracked {
		for e, f := range g.failures {
			if now.Sub(f.since) >= failureWindow {
				delete(g.failures, e)
			}
		}
	}
	f := g.failures[email]
	if f == nil || now.Sub(f.since) >= failureWindow {
		if f == nil && len(g.failures) >= maxTracked {
			return // a flood of made-up addresses, of which each is slow to check
		}
		f = &failures{since: now}
		g.failures[email] = f
	}
	f.count++
}

// succeeded forgives an address.
func (g *passwordGuard) succeeded(email string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.failures, email)
}

// slot takes one of the few places for hashing; the func gives it back.
func (g *passwordGuard) slot(ctx context.Context) (func(), error) {
	g.mu.Lock()
	if g.slots == nil {
		g.slots = make(chan struct{}, hashers)
	}
	slots := g.slots
	g.mu.Unlock()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// verify compares a password with a hash. Without a hash it does the same work
// and says no.
func (g *passwordGuard) verify(ctx context.Context, hash, password string) (bool, error) {
	free, err := g.slot(ctx)
	if err != nil {
		return false, err
	}
	defer free()
	known := hash != ""
	if !known {
		if hash, err = g.dummyHash(); err != nil {
			return false, err
		}
	}
	if len(password) > maxPassword {
		password = ""
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	return ok && known && password != "", nil
}

func (g *passwordGuard) dummyHash() (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dummy == "" {
		hash, err := argon2id.CreateHash("nobody's", argonParams())
		if err != nil {
			return "", fmt.Errorf("hash password: %w", err)
		}
		g.dummy = hash
	}
	return g.dummy, nil
}

// hashPassword checks and hashes a new password.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	if err := checkNewPassword(password); err != nil {
		return "", err
	}
	free, err := s.passwords.slot(ctx)
	if err != nil {
		return "", err
	}
	defer free()
	hash, err := argon2id.CreateHash(password, argonParams())
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}
