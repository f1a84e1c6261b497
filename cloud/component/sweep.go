package component

import (
	"context"
	"crypto/rand"
	"time"
)

// sweep looks for sessions that are silent: it asks them whether they are there, and ends
// them in time. A server that dies tells of nobody's leaving, nor does one node of a
// cluster (reference figures: 25 s and no word), so that every session has an end.
func (l *Link) sweep(ctx context.Context) error {
	ticker := time.NewTicker(l.cfg.Limits.tick())
	defer ticker.Stop()
	asked := map[string]time.Time{}
	for {
		var err error
		select {
		case <-ticker.C:
			asked, err = l.look(ctx, asked)
		case since := <-l.relearn:
			err = l.doubt(ctx, since)
		case <-ctx.Done():
			return ctx.Err()
		}
		l.fault(ctx, "look for silent sessions", err)
	}
}

// look ends sessions, and asks those that were silent for one and a half intervals. It
// returns when each of these was asked.
func (l *Link) look(ctx context.Context, asked map[string]time.Time) (map[string]time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	now := time.Now()
	gone, err := l.cfg.Store.EndPushSessions(ctx, now)
	if err != nil {
		return asked, err
	}
	l.tell(context.WithoutCancel(ctx), gone)
	limits := l.cfg.Limits
	silent, err := l.cfg.Store.SilentPushSessions(ctx, now.Add(limits.lease()-limits.Interval*3/2), maxSessions)
	if err != nil {
		return asked, err
	}
	still := make(map[string]time.Time, len(silent))
	for _, s := range silent {
		last, known := asked[s.JID]
		if !known || now.Sub(last) >= limits.Interval/4 {
			last = now
			l.ask(s.JID)
		}
		still[s.JID] = last
	}
	return still, nil
}

// doubt is what follows after a new stream: while there was none, sessions came and went,
// and nobody heard of it. Each must show again, soon, that it is there, unless it did so
// since then.
func (l *Link) doubt(ctx context.Context, since time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	now := time.Now()
	list, err := l.cfg.Store.SilentPushSessions(ctx, since.Add(l.cfg.Limits.lease()), maxSessions)
	if err != nil {
		return err
	}
	soon := now.Add(l.cfg.Limits.Interval / 2)
	doubtful := make([]Session, 0, len(list))
	for _, s := range list {
		if s.Until.After(soon) {
			s.Until = soon
		}
		doubtful = append(doubtful, s)
	}
	if _, err := l.cfg.Store.KeepPushSessions(ctx, doubtful); err != nil {
		return err
	}
	l.tell(context.WithoutCancel(ctx), doubtful)
	for _, s := range doubtful {
		l.ask(s.JID)
	}
	return nil
}

// ask pings a session. The answer is heard as any other word of it.
func (l *Link) ask(jid string) {
	l.mu.Lock()
	c := l.conn
	l.mu.Unlock()
	if c != nil {
		_ = c.write(c.iq("get", jid, rand.Text(), `<ping xmlns="`+nsPing+`"/>`)) // its reader ends the stream
	}
}
