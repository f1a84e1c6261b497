package component

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/stream"
)

var _ push.Remote = (*Link)(nil)

// Link is the stream to the XMPP server, opened again and again, and what is done over
// it. Its methods may be called from any goroutine.
type Link struct {
	cfg     Config
	tasks   *tasks
	signs   *signs
	guests  *guests
	post    *post
	relearn chan time.Time // since when a new stream stands: what was known before may be wrong
	logouts chan struct{}  // has one when there may be somebody to log out

	mu        sync.Mutex // guards what follows
	conn      *conn      // nil while there is none
	came      chan struct{}
	prepared  map[gcp.RobotID]bool // robots whose nodes are as they should be, since conn came
	down      string               // what was said last of why there is no stream; "" for nothing
	why       error                // why there is none
	refusals  int                  // of the same kind, one after the other
	refused   string               // the kind
	lastFault map[string]string
	owed      int64 // up to where people are to be logged out
}

// New returns a link that is not connected yet.
func New(cfg Config) (*Link, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if cfg.Store == nil || cfg.Standing == nil || cfg.Changed == nil || cfg.Waiting == nil {
		return nil, errors.New("a component needs a store, and the service behind it")
	}
	return &Link{
		cfg: cfg, tasks: newTasks(), signs: newSigns(), guests: newGuests(), post: newPost(), relearn: make(chan time.Time, 1),
		logouts: make(chan struct{}, 1), came: make(chan struct{}), lastFault: map[string]string{},
	}, nil
}

// Run keeps the stream open until ctx ends, whose error it then returns.
func (l *Link) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return l.stayConnected(ctx) })
	g.Go(func() error { return l.keepSigns(ctx) })
	g.Go(func() error { return l.sweep(ctx) })
	g.Go(func() error { return l.carry(ctx) })
	g.Go(func() error { return l.logOut(ctx) })
	for _, lane := range l.guests.lanes {
		g.Go(func() error { return l.host(ctx, lane) })
	}
	for range senders {
		g.Go(func() error { return l.work(ctx) })
	}
	return g.Wait()
}

// Notify hands a hint to the server soon. It waits for nothing; while there is no stream
// hints wait, each once.
func (l *Link) Notify(_ context.Context, robot gcp.RobotID, n gcp.Notification) {
	l.tasks.add(task{do: sendHint, robot: robot, hint: n})
}

// Revoke ends a robot's sessions: some of its tokens are not good any more, and which
// session came by which token only the server knows. A robot that has good ones comes
// back.
func (l *Link) Revoke(_ context.Context, robot gcp.RobotID) { l.signs.revoke(robot) }

// Present reports whether a robot is logged in.
func (l *Link) Present(ctx context.Context, robot gcp.RobotID) (bool, error) {
	list, err := l.cfg.Store.PushSessions(ctx, robot)
	if err != nil {
		return false, fmt.Errorf("read the sessions of robot %s: %w", robot, err)
	}
	for _, s := range list {
		if s.Until.After(time.Now()) {
			return true, nil
		}
	}
	return false, nil
}

// Connected reports whether the stream stands.
func (l *Link) Connected() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn != nil
}

// stayConnected dials until ctx ends. Replicas that the server lets in only one at a
// time wait here for their turn.
func (l *Link) stayConnected(ctx context.Context) error {
	waits := backoff.Backoff{Min: l.cfg.Limits.RetryMin, Max: l.cfg.Limits.RetryMax}
	for {
		c, err := dial(ctx, &l.cfg)
		if err == nil {
			began := time.Now()
			err = l.serve(ctx, c)
			if time.Since(began) > l.cfg.Limits.RetryMax {
				waits.Reset()
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.tellDown(ctx, err)
		if err := waits.Wait(ctx); err != nil {
			return err
		}
	}
}

// serve reads a stream until it ends.
func (l *Link) serve(ctx context.Context, c *conn) error {
	defer c.close()
	stop := context.AfterFunc(ctx, c.close)
	defer stop()
	l.tellUp(ctx, c)
	defer l.leave(c)
	for {
		n, err := c.stanza()
		if err != nil {
			return err
		}
		if n.IsError() {
			return refusalOf(n)
		}
		if err := l.handle(c, n); err != nil {
			return err
		}
	}
}

// tellUp lets everybody use a stream.
func (l *Link) tellUp(ctx context.Context, c *conn) {
	l.mu.Lock()
	l.conn, l.prepared, l.down, l.refused = c, map[gcp.RobotID]bool{}, "", ""
	close(l.came)
	l.mu.Unlock()
	l.cfg.Logger.InfoContext(ctx, "the XMPP server takes notifications", "server", l.cfg.Address, "component", l.cfg.Service)
	select {
	case l.relearn <- time.Now():
	default: // it is to be done already; what is asked too often does no harm
	}
	l.wakeLogOut()
}

func (l *Link) leave(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == c {
		l.conn, l.came = nil, make(chan struct{})
	}
}

// tellDown logs that there is no stream, once, and again when the server goes on to
// refuse us for another reason: while it stops and starts it may have passing ones.
func (l *Link) tellDown(ctx context.Context, err error) {
	why := "gone"
	if r, ok := errors.AsType[*Refusal](err); ok && r.Condition != conditionShutdown {
		why = string(r.Condition)
	}
	l.mu.Lock()
	l.why = err
	if l.refused != why {
		l.refused, l.refusals = why, 0
	}
	l.refusals++
	known := l.down == why || l.down != "" && (why == "gone" || l.refusals < lastingRefusals)
	if !known {
		l.down = why
	}
	l.mu.Unlock()
	if !known {
		l.cfg.Logger.WarnContext(ctx, "the XMPP server takes no notifications", "server", l.cfg.Address, "err", explain(err, &l.cfg))
	}
}

const conditionShutdown stream.Error = "system-shutdown"

// lastingRefusals is how often the server refuses us before that is news.
const lastingRefusals = 5

// await returns the stream, once there is one.
func (l *Link) await(ctx context.Context) (*conn, error) {
	for {
		l.mu.Lock()
		c, came := l.conn, l.came
		l.mu.Unlock()
		if c != nil {
			return c, nil
		}
		select {
		case <-came:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// fault logs trouble of one kind when it changes.
func (l *Link) fault(ctx context.Context, what string, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	l.mu.Lock()
	changed := l.lastFault[what] != text
	l.lastFault[what] = text
	l.mu.Unlock()
	switch {
	case changed && err != nil:
		l.cfg.Logger.WarnContext(ctx, "trouble with the XMPP server", "what", what, "err", err)
	case changed:
		l.cfg.Logger.InfoContext(ctx, "trouble with the XMPP server is over", "what", what)
	}
}
