package cloud_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/cloud/store"
	"platen/cloud/store/emptystore"
	"platen/gcp"
	"platen/internal/lab"
)

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// pushes records what was handed to push.
type pushes chan gcp.Notification

func (p pushes) Notify(_ context.Context, _ gcp.RobotID, n gcp.Notification) { p <- n }

// codes issues codes that say for whom they are.
type codes struct{}

func (codes) RobotCode(_ context.Context, r gcp.RobotID, client string) (string, error) {
	return "code:" + string(r) + ":" + client, nil
}

func (codes) HasTokens(context.Context, gcp.RobotID) (bool, error) { return false, nil }

// RobotOf takes a robot's id for its token.
func (codes) RobotOf(_ context.Context, token string) (gcp.RobotID, error) {
	return gcp.RobotID(token), nil
}

// world is a service on a real store and real documents.
type world struct {
	*cloud.Service
	t     testing.TB
	clock *clock
	push  pushes
	blobs *blob.Dir
	db    *store.DB

	alice, bob, eve cloud.Caller // alice owns the printer
	robot, other    cloud.Caller // alice's, and another of hers
	printer         gcp.PrinterID
}

const cdd = `{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],
	"copies":{"default":1,"max":9}}}`

// newWorld is a world in which nobody is too fast.
func newWorld(t testing.TB) *world {
	return newLimitedWorld(t, cloud.Limits{SubmitsMinute: -1, Waiting: -1})
}

func newLimitedWorld(t testing.TB, l cloud.Limits) *world {
	t.Helper()
	return newWorldWith(t, cloud.Config{Limits: l})
}

// newWorldWith is a world by these rules.
func newWorldWith(t testing.TB, cfg cloud.Config) *world {
	t.Helper()
	dir := t.TempDir()
	db := emptystore.Open(t, filepath.Join(dir, "db"))
	blobs, err := blob.Open(filepath.Join(dir, "documents"), blob.Options{})
	must(t, err)
	w := &world{t: t, clock: &clock{now: time.Unix(1_700_000_000, 0)}, push: make(pushes, 10000), blobs: blobs, db: db}
	cfg.Domain, cfg.Store, cfg.Blobs, cfg.Codes, cfg.Notifier, cfg.Now = "print.example.com", db, blobs, codes{}, w.push, w.clock.Now
	w.Service = cloud.New(cfg)
	w.alice, w.bob, w.eve = w.person("alice@example.com"), w.person("bob@example.com"), w.person("eve@example.net")
	w.robot, w.other = w.connector("proxy"), w.connector("other")
	name := "queue"
	p, err := w.Register(t.Context(), w.robot, cloud.PrinterFields{Name: &name, Capabilities: []byte(cdd)})
	must(t, err)
	w.printer = p.ID
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) person(email string) cloud.Caller {
	u, err := w.AddUser(w.t.Context(), email, "", false)
	must(w.t, err)
	return cloud.Caller{User: &u}
}

// connector returns a robot of alice's.
func (w *world) connector(proxy gcp.ProxyID) cloud.Caller {
	code, err := w.CreateRobot(w.t.Context(), w.alice, cloud.RobotRequest{ClientID: "client", Proxy: proxy})
	must(w.t, err)
	return cloud.Caller{Robot: &code.Robot}
}

func (w *world) document() cloud.Document {
	doc, err := w.blobs.Save(w.t.Context(), strings.NewReader("%PDF-1.4 text"), 1<<20, "application/pdf")
	must(w.t, err)
	return doc
}

func (w *world) submit(c cloud.Caller) cloud.JobView {
	w.t.Helper()
	j, err := w.Submit(w.t.Context(), c, cloud.Submission{
		Printer: w.printer, Title: "title", ContentType: "application/pdf", Document: w.document(),
	})
	must(w.t, err)
	return j
}

// report is a robot's report, or a person's wish, of a state.
func (w *world) report(c cloud.Caller, id gcp.JobID, s gcp.JobState) (cloud.JobView, error) {
	return w.Control(w.t.Context(), c, cloud.JobReport{Job: id, State: &s})
}

func (w *world) share(scope string, role gcp.Role) {
	w.t.Helper()
	must(w.t, w.Share(w.t.Context(), w.alice, cloud.ShareRequest{Printer: w.printer, Scope: scope, Role: role}))
}

func (w *world) accept(c cloud.Caller) {
	w.t.Helper()
	_, err := w.ProcessInvite(w.t.Context(), c, w.printer, true)
	must(w.t, err)
}

func (w *world) text(c cloud.Caller, id gcp.JobID) (string, error) {
	doc, err := w.Document(w.t.Context(), c, id, gcp.Grant{}, cloud.Form{})
	if err != nil {
		return "", err
	}
	defer doc.Body.Close() //nolint:errcheck // read only
	b, err := io.ReadAll(doc.Body)
	return string(b), err
}

// run starts Run; the func ends it.
func (w *world) run() func() {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			w.t.Error(err)
		}
	}
}

// eventually waits for a condition.
func (w *world) eventually(ok func() bool) {
	w.t.Helper()
	lab.Until(w.t, 30*time.Second, "the condition", ok)
}

// ticks waits until Run has ticked n times: each writes down a note.
func (w *world) ticks(n int) {
	w.t.Helper()
	for range n {
		before := w.printerTime()
		w.clock.add(time.Millisecond)
		_, err := w.List(w.t.Context(), w.robot, "proxy")
		must(w.t, err)
		_, err = w.Printer(w.t.Context(), w.robot, w.printer)
		must(w.t, err)
		w.eventually(func() bool { return w.printerTime().After(before) })
	}
}

func (w *world) printerTime() time.Time {
	p, err := w.db.Printer(w.t.Context(), w.printer)
	must(w.t, err)
	return p.AccessTime
}
