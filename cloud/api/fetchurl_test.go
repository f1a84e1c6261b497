package api

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// contentType=url reaches public addresses only, checked when connecting: names
// and redirects that lead inside are refused, and nothing is told of them.
func TestFetchURLStaysOutside(t *testing.T) {
	inner := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		inner++
		_, _ = io.WriteString(w, pdf)
	}))
	defer inside.Close()
	b := newBench(t, func(b *bench) { b.cfg.FetchURLs = true })
	p := string(b.register("q"))
	try := func(address string) answer {
		return b.submit(b.ann, part{name: "printerid", value: p}, part{name: "contentType", value: "url"}, part{name: "content", file: "u", value: address})
	}
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	for _, address := range []string{
		inside.URL, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port,
		"http://2130706433" + port, "file:///etc/passwd", "ftp://example.com/", "gopher://x", "http://user:pw@example.com/", "not an address", "",
	} {
		a := try(address)
		if a.Success || a.status != 200 || strings.Contains(a.raw, "refused") || strings.Contains(a.raw, "127.0.0.1"+port) {
			t.Errorf("%q: %d %s", address, a.status, a.raw)
		}
	}
	if inner != 0 {
		t.Errorf("the inner server was reached %d times", inner)
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d documents left", n)
	}
}

func TestFetchURLRedirects(t *testing.T) {
	inner := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inner++ }))
	defer inside.Close()
	listener, err := net.Listen("tcp", "127.0.0.2:0") // plays the public address
	if err != nil {
		t.Skip("no second loopback address here")
	}
	outside := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = io.WriteString(w, pdf)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/big":
			_, _ = io.WriteString(w, pdf+strings.Repeat("x", 5<<20))
		default:
			http.Redirect(w, r, inside.URL, http.StatusFound)
		}
	})}}
	outside.Start()
	defer outside.Close()
	public := netip.MustParseAddr("127.0.0.2")
	b := newBench(t, func(b *bench) {
		b.cfg.FetchURLs = true
		b.reachable = func(a netip.Addr) bool { return a == public }
	})
	p := string(b.register("q"))
	try := func(path string) answer {
		return b.submit(b.ann, part{name: "printerid", value: p}, part{name: "contentType", value: "url"}, part{name: "content", value: outside.URL + path})
	}
	a := b.must(try("/good"))
	if got := b.document(a.Job.ID, b.ann); got != pdf || a.Job.ContentType != "application/pdf" || a.Job.Title != "good" {
		t.Errorf("%q %+v", got, a.Job)
	}
	for _, path := range []string{"/inside", "/loop", "/file", "/big"} {
		if a := try(path); a.Success || a.status != 200 {
			t.Errorf("%s: %s", path, a.raw)
		}
	}
	if inner != 0 {
		t.Error("a redirect led inside")
	}
	if n := b.stored(); n != 1 {
		t.Errorf("%d documents stored, want the good one", n)
	}
}

func TestPublicAddr(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false, "fe80::1": false, "fd00:ec2::254": false,
		"fc00::1": false, "::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"2001:0:1::1": false, "ff02::1": false, "2001:db8::1": false, "240.0.0.1": false, "198.18.0.1": false,
	} {
		if got := publicAddr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("publicAddr(%s) = %v", addr, got)
		}
	}
	if publicAddr(netip.MustParseAddr("fe80::1%eth0")) {
		t.Error("a zone is not public")
	}
}
