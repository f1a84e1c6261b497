package printer

import (
	"time"

	"github.com/OpenPrinting/goipp"
)

// What a printer says in passing counts only after a while.
const (
	awayAfter  = 30 * time.Second // connecting, or a device that does not answer its queue
	faultAfter = 5 * time.Second  // an error, before the job that it holds up is told as stopped
)

// Lasted says for how long a printer has been saying what counts only after a
// while. The zero value means that it says so since just now.
type Lasted struct {
	Away  time.Duration // that it does not reach its device
	Fault time.Duration // that something is wrong with the device
}

// Patience remembers since when a printer says what counts only after a while. It
// is for one printer, or for one job. Its user guards it.
type Patience struct{ away, fault time.Time }

// See takes in what the printer says now (printer-state, printer-state-reasons and
// printer-state-message), and returns for how long it has been saying so.
func (p *Patience) See(attrs goipp.Attributes, now time.Time) Lasted {
	m := index(attrs)
	return Lasted{
		Away:  hold(&p.away, unreached(m), now),
		Fault: hold(&p.fault, faultOf(m, Lasted{Away: awayAfter}) != "", now),
	}
}

// Next returns how long to wait until something counts that does not yet; 0 for
// nothing.
func (p *Patience) Next(now time.Time) time.Duration {
	var next time.Duration
	for _, c := range []struct {
		since time.Time
		after time.Duration
	}{{p.away, awayAfter}, {p.fault, faultAfter}} {
		left := c.after - now.Sub(c.since)
		if c.since.IsZero() || left <= 0 {
			continue
		}
		if next == 0 || left < next {
			next = left
		}
	}
	return next
}

// hold keeps since when a condition is there.
func hold(since *time.Time, there bool, now time.Time) time.Duration {
	if !there {
		*since = time.Time{}
		return 0
	}
	if since.IsZero() {
		*since = now
	}
	return now.Sub(*since)
}
