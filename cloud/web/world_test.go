package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/cloud/oauth"
	"platen/cloud/passkey"
	"platen/cloud/store"
	"platen/cloud/store/emptystore"
	"platen/gcp"
)

const (
	email    = "ada@example.com"
	password = "correct horse battery"
)

// world is the real service behind the pages, and a browser.
type world struct {
	*httptest.Server
	t       *testing.T
	service *cloud.Service
	oauth   *oauth.Server
	db      *store.DB
	file    string // of the store
	blobs   Blobs
	user    cloud.User
	browser *http.Client
	stop    chan struct{}
	asked   atomic.Int64 // requests that were counted, while each comes from an address of its own
	roams   atomic.Bool  // each request does
	ahead   atomic.Int64 // nanoseconds that the service's clock is ahead
}

func start(t *testing.T) *world {
	t.Helper()
	return startWith(t, cloud.Rendering{})
}

// startWith is start with a renderer.
func startWith(t *testing.T, r cloud.Rendering) *world {
	t.Helper()
	return startSet(t, func(_ *Config, s *cloud.Config) { s.Rendering = r })
}

// settings changes what a world's pages and service are made of.
type settings func(*Config, *cloud.Config)

// startSet starts a world with settings of its own.
func startSet(t *testing.T, set settings) *world {
	t.Helper()
	w := startEmpty(t, set)
	var err error
	if w.user, err = w.service.AddUser(t.Context(), email, password, true); err != nil {
		t.Fatal(err)
	}
	return w
}

// startEmpty starts a world in which nobody has an account.
func startEmpty(t *testing.T, set settings) *world {
	t.Helper()
	file := filepath.Join(t.TempDir(), "db")
	db := emptystore.Open(t, file)
	blobs, err := blob.Open(t.TempDir(), blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, file: file, blobs: blobs, stop: make(chan struct{})}
	w.oauth = oauth.New(oauth.Config{
		Store: db, BaseURL: "http://cloud.invalid", RemoteAddr: w.remoteAddr,
		CheckPassword: func(ctx context.Context, p cloud.PasswordCheck) (cloud.User, error) {
			return w.service.CheckPassword(ctx, p)
		},
	})
	rules := cloud.Config{
		Domain: "push.invalid", Store: db, Blobs: blobs, Codes: w.oauth, Sessions: w.oauth,
		Now: func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) },
	}
	cfg := Config{OAuth: w.oauth, Blobs: blobs, BaseURL: "http://cloud.invalid", Authority: []byte("a certificate"), MaxDocument: 1 << 20, Stopping: w.stop}
	cfg.Installation = someInstallation{}
	cfg.Passkeys = passkey.New(passkey.Config{Store: db, BaseURL: passkeyOrigin, Now: rules.Now})
	if set != nil {
		set(&cfg, &rules)
	}
	w.service = cloud.New(rules)
	cfg.Service = w.service
	w.Server = httptest.NewServer(New(cfg))
	t.Cleanup(w.Close)
	jar, _ := cookiejar.New(nil)
	w.browser = &http.Client{Jar: jar, Timeout: 20 * time.Second}
	return w
}

// remoteAddr tells whom a request is counted for.
func (w *world) remoteAddr(*http.Request) string {
	if w.roams.Load() {
		return strconv.FormatInt(w.asked.Add(1), 10)
	}
	return "127.0.0.1"
}

func (w *world) caller() cloud.Caller { return cloud.Caller{User: &w.user, Via: cloud.ViaToken} }

// answered is what a request came to, its body read and closed.
type answered struct {
	StatusCode int
	Status     string
	Header     http.Header
	Cookies    []*http.Cookie
	To         *url.URL // Location
	URL        *url.URL // where it ended
}

// do sends a request and returns the page that it ends at.
func (w *world) do(req *http.Request) (page string, a answered) {
	w.t.Helper()
	resp, err := w.browser.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	to, _ := resp.Location()
	return string(body), answered{resp.StatusCode, resp.Status, resp.Header, resp.Cookies(), to, resp.Request.URL}
}

func (w *world) get(path string) (string, answered) {
	w.t.Helper()
	req, _ := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.URL+path, nil)
	return w.do(req)
}

func (w *world) post(path string, form url.Values) (string, answered) {
	w.t.Helper()
	req, _ := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(req)
}

func (w *world) signIn() {
	w.t.Helper()
	if _, resp := w.post("/signin", url.Values{"email": {email}, "password": {password}}); resp.URL.Path != "/printers" {
		w.t.Fatalf("signing in ended at %v, %s", resp.URL, resp.Status)
	}
}

var xsrfField = regexp.MustCompile(`name="xsrf" value="([^"]+)"`)

// xsrf takes the token out of a page, as a browser sends it back.
func (w *world) xsrf() string {
	w.t.Helper()
	page, _ := w.get("/printers")
	m := xsrfField.FindStringSubmatch(page)
	if m == nil {
		w.t.Fatalf("no xsrf field in %s", page)
	}
	return strings.ReplaceAll(m[1], "&#43;", "+")
}

func (w *world) addPrinter(name string) gcp.PrinterID {
	w.t.Helper()
	proxy, caps := "px", []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],"copies":{"default":1,"max":9}}}`)
	p, err := w.service.Register(w.t.Context(), w.caller(), cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: caps})
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

func (w *world) upload(p gcp.PrinterID, xsrf, file, content string) (string, answered) {
	w.t.Helper()
	return w.send(p, url.Values{"xsrf": {xsrf}, "copies": {"2"}}, file, content)
}

// send sends the form of a printer's page.
func (w *world) send(p gcp.PrinterID, fields url.Values, file, content string) (string, answered) {
	w.t.Helper()
	return w.sendTo("/printers/"+string(p)+"/jobs", "", fields, []paper{{file, content}})
}

// paper is a document that a form sends.
type paper struct{ name, content string }

// sendTo sends a form with documents, as a page does without a script, or as our
// script does if it accepts JSON.
func (w *world) sendTo(path, accept string, fields url.Values, docs []paper) (string, answered) {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, value := range values {
			_ = form.WriteField(name, value)
		}
	}
	for _, d := range docs {
		part, _ := form.CreateFormFile("document", d.name)
		_, _ = io.WriteString(part, d.content)
	}
	_ = form.Close()
	req, _ := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+path, &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return w.do(req)
}

// passkeyOrigin is where browsers are with which people sign in by passkey.
const passkeyOrigin = "https://cloud.invalid"

const pdf = "%PDF-1.4\n%%EOF\n"
