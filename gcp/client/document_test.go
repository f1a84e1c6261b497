package client

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"platen/gcp"
	"platen/internal/secret"
)

// helloSHA256 is the SHA-256 of "hello".
const helloSHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

func TestDownload(t *testing.T) {
	repr := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "unknown=:AAAA:, sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	}
	for name, test := range map[string]struct {
		body    string
		length  int // Content-Length; 0 for the body's, negative for none
		repr    string
		encoded string
		job     gcp.Job
		want    error
	}{
		"whole":                 {body: "hello", job: gcp.Job{ContentLength: 5, ContentDigest: "sha256:" + helloSHA256}},
		"whole, nothing known":  {body: "hello"},
		"whole, no length":      {body: "hello", length: -1, job: gcp.Job{ContentLength: 5}},
		"whole, digest header":  {body: "hello", repr: repr("hello")},
		"unknown digest":        {body: "hello", job: gcp.Job{ContentDigest: "blake3:00"}},
		"cut":                   {body: "hel", length: 5, want: ErrShort},
		"cut, length of job":    {body: "hel", length: -1, job: gcp.Job{ContentLength: 5}, want: ErrShort},
		"short":                 {body: "hel", job: gcp.Job{ContentLength: 5}, want: ErrShort},
		"long":                  {body: "hello!", job: gcp.Job{ContentLength: 5}, want: ErrLong},
		"long, no length":       {body: "hello!", length: -1, job: gcp.Job{ContentLength: 5}, want: ErrLong},
		"other digest":          {body: "hallo", job: gcp.Job{ContentDigest: "sha256:" + helloSHA256}, want: ErrDigest},
		"unreadable digest":     {body: "hello", job: gcp.Job{ContentDigest: "sha256:zz"}, want: ErrDigest},
		"other digest header":   {body: "hallo", repr: repr("hello"), want: ErrDigest},
		"compressed on the way": {body: "hello", encoded: "gzip", want: errEncoded},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer T1" || r.FormValue("id") != "j" {
					t.Errorf("have %v %v", r.Header, r.URL)
				}
				if r.Header.Get("Accept-Encoding") == "gzip" {
					t.Error("compression was asked for")
				}
				w.Header().Set("Content-Type", "application/pdf")
				if test.repr != "" {
					w.Header().Set("Repr-Digest", test.repr)
				}
				if test.encoded != "" {
					w.Header().Set("Content-Encoding", test.encoded)
				}
				switch {
				case test.length > 0:
					w.Header().Set("Content-Length", strconv.Itoa(test.length))
				case test.length < 0:
					w.(http.Flusher).Flush()
				}
				fmt.Fprint(w, test.body)
			})
			test.job.ID = "j"
			var have bytes.Buffer
			kind, err := s.client(t).Download(t.Context(), test.job, gcp.Grant{}, &have)
			if !errors.Is(err, test.want) || test.want == nil && (err != nil || have.String() != test.body || kind != "application/pdf") {
				t.Fatalf("have %q, %q, %v; want %v", have.String(), kind, err, test.want)
			}
			if err == nil {
				return
			}
			if e, ok := errors.AsType[*TransportError](err); !ok || !e.Temporary() {
				t.Errorf("%v is not temporary", err)
			}
			if s.count("download") != 1 {
				t.Errorf("asked %d times, but the writer had bytes already", s.count("download"))
			}
		})
	}
}

func TestDownloadStatuses(t *testing.T) {
	busy := 2
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("id") {
		case "busy":
			if busy--; busy >= 0 {
				http.Error(w, "later", http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, "hello")
		case "type":
			http.Error(w, "no", http.StatusUnsupportedMediaType)
		}
	})
	c := s.client(t)
	var have bytes.Buffer
	if _, err := c.Download(t.Context(), gcp.Job{ID: "busy"}, gcp.Grant{}, &have); err != nil || have.String() != "hello" {
		t.Errorf("have %q, %v", have.String(), err)
	}
	_, err := c.Download(t.Context(), gcp.Job{ID: "type"}, gcp.Grant{}, &have)
	if e, ok := errors.AsType[*gcp.Error](err); !ok || e.HTTPStatus != 415 || e.Temporary() {
		t.Errorf("have %v, want a permanent 415", err)
	}
}

// Downloads that fail leave no connection open.
func TestFailedDownloadsLeakNothing(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("id") {
		case "gone":
			http.Error(w, "no such job", http.StatusNotFound)
		case "wrong":
			fmt.Fprint(w, "hello")
		}
	})
	files := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("this system does not list open files")
		}
		return len(list)
	}
	before := files()
	c := s.client(t)
	for range 200 {
		for _, j := range []gcp.Job{{ID: "gone"}, {ID: "wrong", ContentLength: 4}} {
			if _, err := c.Download(t.Context(), j, gcp.Grant{}, io.Discard); err == nil {
				t.Fatalf("job %s was downloaded", j.ID)
			}
		}
	}
	if n := files() - before; n > 50 {
		t.Errorf("%d more open files after 400 downloads", n)
	}
}

// A token goes to the service alone: not to another host that keeps documents.
func TestDownloadFromElsewhere(t *testing.T) {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the token went to another host")
		}
		if r.URL.Path == "/private" {
			http.Error(w, "who?", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, "hello")
	}))
	defer store.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("id") == "moved" {
			http.Redirect(w, r, store.URL+"/doc", http.StatusFound)
			return
		}
		fmt.Fprint(w, "hello")
	})
	c := s.client(t)
	for _, j := range []gcp.Job{
		{ID: "a", FileURL: store.URL + "/doc"},
		{ID: "moved", FileURL: s.URL + "/cloudprint/download?id=moved"},
		{ID: "b", FileURL: store.URL + "/private"}, // the service under a name that is not ours
	} {
		var have bytes.Buffer
		if _, err := c.Download(t.Context(), j, gcp.Grant{}, &have); err != nil || have.String() != "hello" {
			t.Errorf("%s: have %q, %v", j.ID, have.String(), err)
		}
	}
}

func TestDownloadNeverLessSafe(t *testing.T) {
	c, err := New(Config{BaseURL: "https://print.invalid/cloudprint", AccessToken: secret.New("T")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Download(t.Context(), gcp.Job{ID: "j", FileURL: "http://print.invalid/x"}, gcp.Grant{}, io.Discard); err == nil {
		t.Error("a document was asked for over plain HTTP")
	}
}

// A body that stops flowing is given up, one that is only slow is not.
func TestDownloadStall(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "20")
		for range 20 {
			fmt.Fprint(w, "x")
			w.(http.Flusher).Flush()
			if r.FormValue("id") == "dead" {
				<-r.Context().Done()
				return
			}
			time.Sleep(20 * time.Millisecond) // the slow line itself
		}
	})
	c := s.client(t, func(c *Config) { c.Stall = 200 * time.Millisecond })
	if _, err := c.Download(t.Context(), gcp.Job{ID: "slow"}, gcp.Grant{}, io.Discard); err != nil {
		t.Errorf("slow: %v", err)
	}
	if _, err := c.Download(t.Context(), gcp.Job{ID: "dead"}, gcp.Grant{}, io.Discard); !errors.Is(err, ErrStalled) {
		t.Errorf("dead: %v", err)
	}
}

type brokenDisk struct{}

func (brokenDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// A disk that is full is not the service's fault.
func TestDownloadCannotWrite(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	_, err := s.client(t).Download(t.Context(), gcp.Job{ID: "j"}, gcp.Grant{}, brokenDisk{})
	if _, ok := errors.AsType[*TransportError](err); ok || err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("have %v", err)
	}
}

func TestSubmit(t *testing.T) {
	document := bytes.Repeat([]byte("0123456789"), 100_000)
	for _, size := range []int64{int64(len(document)), 0} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if (r.ContentLength > 0) != (size > 0) {
				t.Errorf("Content-Length %d for size %d", r.ContentLength, size)
			}
			file, _, err := r.FormFile("content")
			if err != nil {
				t.Fatal(err)
			}
			have, _ := io.ReadAll(file)
			if !bytes.Equal(have, document) {
				t.Errorf("the document changed: %d bytes", len(have))
			}
			if r.FormValue("printerid") != "p" || r.FormValue("title") != `über "x".pdf` ||
				r.FormValue("contentType") != "application/pdf" || r.FormValue("ticket") != `{"version":"1.0","print":{}}` {
				t.Errorf("form: %v", r.MultipartForm.Value)
			}
			answer(w, `{"success": true, "message": "Print job added.", "job": {"id": "j1", "status": "QUEUED"}}`)
		})
		j, err := s.client(t).Submit(t.Context(), Submission{
			Printer: "p", Title: `über "x".pdf`, ContentType: "application/pdf", Ticket: &gcp.CJT{Version: "1.0"},
			Document: bytes.NewReader(document), Size: size,
		})
		if err != nil || j.ID != "j1" {
			t.Fatalf("have %+v, %v", j, err)
		}
	}
}

// With a key the whole document is sent until there is an answer: the service
// makes one job of it.
func TestSubmitWithKeyIsRepeated(t *testing.T) {
	var s *service
	s = serve(t, func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("content")
		if err != nil {
			t.Error(err)
			return
		}
		if have, _ := io.ReadAll(file); string(have) != "document" || r.Header.Get("Idempotency-Key") != "order-7" || r.FormValue("expire_after") != "3600" {
			t.Errorf("have %q with %v", have, r.Header)
		}
		switch s.count("submit") {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			http.Error(w, "later", http.StatusServiceUnavailable)
		default:
			answer(w, `{"success": true, "job": {"id": "j1"}}`)
		}
	})
	document := strings.NewReader("a document")
	if _, err := document.Seek(2, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	sub := Submission{Printer: "p", Document: document, Size: 8, Key: "order-7", ExpireAfter: time.Hour}
	if j, err := s.client(t).Submit(t.Context(), sub); err != nil || j.ID != "j1" || s.count("submit") != 3 {
		t.Errorf("have %+v, %v after %d calls", j, err, s.count("submit"))
	}
}

// Other content under a key will not become right by itself, and a pipe cannot be
// read twice.
func TestSubmitWithKeyOnce(t *testing.T) {
	for name, test := range map[string]struct {
		document io.Reader
		fail     http.HandlerFunc
	}{
		"refused": {strings.NewReader("x"), func(w http.ResponseWriter, _ *http.Request) { answer(w, `{"success": false, "errorCode": 409}`) }},
		"pipe":    {io.MultiReader(strings.NewReader("x")), func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "later", http.StatusServiceUnavailable) }},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			test.fail(w, r)
		})
		if _, err := s.client(t).Submit(t.Context(), Submission{Printer: "p", Document: test.document, Key: "k"}); err == nil || s.count("submit") != 1 {
			t.Errorf("%s: %v after %d calls", name, err, s.count("submit"))
		}
	}
}

// Without a key submitting is never repeated, whatever happens: it would print twice.
func TestSubmitOnce(t *testing.T) {
	for name, fail := range map[string]http.HandlerFunc{
		"503":       func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "later", http.StatusServiceUnavailable) },
		"403":       func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who?", http.StatusForbidden) },
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"cut answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"success"`)
		},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			fail(w, r)
		})
		_, err := s.client(t).Submit(t.Context(), Submission{Printer: "p", Document: strings.NewReader("x")})
		if err == nil || s.count("submit") != 1 {
			t.Errorf("%s: %d calls, %v; want 1 and an error", name, s.count("submit"), err)
		}
	}
}

// After a refused submit, the next one has a new token.
func TestSubmitRenewsToken(t *testing.T) {
	var s *service
	s = serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if !s.authorized(r) {
			http.Error(w, "who?", http.StatusForbidden)
			return
		}
		answer(w, `{"success": true, "job": {"id": "j1"}}`)
	})
	c := s.client(t)
	for i, want := range []bool{true, false, true} {
		if i == 1 {
			s.current.Store("revoked")
		}
		_, err := c.Submit(t.Context(), Submission{Printer: "p", Document: strings.NewReader("x")})
		if (err == nil) != want {
			t.Errorf("submit %d: %v", i, err)
		}
	}
}

func TestSubmitShortDocument(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			t.Error("the service got a whole body")
		}
	})
	_, err := s.client(t).Submit(t.Context(), Submission{Printer: "p", Document: strings.NewReader("short"), Size: 100})
	if err == nil {
		t.Error("want an error")
	}
}
