package oauth

import (
	"sync"
	"time"

	"platen/cloud"
)

// callerCache remembers for a few seconds whom a token speaks for, because each
// job costs several calls. A revocation in this process empties it at once;
// another replica goes on believing a revoked token for at most cacheLifetime.
type callerCache struct {
	mu         sync.Mutex
	generation int // counts revocations: an answer read before one is not kept
	callers    map[Hash]cachedCaller
}

type cachedCaller struct {
	caller cloud.Caller
	until  time.Time
}

func newCallerCache() *callerCache { return &callerCache{callers: map[Hash]cachedCaller{}} }

// find returns a remembered caller, and the generation to hand to keep.
func (c *callerCache) find(h Hash, now time.Time) (cloud.Caller, int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.callers[h]
	return e.caller, c.generation, ok && now.Before(e.until)
}

func (c *callerCache) keep(h Hash, generation int, e cachedCaller) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if len(c.callers) >= cacheSize {
		clear(c.callers) // rare, and cheaper than keeping an order
	}
	c.callers[h] = e
}

func (c *callerCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.callers)
}
