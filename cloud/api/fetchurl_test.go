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
		case "/naked":
			if len(r.Cookies()) > 0 || r.Header.Get("Authorization") != "" || r.Header.Get("Proxy-Authorization") != "" {
				t.Errorf("credentials went along: %v", r.Header)
			}
			_, _ = io.WriteString(w, pdf)
		case "/hop5", "/hop4", "/hop3", "/hop2", "/hop1", "/hop6":
			http.SetCookie(w, &http.Cookie{Name: "c", Value: "v"})
			n := r.URL.Path[4] - '0'
			to := "/naked"
			if n > 1 {
				to = "/hop" + string('0'+n-1)
			}
			http.Redirect(w, r, to, http.StatusFound)
		case "/empty":
		case "/missing":
			http.NotFound(w, r)
		case "/wrong":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = io.WriteString(w, "<html>not a document</html>")
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
	b.must(try("/hop5")) // five redirects are followed, and none more
	for _, path := range []string{"/inside", "/loop", "/file", "/big", "/hop6", "/empty", "/missing", "/wrong"} {
		if a := try(path); a.Success || a.status != 200 {
			t.Errorf("%s: %s", path, a.raw)
		}
	}
	if inner != 0 {
		t.Error("a redirect led inside")
	}
	if n := b.stored(); n != 2 {
		t.Errorf("%d documents stored, want the good ones", n)
	}
}

func TestPublicAddr(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false, "fe80::1": false, "fd00:ec2::254": false,
		"fc00::1": false, "::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"2001:0:1::1": false, "ff02::1": false, "2001:db8::1": false, "240.0.0.1": false, "198.18.0.1": false,
		// Metadata services behind NAT64 (RFC 6052, RFC 8215), 6to4, IPv4-compatible and IPv4-mapped addresses.
		"64:ff9b::a9fe:a9fe": false, "64:ff9b:1::a9fe:a9fe": false, "2002:a9fe:a9fe::": false, "::a9fe:a9fe": false, "::ffff:169.254.169.254": false,
		"::ffff:100.64.0.1": false, "::ffff:0:0": false,
		// The edges of private blocks (RFC 1918, RFC 4193, RFC 6598), and what lies beyond them.
		"10.0.0.0": false, "10.255.255.255": false, "11.0.0.0": true, "9.255.255.255": true, "172.15.255.255": true, "172.31.255.255": false,
		"172.32.0.0": true, "192.167.255.255": true, "192.169.0.0": true, "100.63.255.255": true, "100.127.255.255": false, "100.128.0.0": true,
		"fbff::1": false, "fdff::1": false, "198.20.0.0": true, "198.19.255.255": false, "223.255.255.255": true, "239.1.1.1": false,
		// Documentation, discard and other special blocks (RFC 6890, RFC 9637, RFC 9602).
		"192.0.2.1": false, "198.51.100.1": false, "203.0.113.1": false, "192.88.99.1": false, "100::1": false, "3fff::1": false, "5f00::1": false,
		"2a00:1450:4001::1": true, "2001:4860:4860::8888": true, "fec0::1": false, "ff05::2": false,
	} {
		if got := publicAddr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("publicAddr(%s) = %v", addr, got)
		}
	}
	if publicAddr(netip.MustParseAddr("fe80::1%eth0")) {
		t.Error("a zone is not public")
	}
}
