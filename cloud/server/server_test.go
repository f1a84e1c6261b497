package server

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/archive"
	"platen/cloud/oauth"
	"platen/cloud/store"
	"platen/gcp"
)

// running is a whole cloud on loopback.
type running struct {
	*Server
	t    *testing.T
	user cloud.User
	key  string // of the user, for everything
	end  func() // stops it
}

// patience bounds what a test waits for.
const patience = 20 * time.Second

func start(t *testing.T, change func(*Server)) *running {
	t.Helper()
	r := run(t, t.TempDir(), change)
	var err error
	if r.user, err = r.service.AddUser(t.Context(), "ada@example.com", "", false); err != nil {
		t.Fatal(err)
	}
	key, _, err := r.oauth.MakeKey(t.Context(), r.user.ID, oauth.KeyWish{Label: "test", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	r.key = key.Reveal()
	return r
}

// run runs a cloud on a folder.
func run(t *testing.T, dir string, change func(*Server)) *running {
	t.Helper()
	cfg := Default()
	cfg.StateDir, cfg.Listen = dir, "127.0.0.1:0"
	cfg.Push.Direct, cfg.Push.STARTTLS = "127.0.0.1:0", ""
	s, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func(context.Context) error {
			close(ready)
			return nil
		})
	}()
	r := &running{Server: s, t: t, end: sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended: %v", err)
		}
		_ = s.Close()
	})}
	t.Cleanup(r.end)
	select {
	case <-ready:
	case <-time.After(patience):
		t.Fatal("the server does not start")
	}
	return r
}

// again ends the cloud, does something to its database, and runs it again.
func (r *running) again(between func(*store.DB)) *running {
	r.t.Helper()
	r.end()
	db, err := store.Open(r.t.Context(), filepath.Join(r.cfg.StateDir, archive.Database))
	r.ok(err)
	between(db)
	r.ok(db.Close())
	return run(r.t, r.cfg.StateDir, func(s *Server) { s.cfg.Push = r.cfg.Push })
}

func (r *running) caller() cloud.Caller { return cloud.Caller{User: &r.user, Via: cloud.ViaToken} }

func (r *running) printer() gcp.PrinterID {
	r.t.Helper()
	name, proxy := "queue", "px"
	caps := []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}]}}`)
	p, err := r.service.Register(r.t.Context(), r.caller(), cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: caps})
	if err != nil {
		r.t.Fatal(err)
	}
	return p.ID
}

func (r *running) do(method, path, contentType string, body io.Reader, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return http.DefaultTransport.RoundTrip(req)
}

// slowly hands a text out and pauses after each part of it.
type slowly struct {
	text  []byte
	part  int
	pause time.Duration
	left  int // of the current part
}

func (s *slowly) Read(p []byte) (int, error) {
	if len(s.text) == 0 {
		return 0, io.EOF
	}
	if s.left == 0 {
		time.Sleep(s.pause) // the pace of a slow sender is what is tested
		s.left = s.part
	}
	n := copy(p, s.text[:min(s.left, len(s.text))])
	s.text = s.text[n:]
	s.left -= n
	return n, nil
}

// Whoever begins a body and does not send it is let go soon, whatever the path.
func TestStalledBodiesAreLetGo(t *testing.T) {
	r := start(t, func(s *Server) { s.requestTime = 300 * time.Millisecond })
	for _, path := range []string{"/cloudprint/search", "/cloudprint/register", "/signin", "/o/oauth2/token", "/nowhere"} {
		c, err := net.Dial("tcp", r.http.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nname=", path, r.key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: the connection is still open", path)
		}
		_ = c.Close()
	}
}

// Documents take as long as they move, also where that is longer than any other
// request may take: submitted, uploaded on the page, and downloaded.
func TestDocumentsTakeTheirTime(t *testing.T) {
	r := start(t, func(s *Server) { s.requestTime = 300 * time.Millisecond })
	p := r.printer()
	pdf := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("x"), 32<<20)...)
	cookie, err := r.oauth.NewSession(t.Context(), r.user.ID)
	if err != nil {
		t.Fatal(err)
	}
	for path, header := range map[string][]string{
		"/cloudprint/submit":               {"Authorization", "Bearer " + r.key},
		"/printers/" + string(p) + "/jobs": {"Cookie", oauth.CookieName + "=" + cookie.Reveal()},
	} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("printerid", string(p))
		_ = form.WriteField("xsrf", r.oauth.XSRF(cookie.Reveal()))
		for _, name := range []string{"content", "document"} {
			if name == "content" == strings.HasPrefix(path, "/cloudprint") {
				w, _ := form.CreatePart(map[string][]string{
					"Content-Disposition": {`form-data; name="` + name + `"; filename="a.pdf"`}, "Content-Type": {"application/pdf"},
				})
				_, _ = w.Write(pdf)
			}
		}
		_ = form.Close()
		resp, err := r.do("POST", path, form.FormDataContentType(), &slowly{text: body.Bytes(), part: 4 << 20, pause: 100 * time.Millisecond}, header...)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode >= 400 || resp.StatusCode == 200 && !bytes.Contains(text, []byte(`"success": true`)) {
			t.Errorf("%s: %s %s", path, resp.Status, text)
		}
	}
	jobs, total, err := r.service.Jobs(t.Context(), r.caller(), cloud.JobQuery{})
	if err != nil || total != 2 {
		t.Fatalf("%d jobs, %v", total, err)
	}
	resp, err := r.do("GET", "/cloudprint/download?id="+string(jobs[0].ID), "", nil, "Authorization", "Bearer "+r.key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var got int64
	for got < int64(len(pdf)) {
		time.Sleep(100 * time.Millisecond) // a slow reader
		n, err := io.CopyN(io.Discard, resp.Body, min(4<<20, int64(len(pdf))-got))
		if got += n; err != nil {
			t.Fatalf("after %d of %d bytes: %v", got, len(pdf), err)
		}
	}
}

// A page that listens stays connected for longer than a request may take.
func TestEventsStayOpen(t *testing.T) {
	r := start(t, func(s *Server) { s.requestTime = 300 * time.Millisecond })
	p := r.printer()
	cookie, err := r.oauth.NewSession(t.Context(), r.user.ID)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := r.do("GET", "/events", "", nil, "Cookie", oauth.CookieName+"="+cookie.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	time.AfterFunc(time.Second, func() {
		doc, err := r.blobs.Save(context.WithoutCancel(t.Context()), strings.NewReader("%PDF-1.4"), 1<<20, "application/pdf")
		if err == nil {
			_, err = r.service.Submit(context.WithoutCancel(t.Context()), r.caller(), cloud.Submission{
				Printer: p, Title: "late", ContentType: "application/pdf", Document: doc,
			})
		}
		if err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data:") {
			return
		}
	}
	t.Errorf("the stream ended before the event: %v", lines.Err())
}

// One address does not take all connections; those that speak for others may.
func TestConnectionsPerAddress(t *testing.T) {
	open := func(limit int, exempt bool) (answered int) {
		inner, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l := newPerAddr(inner, limit, func(netip.Addr) bool { return exempt })
		defer func() { _ = l.Close() }()
		accepted := make(chan net.Conn, 10)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = c.Write([]byte("x"))
				accepted <- c
			}
		}()
		try := func() bool {
			c, err := net.Dial("tcp", inner.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			_ = c.SetDeadline(time.Now().Add(patience))
			n, _ := c.Read(make([]byte, 1))
			return n == 1
		}
		for range 5 {
			if try() {
				answered++
			}
		}
		_ = (<-accepted).Close()
		if !try() {
			t.Error("a closed connection still counts")
		}
		return answered
	}
	if n := open(3, false); n != 3 {
		t.Errorf("%d connections of one address, want 3", n)
	}
	if n := open(3, true); n != 5 {
		t.Errorf("%d connections through a proxy, want 5", n)
	}
}
