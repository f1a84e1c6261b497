package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing/synctest"
	"time"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
	"platen/internal/disk/diskmem"
)

// host is a machine with a state folder.
type host struct {
	name  string
	disk  *diskmem.Disk
	skew  time.Duration // of its clock
	full  bool
	cut   bool // its line to the service is cut
	death connector.Death
	ended map[gcp.JobID]bool // by its journal
	life  *life              // nil while the connector does not run
	lives int
	boots int // of the machine

	ops     int  // of the disk, since it was last counted from
	trip    int  // the power goes at this operation; 0 for never
	tripped bool // it did
	failAt  int  // this operation fails; 0 for none
}

// life is one process of the connector.
type life struct {
	side     *side
	conn     *connector.Connector
	spool    *spool.Dir
	stop     context.CancelFunc
	done     chan struct{} // closed when Run has returned
	stopping bool
}

// start starts the connector of a host.
func (w *world) start(h *host) {
	h.lives++
	h.ops, h.trip, h.failAt, h.tripped = 0, 0, 0, false
	h.disk.Faults(h.fault)
	l := &life{side: &side{name: fmt.Sprintf("%s.%d", h.name, h.lives)}, done: make(chan struct{})}
	if err := w.open(h, l); err != nil {
		w.tell("%s does not start: %v", l.side.name, err)
		if w.calm && !h.tripped {
			w.ledger.broken("%s does not start: %v", l.side.name, err)
		}
		w.after(5, func() { w.restart(h) }) // as systemd does
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	h.life = l
	early := w.rng(2).IntN(2) == 0 // the stream may be there before all else
	if early && !h.cut {
		w.connected(h)
	}
	go func() {
		defer close(l.done)
		_ = l.conn.Run(ctx) // it returns nil
	}()
	synctest.Wait()
	if !early && !h.cut {
		w.connected(h)
	}
	w.tell("%s starts", l.side.name)
}

// open builds a connector from what is on its disk.
func (w *world) open(h *host, l *life) error {
	if err := h.disk.Make(stateDir, 0o700); err != nil {
		return err
	}
	dir, err := w.spool(h)
	if err != nil {
		return err
	}
	ids, err := openState[[]connector.Identity](w.bugs.disk(h.disk), printersPath)
	if err != nil {
		return err
	}
	past, err := openState[connector.History](w.bugs.disk(h.disk), historyPath)
	if err != nil {
		return err
	}
	at := line{w: w, host: h, side: l.side}
	l.spool = dir
	l.conn, err = connector.New(connector.Config{
		Cloud: at, Registry: at, PrintSystem: printing{w: w, side: l.side}, Spool: witness{Spool: w.bugs.spool(dir), w: w, host: h},
		Identities: identities{ids}, Runs: runs{past}, Death: h.death,
		Options: connector.Options{Host: h.name, Place: fmt.Sprintf("%s since %d", h.name, h.boots)},
	})
	return err
}

// spool opens a host's spool.
func (w *world) spool(h *host) (*spool.Dir, error) {
	return spool.Open(spoolDir, spool.Options{
		Reserve: 1 << 20, CompactAt: 2000, Disk: w.bugs.disk(h.disk),
		Free: func() (int64, error) { return h.free(), nil },
		Now:  func() time.Time { return time.Now().Add(h.skew) },
	})
}

func (h *host) free() int64 {
	if h.full {
		return 0
	}
	return 1 << 40
}

// fault is asked by the disk before each operation.
func (h *host) fault(op diskmem.Op) error {
	h.ops++
	switch {
	case h.tripped || h.trip > 0 && h.ops >= h.trip:
		h.tripped = true
		return diskmem.ErrOff
	case h.ops == h.failAt:
		h.failAt = 0
		return errDisk
	case h.full && op.Kind == diskmem.OpWrite:
		return errFull
	}
	return nil
}

// crash ends a connector without a farewell. cut is what the power cut left of its
// disk; nil if only the process died.
func (w *world) crash(h *host, rng *rand.Rand) {
	l := h.life
	if l == nil {
		return
	}
	w.tell("%s dies", l.side.name)
	h.life, h.death = nil, connector.DeathKill
	w.kill(l.side)
	before := h.disk
	if h.disk = before.Kill(); rng != nil {
		h.disk, h.death = before.Cut(rng), connector.DeathNone
		h.boots++
	}
	before.Off()
	l.stop()
	w.gone = append(w.gone, l)
	if w.alive() == 0 {
		w.presence(false)
	}
}

// leave asks a connector to stop; reap takes up that it has.
func (w *world) leave(h *host) {
	if h.life != nil && !h.life.stopping {
		w.tell("%s stops", h.life.side.name)
		h.life.stopping = true
		h.life.stop()
	}
}

// reap takes up what stopped, or lost its power, since the last step.
func (w *world) reap(h *host, rng *rand.Rand) {
	switch {
	case h.life == nil:
	case h.tripped:
		w.crash(h, rng)
		w.after(5, func() { w.restart(h) })
	case h.life.stopping:
		select {
		case <-h.life.done:
			if err := h.life.spool.Close(); err != nil {
				w.tell("%s: closing the spool: %v", h.name, err)
			}
			w.kill(h.life.side)
			w.gone = append(w.gone, h.life)
			h.life, h.death = nil, connector.DeathNone
		default:
		}
	}
}

// connected opens a host's stream of notifications.
func (w *world) connected(h *host) {
	if h.life == nil || w.service == nil {
		return
	}
	w.presence(true)
	h.life.conn.Connected()
}

func (w *world) alive() int {
	n := 0
	for _, h := range w.hosts {
		if h.life != nil && !h.cut {
			n++
		}
	}
	return n
}

func (w *world) presence(on bool) {
	if w.service == nil {
		return
	}
	if err := w.service.Presence(context.Background(), w.robot, on); err != nil {
		w.tell("presence: %v", err)
	}
}

// hear hands a hint to all connectors that listen.
func (w *world) hear(n gcp.Notification) {
	for _, h := range w.hosts {
		if h.life != nil && !h.cut && !h.life.stopping {
			h.life.conn.Hint(n, time.Now())
		}
	}
}
