package pubsub_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/api"
	"platen/cloud/pubsub"
	"platen/cloud/store"
	"platen/cloud/store/emptystore"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/stream"
)

const (
	domain   = "print.example.com"
	service  = "push.print.example.com"
	patience = 30 * time.Second
	office   = gcp.PrinterID("11111111-aaaa")
	cellar   = gcp.PrinterID("22222222-bbbb")
)

// world is the service over a real store, with a printer "Office" of olga, which una may
// use, and so may who is in the group staff, and "Cellar", which is olga's alone.
type world struct {
	t *testing.T
	*pubsub.Server
	store *store.DB
	cloud *cloud.Service
	out   *outlet
}

// outlet keeps what is sent.
type outlet struct {
	mu      sync.Mutex // guards what follows
	stanzas []string
	deaf    bool
}

func (o *outlet) Reaches(string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.deaf
}

func (o *outlet) Send(_ context.Context, _, stanza string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stanzas = append(o.stanzas, stanza)
}

func (o *outlet) Ready(context.Context) error { return nil }

// of returns what was sent to an address.
func (o *outlet) of(to string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []string
	for _, s := range o.stanzas {
		if strings.Contains(s, ` to="`+to+`"`) {
			list = append(list, s)
		}
	}
	return list
}

func newWorld(t *testing.T) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db")
	db := emptystore.Open(t, path)
	w := &world{t: t, store: db, out: &outlet{}, cloud: cloud.New(cloud.Config{Store: db, Domain: domain})}
	for _, name := range []string{"olga", "una", "gus", "eve", "dora", "gast"} {
		u := cloud.User{ID: cloud.UserID("u-" + name), Email: name + "@example.com", Name: name, Disabled: name == "dora", Guest: name == "gast"}
		w.ok(db.AddUser(t.Context(), u))
	}
	for _, name := range []string{"till", "lift"} {
		w.ok(db.AddUser(t.Context(), cloud.User{ID: cloud.UserID("u-" + name), Email: name + "@service", Name: name, Service: true, Keeper: "u-olga"}))
	}
	_, err := db.SetGroups(t.Context(), "u-gus", cloud.GroupsOfImport, []string{"staff"})
	w.ok(err)
	w.ok(db.AddRobot(t.Context(), cloud.Robot{ID: "r1", Owner: "u-olga", Proxy: "px"}))
	w.ok(w.cloud.Presence(t.Context(), "r1", true))
	for id, name := range map[gcp.PrinterID]string{office: "Office", cellar: "Cellar"} {
		p := cloud.Printer{ID: id, Owner: "u-olga", Robot: "r1", Proxy: "px", Name: name, SemanticState: state("IDLE", "")}
		_, err = db.SavePrinter(t.Context(), cloud.PrinterKey{Owner: p.Owner, Proxy: p.Proxy, Name: p.Name},
			func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) { return p, nil, nil })
		w.ok(err)
	}
	for _, scope := range []string{"una@example.com", "dora@example.com", "gast@example.com", cloud.GroupScope("staff")} {
		w.ok(db.PutShare(t.Context(), cloud.Share{Printer: office, Scope: scope, Type: gcp.ScopeUser, Role: gcp.RoleUser}))
	}
	_, err = db.ClaimEvents(t.Context(), time.Time{}, 1000) // nobody is told of what was before
	w.ok(err)
	w.Server, err = pubsub.New(pubsub.Config{
		Domain: domain, Service: service, Trusted: []string{"example.com"}, BaseURL: "https://print.example.com",
		Cloud: w.cloud, Log: w.cloud, Users: db, Objects: api.NewObjects(api.Config{Service: w.cloud, BaseURL: "https://print.example.com"}),
		Store: db, Logger: slog.New(slog.DiscardHandler),
	})
	w.ok(err)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// state is what a device tells of itself.
func state(is, trouble string) json.RawMessage {
	vendor := ""
	if trouble != "" {
		vendor = `,"vendor_state":{"item":[{"state":"ERROR","description":` + string(must(json.Marshal(trouble))) + `}]}`
	}
	return json.RawMessage(`{"version":"1.0","printer":{"state":"` + is + `"` + vendor + `}}`)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// change has the office's printer tell how it is.
func (w *world) change(to json.RawMessage) {
	w.t.Helper()
	_, err := w.store.UpdatePrinter(w.t.Context(), office, func(p *cloud.Printer) ([]cloud.Event, error) {
		p.SemanticState = to
		return []cloud.Event{{Time: time.Now(), Kind: cloud.EventPrinterChanged, Printer: office, Robot: "r1", User: p.Owner}}, nil
	})
	w.ok(err)
}

// at is the address of somebody's session.
func at(email string) string { return pubsub.EscapeLocal(email) + "@" + domain + "/r" }

func bare(email string) string { return pubsub.EscapeLocal(email) + "@" + domain }

// say hands over a stanza, and returns what is answered.
func (w *world) say(from, stanza string) string {
	w.t.Helper()
	n, err := stream.Parse([]byte(stanza), "jabber:client")
	w.ok(err)
	return strings.Join(w.Handle(w.t.Context(), from, n), "")
}

// ask makes a request of the service.
func (w *world) ask(from, typ, payload string) string {
	w.t.Helper()
	return w.say(from, `<iq type="`+typ+`" to="`+service+`" id="1">`+payload+`</iq>`)
}

func (w *world) set(from, verb string) string {
	w.t.Helper()
	return w.ask(from, "set", `<pubsub xmlns="http://jabber.org/protocol/pubsub">`+verb+`</pubsub>`)
}

func (w *world) get(from, verb string) string {
	w.t.Helper()
	return w.ask(from, "get", `<pubsub xmlns="http://jabber.org/protocol/pubsub">`+verb+`</pubsub>`)
}

func subscribe(node, jid string) string { return `<subscribe node="` + node + `" jid="` + jid + `"/>` }

// run follows what happens, until the test ends.
func (w *world) run() {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(w.t.Context()))
	began, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		close(began)
		ended <- w.Relay(ctx, w.out)
	}()
	<-began
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.t.Errorf("the relay ended: %v", err)
		}
	})
}

// until waits until somebody was sent so many stanzas.
func (w *world) until(to string, n int) []string {
	w.t.Helper()
	lab.Until(w.t, patience, "what is told to "+to, func() bool { return len(w.out.of(to)) >= n })
	return w.out.of(to)
}
