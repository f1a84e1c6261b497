package diskmem

import (
	"slices"
	"sync"
	"time"
)

// Log is everything that was done to a disk, in its order.
type Log struct {
	mu  sync.Mutex // guards ops
	ops []Op
}

// Record makes the disk, which must be empty, write down all that is done to it.
func (d *Disk) Record() *Log {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = &Log{}
	return d.log
}

// Ops returns what was done so far.
func (l *Log) Ops() []Op {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.ops)
}

// Len returns how many operations were done so far.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.ops)
}

func (l *Log) add(op Op) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ops = append(l.ops, op)
}

// Replay returns the disk as it was after some operations.
func Replay(ops []Op) *Disk {
	d := New()
	for _, op := range ops {
		_ = d.apply(&op, time.Now) // it worked then
	}
	return d
}
