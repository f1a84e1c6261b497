package pubsub_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/pubsub"
	"platen/gcp"
)

var condition = regexp.MustCompile(`<error type="(\w+)"><([\w-]+) xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>(?:<([\w-]+) xmlns="http://jabber.org/protocol/pubsub#errors")?`)

// outcome is "ok", or type, condition and XEP-0060's own condition of an error.
func outcome(answer string) string {
	if m := condition.FindStringSubmatch(answer); m != nil {
		return strings.TrimSpace(strings.Join(m[1:], " "))
	}
	if strings.Contains(answer, ` type="result"`) {
		return "ok"
	}
	return answer
}

// The errors are those of XEP-0060, 6.1.3, 6.2.3, 6.5.9, 7.1.3 and 8.1.3.
const (
	yes       = "ok"
	unknown   = "cancel item-not-found"
	forbidden = "auth forbidden"
)

// TestWhoMayWhat: each role, each node, each verb. Foreign and unknown nodes are refused
// alike.
func TestWhoMayWhat(t *testing.T) {
	w := newWorld(t)
	programs := pubsub.ProgramPrefix("till@service")
	if got := outcome(w.set(at("till@service"), `<create node="`+programs+`queue"/>`)); got != yes {
		t.Fatal(got)
	}
	nodes := map[string]string{
		"office": pubsub.PrinterNode(office), "cellar": pubsub.PrinterNode(cellar), "nothing": pubsub.PrinterNode("none"),
		"olga": pubsub.PersonNode("olga@example.com"), "una": pubsub.PersonNode("una@example.com"), "queue": programs + "queue", "other": "princely_musings",
	}
	for _, c := range []struct {
		who    string
		mayNot map[string]string // nodes that it may not read, and why
		owns   string
	}{
		{"olga@example.com", map[string]string{"una": unknown, "queue": unknown}, ""},
		{"una@example.com", map[string]string{"cellar": unknown, "olga": unknown, "queue": unknown}, ""},
		{"gus@example.com", map[string]string{"cellar": unknown, "olga": unknown, "una": unknown, "queue": unknown}, ""},
		{"eve@example.com", map[string]string{"office": unknown, "cellar": unknown, "olga": unknown, "una": unknown, "queue": unknown}, ""},
		{"till@service", map[string]string{"office": unknown, "cellar": unknown, "olga": unknown, "una": unknown}, "queue"},
		{"lift@service", map[string]string{"office": unknown, "cellar": unknown, "olga": unknown, "una": unknown, "queue": unknown}, ""},
		// Disabled people, guests and who has no account are strangers.
		{"dora@example.com", nil, "-"},
		{"gast@example.com", nil, "-"},
		{"nobody@example.com", nil, "-"},
	} {
		for name, node := range nodes {
			want := yes
			switch {
			case c.owns == "-":
				want = forbidden
			case name == "nothing" || name == "other":
				want = unknown
			case c.mayNot[name] != "":
				want = c.mayNot[name]
			}
			write := forbidden
			switch {
			case c.owns == name:
				write = yes
			case want != yes:
				write = want
			}
			item := `<item id="i"><entry xmlns="http://www.w3.org/2005/Atom"><title>t</title></entry></item>`
			owner := func(verb string) string {
				return w.ask(at(c.who), "set", `<pubsub xmlns="http://jabber.org/protocol/pubsub#owner">`+verb+`</pubsub>`)
			}
			for verb, got := range map[string][2]string{
				"subscribe":   {w.set(at(c.who), subscribe(node, bare(c.who))), want},
				"items":       {w.get(at(c.who), `<items node="`+node+`"/>`), want},
				"unsubscribe": {w.set(at(c.who), `<unsubscribe node="`+node+`" jid="`+bare(c.who)+`"/>`), want},
				"publish":     {w.set(at(c.who), `<publish node="`+node+`">`+item+`</publish>`), write},
				"affiliate":   {owner(`<affiliations node="` + node + `"/>`), write},
				"configure":   {owner(`<configure node="` + node + `"/>`), write},
			} {
				if verb == "unsubscribe" && want == yes {
					continue // map order: TestSubscriptions has it
				}
				if o := outcome(got[0]); o != got[1] {
					t.Errorf("%s: %s %s: %q, want %q", c.who, verb, name, o, got[1])
				}
			}
			if node != nodes["queue"] || c.owns != "queue" {
				if o := outcome(owner(`<delete node="` + node + `"/>`)); o != write {
					t.Errorf("%s: delete %s: %q, want %q", c.who, name, o, write)
				}
			}
		}
		// What is listed is what may be read.
		list := w.ask(at(c.who), "get", `<query xmlns="http://jabber.org/protocol/disco#items"/>`)
		for name, node := range nodes {
			visible := c.owns != "-" && c.mayNot[name] == "" && name != "nothing" && name != "other"
			if strings.Contains(list, ` node="`+node+`"`) != visible {
				t.Errorf("%s: %s is listed: %t, want %t: %s", c.who, name, !visible, visible, list)
			}
		}
	}
}

// TestSubscriptions: XEP-0060, 5.6, 6.1 and 6.2.
func TestSubscriptions(t *testing.T) {
	w := newWorld(t)
	node, una := pubsub.PrinterNode(office), "una@example.com"
	for _, c := range []struct{ what, verb, want string }{
		{"another's address", subscribe(node, bare("eve@example.com")), "modify bad-request invalid-jid"},
		{"another session's address", subscribe(node, bare(una)+"/other"), "modify bad-request invalid-jid"},
		{"no address", `<subscribe node="` + node + `"/>`, "modify bad-request invalid-jid"},
		{"no node", `<subscribe jid="` + bare(una) + `"/>`, "modify bad-request nodeid-required"},
		{"none yet", `<unsubscribe node="` + node + `" jid="` + bare(una) + `"/>`, "cancel unexpected-request not-subscribed"},
		{"for another", `<unsubscribe node="` + node + `" jid="` + bare("eve@example.com") + `"/>`, forbidden},
		{"options", `<options node="` + node + `" jid="` + bare(una) + `"/>`, "cancel feature-not-implemented unsupported"},
		{"retract", `<retract node="` + node + `"><item id="x"/></retract>`, "cancel feature-not-implemented unsupported"},
		{"create", `<create node="platen/programs/till@service/x"/>`, forbidden},
		{"nothing", ``, "modify bad-request"},
	} {
		if got := outcome(w.set(at(una), c.verb)); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	for range 2 { // a second time changes nothing
		got := w.set(at(una), subscribe(node, bare(una)))
		if !strings.Contains(got, `<subscription node="`+node+`" jid="`+bare(una)+`" subscription="subscribed"/>`) {
			t.Errorf("subscribed: %s", got)
		}
	}
	w.set(at(una), subscribe(node, at(una)))
	if got := w.get(at(una), `<subscriptions/>`); strings.Count(got, "<subscription ") != 2 {
		t.Errorf("subscriptions: %s", got)
	}
	if got := w.get(at("gus@example.com"), `<subscriptions/>`); strings.Contains(got, "<subscription ") {
		t.Errorf("another's subscriptions: %s", got)
	}
	w.Ended(t.Context(), at(una))
	if got := outcome(w.set(at(una), `<unsubscribe node="`+node+`" jid="`+bare(una)+`"/>`)); got != yes {
		t.Errorf("unsubscribed: %s", got)
	}
	if got := w.get(at(una), `<subscriptions/>`); strings.Contains(got, "<subscription ") {
		t.Errorf("after the end: %s", got)
	}
}

// TestSubscriptionsAreFew: an account has 200.
func TestSubscriptionsAreFew(t *testing.T) {
	w := newWorld(t)
	node, una := pubsub.PrinterNode(office), "una@example.com"
	for i := range 200 {
		session := fmt.Sprint(bare(una), "/", i)
		if got := outcome(w.set(session, subscribe(node, session))); got != yes {
			t.Fatalf("%d: %s", i, got)
		}
	}
	if got := outcome(w.set(at(una), subscribe(node, at(una)))); got != "wait policy-violation too-many-subscriptions" {
		t.Error(got)
	}
	if got := outcome(w.set(bare(una)+"/7", subscribe(node, bare(una)+"/7"))); got != yes { // it is renewed
		t.Error(got)
	}
	if got := outcome(w.set(at("gus@example.com"), subscribe(node, bare("gus@example.com")))); got != yes {
		t.Error(got)
	}
}

// TestStrangers: users of other servers are nobody, unless the domain is trusted; and what a
// trusted one says of itself counts in its own domain alone.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	node := pubsub.PrinterNode(office)
	for _, email := range []string{"groß@example.com", "kim@example.com"} {
		w.ok(w.store.AddUser(t.Context(), cloud.User{ID: cloud.UserID(email), Email: email}))
		w.ok(w.store.PutShare(t.Context(), cloud.Share{Printer: office, Scope: email, Type: gcp.ScopeUser, Role: gcp.RoleUser}))
	}
	for from, want := range map[string]string{
		// Capital sharp s and the sign of the kelvin are other letters at that server.
		"groẞ@example.com/r": forbidden, "groß@example.com/r": forbidden, "\u212aim@example.com/r": forbidden, "kim@example.com/\u212a": yes,
		"una@example.com/phone":                  yes,
		"una@elsewhere.example/phone":            forbidden,
		`una\40example.com@example.com/phone`:    forbidden,
		`una\40example.com@elsewhere.example`:    forbidden,
		"example.com":                            forbidden,
		"dora@example.com/x":                     forbidden,
		domain:                                   forbidden,
		"":                                       forbidden,
		"0123456789abcdef@" + domain + "/r":      forbidden, // a connector
		strings.Repeat("x", 4000) + "@" + domain: forbidden,
	} {
		jid, _, _ := strings.Cut(from, "/")
		if got := outcome(w.set(from, subscribe(node, jid))); got != want {
			t.Errorf("%.60s: %q, want %q", from, got, want)
		}
	}
}

// away is a store whose database may be away.
type away struct {
	pubsub.Users
	err error
}

func (a *away) UserByEmail(ctx context.Context, email string) (cloud.User, error) {
	if a.err != nil {
		return cloud.User{}, a.err
	}
	return a.Users.UserByEmail(ctx, email)
}

// TestTroubleIsLoggedOnce: as long as the database is away there is one line in the log, and one
// when it is back.
func TestTroubleIsLoggedOnce(t *testing.T) {
	w := newWorld(t)
	users, log := &away{Users: w.store, err: errors.New("no database")}, &strings.Builder{}
	w.counted(func(c *pubsub.Config) { c.Users, c.Logger = users, slog.New(slog.NewTextHandler(log, nil)) })
	ask := func() string {
		return outcome(w.get(at("una@example.com"), `<items node="`+pubsub.PrinterNode(office)+`"/>`))
	}
	for range 10 {
		if got := ask(); got != "wait internal-server-error" {
			t.Error(got)
		}
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 1 || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("%d warnings: %s", n, log)
	}
	users.err = nil
	for range 2 {
		if got := ask(); got != yes {
			t.Error(got)
		}
	}
	if n := strings.Count(log.String(), "trouble over XMPP is over"); n != 1 {
		t.Errorf("it is over %d times: %s", n, log)
	}
}

// TestEndedAccount: who came by a link that ended is a stranger.
func TestEndedAccount(t *testing.T) {
	w := newWorld(t)
	for email, want := range map[string]string{"ended@example.com": forbidden, "not-yet@example.com": yes} {
		until := time.Now().Add(time.Hour)
		if want == forbidden {
			until = time.Now().Add(-time.Second)
		}
		w.ok(w.store.AddUser(t.Context(), cloud.User{ID: cloud.UserID(email), Email: email, ExpireTime: until}))
		if got := outcome(w.get(at(email), `<items node="`+pubsub.PersonNode(email)+`"/>`)); got != want {
			t.Errorf("%s: %q, want %q", email, got, want)
		}
	}
}

// TestItems: how things are now, as the interfaces write it.
func TestItems(t *testing.T) {
	w := newWorld(t)
	w.change(state("STOPPED", "Paper jam, tray <2>"))
	una := "una@example.com"
	got := w.get(at(una), `<items node="`+pubsub.PrinterNode(office)+`"/>`)
	for _, want := range []string{
		`<item xmlns="http://jabber.org/protocol/pubsub" id="printer-` + string(office) + `"><entry xmlns="http://www.w3.org/2005/Atom">`,
		`<title>Office</title>`, `<content type="text">Paper jam, tray &lt;2&gt;</content>`, `<json xmlns="urn:xmpp:json:0">{`,
		`<link rel="alternate" href="https://print.example.com/printers/` + string(office) + `"/>`,
		`&#34;connectionStatus&#34;:&#34;ONLINE&#34;`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if n := strings.Count(w.get(at("olga@example.com"), `<items node="`+pubsub.PersonNode("olga@example.com")+`"/>`), "<item "); n != 2 {
		t.Errorf("%d printers of one's own", n)
	}
	if got := w.get(at(una), `<items node="`+pubsub.PrinterNode(office)+`" max_items="0"/>`); strings.Contains(got, "<item ") {
		t.Errorf("none were asked for: %s", got)
	}
}

// TestProgramsNodes: a program makes nodes below its own prefix, and lets people and groups
// in.
func TestProgramsNodes(t *testing.T) {
	w := newWorld(t)
	till, node := at("till@service"), pubsub.ProgramPrefix("till@service")+"queue"
	form := `<configure><x xmlns="jabber:x:data" type="submit"><field var="pubsub#title"><value>The queue</value></field>` +
		`<field var="pubsub#roster_groups_allowed"><value>Staff</value></field></x></configure>`
	open := `<configure><x xmlns="jabber:x:data" type="submit"><field var="pubsub#access_model"><value>open</value></field></x></configure>`
	owner := func(verb string) string {
		return w.ask(till, "set", `<pubsub xmlns="http://jabber.org/protocol/pubsub#owner">`+verb+`</pubsub>`)
	}
	for _, c := range []struct{ what, answer, want string }{
		{"elsewhere", w.set(till, `<create node="platen/programs/lift@service/x"/>`), forbidden},
		{"a printer's", w.set(till, `<create node="platen/printers/x"/>`), forbidden},
		{"instant", w.set(till, `<create/>`), "modify bad-request nodeid-required"},
		{"no name", w.set(till, `<create node="platen/programs/till@service/"/>`), "modify not-acceptable"},
		{"open to all", w.set(till, `<create node="`+node+`"/>`+open), "modify not-acceptable"},
		{"created", w.set(till, `<create node="`+node+`"/>`+form), yes},
		{"again", w.set(till, `<create node="`+node+`"/>`), "cancel conflict"},
		{"by group", w.set(at("gus@example.com"), subscribe(node, bare("gus@example.com"))), yes},
		{"not yet", w.set(at("una@example.com"), subscribe(node, bare("una@example.com"))), unknown},
		{"let in", owner(`<affiliations node="` + node + `"><affiliation jid="` + bare("una@example.com") + `" affiliation="member"/></affiliations>`), yes},
		{"by address", w.set(at("una@example.com"), subscribe(node, bare("una@example.com"))), yes},
		{"nobody let in", owner(`<affiliations node="` + node + `"><affiliation jid="x@elsewhere.example" affiliation="member"/></affiliations>`), "modify not-acceptable"},
		{"no item", w.set(till, `<publish node="`+node+`"/>`), "modify bad-request item-required"},
		{"no payload", w.set(till, `<publish node="`+node+`"><item/></publish>`), "modify bad-request payload-required"},
		{"two payloads", w.set(till, `<publish node="`+node+`"><item><a xmlns="x"/><b xmlns="x"/></item></publish>`), "modify bad-request invalid-payload"},
		{"too long", w.set(till, `<publish node="`+node+`"><item><a xmlns="x">`+strings.Repeat("y", 17<<10)+`</a></item></publish>`), "modify not-acceptable payload-too-big"},
	} {
		if got := outcome(c.answer); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	w.run()
	item := `<item id="a"><entry xmlns="http://www.w3.org/2005/Atom"><title>Number 7 &lt;now&gt;</title><x:y xmlns:x="urn:z" k="&quot;"/></entry></item>`
	if got := w.set(till, `<publish node="`+node+`">`+item+`</publish>`); !strings.Contains(got, `<item id="a"/>`) {
		t.Errorf("published: %s", got)
	}
	for _, who := range []string{"una@example.com", "gus@example.com"} {
		got := w.until(bare(who), 1)[0]
		for _, want := range []string{`<body>The queue: Number 7 &lt;now&gt;</body>`, `<items node="` + node + `"><item id="a">`, `xmlns="urn:z"`} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s in %s", who, want, got)
			}
		}
	}
	// Who is let in no more hears no more, and is told so.
	owner(`<affiliations node="` + node + `"><affiliation jid="` + bare("una@example.com") + `" affiliation="none"/></affiliations>`)
	w.set(till, `<publish node="`+node+`"><item id="b"><secret xmlns="urn:z"/></item></publish>`)
	w.until(bare("gus@example.com"), 2)
	if got := w.until(bare("una@example.com"), 2); len(got) != 2 || !strings.Contains(got[1], `subscription="none"`) || strings.Contains(got[1], "secret") {
		t.Errorf("after it: %q", got)
	}
	if got := outcome(owner(`<delete node="` + node + `"/>`)); got != yes {
		t.Errorf("deleted: %s", got)
	}
	for i := range 33 {
		got, want := outcome(w.set(till, fmt.Sprintf(`<create node="%s%d"/>`, pubsub.ProgramPrefix("till@service"), i))), yes
		if i == 32 {
			want = "wait policy-violation max-nodes-exceeded"
		}
		if got != want {
			t.Fatalf("node %d: %q, want %q", i, got, want)
		}
	}
}

// TestPublishingIsSlow: a program publishes sixty times a minute, whichever nodes it has, and
// others do not wait for it.
func TestPublishingIsSlow(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	w.counted(func(c *pubsub.Config) { c.Now = func() time.Time { return now } })
	publish := func(who, name string) string {
		return outcome(w.set(at(who), `<publish node="`+pubsub.ProgramPrefix(who)+name+`"><item id="1"><x xmlns="urn:e"/></item></publish>`))
	}
	for _, who := range []string{"till@service", "lift@service"} {
		w.set(at(who), `<create node="`+pubsub.ProgramPrefix(who)+`0"/>`)
		w.set(at(who), `<create node="`+pubsub.ProgramPrefix(who)+`1"/>`)
	}
	for i := range 60 {
		if got := publish("till@service", fmt.Sprint(i%2)); got != yes {
			t.Fatalf("%d: %s", i, got)
		}
	}
	for _, c := range []struct{ who, want string }{{"till@service", "wait policy-violation"}, {"lift@service", yes}} {
		if got := publish(c.who, "1"); got != c.want {
			t.Errorf("%s: %q, want %q", c.who, got, c.want)
		}
	}
	now = now.Add(time.Minute)
	if got := publish("till@service", "0"); got != yes {
		t.Errorf("a minute later: %s", got)
	}
}

// TestPayloadsAreXML: what is told is an element as XML and its namespaces have it; the
// repeated attributes are those of Namespaces in XML 1.0, 6.3.
func TestPayloadsAreXML(t *testing.T) {
	w := newWorld(t)
	till, node := at("till@service"), pubsub.ProgramPrefix("till@service")+"x"
	w.set(till, `<create node="`+node+`"/>`)
	for payload, want := range map[string]string{
		`<x xmlns="urn:e" a="1" a="2"/>`: "",
		`<x xmlns="urn:e"><bad xmlns:n1="http://www.w3.org" xmlns:n2="http://www.w3.org" n1:a="1" n2:a="2"/></x>`: "",
		`<x xmlns="urn:e"><good xmlns:n1="urn:n" a="1" n1:a="2"/></x>`:                                            `<good xmlns="urn:e" a="1" xmlns:_="urn:n" _:a="2"></good></x>`,
		`<x xmlns="urn:e"><y xmlns=""><z/></y></x>`:                                                               `<x xmlns="urn:e"><y xmlns=""><z xmlns=""></z></y></x>`,
		`<x xmlns=""/>`:                    `<x xmlns=""></x>`,
		`<x xmlns="urn:e" xml:lang="de"/>`: `xml:lang="de"`,
	} {
		got := w.set(till, `<publish node="`+node+`"><item id="1">`+payload+`</item></publish>`)
		if want == "" {
			if o := outcome(got); o != "modify bad-request invalid-payload" {
				t.Errorf("%s: %s", payload, o)
			}
			continue
		}
		if got := w.get(till, `<items node="`+node+`"/>`); !strings.Contains(got, want) {
			t.Errorf("%s is %s, want %s", payload, got, want)
		}
	}
}

// TestAddresses: the examples of XEP-0106, 5.1, and back.
func TestAddresses(t *testing.T) {
	for plain, escaped := range map[string]string{
		"space cadet": `space\20cadet`, `call me "ishmael"`: `call\20me\20\22ishmael\22`, "at&t guy": `at\26t\20guy`, "d'artagnan": `d\27artagnan`,
		"/.fanboy": `\2f.fanboy`, "::foo::": `\3a\3afoo\3a\3a`, "<foo>": `\3cfoo\3e`, "user@host": `user\40host`, `c:\net`: `c\3a\net`,
		`c:\\net`: `c\3a\\net`, `c:\cool stuff`: `c\3a\cool\20stuff`, `c:\5commas`: `c\3a\5c5commas`, "alice@example.com": `alice\40example.com`,
	} {
		if got := pubsub.EscapeLocal(plain); got != escaped {
			t.Errorf("EscapeLocal(%q) = %q, want %q", plain, got, escaped)
		}
		if got := pubsub.UnescapeLocal(escaped); got != plain {
			t.Errorf("UnescapeLocal(%q) = %q, want %q", escaped, got, plain)
		}
	}
	for user, want := range map[string]string{
		`alice\40example.com`: "alice@example.com", `Alice\40Example.com@` + domain: "alice@example.com",
		"0123456789abcdef": "", "alice@example.com": "", "": "", "0123@" + domain: "",
	} {
		if got, ok := pubsub.Person(user); got != want || ok != (want != "") {
			t.Errorf("Person(%q) = %q, %t, want %q", user, got, ok, want)
		}
	}
}
