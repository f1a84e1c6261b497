package push

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// crowd is who is let in as a person, for tests.
type crowd struct {
	mu     sync.Mutex // guards what follows
	out    bool
	heard  []string
	ended  []string
	answer []string
}

func (p *crowd) Names(user string) bool { return strings.Contains(user, `\40`) }

func (p *crowd) SignIn(_ context.Context, l cloud.Login) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.Token.Reveal() != "key of "+l.User || p.out {
		return "", &cloud.Error{Kind: cloud.KindCredentials, Message: "no such key"}
	}
	return l.User, nil
}

func (p *crowd) Handle(_ context.Context, from string, n node) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, from+" "+n.XMLName.Local)
	return p.answer
}

func (p *crowd) Ended(_ context.Context, full string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = append(p.ended, full)
}

const ann = `ann\40example.com`

// personal is a person's stream as far as the bound resource, and its address; refused says
// that it was not let in.
func (f *fixture) personal(t *testing.T, mech, message string) (p *peer, jid string, refused bool) {
	t.Helper()
	p = f.dial(t)
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(authStanza(mech, message))
	if got := p.until(`<(?:success|failure|challenge)[^>]*>`)[0]; !strings.Contains(got, "success") {
		return p, "", true
	}
	p.send(clientHeader)
	p.until(`</stream:features>`)
	p.send(`<iq type="set" id="0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>r</resource></bind></iq>`)
	return p, p.until(`<jid>([^<]*)</jid>.*?</iq>`)[1], false
}

// TestPeopleAreNoConnectors: a login that names a person is judged by the person's key
// alone, in each mechanism, and one that names none as ever; neither gets what is the other's.
func TestPeopleAreNoConnectors(t *testing.T) {
	who := &crowd{answer: []string{`<message from="s"><body>hi</body></message>`}}
	f := start(t, Direct, func(c *Config) { c.People = who })
	for mech, message := range mechanismsOf {
		name := ann
		if mech == mechPlain {
			name += "@" + ClassicDomain
		}
		for key, want := range map[string]bool{"key of " + name: true, "key of " + name + "x": false, testToken: false} {
			if _, jid, refused := f.personal(t, mech, message(name, key)); refused == want {
				t.Errorf("%s %s %s: refused %t", mech, name, key, refused)
			} else if want && !strings.HasPrefix(jid, ann) {
				t.Errorf("%s: the address is %s", mech, jid)
			}
		}
		// A connector's login goes on as ever, whatever it is called, and no key of a person is good there.
		for _, name := range []string{"x", string(testRobot) + "@" + ClassicDomain, "ann@example.com", ""} {
			if name == "" && mech == mechBearer {
				continue
			}
			if _, jid, refused := f.personal(t, mech, message(name, testToken)); refused || !strings.HasPrefix(jid, string(testRobot)+"@") {
				t.Errorf("%s %q: refused %t, address %s", mech, name, refused, jid)
			}
			if _, _, refused := f.personal(t, mech, message(name, "key of "+ann)); !refused {
				t.Errorf("%s %q: a person's key lets a connector in", mech, name)
			}
		}
	}
	p, jid, _ := f.personal(t, mechPlain, mechanismsOf[mechPlain](ann, "key of "+ann))
	p.send(`<iq type="set" to="` + jid + `" id="3"><subscribe xmlns="google:push"><item channel="c" from="c"/></subscribe></iq>`)
	p.until(`<body>hi</body>`)
	if f.Connected(testRobot) || len(f.presence.list()) > 0 {
		t.Error("a person counts as a connector")
	}
}

// TestPeopleActForNobodyElse: whom PLAIN would act for is the user of the login or nobody
// (RFC 4616, 2). Connectors wrote there what they liked.
func TestPeopleActForNobodyElse(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.People = &crowd{} })
	for _, c := range []struct {
		actsFor, name string
		want          bool
	}{
		{"", ann, true},
		{ann, ann, true},
		{ann + "@" + ClassicDomain, ann, true},
		{bob, ann, false},
		{bob + "@" + ClassicDomain, ann, false},
		{ann + "@elsewhere.example", ann, false},
	} {
		p := f.dial(t)
		p.send(clientHeader)
		p.until(`</stream:features>`)
		p.send(authStanza(mechPlain, c.actsFor+"\x00"+c.name+"\x00key of "+c.name))
		if got := p.until(`<(?:success [^>]*|failure [^>]*><[^>]*)>`)[0]; strings.HasPrefix(got, "<success") != c.want || !c.want && !strings.Contains(got, "<invalid-authzid/>") {
			t.Errorf("%s for %q: %s", c.name, c.actsFor, got)
		}
	}
	if _, jid, refused := f.personal(t, mechPlain, ann+"\x00x\x00"+testToken); refused || !strings.HasPrefix(jid, string(testRobot)) {
		t.Errorf("a connector's login: refused %t, address %s", refused, jid)
	}
}

// TestPeopleAreSentTo: what is sent to a person reaches the sessions that are available, and
// what is sent to a session that one; after its end nobody.
func TestPeopleAreSentTo(t *testing.T) {
	who := &crowd{}
	f := start(t, Direct, func(c *Config) { c.People = who })
	in := func() (*peer, string) {
		p, jid, _ := f.personal(t, mechPlain, mechanismsOf[mechPlain](ann, "key of "+ann))
		return p, jid
	}
	bare := ann + "@" + ClassicDomain
	one, first := in()
	two, second := in()
	if f.Reaches(bare) || !f.Reaches(first) || f.Reaches("x@elsewhere.example") || f.Reaches(string(testRobot)+"@"+ClassicDomain) {
		t.Error("reached before anybody is available")
	}
	one.send(`<presence/>`)
	two.send(`<presence><priority>-1</priority></presence>`)
	f.await(t, "both presences", func() bool {
		who.mu.Lock()
		defer who.mu.Unlock()
		return len(who.heard) == 2
	})
	for i := range 3 {
		f.Send(t.Context(), bare, fmt.Sprintf(`<message id="all%d"/>`, i))
		f.Send(t.Context(), second, fmt.Sprintf(`<message id="two%d"/>`, i))
	}
	one.until(`^\s*<message id="all0"/><message id="all1"/><message id="all2"/>`)
	two.until(`^\s*<message id="two0"/><message id="two1"/><message id="two2"/>`)
	_ = two.Close()
	f.await(t, "the end", func() bool {
		who.mu.Lock()
		defer who.mu.Unlock()
		return len(who.ended) == 1 && who.ended[0] == second
	})
	if f.Reaches(second) {
		t.Error("a session that ended is reached")
	}
	who.mu.Lock()
	who.out = true
	who.mu.Unlock()
	f.RevokePerson(t.Context(), ann)
	if got := one.closed(); !strings.Contains(got, "<not-authorized") {
		t.Errorf("whose key is not good any more is told %s", got)
	}
}

// TestSlowPeopleAreCutOff: who does not read is let go, and others go on.
func TestSlowPeopleAreCutOff(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.People = &crowd{} })
	slow, jid, _ := f.personal(t, mechPlain, mechanismsOf[mechPlain](ann, "key of "+ann))
	_ = slow
	_, other, _ := f.personal(t, mechPlain, mechanismsOf[mechPlain](ann, "key of "+ann))
	long := `<message>` + strings.Repeat("x", 60<<10) + `</message>`
	f.await(t, "the end of who does not read", func() bool {
		for range 100 {
			f.Send(t.Context(), jid, long)
		}
		return !f.Reaches(jid)
	})
	if !f.Reaches(other) {
		t.Error("another one was cut off, too")
	}
}

// TestPersonsStreamsAreFew: one person has 32.
func TestPersonsStreamsAreFew(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.People = &crowd{} })
	message := mechanismsOf[mechPlain](ann, "key of "+ann)
	for i := range maxPersonConns {
		if _, _, refused := f.personal(t, mechPlain, message); refused {
			t.Fatalf("stream %d is refused", i)
		}
	}
	if _, _, refused := f.personal(t, mechPlain, message); !refused {
		t.Error("one more is let in")
	}
}

// TestTooManyWrongTokens: who is refused for too many wrong tokens, whosever they are, is told that
// it passes, and nobody logs it as trouble; whoever counts is told from where the login came.
func TestTooManyWrongTokens(t *testing.T) {
	var trouble atomic.Bool
	var from atomic.Value
	many := func(l cloud.Login) error {
		from.Store(l.From)
		return &cloud.Error{Kind: cloud.KindQuota, Message: "too many"}
	}
	f := start(t, Direct, func(c *Config) {
		c.People = counting{&crowd{}, many}
		c.Authenticate = func(_ context.Context, l cloud.Login) (gcp.RobotID, error) { return "", many(l) }
		c.Logger = slog.New(slog.NewTextHandler(writer(func([]byte) { trouble.Store(true) }), &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	for _, user := range []string{ann, string(testRobot)} {
		p := f.dial(t)
		p.send(clientHeader)
		p.until(`</stream:features>`)
		p.send(authStanza(mechPlain, "\x00"+user+"\x00guess"))
		p.until(`<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><temporary-auth-failure/></failure>`)
		if got := from.Load(); got != netip.MustParseAddr("127.0.0.1") {
			t.Errorf("%s comes from %v", user, got)
		}
	}
	if trouble.Load() {
		t.Error("it is logged as trouble")
	}
}

// counting is a crowd that has been asked too often.
type counting struct {
	*crowd
	many func(cloud.Login) error
}

func (c counting) SignIn(_ context.Context, l cloud.Login) (string, error) { return "", c.many(l) }

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}
