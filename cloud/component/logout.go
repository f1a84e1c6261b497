package component

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/internal/backoff"
)

// logoutsAtOnce is how many people who are to be logged out are read at a time.
const logoutsAtOnce = 1000

// LogOut is told that everybody whom the store has up to a position is to be logged out now:
// their tokens let in nobody any more. It waits for nothing. Nothing else would end these
// sessions, so that the server is asked until it has done it, by this process or by one that
// comes after it.
func (l *Link) LogOut(upTo int64) {
	l.mu.Lock()
	l.owed = max(l.owed, upTo)
	l.mu.Unlock()
	l.wakeLogOut()
}

func (l *Link) wakeLogOut() {
	select {
	case l.logouts <- struct{}{}:
	default: // it is looked for them already
	}
}

// logOut ends the sessions of people until ctx ends. Those that the server did not end are
// tried again after longer and longer pauses, and keep nobody else waiting.
func (l *Link) logOut(ctx context.Context) error {
	var pauses backoff.Backoff
	var again <-chan time.Time // nil while nobody is to be tried again
	var last *conn
	var asked int64 // up to where the server was asked since the last pause
	for {
		c, err := l.await(ctx)
		if err != nil {
			return err
		}
		if c != last {
			last, asked = c, 0
		}
		all := asked == 0
		asked, err = l.logOutAfter(ctx, c, asked)
		if !l.lost(ctx, c, err) && (all || err != nil) { // else some may wait still
			l.fault(ctx, "end of people's sessions", err)
		}
		switch {
		case err != nil && again == nil:
			again = time.After(pauses.Next())
		case err == nil && all:
			pauses.Reset()
			again = nil
		}
		select {
		case <-l.logouts:
		case <-again:
			again, asked = nil, 0
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// logOutAfter asks the server once for each logout after a position. It returns the last
// one's, and an error if some are still to be done.
func (l *Link) logOutAfter(ctx context.Context, c *conn, after int64) (last int64, err error) {
	l.mu.Lock()
	upTo := l.owed
	l.mu.Unlock()
	for {
		call, cancel := context.WithTimeout(ctx, callTime)
		list, failed := l.cfg.Store.PushLogouts(call, after, upTo, logoutsAtOnce)
		cancel()
		if failed != nil || len(list) == 0 {
			return after, errors.Join(failed, err)
		}
		var g errgroup.Group
		g.SetLimit(senders)
		for _, o := range list {
			g.Go(func() error { return l.logOutOne(ctx, c, o) })
		}
		if failed = g.Wait(); err == nil {
			err = failed
		}
		after = list[len(list)-1].Seq
	}
}

// logOutOne ends the sessions of somebody, and forgets about it where the server has done it.
func (l *Link) logOutOne(ctx context.Context, c *conn, o Logout) error {
	err := c.endUserSessions(ctx, o.Local+"@"+l.cfg.Domain)
	if err != nil && !hasCondition(err, "item-not-found") { // it has none
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return l.cfg.Store.PushLogoutDone(ctx, o)
}
