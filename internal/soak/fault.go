package main

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"
)

// fault is one thing that was broken for a while.
type fault struct {
	Name  string    `json:"name"`
	Begin time.Time `json:"begin"`
	End   time.Time `json:"end"`
}

// kind is a way to break something; do returns when it is mended.
type kind struct {
	name string
	do   func(*breaker) error
}

// breaker breaks one thing after the other.
type breaker struct {
	w      *world
	rnd    *rand.Rand
	kinds  []kind
	faults []fault
}

// pause is how long something stays frozen, cut or full.
const pause = 20 * time.Second

func newBreaker(w *world) *breaker {
	b := &breaker{w: w, rnd: rand.New(rand.NewPCG(w.plan.seed, 2)), kinds: []kind{
		{"cloud killed", func(b *breaker) error { return b.restart(b.w.site.KillCloud, b.w.site.StartCloud) }},
		{"connector killed", func(b *breaker) error { return b.restart(b.w.site.KillConnector, b.w.site.StartConnector) }},
		{"network cut", (*breaker).cut},
		{"cupsd killed", (*breaker).killCUPS},
		{"connector frozen", func(b *breaker) error { return b.freeze(b.w.site.SignalConnector) }},
		{"push dropped", (*breaker).drop},
		{"cloud frozen", func(b *breaker) error { return b.freeze(b.w.site.SignalCloud) }},
	}}
	for _, d := range w.disks {
		b.kinds = append(b.kinds, kind{"disk of the " + d.name + " full", func(b *breaker) error { return b.fill(d) }})
	}
	return b
}

// breakThings goes on until a time; the last fault is mended then.
func (b *breaker) breakThings(end time.Time) {
	for i := 0; ; i++ {
		next := time.Now().Add(b.w.plan.faultEvery)
		if time.Now().Add(b.w.plan.faultEvery / 2).After(end) {
			time.Sleep(time.Until(end))
			return
		}
		time.Sleep(b.w.plan.faultEvery / 4)
		k := b.kinds[i%len(b.kinds)]
		f := fault{Name: k.name, Begin: time.Now()}
		b.w.Logf("%s", k.name)
		if err := k.do(b); err != nil {
			b.w.Logf("%s: %v", k.name, err)
		}
		f.End = time.Now()
		b.faults = append(b.faults, f)
		time.Sleep(time.Until(next))
	}
}

// moment is a while that differs from time to time.
func (b *breaker) moment() time.Duration {
	return 200*time.Millisecond + time.Duration(b.rnd.Int64N(int64(3*time.Second)))
}

// restart kills a program and starts it again a moment later.
func (b *breaker) restart(kill func(), start func(env ...string)) error {
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	kill()
	time.Sleep(b.moment())
	var err error
	if !b.w.Try(func() { start() }) {
		err = fmt.Errorf("it did not start again in time")
	}
	return err
}

func (b *breaker) killCUPS() error {
	b.w.cups.Kill()
	time.Sleep(b.moment())
	if !b.w.Try(b.w.cups.Start) {
		return fmt.Errorf("cupsd did not start again in time")
	}
	return nil
}

func (b *breaker) freeze(signal func(syscall.Signal)) error {
	signal(syscall.SIGSTOP)
	time.Sleep(pause)
	signal(syscall.SIGCONT)
	return nil
}

// cut takes the connector's network away, both directions, without a FIN.
func (b *breaker) cut() error {
	b.w.web.Cut()
	b.w.push.Cut()
	time.Sleep(pause)
	b.w.web.Heal()
	b.w.push.Heal()
	return nil
}

// drop closes the stream of notifications, some times in a row.
func (b *breaker) drop() error {
	for range 3 {
		b.w.push.Drop()
		time.Sleep(b.moment())
	}
	return nil
}

func (b *breaker) fill(d *smallDisk) error {
	if err := d.fill(); err != nil {
		return err
	}
	time.Sleep(pause)
	return d.empty()
}
