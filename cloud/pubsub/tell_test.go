package pubsub_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/pubsub"
	"platen/gcp"
)

var body = regexp.MustCompile(`<body>([^<]*)</body>`)

func bodyOf(stanza string) string {
	if m := body.FindStringSubmatch(stanza); m != nil {
		return m[1]
	}
	return ""
}

// TestTold: who may see a printer is told of it, in words and as a whole; who may no more is
// told that, and nothing else.
func TestTold(t *testing.T) {
	w := newWorld(t)
	node := pubsub.PrinterNode(office)
	for _, who := range []string{"una@example.com", "gus@example.com"} {
		w.set(at(who), subscribe(node, bare(who)))
	}
	w.set(at("olga@example.com"), subscribe(pubsub.PersonNode("olga@example.com"), bare("olga@example.com")))
	w.run()
	w.change(state("STOPPED", "Paper jam, tray 2"))
	for who, in := range map[string]string{"una@example.com": node, "gus@example.com": node, "olga@example.com": pubsub.PersonNode("olga@example.com")} {
		got := w.until(bare(who), 1)[0]
		if bodyOf(got) != "Office: Paper jam, tray 2" || !strings.Contains(got, `<items node="`+in+`">`) || !strings.HasPrefix(got, `<message type="headline" from="`+service+`"`) {
			t.Errorf("%s: %s", who, got)
		}
	}
	w.ok(w.store.RemoveShare(t.Context(), office, "una@example.com"))
	w.change(state("IDLE", ""))
	if got := w.until(bare("gus@example.com"), 2)[1]; bodyOf(got) != "Office: ready" {
		t.Errorf("gus: %s", got)
	}
	w.change(state("STOPPED", "Open"))
	w.until(bare("gus@example.com"), 3)
	if got := w.until(bare("una@example.com"), 2); len(got) != 2 || !strings.Contains(got[1], `subscription="none"`) || strings.Contains(got[1], "Office") {
		t.Errorf("una, who may not any more: %q", got)
	}
	// Somebody who is disabled hears nothing from then on.
	_, err := w.store.UpdateUser(t.Context(), "u-gus", func(u *cloud.User) ([]cloud.Event, error) { u.Disabled = true; return nil, nil })
	w.ok(err)
	w.change(state("IDLE", ""))
	w.until(bare("olga@example.com"), 4)
	if n := len(w.out.of(bare("gus@example.com"))); n != 3 {
		t.Errorf("gus is told %d times", n)
	}
}

// TestJobsAreTold: a job's sender and who looks after its printer hear of it, and nobody else.
func TestJobsAreTold(t *testing.T) {
	w := newWorld(t)
	node := pubsub.PrinterNode(office)
	for _, who := range []string{"una@example.com", "gus@example.com", "olga@example.com"} {
		w.set(at(who), subscribe(node, bare(who)))
	}
	w.set(at("una@example.com"), subscribe(pubsub.PersonNode("una@example.com"), at("una@example.com")))
	w.run()
	now := time.Now()
	j := cloud.Job{ID: "j1", Printer: office, PrinterName: "Office", Owner: "u-una", OwnerEmail: "una@example.com", Title: "letter", State: gcp.StateOf(gcp.JobQueued), CreateTime: now, UpdateTime: now}
	_, err := w.store.AddJob(t.Context(), j, cloud.Admission{}, cloud.Event{Time: now, Kind: cloud.EventJobQueued, Printer: office, Job: "j1", User: "u-una"})
	w.ok(err)
	for _, to := range []string{bare("una@example.com"), at("una@example.com"), bare("olga@example.com")} {
		if got := w.until(to, 1)[0]; bodyOf(got) != "letter on Office: waiting" || !strings.Contains(got, `<item id="job-j1">`) {
			t.Errorf("%s: %s", to, got)
		}
	}
	if got := w.out.of(bare("gus@example.com")); len(got) > 0 {
		t.Errorf("gus hears of another's job: %q", got)
	}
	if got := w.get(at("gus@example.com"), `<items node="`+node+`"/>`); strings.Contains(got, "letter") {
		t.Errorf("gus may look at another's job: %s", got)
	}
}

// TestOneReplicaTells: each event is told by one of those that have the server in common.
func TestOneReplicaTells(t *testing.T) {
	w := newWorld(t)
	w.set(at("una@example.com"), subscribe(pubsub.PrinterNode(office), bare("una@example.com")))
	for range 3 {
		w.run()
	}
	for i := range 10 {
		w.change(state("STOPPED", []string{"Jam", "Open"}[i%2]))
		if got := w.until(bare("una@example.com"), i+1)[i]; bodyOf(got) == "" { // whichever told the last one
			t.Errorf("change %d has no words: %s", i, got)
		}
	}
	w.change(state("IDLE", ""))
	if got := w.until(bare("una@example.com"), 11); len(got) != 11 {
		t.Errorf("%d messages for 11 changes", len(got))
	}
}

// TestOutagesAreTold: what was down for long is an event, too.
func TestOutagesAreTold(t *testing.T) {
	w := newWorld(t)
	w.set(at("una@example.com"), subscribe(pubsub.PrinterNode(office), bare("una@example.com")))
	w.run()
	w.ok(w.cloud.Presence(t.Context(), "r1", false))
	if got := w.until(bare("una@example.com"), 1)[0]; bodyOf(got) != "Office: offline" {
		t.Error(got)
	}
	o := cloud.Outage{Robot: "r1", Since: time.Now()}
	w.ok(w.store.PutOutage(t.Context(), o, cloud.Event{Time: time.Now(), Kind: cloud.EventOutage, Robot: "r1"}))
	if got := w.until(bare("una@example.com"), 2)[1]; bodyOf(got) != "Office is down: offline" {
		t.Error(got)
	}
	w.ok(w.cloud.Presence(t.Context(), "r1", true))
	w.until(bare("una@example.com"), 3)
	w.ok(w.store.RemoveOutage(t.Context(), o, cloud.Event{Time: time.Now(), Kind: cloud.EventOutageOver, Robot: "r1"}))
	if got := w.until(bare("una@example.com"), 4)[3]; bodyOf(got) != "Office is there again: ready" {
		t.Error(got)
	}
}

// TestPresence: RFC 6121, 3.1, 3.3 and 4.3: subscribe, deny, probe, unsubscribe.
func TestPresence(t *testing.T) {
	w := newWorld(t)
	contact := string(office) + "@" + service
	presence := func(from, typ string) string {
		return w.say(from, `<presence type="`+typ+`" to="`+contact+`"/>`)
	}
	una := bare("una@example.com")
	want := func(got string, want ...string) {
		t.Helper()
		for _, s := range want {
			if !strings.Contains(got, s) {
				t.Errorf("no %s in %q", s, got)
			}
		}
	}
	want(presence(at("una@example.com"), "probe"), `type="unsubscribed"`)
	want(presence(at("una@example.com"), "subscribe"), `<presence from="`+contact+`" to="`+una+`" type="subscribed"/>`, `<presence from="`+contact+`" to="`+una+`"><status>ready</status></presence>`)
	for _, who := range []string{at("eve@example.com"), "una@elsewhere.example/x", at("dora@example.com")} {
		want(presence(who, "subscribe"), `type="unsubscribed"`)
		want(presence(who, "probe"), `type="unsubscribed"`)
	}
	want(presence(una, "probe"), `<status>ready</status>`)
	want(w.say(at("una@example.com"), `<presence/>`), `<presence from="`+contact+`" to="`+at("una@example.com")+`"><status>ready</status></presence>`)
	want(w.say(at("una@example.com"), `<iq type="get" id="r"><query xmlns="jabber:iq:roster"/></iq>`), `<item jid="`+contact+`" name="Office" subscription="to"/>`)
	w.run()
	w.change(state("STOPPED", "Paper jam"))
	want(w.until(una, 1)[0], `<show>dnd</show><status>Paper jam</status>`)
	w.ok(w.cloud.Presence(t.Context(), "r1", false))
	want(w.until(una, 2)[1], `type="unavailable"`, `<status>offline, Paper jam</status>`)
	want(presence(at("una@example.com"), "unsubscribe"), `type="unavailable"`)
	want(presence(at("una@example.com"), "probe"), `type="unsubscribed"`)
	presence(at("una@example.com"), "subscribe")
	w.ok(w.store.RemoveShare(t.Context(), office, "una@example.com"))
	want(presence(at("una@example.com"), "probe"), `type="unsubscribed"`)
	w.change(state("IDLE", ""))
	want(w.until(una, 4)[3], `type="unsubscribed"`)
}

// TestToldOnce: a session whose program asks for its own jobs, and that subscribes to them as
// well, by either address, hears of each once.
func TestToldOnce(t *testing.T) {
	me := at("una@example.com")
	for jid, sessions := range map[string]string{"": me, me: me, bare("una@example.com"): bare("una@example.com")} {
		w := newWorld(t)
		job := w.letter()
		asked := w.say(me, `<presence><c xmlns="http://jabber.org/protocol/caps" node="n" ver="v" hash="sha-1"/></presence>`)
		_, id, _ := strings.Cut(asked, ` id="`)
		id, _, _ = strings.Cut(id, `"`)
		w.say(me, `<iq type="result" id="`+id+`"><query xmlns="http://jabber.org/protocol/disco#info"><feature var="platen/jobs+notify"/></query></iq>`)
		if jid != "" {
			got := outcome(w.say(me, `<iq type="set" id="2"><pubsub xmlns="http://jabber.org/protocol/pubsub">`+subscribe(pubsub.JobsNode, jid)+`</pubsub></iq>`))
			if got != yes {
				t.Fatal(got)
			}
		}
		w.ok(w.Tell(t.Context(), w.out, true, job))
		if len(w.out.stanzas) != 1 || len(w.out.of(sessions)) != 1 {
			t.Errorf("subscribed as %q, told: %q", jid, w.out.stanzas)
		}
	}
}

// forgetful is a cloud that cannot say which printers a connector has.
type forgetful struct{ pubsub.Cloud }

var errForgot = errors.New("no database")

func (forgetful) PrintersOf(context.Context, gcp.RobotID) ([]gcp.PrinterID, error) {
	return nil, errForgot
}

// TestOneErrorAlone: what one event's trouble keeps nobody from is hearing of the others, and
// of jobs first.
func TestOneErrorAlone(t *testing.T) {
	w := newWorld(t)
	una := bare("una@example.com")
	w.set(at("una@example.com"), subscribe(pubsub.PrinterNode(office), una))
	w.set(at("una@example.com"), subscribe(pubsub.PersonNode("una@example.com"), una))
	job := w.letter()
	w.counted(func(c *pubsub.Config) { c.Cloud = forgetful{c.Cloud} })
	err := w.Tell(t.Context(), w.out, false, cloud.Event{Time: time.Now(), Kind: cloud.EventPrinterChanged, Printer: office},
		cloud.Event{Time: time.Now(), Kind: cloud.EventRobotPresence, Robot: "r1"}, job)
	if !errors.Is(err, errForgot) {
		t.Errorf("the error is %v", err)
	}
	got := w.out.of(una)
	if len(got) != 4 || !strings.Contains(got[0], "job-j1") || !strings.Contains(got[1], "job-j1") || bodyOf(got[2]) != "Office: ready" {
		t.Errorf("told: %q", got)
	}
}

// TestHiddenPrinter: a printer that its connector removes is offline, and who follows it does
// so still when it is shared again; who follows it at its end, or without a share, does no more.
func TestHiddenPrinter(t *testing.T) {
	w := newWorld(t)
	node, contact := pubsub.PrinterNode(office), string(office)+"@"+service
	una, olga := bare("una@example.com"), bare("olga@example.com")
	w.set(at("olga@example.com"), subscribe(node, olga))
	w.say(at("una@example.com"), `<presence type="subscribe" to="`+contact+`"/>`)
	w.run()
	robot, err := w.store.Robot(t.Context(), "r1")
	w.ok(err)
	w.ok(w.cloud.DeletePrinter(t.Context(), cloud.Caller{Robot: &robot, Via: cloud.ViaToken}, office))
	if got := w.until(olga, 1)[0]; bodyOf(got) != "Office: offline" {
		t.Errorf("its owner is told %s", got)
	}
	if got := w.until(una, 1)[0]; !strings.Contains(got, `type="unavailable"`) {
		t.Errorf("its user is told %s", got)
	}
	probe := `<presence type="probe" to="` + contact + `"/>`
	if got := w.say(at("una@example.com"), probe); !strings.Contains(got, `type="unavailable"`) {
		t.Errorf("a probe meanwhile: %s", got)
	}
	if got := outcome(w.get(at("olga@example.com"), `<items node="`+node+`"/>`)); got != unknown {
		t.Errorf("its node meanwhile: %s", got)
	}
	_, err = w.store.UpdatePrinter(t.Context(), office, func(p *cloud.Printer) ([]cloud.Event, error) {
		p.Hidden = time.Time{}
		return []cloud.Event{{Time: time.Now(), Kind: cloud.EventPrinterAdded, Printer: office}}, nil
	})
	w.ok(err)
	if got := w.until(olga, 2)[1]; bodyOf(got) != "Office: ready" {
		t.Errorf("its owner is told %s", got)
	}
	if got := w.until(una, 2)[1]; !strings.Contains(got, `<status>ready</status>`) {
		t.Errorf("its user is told %s", got)
	}
	u, err := w.store.User(t.Context(), "u-olga")
	w.ok(err)
	w.ok(w.cloud.DeletePrinter(t.Context(), cloud.Caller{User: &u}, office))
	w.until(una, 4)
	if got := w.until(olga, 3)[2]; !strings.Contains(got, `subscription="none"`) {
		t.Errorf("at its end: %s", got)
	}
	if got := w.say(at("una@example.com"), probe); !strings.Contains(got, `type="unsubscribed"`) {
		t.Errorf("a probe after the end: %s", got)
	}
}
