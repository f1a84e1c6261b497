package e2e

import (
	"encoding/json"
	"net"
	"testing"
	"time"

	"platen/internal/lab"
)

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
	web, push := lab.NewCable(t), lab.NewCable(t)
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t), CUPS: []string{cups.Socket},
		CloudAddress: "http://" + web.Addr(), PushPort: push.Port(),
		ConnectConfig: "ping_interval = \"3s\"\nping_timeout = \"2s\"",
	})
	web.Serve(s.Base[len("http://"):])
	push.Serve(net.JoinHostPort("127.0.0.1", itoa(s.Direct)))
	s.Start()
	printer := s.Printer("raw")
	before := document("before the cut", 10<<10)
	s.Await(submit(t, s, printer, "before", before), time.Minute, lab.Job.Ended)
	if !connected(t, s) {
		t.Fatal("not connected although a job went through")
	}

	web.Cut()
	push.Cut()
	cut := time.Now()
	during := document("during the cut", 10<<10)
	job := submit(t, s, printer, "during", during)
	lab.Until(t, time.Minute, "the connector notices", func() bool { return !connected(t, s) })
	if took := time.Since(cut); took > interval+timeout+time.Second {
		t.Errorf("noticed after %v, want at most %v", took, interval+timeout)
	} else {
		t.Logf("noticed after %v (ping interval %v, timeout %v)", took.Round(time.Millisecond), interval, timeout)
	}

	web.Heal()
	push.Heal()
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
