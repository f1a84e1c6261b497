package ipp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/cloud/ipp"
	"platen/cloud/oauth"
	"platen/cloud/store"
	"platen/cloud/store/emptystore"
	"platen/gcp"
	"platen/internal/ippserver"
	"platen/internal/smallpdf"
)

// cdd is what the printer of these tests can do.
const cdd = `{"version":"1.0","printer":{
"supported_content_type":[{"content_type":"application/pdf"},{"content_type":"image/jpeg"}],
"copies":{"default":1,"max":99},"collate":{"default":true},"page_range":{},"reverse_order":{},
"color":{"option":[{"vendor_id":"print-color-mode:color","type":"STANDARD_COLOR","is_default":true},{"vendor_id":"print-color-mode:monochrome","type":"STANDARD_MONOCHROME"}]},
"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"},{"type":"SHORT_EDGE"}]},
"page_orientation":{"option":[{"type":"AUTO","is_default":true},{"type":"PORTRAIT"},{"type":"LANDSCAPE"}]},
"fit_to_page":{"option":[{"type":"NO_FITTING"},{"type":"FIT_TO_PAGE"},{"type":"FILL_PAGE"},{"type":"SHRINK_TO_PAGE","is_default":true}]},
"dpi":{"option":[{"horizontal_dpi":600,"vertical_dpi":600,"vendor_id":"printer-resolution:600x600dpi","is_default":true},{"horizontal_dpi":300,"vertical_dpi":300,"vendor_id":"printer-resolution:300x300dpi"}]},
"margins":{"option":[{"type":"STANDARD","top_microns":4230,"right_microns":4230,"bottom_microns":4230,"left_microns":4230,"is_default":true},{"type":"BORDERLESS"}]},
"media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"vendor_id":"media:iso_a4_210x297mm","is_default":true},
{"name":"NA_LETTER","width_microns":215900,"height_microns":279400},{"name":"NA_INDEX_4X6","width_microns":101600,"height_microns":152400}],
"min_width_microns":76000,"max_width_microns":216000,"min_height_microns":127000,"max_height_microns":356000},
"marker":[{"vendor_id":"black","type":"TONER","color":{"type":"BLACK"}}],
"vendor_capability":[
{"id":"print-quality","type":"SELECT","display_name":"Quality","select_cap":{"option":[{"value":"3","display_name":"Draft"},{"value":"4","display_name":"Normal","is_default":true},{"value":"5","display_name":"High"}]}},
{"id":"media-source","type":"SELECT","display_name":"Tray","select_cap":{"option":[{"value":"tray-1","display_name":"1","is_default":true},{"value":"tray-2","display_name":"2"}]}},
{"id":"media-type","type":"SELECT","display_name":"Paper","select_cap":{"option":[{"value":"stationery","display_name":"Plain","is_default":true},{"value":"labels","display_name":"Labels"}]}},
{"id":"output-bin","type":"SELECT","display_name":"Bin","select_cap":{"option":[{"value":"face-down","display_name":"Down","is_default":true},{"value":"face-up","display_name":"Up"}]}},
{"id":"finishings/staple","type":"SELECT","display_name":"Staple","select_cap":{"option":[{"value":"3","display_name":"None","is_default":true},{"value":"20","display_name":"Top left"}]}}]}}`

// bench is a whole cloud with one printer, and its front door over HTTP.
type bench struct {
	t       testing.TB
	db      *store.DB
	oauth   *oauth.Server
	service *cloud.Service
	url     string
	door    *ipp.Handler
	numbers *hooked
	log     *lockedBuffer
	people  map[string]cloud.Caller
	keys    map[string]string
	robot   cloud.Caller
	printer gcp.PrinterID
}

// lockedBuffer is a log that several goroutines write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, log: &lockedBuffer{}, people: map[string]cloud.Caller{}, keys: map[string]string{}}
	dir := t.TempDir()
	b.db = emptystore.Open(t, filepath.Join(dir, "cloud.db"))
	blobs, err := blob.Open(filepath.Join(dir, "documents"), blob.Options{})
	b.ok(err)
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.door.ServeHTTP(w, r) }))
	b.url = "http://" + srv.Listener.Addr().String()
	b.oauth = oauth.New(oauth.Config{Store: b.db, BaseURL: b.url, Logger: log})
	b.service = cloud.New(cloud.Config{
		Domain: "platen.invalid", Store: b.db, Blobs: blobs, Codes: b.oauth, Sessions: b.oauth, Retention: time.Hour,
		Limits: cloud.Limits{SubmitsMinute: -1}, Logger: log,
	})
	b.numbers = &hooked{Numbers: b.db}
	b.door = ipp.New(ipp.Config{
		Service: b.service, Auth: b.oauth, Blobs: blobs, Numbers: b.numbers, BaseURL: b.url, MaxDocument: 4 << 20, Logger: log,
	})
	srv.Start()
	t.Cleanup(srv.Close)
	b.scene()
	return b
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// scene makes people, a connector, and a printer that is shared with some of them.
func (b *bench) scene() {
	b.t.Helper()
	ctx := b.t.Context()
	for _, who := range []string{"owner", "manager", "user", "sender", "stranger", "administrator", "guest"} {
		u, err := b.service.AddUser(ctx, who+"@example.org", "", who == "administrator")
		b.ok(err)
		b.people[who] = cloud.Caller{User: &u, Via: cloud.ViaToken}
		b.keys[who] = b.key(who, oauth.ScopePrint)
	}
	b.keys["pair"] = b.key("owner", oauth.ScopePair)
	r, err := b.service.CreateRobot(ctx, b.people["owner"], cloud.RobotRequest{ClientID: "c", Proxy: "px"})
	b.ok(err)
	b.robot = cloud.Caller{Robot: &r.Robot, Via: cloud.ViaToken}
	b.ok(b.service.Presence(ctx, r.Robot.ID, true))
	name, proxy, display, model := "queue", "px", "Secret office", "Laser 5"
	p, err := b.service.Register(ctx, b.robot, cloud.PrinterFields{
		Name: &name, UUID: &name, Proxy: &proxy, DefaultDisplayName: &display, Model: &model, Capabilities: []byte(cdd),
	})
	b.ok(err)
	b.printer = p.ID
	b.ok(b.service.SetRole(ctx, cloud.OperatorCaller(), b.people["guest"].User.ID, cloud.RoleGuest))
	for who, role := range map[string]gcp.Role{"manager": gcp.RoleManager, "user": gcp.RoleUser, "sender": gcp.RoleUser, "guest": gcp.RoleUser} {
		b.ok(b.service.Share(ctx, b.people["owner"], cloud.ShareRequest{Printer: p.ID, Scope: who + "@example.org", Role: role}))
		_, err := b.service.ProcessInvite(ctx, b.people[who], p.ID, true)
		b.ok(err)
	}
}

// another registers a second printer, and shares it with somebody.
func (b *bench) another(who string) gcp.PrinterID {
	b.t.Helper()
	name, proxy, display := "queue2", "px", "Other office"
	p, err := b.service.Register(b.t.Context(), b.robot, cloud.PrinterFields{
		Name: &name, UUID: &name, Proxy: &proxy, DefaultDisplayName: &display, Capabilities: []byte(cdd),
	})
	b.ok(err)
	b.ok(b.service.Share(b.t.Context(), b.people["owner"], cloud.ShareRequest{Printer: p.ID, Scope: who + "@example.org", Role: gcp.RoleUser}))
	_, err = b.service.ProcessInvite(b.t.Context(), b.people[who], p.ID, true)
	b.ok(err)
	return p.ID
}

func (b *bench) key(who string, scope oauth.Scope) string {
	b.t.Helper()
	key, _, err := b.oauth.MakeKey(b.t.Context(), b.people[who].User.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{scope}})
	b.ok(err)
	return key.Reveal()
}

func (b *bench) address(who string) string {
	b.t.Helper()
	text, _, err := b.oauth.MakeAddress(b.t.Context(), b.people[who].User.ID, b.printer, "laptop")
	b.ok(err)
	return text.Reveal()
}

// ask is a request to the front door.
type ask struct {
	op     goipp.Op
	bearer string
	basic  [2]string
	secret string // of a personal address
	header map[string]string

	attrs goipp.Attributes // more operation attributes
	job   goipp.Attributes
	subs  []goipp.Attributes
	doc   []byte
}

func (b *bench) path(secret string) string {
	path := ipp.Prefix + string(b.printer)
	if secret != "" {
		path += "/" + secret
	}
	return path
}

// message is the request as IPP has it.
func (b *bench) message(a ask) *goipp.Message {
	m := goipp.NewRequest(goipp.MakeVersion(2, 0), a.op, 7)
	m.Groups = goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: append(goipp.Attributes{
		goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
		goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
		goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String("ipp"+strings.TrimPrefix(b.url, "http")+b.path(a.secret))),
	}, a.attrs...)}}
	if a.job != nil {
		m.Groups.Add(goipp.Group{Tag: goipp.TagJobGroup, Attrs: a.job})
	}
	for _, s := range a.subs {
		m.Groups.Add(goipp.Group{Tag: goipp.TagSubscriptionGroup, Attrs: s})
	}
	return m
}

// send sends a request, and returns the answer, or the HTTP status if it is not 200.
func (b *bench) send(a ask) (*goipp.Message, int) {
	b.t.Helper()
	head, err := b.message(a).EncodeBytes()
	b.ok(err)
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+b.path(a.secret), io.MultiReader(bytes.NewReader(head), bytes.NewReader(a.doc)))
	b.ok(err)
	req.Header.Set("Content-Type", ippserver.ContentType)
	if a.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+a.bearer)
	}
	if a.basic[1] != "" {
		req.SetBasicAuth(a.basic[0], a.basic[1])
	}
	for k, v := range a.header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	b.ok(err)
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, resp.StatusCode
	}
	var m goipp.Message
	b.ok(m.Decode(resp.Body))
	return &m, http.StatusOK
}

// must sends a request that the printer takes.
func (b *bench) must(a ask) *goipp.Message {
	b.t.Helper()
	m, status := b.send(a)
	if status != http.StatusOK || m.Code > goipp.Code(goipp.StatusOkEventsComplete) {
		b.t.Fatalf("%s: HTTP %d, %v", a.op, status, m)
	}
	return m
}

// print sends a PDF, and returns the job's number.
func (b *bench) print(who string) int {
	b.t.Helper()
	m := b.must(ask{op: goipp.OpPrintJob, bearer: b.keys[who], doc: pdf(), attrs: goipp.Attributes{name("job-name", "Secret plan")}})
	return ippserver.Integer(m.Job, "job-id", 0)
}

// newest returns the newest job of the printer.
func (b *bench) newest() cloud.JobView {
	b.t.Helper()
	jobs, _, err := b.service.Jobs(b.t.Context(), b.people["owner"], cloud.JobQuery{Printer: b.printer, Limit: 1})
	b.ok(err)
	if len(jobs) == 0 {
		b.t.Fatal("there is no job")
	}
	return jobs[0]
}

// ticket returns what the newest job asks for.
func (b *bench) ticket() gcp.PrintTicketSection {
	b.t.Helper()
	var t gcp.CJT
	b.ok(json.Unmarshal(b.newest().Ticket, &t))
	return t.Print
}

func pdf() []byte { return smallpdf.Page(595, 842, "BT /F1 24 Tf 72 700 Td (hello) Tj ET") }

func name(n, v string) goipp.Attribute { return goipp.MakeAttribute(n, goipp.TagName, goipp.String(v)) }

func keyword(n, v string) goipp.Attribute {
	return goipp.MakeAttribute(n, goipp.TagKeyword, goipp.String(v))
}

func uri(n, v string) goipp.Attribute { return goipp.MakeAttribute(n, goipp.TagURI, goipp.String(v)) }

func integer(n string, v int) goipp.Attribute {
	return goipp.MakeAttribute(n, goipp.TagInteger, goipp.Integer(v))
}

func enum(n string, v int) goipp.Attribute {
	return goipp.MakeAttribute(n, goipp.TagEnum, goipp.Integer(v))
}

func flag(n string, v bool) goipp.Attribute {
	return goipp.MakeAttribute(n, goipp.TagBoolean, goipp.Boolean(v))
}

func format(v string) goipp.Attribute {
	return goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(v))
}

func status(m *goipp.Message) goipp.Status { return goipp.Status(m.Code) }
