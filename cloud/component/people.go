package component

import (
	"context"
	"hash/maphash"
	"strings"
	"sync"

	"platen/internal/stream"
)

// Bounds of what people say and are told.
const (
	lanes        = 8        // stanzas of people that are answered at the same time
	laneLength   = 256      // of them that wait in one lane
	ofOnePerson  = 32       // of one address that wait
	maxPost      = 16384    // stanzas that wait to be sent to people
	maxPostBytes = 32 << 20 // of them
)

// guests holds what those say who are no robots until it is answered: each address's in
// its order.
type guests struct {
	seed  maphash.Seed
	lanes [lanes]chan stream.Node

	mu      sync.Mutex // guards what follows
	waiting map[string]int
}

func newGuests() *guests {
	g := &guests{seed: maphash.MakeSeed(), waiting: map[string]int{}}
	for i := range g.lanes {
		g.lanes[i] = make(chan stream.Node, laneLength)
	}
	return g
}

// add reports whether there was room: one address must not take it from the others.
func (g *guests) add(n stream.Node) bool {
	from := bareOf(n)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting[from] >= ofOnePerson {
		return false
	}
	select {
	case g.lanes[maphash.String(g.seed, from)%lanes] <- n:
		g.waiting[from]++
		return true
	default:
		return false
	}
}

func (g *guests) done(n stream.Node) {
	from := bareOf(n)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting[from]--; g.waiting[from] <= 0 {
		delete(g.waiting, from)
	}
}

func bareOf(n stream.Node) string {
	bare, _, _ := strings.Cut(n.Attr("from"), "/")
	return strings.ToLower(bare)
}

// host answers one lane until ctx ends.
func (l *Link) host(ctx context.Context, lane <-chan stream.Node) error {
	for {
		select {
		case n := <-lane:
			for _, text := range l.cfg.People(ctx, n.Attr("from"), n) {
				l.post.add(text)
			}
			l.guests.done(n)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// guest takes a stanza of somebody who is no robot. What is too much is refused.
func (l *Link) guest(c *conn, n stream.Node) error {
	if l.guests.add(n) || n.XMLName.Local != "iq" {
		return nil
	}
	return c.write(`<iq` + stream.Attr("from", n.Attr("to")) + stream.Attr("to", n.Attr("from")) + stream.Attr("id", n.Attr("id")) +
		` type="error"><error type="wait"><resource-constraint xmlns="` + nsStanzas + `"/></error></iq>`)
}

// post holds stanzas for people until they are sent.
type post struct {
	mu    sync.Mutex // guards what follows
	list  []string
	bytes int
	wake  chan struct{} // has one when there is something
}

func newPost() *post { return &post{wake: make(chan struct{}, 1)} }

// add drops what is too much: items can be asked for.
func (p *post) add(stanza string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.list) >= maxPost || p.bytes+len(stanza) > maxPostBytes {
		return
	}
	p.list, p.bytes = append(p.list, stanza), p.bytes+len(stanza)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *post) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.list
	p.list, p.bytes = nil, 0
	return list
}

// carry sends what waits until ctx ends.
func (l *Link) carry(ctx context.Context) error {
	for {
		select {
		case <-l.post.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
		for _, text := range l.post.take() {
			c, err := l.await(ctx)
			if err != nil {
				return err
			}
			if err := c.write(text); err != nil {
				l.cfg.Logger.DebugContext(ctx, "a stanza for somebody is lost", "err", err)
			}
		}
	}
}

// Send hands a stanza to the server soon; it brings it to whom the stanza is addressed.
func (l *Link) Send(_ context.Context, _, stanza string) { l.post.add(stanza) }

// Reaches reports whether an address may have somebody there. Only the server knows.
func (l *Link) Reaches(string) bool { return true }

// Ready returns when the stream stands, or with ctx's error.
func (l *Link) Ready(ctx context.Context) error {
	_, err := l.await(ctx)
	return err
}
