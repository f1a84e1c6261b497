package push

import (
	"testing"
	"time"

	"platen/gcp"
)

// A robot that answers is measured; one that is away or mute is not. Nobody waits for a slow
// one: what it took the last time is told.
func TestLatency(t *testing.T) {
	const mute = 500 * time.Millisecond
	f := start(t, Direct, func(c *Config) { c.Limits.Latency = mute })
	measure := func() map[gcp.RobotID]time.Duration { return f.Latency(t.Context(), testRobot, otherRobot) }
	if got := measure(); len(got) != 0 {
		t.Errorf("nobody is there, and %v is measured", got)
	}
	p := f.subscribedPeer(t)
	probe := &f.subscribed(testRobot)[0].probe
	if got := measure(); len(got) != 0 {
		t.Errorf("a robot that did not answer took %v", got)
	}
	p.send(`<iq type="result" id="unknown"/><iq type="result" id="` + p.until(pingPattern)[1] + `"/>`)
	f.await(t, "the answer", func() bool { return probe.result(mute) > 0 })
	took := probe.result(mute)
	if got := measure(); len(got) != 1 || got[testRobot] != took {
		t.Errorf("measured %v, the last answer took %s", got, took)
	}
	f.await(t, "it is mute", func() bool { return len(measure()) == 0 })
	p.send(`<iq type="error" id="` + p.until(pingPattern)[1] + `"/>`) // XEP-0199, 4.2: it is there, and knows no ping
	f.await(t, "the answer", func() bool { return probe.result(mute) >= mute })
}
