package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"platen/gcp"
	"platen/internal/secret"
)

// jobsCloud is what package connector asks of a service; it cannot be imported
// here.
type jobsCloud interface {
	Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, limit int) ([]gcp.Job, error)
	Restored(ctx context.Context, p gcp.PrinterID, run gcp.RunID) ([]gcp.Job, error)
	Ticket(ctx context.Context, j gcp.JobID) (gcp.CJT, error)
	Download(ctx context.Context, j gcp.Job, g gcp.Grant, w io.Writer) (contentType string, err error)
	Report(ctx context.Context, r gcp.Report) error
	Jobs(ctx context.Context, p gcp.PrinterID) ([]gcp.Job, error)
}

var _ jobsCloud = (*Client)(nil)

// service is a server that gives tokens T1, T2, … and hands everything else to
// handle.
type service struct {
	*httptest.Server
	handle  http.HandlerFunc
	tokens  atomic.Int32
	current atomic.Value // the one access token that is good

	mu    sync.Mutex
	calls []string // paths, in order
}

func serve(t *testing.T, handle http.HandlerFunc) *service {
	t.Helper()
	s := &service{handle: handle}
	s.current.Store("T1")
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls = append(s.calls, strings.TrimPrefix(r.URL.Path, "/cloudprint/"))
	s.mu.Unlock()
	if r.URL.Path == "/o/oauth2/token" && r.FormValue("grant_type") == "refresh_token" {
		id, pass, _ := r.BasicAuth()
		if id != "platen" || pass != "client-secret" || r.FormValue("refresh_token") != "R" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_grant"}`)
			return
		}
		token := fmt.Sprintf("T%d", s.tokens.Add(1))
		s.current.Store(token)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, token)
		return
	}
	s.handle(w, r)
}

func (s *service) count(path string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c == path {
			n++
		}
	}
	return n
}

func (s *service) authorized(r *http.Request) bool {
	return r.Header.Get("Authorization") == "Bearer "+s.current.Load().(string)
}

func (s *service) client(t *testing.T, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		BaseURL: s.URL + "/cloudprint/", ClientID: "platen", ClientSecret: secret.New("client-secret"),
		RefreshToken: secret.New("R"), Proxy: "px", MinWait: time.Millisecond,
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// answer writes as the service does: JSON served as text.
func answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, body)
}

const noJob = `{
 "success": false,
 "message": "No print job available on specified printer.",
 "errorCode": 413,
 "request": {"time": "0", "users": ["x@y"], "user": "x@y", "params": {"printerid": ["3b1f"]}}
}`

const oneWaiting = `{"success": true, "jobs": [{
 "id": "c2b9e2a1", "printerid": "3b1f", "title": "report.pdf", "contentType": "application/pdf",
 "fileUrl": "/cloudprint/download?id=c2b9e2a1", "ownerId": "owner@example.com",
 "createTime": "1396000000000", "updateTime": "1396000001000", "status": "QUEUED", "tags": ["^own"],
 "semanticState": {"version": "1.0", "state": {"type": "QUEUED"}, "delivery_attempts": 0, "pages_printed": 0},
 "ticket": {"version":"1.0","print":{"copies":{"copies":2}}}, "contentLength": "5",
 "contentDigest": "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}]}`

func TestFetch(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("printerid") != "3b1f" {
			answer(w, noJob)
			return
		}
		want := url.Values{"printerid": {"3b1f"}, "limit": {"7"}, "extra_fields": {"ticket,document"}}
		if diff := cmp.Diff(want, r.Form); diff != "" {
			t.Errorf("form (-want +have):\n%s", diff)
		}
		if r.Header.Get("X-CloudPrint-Proxy") != "px" || r.Header.Get("Authorization") != "Bearer T1" {
			t.Errorf("headers: %v", r.Header)
		}
		answer(w, oneWaiting)
	})
	c := s.client(t)
	jobs, err := c.Fetch(t.Context(), "3b1f", "", 7)
	if err != nil || len(jobs) != 1 || jobs[0].ID != "c2b9e2a1" || jobs[0].ContentLength != 5 ||
		jobs[0].CreateTime != 1396000000000 {
		t.Fatalf("have %+v, %v", jobs, err)
	}
	jobs, err = c.Fetch(t.Context(), "other", "", 7)
	if err != nil || len(jobs) != 0 {
		t.Fatalf("code 413: have %v, %v; want none", jobs, err)
	}
}

func TestNewTokenAfterRefusal(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusUnauthorized} {
		var s *service
		s = serve(t, func(w http.ResponseWriter, r *http.Request) {
			if !s.authorized(r) {
				http.Error(w, "<html>User credentials required</html>", status)
				return
			}
			answer(w, `{"success": true, "printers": []}`)
		})
		c := s.client(t)
		if _, err := c.List(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		s.current.Store("revoked") // T1 is not good any more
		if _, err := c.List(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		if s.tokens.Load() != 2 || s.count("list") != 3 {
			t.Errorf("HTTP %d: %d tokens, %d calls; want 2 and 3", status, s.tokens.Load(), s.count("list"))
		}
	}
}

// A stream that was refused with a token gets another one; the others keep theirs.
func TestTokenBesideARefusedOne(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, `{"success": true}`) })
	c := s.client(t)
	first, err := c.Token(t.Context(), secret.Text{})
	if err != nil {
		t.Fatal(err)
	}
	same, err := c.Token(t.Context(), secret.New("an older one"))
	if err != nil || !same.Equal(first) {
		t.Errorf("a refusal of an older token costs the present one: %v", err)
	}
	other, err := c.Token(t.Context(), first)
	if err != nil || other.Equal(first) || other.Empty() {
		t.Errorf("after a refusal the same token again: %v", err)
	}
}

// The sentence of a refusal reaches the person; what a program in between wrote,
// which may hold the request, does not.
func TestSentenceOfARefusal(t *testing.T) {
	for _, tt := range []struct {
		status     int
		kind, body string
		want       string
	}{
		{403, "text/html", "<html>\n<head><title>User credentials required</title></head>\n<body><h1>User credentials required</h1>" +
			"<h2>Error 403</h2><p>The token or API key is wrong.</p></body>\n</html>\n", "The token or API key is wrong."},
		{403, "text/html", "<html><head><title>User credentials required</title></head><body>Error 403</body></html>", "Forbidden"},
		{403, "text/html", "<html><p>Authorization: Bearer T</p></html>", "Forbidden"},
		{403, "text/plain", "Authorization: Bearer T", "Forbidden"},
		{503, "text/plain; charset=utf-8", "There is no room.\n", "There is no room."},
		{503, "text/html", "<html><p>nginx</p></html>", "Service Unavailable"},
	} {
		resp := &http.Response{StatusCode: tt.status, Header: http.Header{"Content-Type": {tt.kind}}}
		e, ok := errors.AsType[*gcp.Error](statusError("search", resp, []byte(tt.body)))
		if !ok || e.Message != tt.want {
			t.Errorf("%d %q: %v, want %q", tt.status, tt.body, e, tt.want)
		}
	}
}

func TestRefusedForGood(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<html>User credentials required</html>", http.StatusForbidden)
	})
	_, err := s.client(t).List(t.Context(), "")
	e, ok := errors.AsType[*gcp.Error](err)
	if !ok || e.HTTPStatus != 403 || e.Temporary() {
		t.Fatalf("have %v", err)
	}
	if s.count("list") != 2 {
		t.Errorf("%d calls, want 2: the second with a new token", s.count("list"))
	}
	_, err = s.client(t, func(c *Config) { c.RefreshToken = secret.New("revoked") }).List(t.Context(), "")
	if e, ok := errors.AsType[*gcp.Error](err); !ok || e.Op != "token" || e.Temporary() {
		t.Errorf("revoked refresh token: have %v", err)
	}
}

func TestRetry(t *testing.T) {
	for name, fail := range map[string]func(http.ResponseWriter){
		"503 with Retry-After": func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "busy", http.StatusServiceUnavailable)
		},
		"429": func(w http.ResponseWriter) { http.Error(w, "slow down", http.StatusTooManyRequests) },
		"cut answer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"success": tr`)
		},
		"no answer": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			var n atomic.Int32
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if n.Add(1) == 1 {
					fail(w)
					return
				}
				answer(w, `{"success": true, "job": {"id": "j"}}`)
			})
			begin := time.Now()
			state := gcp.StateOf(gcp.JobDone)
			if err := s.client(t).Report(t.Context(), gcp.Report{Job: "j", State: &state}); err != nil {
				t.Fatal(err)
			}
			if name == "503 with Retry-After" && time.Since(begin) < time.Second {
				t.Errorf("Retry-After was not waited for")
			}
		})
	}
}

func TestRetryEnds(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("proxy") == "later" {
			w.Header().Set("Retry-After", "3600")
		}
		http.Error(w, "down", http.StatusBadGateway)
	})
	c := s.client(t, func(c *Config) { c.Retries = 2 })
	_, err := c.List(t.Context(), "px")
	if e, ok := errors.AsType[*gcp.Error](err); !ok || e.HTTPStatus != 502 || !e.Temporary() {
		t.Errorf("have %v", err)
	}
	if s.count("list") != 3 {
		t.Errorf("%d calls, want 3", s.count("list"))
	}
	_, err = c.List(t.Context(), "later")
	if s.count("list") != 4 || RetryAfter(err) != time.Hour {
		t.Errorf("an hour's wait: %d calls, RetryAfter %v; want 4 and 1h", s.count("list"), RetryAfter(err))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.List(ctx, "px"); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want context.Canceled", err)
	}
}

// A permanent failure is told once, with the service's number.
func TestEnvelopeFailure(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		answer(w, `{"success": false, "message": "User is not authorized.", "errorCode": 8}`)
	})
	c := s.client(t)
	_, ticketErr := c.Ticket(t.Context(), "j")
	_, printerErr := c.Printer(t.Context(), "p")
	for name, err := range map[string]error{"ticket": ticketErr, "printer": printerErr, "delete": c.Delete(t.Context(), "p")} {
		e, ok := errors.AsType[*gcp.Error](err)
		if !ok || e.Code != gcp.CodeUnauthorized || e.Op != name || e.Temporary() {
			t.Errorf("%s: have %v", name, err)
		}
		if s.count(name) != 1 {
			t.Errorf("%s: %d calls, want 1", name, s.count(name))
		}
	}
}

func TestTicketIsBare(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("use_cjt") != "true" || r.FormValue("jobid") != "j" {
			t.Errorf("form: %v", r.Form)
		}
		answer(w, `{"version":"1.0","print":{"copies":{"copies":2},"duplex":{"type":"LONG_EDGE"}}}`)
	})
	have, err := s.client(t).Ticket(t.Context(), "j")
	want := gcp.CJT{Version: "1.0", Print: gcp.PrintTicketSection{
		Copies: &gcp.CopiesTicketItem{Copies: 2}, Duplex: &gcp.DuplexTicketItem{Type: gcp.DuplexLongEdge},
	}}
	if diff := cmp.Diff(want, have); err != nil || diff != "" {
		t.Fatalf("%v (-want +have):\n%s", err, diff)
	}
}

func TestStrangeAnswers(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"a login page": func(w http.ResponseWriter, _ *http.Request) { answer(w, "<html>Welcome</html>") },
		"empty":        func(w http.ResponseWriter, _ *http.Request) {},
		"no success":   func(w http.ResponseWriter, _ *http.Request) { answer(w, `{}`) },
		"gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			answer(w, `{"success": true}`)
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for chunk := strings.Repeat(" ", 1<<20); ; {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, handle)
			_, err := s.client(t).List(t.Context(), "")
			if e, ok := errors.AsType[*TransportError](err); !ok || !e.Temporary() {
				t.Fatalf("have %v, want a TransportError", err)
			}
			if s.count("list") != 1 {
				t.Errorf("%d calls: repeating within seconds does not help", s.count("list"))
			}
		})
	}
}

func TestSilentService(t *testing.T) {
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // net/http notices a client that left only once the body was read
		<-r.Context().Done()
	})
	c := s.client(t, func(c *Config) { c.Timeout = 50 * time.Millisecond; c.Retries = 1 })
	_, err := c.List(t.Context(), "")
	if !errors.Is(err, context.DeadlineExceeded) || s.count("list") != 2 {
		t.Fatalf("%d calls, %v; want 2 and a deadline", s.count("list"), err)
	}
}

func TestReportForm(t *testing.T) {
	var form url.Values
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form = r.Form
		answer(w, `{"success": true, "job": {"id": "j"}}`)
	})
	pages := 3
	state := gcp.ByDevice(gcp.JobStopped, gcp.DeviceActionOther)
	err := s.client(t).Report(t.Context(), gcp.Report{
		Job: "j", State: &state, PagesPrinted: &pages, Message: "Paper jam",
		CancelAcknowledged: true, Trace: gcp.Trace{gcp.HopSpooled: 12, gcp.HopClaimed: 11},
	})
	want := url.Values{
		"jobid":               {"j"},
		"semantic_state_diff": {`{"state":{"type":"STOPPED","device_action_cause":{"error_code":"OTHER"}},"pages_printed":3}`},
		"message":             {"Paper jam"}, "cancel": {"acknowledged"}, "trace": {`{"10":12,"9":11}`},
	}
	if diff := cmp.Diff(want, form); err != nil || diff != "" {
		t.Fatalf("%v (-want +have):\n%s", err, diff)
	}
}

func TestJobsUnfinishedOfAllPages(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("status") != "IN_PROGRESS" {
			t.Errorf("form: %v", r.Form)
		}
		if r.FormValue("offset") == "2" {
			answer(w, `{"success":true,"jobs":[{"id":"c","semanticState":{"state":{"type":"STOPPED"}}}],"range":{"jobsTotal":"3","jobsCount":1}}`)
			return
		}
		answer(w, `{"success":true,"jobs":[{"id":"a","semanticState":{"state":{"type":"IN_PROGRESS"}},"cancelRequested":true},
		 {"id":"b","semanticState":{"state":{"type":"DONE"}}}],"range":{"jobsTotal":"3","jobsCount":2}}`)
	})
	jobs, err := s.client(t).Jobs(t.Context(), "p")
	if err != nil || len(jobs) != 2 || jobs[0].ID != "a" || !jobs[0].CancelRequested || jobs[1].ID != "c" {
		t.Fatalf("have %+v, %v", jobs, err)
	}
}

func TestRegisterAndUpdate(t *testing.T) {
	var form url.Values
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form = r.Form
		if strings.HasSuffix(r.URL.Path, "update") {
			answer(w, `{"success": true, "message": "Printer updated successfully.", "printer": {"id": "p1"}}`)
			return
		}
		answer(w, `{"success": true, "printers": [{"id": "p1", "name": "testq"}]}`)
	})
	c := s.client(t)
	p, err := c.Register(t.Context(), RegisterRequest{PrinterFields: PrinterFields{
		Name: "testq", UUID: "u", Capabilities: &gcp.CDD{Version: "1.0"}, Tags: []string{"__cp__a=1", "__cp__b="},
	}})
	want := url.Values{
		"name": {"testq"}, "uuid": {"u"}, "proxy": {"px"}, "use_cdd": {"true"},
		"capabilities": {`{"version":"1.0","printer":{}}`}, "tag": {"__cp__a=1", "__cp__b="},
	}
	if diff := cmp.Diff(want, form); err != nil || diff != "" || p.ID != "p1" {
		t.Fatalf("%v, %+v (-want +have):\n%s", err, p, diff)
	}
	p, err = c.Update(t.Context(), UpdateRequest{Printer: "p1", PrinterFields: PrinterFields{
		State: &gcp.CDS{Version: "1.0", Printer: &gcp.PrinterState{State: gcp.PrinterIdle}}, RemoveTags: []string{"__cp__.*"},
	}})
	want = url.Values{
		"printerid": {"p1"}, "use_cdd": {"true"}, "remove_tag": {"__cp__.*"},
		"semantic_state": {`{"version":"1.0","printer":{"state":"IDLE"}}`},
	}
	if diff := cmp.Diff(want, form); err != nil || diff != "" || p.ID != "p1" {
		t.Fatalf("%v, %+v (-want +have):\n%s", err, p, diff)
	}
}
