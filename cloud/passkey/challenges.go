package passkey

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Bounds of the challenges that wait for an answer.
const (
	challengeTime = 5 * time.Minute
	maxChallenges = 4096
)

// CookieTime is how long a browser needs to remember the key of a challenge.
const CookieTime = challengeTime

var errChallenge = errors.New("no such challenge, or it was answered or is too old")

// challenges are those that wait for an answer. They are in memory only: who is asked
// while the service is started anew is asked again.
type challenges struct {
	mu      sync.Mutex
	waiting map[string]challenge // by their keys
}

type challenge struct {
	about webauthn.SessionData
	until time.Time
}

// add keeps a challenge, and returns its key. Of too many the oldest goes: somebody who
// asks for thousands keeps nobody out who answers soon.
func (c *challenges) add(about webauthn.SessionData, now time.Time) (key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) >= maxChallenges {
		c.makeRoom(now)
	}
	key = rand.Text()
	c.waiting[key] = challenge{about, now.Add(challengeTime)}
	return key
}

func (c *challenges) makeRoom(now time.Time) {
	oldest := ""
	for key, each := range c.waiting {
		if !now.Before(each.until) {
			delete(c.waiting, key)
		} else if oldest == "" || each.until.Before(c.waiting[oldest].until) {
			oldest = key
		}
	}
	if len(c.waiting) >= maxChallenges {
		delete(c.waiting, oldest)
	}
}

// take returns a challenge, once.
func (c *challenges) take(key string, now time.Time) (webauthn.SessionData, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.waiting[key]
	delete(c.waiting, key)
	if !ok || !now.Before(found.until) {
		return webauthn.SessionData{}, errChallenge
	}
	return found.about, nil
}
