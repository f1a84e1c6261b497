package pubsub_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/api"
	"platen/cloud/pubsub"
	"platen/cloud/store"
	"platen/gcp"
)

// reads counts what is read of a store to tell of something, or to answer.
type reads struct {
	*store.DB
	n atomic.Int64
}

func (r *reads) PrinterCounts(ctx context.Context, ids []gcp.PrinterID, since time.Time) (map[gcp.PrinterID]cloud.PrinterCounts, error) {
	r.n.Add(1)
	return r.DB.PrinterCounts(ctx, ids, since)
}

func (r *reads) ListPrinters(ctx context.Context, f cloud.PrinterFilter) ([]cloud.Printer, error) {
	r.n.Add(1)
	return r.DB.ListPrinters(ctx, f)
}

func (r *reads) User(ctx context.Context, id cloud.UserID) (cloud.User, error) {
	r.n.Add(1)
	return r.DB.User(ctx, id)
}

func (r *reads) UsersAmong(ctx context.Context, ids []cloud.UserID) ([]cloud.User, error) {
	r.n.Add(1)
	return r.DB.UsersAmong(ctx, ids)
}

func (r *reads) Robot(ctx context.Context, id gcp.RobotID) (cloud.Robot, error) {
	r.n.Add(1)
	return r.DB.Robot(ctx, id)
}

func (r *reads) RobotsAmong(ctx context.Context, ids []gcp.RobotID) ([]cloud.Robot, error) {
	r.n.Add(1)
	return r.DB.RobotsAmong(ctx, ids)
}

func (r *reads) UserByEmail(ctx context.Context, email string) (cloud.User, error) {
	r.n.Add(1)
	return r.DB.UserByEmail(ctx, email)
}

func (r *reads) ListJobs(ctx context.Context, f cloud.JobFilter) ([]cloud.Job, int, error) {
	r.n.Add(1)
	return r.DB.ListJobs(ctx, f)
}

func (r *reads) Job(ctx context.Context, id gcp.JobID) (cloud.Job, cloud.PrinterRights, error) {
	r.n.Add(1)
	return r.DB.Job(ctx, id)
}

func (r *reads) Shares(ctx context.Context, ids ...gcp.PrinterID) ([]cloud.Share, error) {
	r.n.Add(1)
	return r.DB.Shares(ctx, ids...)
}

func (r *reads) SharesWith(ctx context.Context, scopes []string) ([]cloud.Share, error) {
	r.n.Add(1)
	return r.DB.SharesWith(ctx, scopes)
}

func (r *reads) Subscribers(ctx context.Context, node, prefix string, now time.Time) ([]pubsub.Subscription, error) {
	r.n.Add(1)
	return r.DB.Subscribers(ctx, node, prefix, now)
}

func (r *reads) SubscriptionsOf(ctx context.Context, id cloud.UserID, now time.Time) ([]pubsub.Subscription, error) {
	r.n.Add(1)
	return r.DB.SubscriptionsOf(ctx, id, now)
}

// counted has the world served from a store that counts, as settings say.
func (w *world) counted(settings ...func(*pubsub.Config)) *reads {
	w.t.Helper()
	r := &reads{DB: w.store}
	w.cloud = cloud.New(cloud.Config{Store: r, Domain: domain})
	cfg := pubsub.Config{
		Domain: domain, Service: service, Cloud: w.cloud, Log: w.cloud, Users: r,
		Objects: api.NewObjects(api.Config{Service: w.cloud}), Store: r,
	}
	for _, set := range settings {
		set(&cfg)
	}
	var err error
	w.Server, err = pubsub.New(cfg)
	w.ok(err)
	return r
}

// during returns how much is read while fn runs, and logs it.
func (r *reads) during(t *testing.T, what string, fn func()) int64 {
	t.Helper()
	r.n.Store(0)
	began := time.Now()
	fn()
	t.Logf("%s: %d reads, %v", what, r.n.Load(), time.Since(began).Round(time.Millisecond))
	return r.n.Load()
}

// crowd has as many people follow a node, which is named for each.
func (w *world) crowd(n int, node func(email string) string) {
	w.t.Helper()
	for i := range n {
		email := fmt.Sprintf("p%d@example.com", i)
		id := cloud.UserID(fmt.Sprintf("u%d", i))
		if _, err := w.store.User(w.t.Context(), id); err != nil {
			w.ok(w.store.AddUser(w.t.Context(), cloud.User{ID: id, Email: email, Name: "n"}))
		}
		sub := pubsub.Subscription{JID: bare(email), Kind: pubsub.Items, Node: node(email), Owner: id}
		w.ok(w.store.PutSubscription(w.t.Context(), sub, pubsub.Bounds{OfOwner: 10, OfAll: 1 << 20}, time.Now()))
	}
}

// fleet adds printers to those of the one connector, which are olga's.
func (w *world) fleet(n int) {
	w.t.Helper()
	for i := range n {
		p := cloud.Printer{ID: gcp.PrinterID(fmt.Sprintf("p%04d", i)), Owner: "u-olga", Robot: "r1", Proxy: "px", Name: fmt.Sprint("P", i), SemanticState: state("IDLE", "")}
		_, err := w.store.SavePrinter(w.t.Context(), cloud.PrinterKey{Owner: p.Owner, Proxy: p.Proxy, Name: p.Name},
			func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) { return p, nil, nil })
		w.ok(err)
	}
}

// letter is a job of una's at the office, and what happened to it.
func (w *world) letter() cloud.Event {
	w.t.Helper()
	now := time.Now()
	j := cloud.Job{ID: "j1", Printer: office, PrinterName: "Office", Owner: "u-una", OwnerEmail: "una@example.com", Title: "letter", State: gcp.StateOf(gcp.JobQueued), CreateTime: now, UpdateTime: now}
	_, err := w.store.AddJob(w.t.Context(), j, cloud.Admission{})
	w.ok(err)
	return cloud.Event{Time: now, Kind: cloud.EventJobState, Printer: office, Job: "j1", User: "u-una"}
}

// TestTellingIsCheap: what is read does not grow with who follows, and for a connector with
// many printers not with their product.
func TestTellingIsCheap(t *testing.T) {
	const people, printers = 100, 20
	w := newWorld(t)
	w.fleet(printers - 2)
	w.crowd(people, pubsub.PersonNode)
	w.crowd(people, func(string) string { return pubsub.PrinterNode(office) })
	w.ok(w.store.PutShare(t.Context(), cloud.Share{Printer: office, Scope: cloud.DomainScope("example.com"), Type: gcp.ScopeDomain, Role: gcp.RoleUser}))
	job, now := w.letter(), time.Now()
	r := w.counted(func(c *pubsub.Config) { c.Now = func() time.Time { return now } }) // accounts are read anew after a second
	for _, c := range []struct {
		what  string
		event cloud.Event
		most  int64
		sent  int
	}{
		{"a job that none of them may see", job, 6, 0},
		{"a printer that all may use", cloud.Event{Time: time.Now(), Kind: cloud.EventPrinterChanged, Printer: office}, 10, 2 * people},
		{"a printer that none may use", cloud.Event{Time: time.Now(), Kind: cloud.EventPrinterChanged, Printer: cellar}, 8, 0},
		{"a connector", cloud.Event{Time: time.Now(), Kind: cloud.EventRobotPresence, Robot: "r1"}, 10 + 4*printers, 2 * people},
	} {
		w.out = &outlet{}
		n := r.during(t, c.what, func() { w.ok(w.Tell(t.Context(), w.out, false, c.event)) })
		if n > c.most || len(w.out.stanzas) != c.sent {
			t.Errorf("%s: %d reads and %d messages, want at most %d and %d", c.what, n, len(w.out.stanzas), c.most, c.sent)
		}
	}
}

// TestAskingIsCheap: what is read for who logs in, or asks how everything is, does not grow with
// the printers, each at a connector of its own.
func TestAskingIsCheap(t *testing.T) {
	w := newWorld(t)
	const printers = 30
	una := "una@example.com"
	for i := range printers {
		id, robot := gcp.PrinterID(fmt.Sprintf("p%04d", i)), gcp.RobotID(fmt.Sprint("r-", i))
		owner := cloud.UserID(fmt.Sprint("o-", i))
		w.ok(w.store.AddUser(t.Context(), cloud.User{ID: owner, Email: fmt.Sprintf("o%d@example.com", i)}))
		w.ok(w.store.AddRobot(t.Context(), cloud.Robot{ID: robot, Owner: owner, Proxy: gcp.ProxyID(robot)}))
		p := cloud.Printer{ID: id, Owner: owner, Robot: robot, Proxy: gcp.ProxyID(robot), Name: fmt.Sprint("P", i), SemanticState: state("IDLE", ""), QuotaEnabled: i%2 == 0, DailyQuota: 9}
		_, err := w.store.SavePrinter(t.Context(), cloud.PrinterKey{Owner: p.Owner, Proxy: p.Proxy, Name: p.Name},
			func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) { return p, nil, nil })
		w.ok(err)
		w.ok(w.store.PutShare(t.Context(), cloud.Share{Printer: id, Scope: una, Type: gcp.ScopeUser, Role: gcp.RoleUser}))
		w.say(at(una), `<presence type="subscribe" to="`+string(id)+`@`+service+`"/>`)
	}
	r := w.counted()
	for what, c := range map[string]struct {
		ask  func() string
		each string // what is said of a printer
		want int
	}{
		"the first presence":   {func() string { return w.say(at(una), `<presence/>`) }, "<status>", printers},
		"the list of contacts": {func() string { return w.say(at(una), `<iq type="get" id="1"><query xmlns="jabber:iq:roster"/></iq>`) }, "<item ", printers},
		"everything":           {func() string { return w.get(at(una), `<items node="`+pubsub.PersonNode(una)+`"/>`) }, "<item ", printers + 1},
		"the nodes": {func() string {
			return w.ask(at(una), "get", `<query xmlns="http://jabber.org/protocol/disco#items"/>`)
		}, "<item ", printers + 2},
	} {
		got := ""
		n := r.during(t, what, func() { got = c.ask() })
		if said := strings.Count(got, c.each); n > 20 || said != c.want {
			t.Errorf("%s: %d reads for %d printers, want at most 20 for %d", what, n, said, c.want)
		}
	}
}

// TestContactsOnce: the printers that a session follows are told at its first presence, not each
// time that it becomes away or busy; and again when it came back (RFC 6121, 4.2.2).
func TestContactsOnce(t *testing.T) {
	w := newWorld(t)
	r := w.counted()
	una := at("una@example.com")
	w.say(una, `<presence type="subscribe" to="`+string(office)+`@`+service+`"/>`)
	const account = 1 // the sender's, which is read for every stanza
	for _, c := range []struct {
		stanza string
		told   bool
	}{
		{`<presence/>`, true},
		{`<presence><show>away</show></presence>`, false},
		{`<presence><c xmlns="http://jabber.org/protocol/caps" node="n" ver="v" hash="sha-1"/></presence>`, false},
		{`<presence type="unavailable"/>`, false},
		{`<presence/>`, true},
	} {
		var got string
		n := r.during(t, c.stanza, func() { got = w.say(una, c.stanza) })
		if strings.Contains(got, "<status>ready</status>") != c.told || !c.told && n > account {
			t.Errorf("%s: %d reads, %s", c.stanza, n, got)
		}
	}
}
