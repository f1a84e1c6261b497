package passkey

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Passkeys belong to a name that nobody can take the place of: Level 3, 5.1.3 and Secure
// Contexts, 3.1.
func TestWherePasskeysAreOffered(t *testing.T) {
	for base, want := range map[string][2]string{
		"https://print.example.com":      {"print.example.com", "https://print.example.com"},
		"https://Print.Example.com:443":  {"print.example.com", "https://print.example.com"},
		"https://print.example.com:8443": {"print.example.com", "https://print.example.com:8443"},
		"http://localhost:8631":          {"localhost", "http://localhost:8631"},
		"http://a.localhost":             {"a.localhost", "http://a.localhost"},
		"https://localhost":              {"localhost", "https://localhost"},
		"http://print.example.com":       {},
		"http://localhost.example.com":   {},
		"https://192.0.2.1":              {},
		"https://[2001:db8::1]:8443":     {},
		"http://127.0.0.1:8631":          {},
		"":                               {},
	} {
		id, origin, ok := identity(base)
		if id != want[0] || origin != want[1] || ok != (want[0] != "") {
			t.Errorf("%q is %q at %q, %v", base, id, origin, ok)
		}
		if New(Config{BaseURL: base}).Offered() != ok {
			t.Errorf("%q: what is offered differs", base)
		}
	}
}

// Challenges are good once and for a short time, and of very many the oldest go.
func TestChallengesAreFewAndShort(t *testing.T) {
	c, now := challenges{waiting: map[string]challenge{}}, time.Unix(1_800_000_000, 0)
	of := func(n int) webauthn.SessionData { return webauthn.SessionData{Challenge: fmt.Sprint(n)} }
	key := c.add(of(1), now)
	if got, err := c.take(key, now.Add(challengeTime-1)); err != nil || got.Challenge != "1" {
		t.Errorf("took %+v, %v", got, err)
	}
	if _, err := c.take(key, now); err == nil {
		t.Error("a challenge was taken twice")
	}
	if _, err := c.take(c.add(of(2), now), now.Add(challengeTime)); err == nil {
		t.Error("an old challenge was taken")
	}
	if _, err := c.take("", now); err == nil {
		t.Error("no key took a challenge")
	}
	first := c.add(of(3), now)
	second := c.add(of(4), now.Add(1))
	for n := range maxChallenges - 1 {
		c.add(of(n), now.Add(2))
	}
	if len(c.waiting) != maxChallenges {
		t.Errorf("%d challenges wait", len(c.waiting))
	}
	if _, err := c.take(first, now.Add(3)); err == nil {
		t.Error("the oldest of too many is still there")
	}
	if _, err := c.take(second, now.Add(3)); err != nil {
		t.Error("more than the oldest is gone")
	}
	c.add(of(5), now.Add(3)) // full again
	c.add(of(6), now.Add(2*challengeTime))
	if len(c.waiting) != 1 {
		t.Errorf("%d challenges wait after all but one were over", len(c.waiting))
	}
}

// A counter that does not grow tells of a copy; keys that do not count stay at 0 (Level 3,
// 7.2, step 22).
func TestCopiesAreKnown(t *testing.T) {
	for _, tt := range []struct {
		before, now uint32
		copied      bool
	}{{0, 0, false}, {0, 1, false}, {1, 2, false}, {2, 2, true}, {2, 1, true}, {2, 0, true}} {
		p := Passkey{SignCount: tt.before}
		if p.copied(tt.now) != tt.copied {
			t.Errorf("%d after %d: %v", tt.now, tt.before, !tt.copied)
		}
	}
}
