package cups_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/vprinter"
)

// A cupsd that wants to know who prints is told over its socket (PeerCred).
func TestSocketSaysWhoWeAre(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a private cupsd takes the word of root and of its own user only")
	}
	c := lab.CUPS(t, lab.CUPSOptions{Directives: `<Policy closed>
  <Limit Create-Job Send-Document>
    AuthType Default
    Require valid-user
  </Limit>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
DefaultPolicy closed
`})
	c.AddRaw("closed", "")
	s := onCUPS(t, c)
	doc := pdf(20_000)
	l := begin(t, s, newJob("closed", doc), doc)
	wantState(t, finish(t, s, l), gcp.StateOf(gcp.JobDone))
	if out, ok := c.Output("closed", l.ID); !ok || !bytes.Equal(out, doc) {
		t.Errorf("printed %d bytes, %v; want %d", len(out), ok, len(doc))
	}
}

// sniffed is a connection whose first bytes were looked at.
type sniffed struct {
	net.Conn
	r io.Reader
}

func (s sniffed) Read(b []byte) (int, error) { return s.r.Read(b) }

// sniffer takes TLS and plain connections on one port.
type sniffer struct {
	net.Listener
	config *tls.Config
}

func (l sniffer) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	r := bufio.NewReader(conn)
	head, _ := r.Peek(1) // an error shows at the next read
	if len(head) == 1 && head[0] == 0x16 {
		return tls.Server(sniffed{conn, r}, l.config), nil // a handshake record: RFC 8446, 5.1
	}
	return sniffed{conn, r}, nil
}

// A printer that wants TLS says 426 (RFC 8010, 8.1; RFC 9110, 15.5.22).
func TestPrinterThatWantsTLS(t *testing.T) {
	v, err := vprinter.New(vprinter.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var plain atomic.Int64
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			plain.Add(1)
			w.Header().Set("Upgrade", "TLS/1.2, HTTP/1.1")
			w.WriteHeader(http.StatusUpgradeRequired)
			return
		}
		v.ServeHTTP(w, r)
	}))
	signer := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(signer.Close)
	srv.Listener = sniffer{srv.Listener, &tls.Config{Certificates: signer.TLS.Certificates, MinVersion: tls.VersionTLS12}}
	srv.Start()
	t.Cleanup(srv.Close)
	keep := &pins{m: map[string]string{}}
	s := open(t, cups.Config{Pins: keep, Direct: []cups.Direct{{Name: "v", URI: "ipp://" + srv.Listener.Addr().String() + vprinter.Path}}})
	doc := pdf(20_000)
	wantState(t, finish(t, s, begin(t, s, newJob("v", doc), doc)), gcp.StateOf(gcp.JobDone))
	if keep.Pin("v") == "" {
		t.Error("the key of the printer was not pinned")
	}
	if n := plain.Load(); n != 1 {
		t.Errorf("%d requests without TLS, want the first only", n)
	}
}

// A printer of IPP/1.1 turns 2.0 down (RFC 8011, 4.1.8), and is asked in 1.1.
func TestPrinterOfIPP11(t *testing.T) {
	v, err := vprinter.New(vprinter.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var refused atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := make([]byte, 8)
		if _, err := io.ReadFull(r.Body, head); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if head[0] != 1 {
			refused.Add(1)
			m := goipp.NewResponse(goipp.MakeVersion(1, 1), goipp.StatusErrorVersionNotSupported, 1)
			m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
			m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
			w.Header().Set("Content-Type", goipp.ContentType)
			b, _ := m.EncodeBytes() // it always encodes
			_, _ = w.Write(b)       // else the client says so
			return
		}
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(head), r.Body))
		v.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	s := open(t, cups.Config{Direct: []cups.Direct{{Name: "v", URI: "ipp://" + srv.Listener.Addr().String() + vprinter.Path}}})
	doc := pdf(20_000)
	wantState(t, finish(t, s, begin(t, s, newJob("v", doc), doc)), gcp.StateOf(gcp.JobDone))
	if n := refused.Load(); n != 1 {
		t.Errorf("%d requests of another version, want the first only", n)
	}
}

// A number that a printer gave anew after a restart is another job's.
func TestCancelOfOldNumberSparesTheNewJob(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr()
	start := func(l net.Listener) (*vprinter.Printer, func()) {
		p, err := vprinter.New(vprinter.Options{Dir: t.TempDir(), Delay: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { _ = p.Serve(ctx, l) }) // what it printed tells
		return p, func() { stop(); wg.Wait() }
	}
	_, stop := start(l)
	direct := cups.Config{Direct: []cups.Direct{{Name: "v", URI: vprinter.URI(addr)}}}
	s := open(t, direct)
	doc := pdf(10_000)
	ours, err := s.Create(t.Context(), newJob("v", doc))
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if l, err = net.Listen("tcp", addr.String()); err != nil {
		t.Fatal(err)
	}
	v, stop := start(l)
	defer stop()
	other := open(t, direct)
	theirs := begin(t, other, newJob("v", doc), doc)
	if theirs.ID != ours.ID || theirs.UUID == ours.UUID {
		t.Fatalf("the printer did not begin its numbers anew: %v, then %v", ours, theirs)
	}
	if err := s.Cancel(t.Context(), ours); err != nil {
		t.Errorf("Cancel: %v", err)
	}
	for _, j := range v.Jobs() {
		if j.State == 7 { // canceled: RFC 8011, 5.3.7
			t.Errorf("job %d of %s was cancelled", j.ID, j.User)
		}
	}
	if err := other.Cancel(t.Context(), theirs); err != nil {
		t.Error(err)
	}
	eventually(t, "its own cancel works", func() bool { return v.Jobs()[0].State == 7 })
}
