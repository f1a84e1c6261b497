package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platen/internal/lab"
)

// between is a proxy before the cloud that counts how often a printer's capabilities
// are told anew.
type between struct {
	*httptest.Server
	updates atomic.Int32
	lists   atomic.Int32
	mu      sync.Mutex
	to      *url.URL
}

func newBetween(t *testing.T) *between {
	t.Helper()
	b := &between{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		b.mu.Lock()
		defer b.mu.Unlock()
		r.SetURL(b.to)
		r.Out.Host = r.In.Host
	}}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/list"):
			b.lists.Add(1)
		case strings.HasSuffix(r.URL.Path, "/update"):
			body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
			if err != nil {
				t.Error(err)
			}
			if strings.Contains(string(body), "capabilities") {
				b.updates.Add(1)
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(b.Close)
	return b
}

// A connector that is started again, with printers that are as they were, tells the
// cloud nothing of what they can do; one whose printer changed does, once.
func TestNoUpdateWithoutChange(t *testing.T) {
	t.Parallel()
	eve := lab.IPPEve(t, lab.EveOptions{})
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	cups.AddPPD("ppd", "")
	cups.AddEverywhere("everywhere", eve.URI)
	proxy := newBetween(t)
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}, CloudAddress: proxy.URL, ConnectConfig: `include = ["raw", "ppd", "everywhere"]`, Plain: true})
	to, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	proxy.mu.Lock()
	proxy.to = to
	proxy.mu.Unlock()
	s.Start()
	s.Platen("printer", "add", lab.IPPEve(t, lab.EveOptions{Name: "direct"}).URI, "--name", "direct")
	names := []string{"ppd", "everywhere", "direct"}
	printAll := func() {
		t.Helper()
		for _, n := range names {
			job := submit(t, s, s.Printer(n), n, document(n, 1<<10))
			if got := s.Await(job, 2*time.Minute, lab.Job.Ended); got.State() != "DONE" {
				t.Fatalf("job on %s ended %+v", n, got)
			}
		}
	}
	printAll() // what shows with the first job is told then
	s.StopConnector()
	s.StartConnector()
	printAll()
	s.StopConnector()
	updates := proxy.updates.Load()
	for range 2 {
		lists := proxy.lists.Load()
		s.StartConnector()
		lab.Until(t, time.Minute, "the connector's list", func() bool { return proxy.lists.Load() > lists })
		printAll() // each printer was looked at when its job is done
		s.StopConnector()
	}
	if n := proxy.updates.Load() - updates; n != 0 {
		t.Errorf("%d updates of capabilities without a change", n)
	}
	s.StartConnector()
	cups.Run("lpadmin", "-p", "ppd", "-D", "Second floor")
	lab.Until(t, 2*time.Minute, "an update for the change", func() bool { return proxy.updates.Load() > updates })
	printAll()
	if n := proxy.updates.Load() - updates; n != 1 {
		t.Errorf("%d updates for one change", n)
	}
}
