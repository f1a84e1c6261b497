package connector_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"platen/gcp"
)

// crowd is some installations that began as copies of one another.
type crowd struct {
	*world
	labs []*lab
	rand *rand.Rand
	jobs int
}

// step does something at random.
func (c *crowd) step() {
	l := c.labs[c.rand.IntN(len(c.labs))]
	switch c.rand.IntN(8) {
	case 0:
		if len(c.labs) < 3 {
			n := l.copied()
			n.opt.Place = fmt.Sprintf("place %d of job %d", len(c.labs), c.jobs)
			n.start()
			c.labs = append(c.labs, n)
		}
	case 1:
		if len(c.labs) > 1 { // it never comes back
			l.end()
			c.labs = slices.DeleteFunc(c.labs, func(o *lab) bool { return o == l })
		}
	case 2:
		l.end()
		l.start()
	case 3:
		l.c.Connected()
	case 4:
		l.refuses(errBusy)
	case 5:
		l.refuses(nil)
	default:
		c.jobs++
		l.submit("lp", gcp.JobID(fmt.Sprintf("j%d", c.jobs)))
	}
	for _, l := range c.labs {
		l.hint("lp")
	}
	c.labs[0].settle(time.Duration(c.rand.IntN(15000)) * time.Millisecond)
}

// Whatever is copied, ended and started at whatever moment: nothing comes out
// twice, and everything ends.
func TestCopiesNeverPrintTwice(t *testing.T) {
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t, "lp")
			l.opt.Place = "here"
			c := &crowd{world: l.world, labs: []*lab{l}, rand: rand.New(rand.NewPCG(seed, 0))}
			l.start()
			for range 40 {
				c.step()
			}
			for len(c.labs) > 1 { // one is left: it must carry on
				c.labs[0].end()
				c.labs = c.labs[1:]
			}
			c.labs[0].refuses(nil)
			for range 10 {
				c.labs[0].hint("lp")
				c.labs[0].settle(time.Minute)
			}
			c.labs[0].end()
			for _, j := range c.world.jobs {
				if n := c.prints[j.ID]; n > 1 || n == 0 && j.state.Type == gcp.JobDone {
					t.Errorf("%s printed %d times: %s %q", j.ID, n, j.state.Type, j.msg)
				}
				if !j.state.Type.Ended() {
					t.Errorf("%s is %s at the end, printed %d times", j.ID, j.state.Type, c.prints[j.ID])
				}
			}
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
