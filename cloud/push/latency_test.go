package push

import (
	"context"
	"testing"
	"time"

	"platen/gcp"
)

// A robot that answers is measured; one that is silent or away is not.
func TestLatency(t *testing.T) {
	f := start(t, Direct, func(c *Config) { c.Limits.Latency = patience })
	measure := func(limit time.Duration) <-chan map[gcp.RobotID]time.Duration {
		took := make(chan map[gcp.RobotID]time.Duration, 1)
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			took <- f.Latency(ctx, testRobot, otherRobot)
		}()
		return took
	}
	if got := <-measure(patience); len(got) != 0 {
		t.Errorf("nobody is there, and %v is measured", got)
	}
	p := f.subscribedPeer(t)
	first := measure(patience)
	p.send(`<iq type="result" id="unknown"/><iq type="result" id="` + p.until(pingPattern)[1] + `"/>`)
	if got := <-first; len(got) != 1 || got[testRobot] <= 0 {
		t.Errorf("measured %v", got)
	}
	for range 2 { // the second time the ping is still on its way
		if got := <-measure(50 * time.Millisecond); len(got) != 0 {
			t.Errorf("a robot that does not answer took %v", got)
		}
	}
	p.send(`<iq type="error" id="` + p.until(pingPattern)[1] + `"/>`) // XEP-0199, 4.2: it is there, and knows no ping
	f.await(t, "the answer", func() bool { return f.subscribed(testRobot)[0].probe.result() >= 50*time.Millisecond })
	last := measure(patience)
	p.send(`<iq type="result" id="` + p.until(pingPattern)[1] + `"/>`)
	if got := <-last; len(got) != 1 {
		t.Errorf("measured %v", got)
	}
}
