package e2e

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"platen/internal/lab"
)

// cable is a TCP proxy that can be cut: then it forwards nothing, in neither
// direction, and closes nothing either.
type cable struct {
	l  net.Listener
	to string

	mu   sync.Mutex // guards what follows
	cond *sync.Cond
	cut  bool
}

func newCable(t *testing.T) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{l: l}
	c.cond = sync.NewCond(&c.mu)
	t.Cleanup(func() {
		_ = l.Close()
		c.set(false)
	})
	return c
}

func (c *cable) serve(to string) {
	c.to = to
	go func() {
		for {
			in, err := c.l.Accept()
			if err != nil {
				return
			}
			go c.carry(in)
		}
	}()
}

func (c *cable) carry(in net.Conn) {
	c.wait()
	out, err := net.Dial("tcp", c.to)
	if err != nil {
		_ = in.Close()
		return
	}
	go c.copy(in, out)
	c.copy(out, in)
}

func (c *cable) copy(to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		c.wait()
		if n > 0 {
			if _, werr := to.Write(buf[:n]); werr != nil {
				err = werr
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				_ = from.Close()
			}
			_ = to.Close()
			return
		}
	}
}

func (c *cable) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.cut {
		c.cond.Wait()
	}
}

func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	c.cond.Broadcast()
}

func (c *cable) port() int { return c.l.Addr().(*net.TCPAddr).Port }

func connected(t *testing.T, s *lab.Site) bool {
	t.Helper()
	var status struct {
		Cloud struct {
			Connected bool `json:"connected"`
		} `json:"cloud"`
	}
	if err := json.Unmarshal([]byte(s.Platen("status", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	return status.Cloud.Connected
}

// Both directions are cut without a farewell (no FIN). The connector notices
// within ping interval and timeout, and catches up afterwards.
func TestNetworkCut(t *testing.T) {
	const interval, timeout = 3 * time.Second, 2 * time.Second
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	web, push := newCable(t), newCable(t)
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t), CUPS: []string{cups.Socket},
		CloudAddress: "http://" + web.l.Addr().String(), PushPort: push.port(),
		ConnectConfig: "ping_interval = \"3s\"\nping_timeout = \"2s\"",
	})
	web.serve(s.Base[len("http://"):])
	push.serve(net.JoinHostPort("127.0.0.1", itoa(s.Direct)))
	s.StartCloud()
	s.Pair()
	s.StartConnector()
	printer := s.Printer("raw")
	before := document("before the cut", 10<<10)
	s.Await(submit(t, s, printer, "before", before), time.Minute, lab.Job.Ended)
	if !connected(t, s) {
		t.Fatal("not connected although a job went through")
	}

	web.set(true)
	push.set(true)
	cut := time.Now()
	during := document("during the cut", 10<<10)
	job := submit(t, s, printer, "during", during)
	lab.Until(t, time.Minute, "the connector notices", func() bool { return !connected(t, s) })
	if took := time.Since(cut); took > interval+timeout+time.Second {
		t.Errorf("noticed after %v, want at most %v", took, interval+timeout)
	} else {
		t.Logf("noticed after %v (ping interval %v, timeout %v)", took.Round(time.Millisecond), interval, timeout)
	}

	web.set(false)
	push.set(false)
	healed := time.Now()
	if got := s.Await(job, time.Minute, lab.Job.Ended); got.State() != "DONE" {
		t.Errorf("job of the cut ended %+v", got)
	}
	t.Logf("caught up %v after the cut was healed", time.Since(healed).Round(time.Millisecond))
	docs := received(t, cups)
	for name, doc := range map[string][]byte{"before": before, "during": during} {
		if n, broken := count(docs, doc); n != 1 || broken != 0 {
			t.Errorf("%s: printed %d times, in part %d times", name, n, broken)
		}
	}
}
