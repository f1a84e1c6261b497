package push

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"platen/cloud"
)

// gate is a crowd whose answers can be held back, or fail.
type gate struct {
	crowd   // its mu guards what follows, too
	hold    chan struct{}
	trouble bool
	asked   map[string]int // by the user's name
}

func (g *gate) SignIn(ctx context.Context, l cloud.Login) (string, error) {
	local, err := g.crowd.SignIn(ctx, l)
	g.mu.Lock()
	g.asked[l.User]++
	hold := g.hold
	if g.trouble {
		err = errors.New("the database is locked")
	}
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

// TestTroubleEndsNoStream: while nobody can say whether a key is good, a stream goes on; one
// whose person lost a key does not, nor does one whose key is found not to be good.
func TestTroubleEndsNoStream(t *testing.T) {
	who := &gate{crowd: crowd{answer: []string{`<iq type="result" id="there"/>`}}, asked: map[string]int{}}
	f := start(t, Direct, func(c *Config) { c.People, c.Limits.PresenceEvery = who, 20*time.Millisecond })
	in := func(name string) *peer {
		p, _, refused := f.personal(t, mechPlain, mechanismsOf[mechPlain](name, "key of "+name))
		if refused {
			t.Fatal("not let in")
		}
		return p
	}
	anns, bobs := in(ann), in(bob)
	who.set(func() { who.trouble = true })
	asked := who.times(ann)
	f.await(t, "several checks", func() bool { return who.times(ann) > asked+3 })
	anns.send(`<iq type="get" id="there"><x xmlns="y"/></iq>`)
	anns.until(`^\s*<iq type="result" id="there"/>`)
	f.RevokePerson(t.Context(), bob)
	if got := bobs.closed(); !strings.Contains(got, "not-authorized") {
		t.Errorf("who lost a key meanwhile is told %s", got)
	}
	who.set(func() { who.trouble, who.out = false, true })
	if got := anns.closed(); !strings.Contains(got, "not-authorized") {
		t.Errorf("who has no good key is told %s", got)
	}
}
