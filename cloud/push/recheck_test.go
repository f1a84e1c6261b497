package push

import (
	"context"
	"strings"
	"testing"
)

// gate is a crowd whose answers can be held back.
type gate struct {
	crowd
	hold  chan struct{}
	asked map[string]int // by the user's name; guarded by crowd.mu
}

func (g *gate) SignIn(ctx context.Context, user, token string) (string, error) {
	local, err := g.crowd.SignIn(ctx, user, token)
	g.mu.Lock()
	g.asked[user]++
	hold := g.hold
	g.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return local, err
}

func (g *gate) set(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

func (g *gate) times(user string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked[user]
}

// quiet reports whether no person's token is being looked at.
func (f *fixture) quiet() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, list := range f.people {
		for _, c := range list {
			if c.person.checking {
				return false
			}
		}
	}
	return true
}

const bob = `bob\40example.com`

// TestRevocationChecksOnePerson: a thousand revocations of one person have that person's
// streams checked, each by one call at a time, and nobody else's.
func TestRevocationChecksOnePerson(t *testing.T) {
	who := &gate{asked: map[string]int{}}
	f := start(t, Direct, func(c *Config) { c.People = who })
	const streams = 3
	var jids []string
	for range streams {
		_, jid, _ := f.personal(t, mechPlain, mechanismsOf[mechPlain](ann, "key of "+ann))
		jids = append(jids, jid)
	}
	_, other, _ := f.personal(t, mechPlain, mechanismsOf[mechPlain](bob, "key of "+bob))
	hold := make(chan struct{})
	who.set(func() { who.hold = hold })
	f.RevokePerson(t.Context(), ann)
	f.await(t, "a check of each stream", func() bool { return who.times(ann) == 2*streams })
	for range 999 {
		f.RevokePerson(t.Context(), strings.ToUpper(ann))
	}
	who.set(func() { who.hold = nil })
	close(hold)
	f.await(t, "the checks", f.quiet)
	if n := who.times(ann) - streams; n != 2*streams {
		t.Errorf("%d checks of %d streams, want two of each", n, streams)
	}
	if n := who.times(bob) - 1; n != 0 {
		t.Errorf("%d checks of somebody else's stream", n)
	}
	for _, jid := range append(jids, other) {
		if !f.Reaches(jid) {
			t.Errorf("%s was cut off", jid)
		}
	}
}

// TestLoginWhileTokensAreLost: a login under way is not kept out by what others lose, and
// ends when its own token is among what was lost meanwhile.
func TestLoginWhileTokensAreLost(t *testing.T) {
	who := &gate{asked: map[string]int{}}
	f := start(t, Direct, func(c *Config) { c.People = who })
	login := func(name string, before func()) *peer {
		hold := make(chan struct{})
		who.set(func() { who.hold = hold })
		asked := who.times(name)
		p := f.dial(t)
		p.send(clientHeader)
		p.until(`</stream:features>`)
		p.send(authStanza(mechPlain, mechanismsOf[mechPlain](name, "key of "+name)))
		f.await(t, "the check", func() bool { return who.times(name) > asked })
		before()
		who.set(func() { who.hold = nil })
		close(hold)
		return p
	}
	for range 5 {
		p := login(bob, func() {
			for range 10 {
				f.RevokePerson(t.Context(), ann)
			}
		})
		p.until(`<success`)
	}
	p := login(ann, func() {
		who.set(func() { who.out = true })
		f.RevokePerson(t.Context(), ann)
	})
	if got := p.closed(); !strings.Contains(got, "not-authorized") {
		t.Errorf("who lost the token while logging in is told %s", got)
	}
}
