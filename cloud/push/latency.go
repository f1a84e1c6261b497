package push

import (
	"context"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/stream"
)

// probe is a ping whose answer tells how far away the peer is.
type probe struct {
	mu   sync.Mutex // guards what follows
	id   string     // of the ping that is on its way; "" for none
	sent time.Time
	took time.Duration // of the last one; 0 for none
	done chan struct{} // closed by the answer
}

// start notes a ping that is to be sent. fresh is false if one is on its way.
func (p *probe) start(id string) (done <-chan struct{}, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fresh = p.id == ""; fresh {
		p.id, p.sent, p.done = id, time.Now(), make(chan struct{})
	}
	return p.done, fresh
}

// answered notes the answer to a stanza, which may be another one.
func (p *probe) answered(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if id != "" && id == p.id {
		p.id, p.took = "", max(time.Since(p.sent), 1)
		close(p.done)
	}
}

// result returns how long the last answer took; 0 if there was none, or if one is waited
// for longer than a peer may take.
func (p *probe) result(patience time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.id != "" && time.Since(p.sent) > patience {
		return 0
	}
	return p.took
}

// glance is how long Latency waits: somebody looks at a page meanwhile.
const glance = 50 * time.Millisecond

// Latency asks robots whether they are there, and returns how long each took to answer,
// now or, where that is slower than a glance, the last time. Those that have no stream,
// or take longer than Limits.Latency, are not in the answer.
func (s *Server) Latency(ctx context.Context, of ...gcp.RobotID) map[gcp.RobotID]time.Duration {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	asked, waits := map[gcp.RobotID]*conn{}, map[gcp.RobotID]<-chan struct{}{}
	for _, id := range of {
		if all := s.subscribed(id); len(all) > 0 {
			c := all[len(all)-1] // the newest
			asked[id], waits[id] = c, c.measure()
		}
	}
	took := map[gcp.RobotID]time.Duration{}
	for id, c := range asked {
		select {
		case <-waits[id]:
		case <-ctx.Done():
		}
		if d := c.probe.result(s.cfg.Limits.Latency); d > 0 {
			took[id] = d
		}
	}
	return took
}

// measure pings the peer, unless that was done already and is not answered yet. A stream
// that takes nothing any more is noticed by its reader.
func (c *conn) measure() <-chan struct{} {
	id := newID()
	done, fresh := c.probe.start(id)
	if fresh {
		c.srv.spawn(func() { _ = c.write(c.ping(id)) })
	}
	return done
}

// ping is XEP-0199, 4.1.
func (c *conn) ping(id string) string {
	return `<iq type="get"` + stream.Attr("from", c.srv.cfg.Service) + stream.Attr("to", c.full) +
		stream.Attr("id", id) + `><ping xmlns="` + nsPing + `"/></iq>`
}
