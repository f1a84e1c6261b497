package metrics

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Only this machine may ask.
func TestAddresses(t *testing.T) {
	for address, ok := range map[string]bool{
		"": true, "127.0.0.1:9631": true, "[::1]:9631": true, "127.8.0.1:0": true, "unix:/run/platen/metrics.sock": true,
		"0.0.0.0:9631": false, ":9631": false, "[::]:9631": false, "192.0.2.1:9631": false, "localhost:9631": false,
		"127.0.0.1": false, "unix:metrics.sock": false, "unix:": false, "/run/metrics.sock": false,
	} {
		if err := Check(address); (err == nil) != ok {
			t.Errorf("Check(%q) = %v", address, err)
		}
	}
}

// A scrape over a socket is what Prometheus reads; a socket that was left is taken over,
// one that answers is not.
func TestScrape(t *testing.T) {
	address := "unix:" + filepath.Join(t.TempDir(), "metrics.sock")
	left, err := net.Listen("unix", strings.TrimPrefix(address, "unix:"))
	if err != nil {
		t.Fatal(err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false) // as if killed
	if _, err := Listen(t.Context(), address); err == nil {
		t.Fatal("a socket that answers was taken away")
	}
	_ = left.Close()
	l, err := Listen(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	var trouble atomic.Pointer[error]
	health := Health{Alive: func(context.Context) error { return nil }, Ready: func(context.Context) error {
		if err := trouble.Load(); err != nil {
			return *err
		}
		return nil
	}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, Handler(New("platen", "v1.2.3"), health)) }()
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(address, "unix:"))
	}}}
	defer client.CloseIdleConnections()
	get := func(path string) (int, string) {
		t.Helper()
		resp, err := client.Get("http://metrics" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	_, text := get("/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	build := families["platen_build_info"]
	if build == nil || build.GetMetric()[0].GetLabel()[0].GetValue() != "v1.2.3" || build.GetMetric()[0].GetGauge().GetValue() != 1 {
		t.Errorf("the version is %v", build)
	}
	if families["process_cpu_seconds_total"] == nil || families["go_goroutines"] == nil {
		t.Error("nothing of the process")
	}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ok\n"} {
		if code, text := get(path); code != http.StatusOK || text != want {
			t.Errorf("%s: %d %q", path, code, text)
		}
	}
	away := errors.New("the cloud is away")
	trouble.Store(&away)
	if code, text := get("/readyz"); code != http.StatusServiceUnavailable || text != "the cloud is away\n" {
		t.Errorf("/readyz: %d %q", code, text)
	}
	if code, _ := get("/"); code != http.StatusNotFound {
		t.Errorf("/: %d", code)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A page whose name leads to loopback hears nothing (DNS rebinding).
func TestOtherNamesAreRefused(t *testing.T) {
	l, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	alive := func(context.Context) error { return nil }
	go func() { ended <- Serve(ctx, l, Handler(New("platen", "v1.2.3"), Health{Alive: alive, Ready: alive})) }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		"127.0.0.1:" + port: http.StatusOK, "localhost:" + port: http.StatusOK, "[::1]:" + port: http.StatusOK,
		"evil.example:" + port: http.StatusForbidden, "192.0.2.1:" + port: http.StatusForbidden,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _ = resp.Body.Close(); resp.StatusCode != want {
			t.Errorf("for %s: HTTP %d, want %d", host, resp.StatusCode, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
