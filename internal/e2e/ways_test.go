package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/internal/lab"
)

// wayOf tells how notifications come to the connector; "" while they do not.
func wayOf(t *testing.T, s *lab.Site) string {
	t.Helper()
	return wayIn(t, s.Platen("status", "--json"))
}

// wayIn reads it from what platen status says.
func wayIn(t *testing.T, text string) string {
	t.Helper()
	var status struct {
		Cloud struct {
			Connected bool
			Ways      []struct {
				Name      string
				Current   bool
				LastError string `json:"last_error"`
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		t.Fatal(err)
	}
	for _, w := range status.Cloud.Ways {
		if w.Current && status.Cloud.Connected {
			return w.Name
		}
	}
	return ""
}

// proxyFaults are what a proxy does while it is told to.
type proxyFaults struct {
	cuts atomic.Bool // what is not answered in a second, as firewalls do
	old  atomic.Bool // it knows no WebSockets: Upgrade is for it alone (RFC 9110, 7.8)
}

// impatientProxy stands before the cloud.
func impatientProxy(t *testing.T, to string, faults *proxyFaults) string {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	patient, impatient := httputil.NewSingleHostReverseProxy(target), httputil.NewSingleHostReverseProxy(target)
	impatient.Transport = &http.Transport{ResponseHeaderTimeout: time.Second}
	for _, p := range []*httputil.ReverseProxy{patient, impatient} {
		p.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusGatewayTimeout) }
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if faults.old.Load() {
			r.Header.Del("Upgrade")
		}
		if faults.cuts.Load() {
			impatient.ServeHTTP(w, r)
			return
		}
		patient.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	return server.URL
}

// TestWaysToTheNotifications closes one way after the other: XMPP, then XMPP over a
// WebSocket, then calls that are held. Jobs are heard of all the same, once each, and the best way is taken again when it is
// open, without a gap.
func TestWaysToTheNotifications(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	push := lab.NewCable(t)
	var faults proxyFaults
	front := lab.NewCable(t)
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t), CUPS: []string{cups.Socket}, PushPort: push.Port(), CloudAddress: "http://" + front.Addr(),
		ConnectConfig: "ping_interval = \"2s\"\nping_timeout = \"2s\"\nclimb_after = \"3s\"",
	})
	front.Serve(strings.TrimPrefix(impatientProxy(t, s.Base, &faults), "http://"))
	push.Serve(net.JoinHostPort("127.0.0.1", itoa(s.Direct)))
	s.Start()
	printer := s.Printer("raw")
	sent := map[string][]byte{}
	prints := func(when string, limit time.Duration) {
		t.Helper()
		var jobs []string
		for i := range 5 {
			name := fmt.Sprintf("%s %d", when, i)
			sent[name] = document(name, 10<<10)
			jobs = append(jobs, submit(t, s, printer, name, sent[name]))
		}
		began := time.Now()
		for _, job := range jobs {
			if j := s.Await(job, limit, lab.Job.Ended); j.State() != "DONE" {
				t.Errorf("%s: %+v", when, j)
			}
		}
		t.Logf("%s: %s", when, time.Since(began).Round(time.Millisecond))
	}
	over := func(way string) {
		t.Helper()
		lab.Until(t, time.Minute, "notifications over "+way, func() bool { return wayOf(t, s) == way })
	}
	over("xmpp")
	prints("by XMPP", time.Minute)
	push.Unplug()
	over("websocket")
	prints("over a WebSocket", time.Minute)
	if text := s.Platen("status"); !strings.Contains(text, "connected over websocket") || !strings.Contains(text, "xmpp             does not get through: ") {
		t.Errorf("the status says\n%s", text)
	}
	if text := s.Platen("doctor"); !strings.Contains(text, "answers: WebSocket to 127.0.0.1 on port ") || !strings.Contains(text, "notifications flow over websocket") {
		t.Errorf("the doctor says\n%s", text)
	}
	faults.old.Store(true)
	front.Drop()
	over("long-poll")
	prints("by calls that are held", time.Minute)
	if text := s.Platen("status"); !strings.Contains(text, "connected over long-poll") || !strings.Contains(text, "websocket        does not get through: ") {
		t.Errorf("the status says\n%s", text)
	}
	faults.cuts.Store(true)
	over("short-poll")
	prints("by short calls", time.Minute)
	faults.cuts.Store(false)
	push.Plug()
	over("xmpp")
	prints("by XMPP again", time.Minute)
	push.Unplug()
	over("long-poll")
	s.KillCloud()
	s.StartCloud()
	prints("after the cloud was killed", time.Minute)
	docs := received(t, cups)
	for name, doc := range sent {
		if n, broken := count(docs, doc); n != 1 || broken != 0 {
			t.Errorf("%s: printed %d times, in part %d times", name, n, broken)
		}
	}
}
