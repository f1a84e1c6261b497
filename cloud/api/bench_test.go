package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/cloud/oauth"
	"platen/cloud/store"
	"platen/cloud/store/emptystore"
	"platen/gcp"
)

const cdd = `{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"},{"content_type":"text/plain"},` +
	`{"content_type":"image/png"}],"copies":{"default":1,"max":99},"vendor_capability":[{"id":"ns1:Colors","type":"TYPED_VALUE",` +
	`"display_name":"Colors","typed_value_cap":{"value_type":"STRING"}}]}}`

// bench is a whole cloud without push: store, documents, rules, tokens and the
// interfaces, over HTTP.
type bench struct {
	t         testing.TB
	dir       string
	db        *store.DB
	oauth     *oauth.Server
	service   *cloud.Service
	url       string
	ann, bob  string // API keys of two people
	robot     string // access token of ann's connector
	annUser   cloud.User
	reachable func(netip.Addr) bool
	cfg       Config
	jid       string
	handler   *handler
	documents string
	listener  listener
}

func newBench(t testing.TB, change func(*bench)) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), reachable: publicAddr}
	b.db = emptystore.Open(t, filepath.Join(b.dir, "cloud.db"))
	b.documents = filepath.Join(b.dir, "documents")
	blobs, err := blob.Open(b.documents, blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.handler.ServeHTTP(w, r) }))
	b.url = "http://" + srv.Listener.Addr().String()
	b.oauth = oauth.New(oauth.Config{Store: b.db, BaseURL: b.url})
	b.service = cloud.New(cloud.Config{
		Domain: "platen.invalid", Store: b.db, Blobs: blobs, Codes: b.oauth, Sessions: b.oauth, Retention: time.Hour,
		Limits: cloud.Limits{SubmitsMinute: -1},
	})
	b.cfg = Config{
		Service: b.service, OAuth: b.oauth, Blobs: blobs, BaseURL: b.url, Domain: "platen.invalid", MaxDocument: 4 << 20,
		Push:     &gcp.PushEndpoint{Host: "127.0.0.1", DirectPort: 5223, Domain: "platen.invalid", Service: "push.platen.invalid"},
		Listener: &b.listener,
	}
	if change != nil {
		change(b)
	}
	b.handler = newHandler(b.cfg, b.reachable)
	srv.Start()
	t.Cleanup(srv.Close)
	b.people()
	return b
}

func (b *bench) people() {
	b.t.Helper()
	ctx := b.t.Context()
	for _, who := range []struct {
		email string
		key   *string
	}{{"owner@example.com", &b.ann}, {"bob@example.com", &b.bob}} {
		u, err := b.service.AddUser(ctx, who.email, "", false)
		if err != nil {
			b.t.Fatal(err)
		}
		key, _, err := b.oauth.MakeKey(ctx, u.ID, oauth.KeyWish{Label: "test", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
		if err != nil {
			b.t.Fatal(err)
		}
		*who.key = key.Reveal()
		if b.annUser.ID == "" {
			b.annUser = u
		}
	}
}

// answer is any answer of the interfaces.
type answer struct {
	gcp.Answer
	status int
	raw    string
	head   http.Header
}

func (b *bench) do(req *http.Request) answer {
	b.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req) // redirects are not followed
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, raw: string(raw), head: resp.Header}
	if strings.HasPrefix(a.raw, "{") {
		if err := json.Unmarshal(raw, &a.Answer); err != nil && !strings.Contains(req.URL.Path, "ticket") {
			b.t.Fatalf("%s: %v", raw, err)
		}
	}
	return a
}

func (b *bench) request(method, path, token, contentType, body string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func (b *bench) post(name, token string, pairs ...string) answer {
	b.t.Helper()
	return b.do(b.request("POST", "/cloudprint/"+name, token, "application/x-www-form-urlencoded", form(pairs...).Encode()))
}

func (b *bench) get(name, token string, pairs ...string) answer {
	b.t.Helper()
	return b.do(b.request("GET", "/cloudprint/"+name+"?"+form(pairs...).Encode(), token, "", ""))
}

func (b *bench) must(a answer) answer {
	b.t.Helper()
	if a.status != 200 || !a.Success {
		b.t.Fatalf("%d %s", a.status, a.raw)
	}
	return a
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// pair plays B.3: createrobot with the user's token, then the code exchange.
func (b *bench) pair() {
	b.t.Helper()
	a := b.must(b.get("createrobot", b.ann, "oauth_client_id", "client-1", "proxy", "px"))
	b.jid = a.XMPPJID
	f := form("grant_type", "authorization_code", "code", a.AuthorizationCode, "client_id", "client-1", "redirect_uri", "oob")
	r := httptest.NewRequest("POST", "/o/oauth2/token", strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.oauth.Handler().ServeHTTP(w, r)
	var tok struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &tok); err != nil || tok.AccessToken == "" {
		b.t.Fatalf("%d %s", w.Code, w.Body)
	}
	b.robot = tok.AccessToken
}

// register pairs if need be and registers a printer as the classic connector does.
func (b *bench) register(name string, more ...string) gcp.PrinterID {
	b.t.Helper()
	if b.robot == "" {
		b.pair()
	}
	a := b.must(b.post("register", b.robot, append([]string{
		"name", name, "proxy", "px", "uuid", "uuid-" + name, "manufacturer", "Acme", "model", "T1", "gcp_version", "2.0",
		"setup_url", "http://x/", "support_url", "http://x/", "update_url", "http://x/", "firmware", "1.0",
		"semantic_state", `{"version":"","printer":{"state":"IDLE"}}`, "use_cdd", "true", "capabilities", cdd, "capsHash", "2010c424",
		"default_display_name", "Test " + name, "notification_channel", "XMPP_CHANNEL",
		"tag", "__cp__a=b,c~d#e=", "tag", "__cp__empty=",
	}, more...)...))
	if len(a.Printers) != 1 || a.Printers[0].ID == "" {
		b.t.Fatal(a.raw)
	}
	return a.Printers[0].ID
}

// part is one part of a multipart body.
type part struct{ name, file, typ, value string }

func multipartBody(parts ...part) (contentType, body string) {
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for _, p := range parts {
		h := map[string][]string{"Content-Disposition": {`form-data; name="` + p.name + `"`}}
		if p.file != "" {
			h["Content-Disposition"][0] += `; filename="` + p.file + `"`
		}
		if p.typ != "" {
			h["Content-Type"] = []string{p.typ}
		}
		w, err := m.CreatePart(h)
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(w, p.value)
	}
	_ = m.Close()
	return m.FormDataContentType(), buf.String()
}

func (b *bench) submit(token string, parts ...part) answer {
	b.t.Helper()
	typ, body := multipartBody(parts...)
	return b.do(b.request("POST", "/cloudprint/submit", token, typ, body))
}

const pdf = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\ntest document\n%%EOF\n"

// send submits a PDF and returns its job.
func (b *bench) send(p gcp.PrinterID, title string) gcp.JobID {
	b.t.Helper()
	a := b.must(b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "title", value: title},
		part{name: "contentType", value: "application/pdf"}, part{name: "content", file: title, typ: "application/pdf", value: pdf}))
	return a.Job.ID
}

// document downloads a job's document.
func (b *bench) document(job gcp.JobID, token string) string {
	b.t.Helper()
	a := b.get("download", token, "id", string(job))
	if a.status != 200 {
		b.t.Fatalf("download: %d %s", a.status, a.raw)
	}
	return a.raw
}

// stored counts the documents on disk.
func (b *bench) stored() int {
	b.t.Helper()
	entries, err := os.ReadDir(b.documents)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(entries)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}
