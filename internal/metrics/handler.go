package metrics

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Seconds are the buckets of all histograms of times: from what a good network takes to
// what a long document does.
var Seconds = [...]float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}

// New returns a registry with what every program has: its version, as NAME_build_info, and
// what the Go runtime and the system say of the process.
func New(name, version string) *prometheus.Registry {
	r := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: name + "_build_info", Help: "The version of the program; always 1.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	r.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Health says how a program is. Both are called from several goroutines, and answer within
// the time that their context leaves.
type Health struct {
	// Alive returns an error if only a restart helps.
	Alive func(ctx context.Context) error
	// Ready returns what keeps the program from its work now, in words for a person; it
	// recovers by itself.
	Ready func(ctx context.Context) error
}

// askTimeout bounds what a page waits for: whoever asks counts more as dead.
const askTimeout = 5 * time.Second

// Paths are the addresses that Handler serves.
func Paths() []string { return []string{"/metrics", "/healthz", "/readyz"} }

// Handler serves Paths.
func Handler(r *prometheus.Registry, h Health) http.Handler {
	mux := http.NewServeMux()
	// No more scrapes at once than there are scrapers: each asks the parts of the program.
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 2 * askTimeout}))
	mux.Handle("GET /healthz", page(h.Alive))
	mux.Handle("GET /readyz", page(h.Ready))
	return fromHere(mux)
}

// fromHere refuses requests over TCP that were meant for another host than this one: a
// page in a browser here could have its own name lead to loopback.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		_, tcp := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		if ip := net.ParseIP(strings.Trim(host, "[]")); tcp && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this is for callers on this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// page answers 200 and "ok", or 503 and what is wrong.
func page(ask func(context.Context) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if err := ask(ctx); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, err)
			return
		}
		fmt.Fprintln(w, "ok")
	})
}
