package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"platen/internal/lab"
)

// scraped is what a program answers at its socket.
type scraped map[string]*dto.MetricFamily

// overSocket returns a client that asks at a unix socket, whatever the address says.
func overSocket(t *testing.T, socket string) *http.Client {
	t.Helper()
	c := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	return c
}

// scrape reads the metrics as Prometheus does.
func scrape(t *testing.T, socket string) scraped {
	t.Helper()
	resp, err := overSocket(t, socket).Get("http://program/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	return families
}

// health returns the status of a page such as /readyz.
func health(t *testing.T, socket, path string) int {
	t.Helper()
	resp, err := overSocket(t, socket).Get("http://program" + path)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// value returns the number of the only metric with these labels: of a histogram how many
// were observed, and -1 where there is none.
func (s scraped) value(name string, labels ...string) float64 {
	for _, m := range s[name].GetMetric() {
		has := map[string]string{}
		for _, l := range m.GetLabel() {
			has[l.GetName()] = l.GetValue()
		}
		fits := true
		for i := 0; i < len(labels); i += 2 {
			fits = fits && has[labels[i]] == labels[i+1]
		}
		switch {
		case !fits:
		case m.Histogram != nil:
			return float64(m.GetHistogram().GetSampleCount())
		case m.Counter != nil:
			return m.GetCounter().GetValue()
		default:
			return m.GetGauge().GetValue()
		}
	}
	return -1
}

// Both programs count what docs/operating.md says they do, in a form that Prometheus
// reads, while jobs are printed and the cloud is away and back.
func TestMetrics(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	dir := t.TempDir()
	ofCloud, ofConnector := filepath.Join(dir, "cloud"), filepath.Join(dir, "connector")
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t), CUPS: []string{cups.Socket}, CloudConfig: fmt.Sprintf("metrics_listen = \"unix:%s\"", ofCloud),
		ConnectConfig: fmt.Sprintf("reconnect_max = \"1s\"\nmetrics_listen = \"unix:%s\"", ofConnector),
	})
	s.Start()
	printer := s.Printer("raw")
	for i := range 3 {
		name := fmt.Sprint("counted ", i)
		s.Await(submit(t, s, printer, name, document(name, 10<<10)), time.Minute, lab.Job.Ended)
	}
	lab.Until(t, 10*time.Second, "the connector counts its jobs", func() bool {
		return scrape(t, ofConnector).value("platen_jobs_total", "printer", "raw", "result", "done") == 3
	})
	expect := func(socket string, want map[string]float64, labels ...string) {
		t.Helper()
		got := scrape(t, socket)
		for name, n := range want {
			if v := got.value(name, labels...); v != n {
				t.Errorf("%s%v is %v, want %v", name, labels, v, n)
			}
		}
	}
	for _, socket := range []string{ofConnector, filepath.Join(s.Dir, "platen.sock")} {
		expect(socket, map[string]float64{
			"platen_spool_seconds": 3, "platen_print_seconds": 3,
			"platen_job_end_to_end_seconds": 3, "platen_jobs_in_hand": 0, "platen_connects_total": 1, "platen_credentials_refused": 0,
		})
		expect(socket, map[string]float64{"platen_connected": 1}, "way", "xmpp")
		expect(socket, map[string]float64{"platen_printer_state": 1}, "printer", "raw", "state", "idle")
		got := scrape(t, socket)
		// A job may have come with the answer to an earlier hint, or to the first question.
		if n := got.value("platen_notify_seconds"); n < 1 || n > 3 || got.value("platen_fetch_seconds") < n {
			t.Errorf("%v hints were timed", n)
		}
		if got.value("platen_spool_bytes") <= 0 || got.value("platen_spool_free_bytes") <= 0 {
			t.Error("nothing of the spool")
		}
	}
	lab.Until(t, 10*time.Second, "the cloud counts its jobs", func() bool {
		return scrape(t, ofCloud).value("platen_cloud_jobs_total", "result", "done") == 3
	})
	expect(ofCloud, map[string]float64{
		"platen_cloud_notify_seconds": 3, "platen_cloud_job_end_to_end_seconds": 3, "platen_cloud_printers": 1, "platen_cloud_connectors": 1,
		"platen_cloud_connectors_online": 1,
	})
	expect(ofCloud, map[string]float64{"platen_cloud_jobs": 0}, "state", "QUEUED")
	expect(ofCloud, map[string]float64{"platen_cloud_streams": 1}, "of", "connectors")
	expect(ofCloud, map[string]float64{"platen_cloud_http_requests_total": 3}, "route", "/cloudprint/submit", "status", "200")
	got := scrape(t, ofCloud)
	if got.value("platen_cloud_store_commit_seconds") < 3 || got.value("platen_cloud_store_writes_total") < 3 {
		t.Error("commits are not counted")
	}
	if got["platen_cloud_render_seconds"] == nil {
		t.Error("renders are not shown")
	}
	for _, socket := range []string{ofCloud, ofConnector} {
		if health(t, socket, "/healthz") != http.StatusOK || health(t, socket, "/readyz") != http.StatusOK {
			t.Errorf("%s is not ready", socket)
		}
	}
	s.KillCloud()
	lab.Until(t, 20*time.Second, "the connector is not ready, and tries", func() bool {
		return health(t, ofConnector, "/readyz") == http.StatusServiceUnavailable && scrape(t, ofConnector).value("platen_connect_failures_total", "reason", "refused") > 0
	})
	if health(t, ofConnector, "/healthz") != http.StatusOK {
		t.Error("a connector without its cloud counts as dead")
	}
	s.StartCloud()
	lab.Until(t, 20*time.Second, "the connector is ready", func() bool { return health(t, ofConnector, "/readyz") == http.StatusOK })
	got = scrape(t, ofConnector)
	if got.value("platen_reconnects_total", "reason", "closed") != 1 {
		t.Errorf("the loss is counted as %v", got["platen_reconnects_total"])
	}
}
