package cloud

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
)

// hashers bounds how many passwords are hashed at once: each takes memory on purpose.
const hashers = 2

// argonParams is what RFC 9106 calls the second choice cut to a small machine:
// the parameters are part of each hash, so they can grow later.
func argonParams() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// slotWait is how long a password waits for its turn to be hashed.
const slotWait = 5 * time.Second

// passwordGuard bounds the guessing of passwords and the work that it costs.
type passwordGuard struct {
	guesses guesses
	mu      sync.Mutex // guards slots and dummy
	slots   chan struct{}
	dummy   string // a hash that no password has, made when first needed
}

var errBusy = &Error{Kind: KindUnavailable, Message: "Too many people sign in at this moment. Try again in a few seconds."}

// slot takes one of the few places for hashing; the func gives it back.
func (g *passwordGuard) slot(ctx context.Context) (func(), error) {
	g.mu.Lock()
	if g.slots == nil {
		g.slots = make(chan struct{}, hashers)
	}
	slots := g.slots
	g.mu.Unlock()
	wait := time.NewTimer(slotWait)
	defer wait.Stop()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-wait.C:
		return nil, errBusy
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
	if err := CheckNewPassword(password); err != nil {
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
