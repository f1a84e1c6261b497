package server

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/pubsub"
	"platen/cloud/store"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
)

const (
	adas = `ada\40example.com` // of the person's address
	bobs = `bob\40example.com`
)

// office adds a printer of the person, whose connector is there.
func (r *running) office() gcp.PrinterID {
	r.t.Helper()
	const name = "Office"
	id := gcp.PrinterID("printer-" + strings.ToLower(name))
	r.ok(r.db.AddRobot(r.t.Context(), cloud.Robot{ID: "robot-of-" + gcp.RobotID(name), Owner: r.user.ID, Proxy: gcp.ProxyID(name)}))
	_, err := r.db.SavePrinter(r.t.Context(), cloud.PrinterKey{Owner: r.user.ID, Proxy: gcp.ProxyID(name), Name: name},
		func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) {
			return cloud.Printer{ID: id, Owner: r.user.ID, Robot: "robot-of-" + gcp.RobotID(name), Proxy: gcp.ProxyID(name), Name: name}, nil, nil
		})
	r.ok(err)
	r.ok(r.service.Presence(r.t.Context(), "robot-of-"+gcp.RobotID(name), true))
	return id
}

// says has a printer tell how it is.
func (r *running) says(id gcp.PrinterID, trouble string) {
	r.t.Helper()
	text, err := json.Marshal(trouble)
	r.ok(err)
	_, err = r.db.UpdatePrinter(r.t.Context(), id, func(p *cloud.Printer) ([]cloud.Event, error) {
		p.SemanticState = json.RawMessage(`{"version":"1.0","printer":{"state":"STOPPED","vendor_state":{"item":[{"state":"ERROR","description":` + string(text) + `}]}}}`)
		return []cloud.Event{{Time: time.Now(), Kind: cloud.EventPrinterChanged, Printer: id, User: p.Owner}}, nil
	})
	r.ok(err)
}

// keyOf makes a key of somebody.
func (r *running) keyOf(u cloud.UserID, scopes ...oauth.Scope) string {
	r.t.Helper()
	key, _, err := r.oauth.MakeKey(r.t.Context(), u, oauth.KeyWish{Label: "xmpp", Scopes: scopes})
	r.ok(err)
	return key.Reveal()
}

// chatter is a client's stream, written from RFC 6120 alone.
type chatter struct {
	t *testing.T
	net.Conn
	rest string
}

// chat connects to a port, and tries to log in; refused says that it was not let in.
func chat(t *testing.T, port int, to, user, key string) (c *chatter, refused bool) {
	t.Helper()
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port), &tls.Config{InsecureSkipVerify: true, ServerName: to})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c = &chatter{t: t, Conn: conn}
	header := `<?xml version='1.0'?><stream:stream to='` + to + `' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
	c.send(header)
	c.until(`</stream:features>`)
	c.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>` + base64.StdEncoding.EncodeToString([]byte("\x00"+user+"\x00"+key)) + `</auth>`)
	if strings.Contains(c.until(`<(?:success|failure)[^>]*>`)[0], "failure") {
		return c, true
	}
	c.send(strings.TrimPrefix(header, `<?xml version='1.0'?>`))
	c.until(`</stream:features>`)
	c.send(`<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>`)
	c.until(`<jid>([^<]*)</jid>.*</iq>`)
	c.send(`<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq><presence/>`)
	c.until(`<iq [^>]*id=['"]roster['"]`)
	return c, false
}

func (c *chatter) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.Conn, text); err != nil {
		c.t.Fatalf("send %.60q: %v", text, err)
	}
}

// until reads until what came matches the pattern, and returns the groups.
func (c *chatter) until(pattern string) []string {
	c.t.Helper()
	m, err := c.find(pattern)
	if err != nil {
		c.t.Fatalf("waiting for %s: %v; have %q", pattern, err, c.rest)
	}
	return m
}

func (c *chatter) find(pattern string) ([]string, error) {
	re := regexp.MustCompile("(?s)" + pattern)
	buf := make([]byte, 32<<10)
	for {
		if m := re.FindStringSubmatchIndex(c.rest); m != nil {
			groups := re.FindStringSubmatch(c.rest)
			c.rest = c.rest[m[1]:]
			return groups, nil
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		n, err := c.Read(buf)
		c.rest += string(buf[:n])
		if err != nil && n == 0 {
			return nil, err
		}
	}
}

// ask sends a request to the service, and returns the answer's start tag.
func (c *chatter) ask(service, payload string) string {
	c.t.Helper()
	const id = "s1"
	c.send(`<iq type='set' id='` + id + `' to='` + service + `'>` + payload + `</iq>`)
	return c.until(`<iq [^>]*id=['"]` + id + `['"][^>]*>`)[0]
}

func subscription(node, jid string) string {
	return `<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='` + node + `' jid='` + jid + `'/></pubsub>`
}

// testChat is what somebody with an ordinary client sees: it subscribes to a printer, sees
// it change, in words, follows it as a contact, and is out when disabled.
func testChat(t *testing.T, r *running, port int) {
	t.Helper()
	to, service := r.cfg.Push.Domain, r.cfg.Push.Service
	id := r.office()
	bob, err := r.service.AddUser(t.Context(), "bob@example.com", "", false)
	r.ok(err)
	key, bobsKey := r.keyOf(r.user.ID, oauth.ScopePrint), r.keyOf(bob.ID, oauth.ScopePrint)
	for what, login := range map[string][2]string{
		"another's key": {adas, bobsKey}, "a key that may not read": {adas, r.keyOf(r.user.ID, oauth.ScopePair)}, "no key": {adas, "x"},
		"an address that is not escaped": {"ada", key}, "nobody": {`eve\40example.com`, key},
	} {
		if _, refused := chat(t, port, to, login[0], login[1]); !refused {
			t.Errorf("%s lets in", what)
		}
	}
	node, contact := pubsub.PrinterNode(id), string(id)+"@"+service
	ada, refused := chat(t, port, to, adas, key)
	other, alsoRefused := chat(t, port, to, bobs, bobsKey)
	if refused || alsoRefused {
		t.Fatal("a good key does not let in")
	}
	if got := ada.ask(service, subscription(node, adas+"@"+to)); !strings.Contains(got, "result") {
		t.Fatalf("subscribe: %s", got)
	}
	if got := other.ask(service, subscription(node, bobs+"@"+to)); !strings.Contains(got, "error") {
		t.Errorf("somebody else may subscribe: %s", got)
	}
	r.says(id, "Paper jam, tray 2")
	got := ""
	for !strings.Contains(got, "Paper jam") { // what came before the subscription may be told, too
		got = ada.until(`<message [^>]*>.*?</message>`)[0]
	}
	for _, want := range []string{"<body>Office: ", "Paper jam, tray 2</body>", node, "http://jabber.org/protocol/pubsub#event", "urn:xmpp:json:0", "http://www.w3.org/2005/Atom", "headline"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	ada.send(`<presence type='subscribe' to='` + contact + `'/>`)
	ada.until(`<presence [^>]*type=['"]subscribed['"]|<item [^>]*subscription=['"]to['"]`) // servers tell it by the list of contacts, too
	ada.until(`<presence [^>]*from=['"]` + regexp.QuoteMeta(contact) + `['"].*?Paper jam`)
	other.send(`<presence type='subscribe' to='` + contact + `'/>`)
	other.until(`<presence [^>]*type=['"]unsubscribed['"]`)
	r.says(id, "Door open")
	ada.until(`<status>[^<]*Door open</status>`)
	r.ok(r.service.Disable(t.Context(), cloud.OperatorCaller(), bob.ID))
	began := time.Now()
	if _, err := other.find(`</stream:stream>`); err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("somebody who is disabled stays: %v", err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("somebody who is disabled stays for %s", took)
	}
	if _, refused := chat(t, port, to, bobs, bobsKey); !refused {
		t.Error("somebody who is disabled comes in again")
	}
}

// TestChat is a client of the embedded service.
func TestChat(t *testing.T) {
	r := start(t, nil)
	testChat(t, r, r.direct.Addr().(*net.TCPAddr).Port) //nolint:forcetypeassert // it listens on TCP
}

// TestChatOnServers is a client of an account on the servers that people run.
func TestChatOnServers(t *testing.T) {
	for name, begin := range map[string]func(*testing.T, lab.XMPPOptions) *lab.XMPPServer{
		"Prosody": func(t *testing.T, o lab.XMPPOptions) *lab.XMPPServer { return lab.Prosody(t, o) },
		"ejabberd": func(t *testing.T, o lab.XMPPOptions) *lab.XMPPServer {
			o.Bin = lab.Build(t)
			return lab.Ejabberd(t, o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := behind(t, begin)
			testChat(t, r, s.Direct)
			testLostWhileAway(t, r, s.Direct)
		})
	}
}

// TestFederation: an account of another server, of a domain that is trusted, follows a printer as the
// person with that address does; one of a domain that is not is refused, and may look what there is.
func TestFederation(t *testing.T) {
	var there *lab.XMPPServer
	r, _ := behind(t, func(t *testing.T, o lab.XMPPOptions) (here *lab.XMPPServer) {
		here, there = lab.Federation(t, o, map[string]string{"ada@example.com": "pass", "ada@other.example": "pass"})
		return here
	}, "example.com")
	service, id := lab.XMPPService, r.office()
	node, contact := pubsub.PrinterNode(id), string(id)+"@"+service
	ada, refused := chat(t, there.Direct, "example.com", "ada", "pass")
	eve, alsoRefused := chat(t, there.Direct, "other.example", "ada", "pass")
	if refused || alsoRefused {
		t.Fatal("the other server does not let its own people in")
	}
	if got := ada.ask(service, subscription(node, "ada@example.com")); !strings.Contains(got, "result") {
		t.Fatalf("subscribe: %s", got)
	}
	r.says(id, "Paper jam")
	ada.until(`<message [^>]*>.*?<body>Office: Paper jam</body>.*?</message>`)
	ada.send(`<presence type='subscribe' to='` + contact + `'/>`)
	ada.until(`<presence [^>]*from=['"]` + regexp.QuoteMeta(contact) + `['"].*?Paper jam`)

	if got := eve.ask(service, subscription(node, "ada@other.example")); !strings.Contains(got, "error") {
		t.Errorf("a stranger subscribes: %s", got)
	}
	eve.until(`<forbidden `)
	eve.send(`<presence type='subscribe' to='` + contact + `'/>`)
	eve.until(`<presence [^>]*type=['"]unsubscribed['"]`)
	eve.send(`<iq type='get' id='d1' to='` + service + `'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`)
	eve.until(`<iq [^>]*id=['"]d1['"].*?category=['"]pubsub['"]`)
}

// testLostWhileAway: who lost a key while no cloud ran is logged out by the one that comes.
func testLostWhileAway(t *testing.T, r *running, port int) {
	t.Helper()
	ada, refused := chat(t, port, r.cfg.Push.Domain, adas, r.keyOf(r.user.ID, oauth.ScopePrint))
	if refused {
		t.Fatal("a good key does not let in")
	}
	r.again(func(db *store.DB) {
		r.ok(db.RevokeTokens(t.Context(), oauth.Selection{User: r.user.ID}, time.Now())) // an administrator's command
	})
	if _, err := ada.find(`</stream:stream>`); err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("who lost the key while the cloud was away stays: %v", err)
	}
}

// behind runs a cloud that is a component of a server, which asks it about logins.
func behind(t *testing.T, begin func(*testing.T, lab.XMPPOptions) *lab.XMPPServer, trusted ...string) (*running, *lab.XMPPServer) {
	t.Helper()
	asked := make(chan *running, 1)
	var r *running
	cloudAddress := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r == nil {
			r = <-asked
		}
		r.handler.ServeHTTP(w, req)
	}))
	t.Cleanup(cloudAddress.Close)
	s := begin(t, lab.XMPPOptions{Cloud: cloudAddress.URL})
	cfg := outside(t, DriverComponent)
	cfg.Domain, cfg.Service, cfg.Trusted = lab.XMPPDomain, lab.XMPPService, trusted
	cfg.Server = XMPPServerConfig{Component: s.Component, SecretFile: s.Secret, AuthSecretFile: filepath.Join(s.Dir, "auth.secret")}
	made := start(t, func(s *Server) { s.cfg.Push = cfg })
	asked <- made
	lab.Until(t, patience, "the stream", made.link.Connected)
	return made, s
}

// knows is what an XMPP server with the secret "hush" is told of a login, from an address if it
// knows one.
func (r *running) knows(user, key, ip string) int {
	form := url.Values{"user": {user}, "host": {r.cfg.Push.Domain}, "token": {key}, "ip": {ip}}
	req := httptest.NewRequest(http.MethodPost, "/xmpp/auth", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer hush")
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	return w.Code
}

// TestWrongKeysAreTooMany: who guesses an account's key, or keys from one address, is refused for
// a while, over XMPP as by an XMPP server; whoever was in before is not.
func TestWrongKeysAreTooMany(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hush"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, func(s *Server) { s.cfg.Push.Server.AuthSecretFile = file })
	bob, err := r.service.AddUser(t.Context(), "bob@example.com", "", false)
	r.ok(err)
	known, bobsKey := r.keyOf(r.user.ID, oauth.ScopePrint), r.keyOf(bob.ID, oauth.ScopePrint)
	port, to := r.direct.Addr().(*net.TCPAddr).Port, r.cfg.Push.Domain //nolint:forcetypeassert // it listens on TCP
	expect := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: HTTP %d, want %d", what, got, want)
		}
	}
	guesses := func(most int, guess func(i int) int) (n int) {
		for n < most && guess(n) == http.StatusForbidden {
			n++
		}
		return n
	}

	expect("ada", r.knows(adas, known, ""), http.StatusNoContent)
	guessed := guesses(1000, func(i int) int {
		if i%2 == 0 {
			return r.knows(adas, fmt.Sprint("guess", i), "")
		}
		return r.knows(adas, bobsKey, "") // somebody else's
	})
	if guessed < 50 || guessed > 200 {
		t.Errorf("ada's key may be guessed %d times", guessed)
	}
	for r.knows(adas, "guess", "") != http.StatusTooManyRequests {
	}
	expect("a key that nobody came with yet", r.knows(adas, r.keyOf(r.user.ID, oauth.ScopePrint), ""), http.StatusNoContent)
	// Some a second are let through: right after a refusal there is none left, unless the test is
	// kept from running.
	tired := func(what, user, key, ip string, refused func() bool) {
		t.Helper()
		for range 20 {
			for r.knows(user, key, ip) != http.StatusTooManyRequests {
			}
			if refused() {
				return
			}
		}
		t.Errorf("%s is let in", what)
	}
	expect("ada, who was in before", r.knows(adas, known, ""), http.StatusNoContent)
	expect("somebody else", r.knows(bobs, bobsKey, ""), http.StatusNoContent)
	if _, refused := chat(t, port, to, adas, known); refused {
		t.Error("ada does not get in at the embedded service")
	}
	if _, refused := chat(t, port, to, adas, bobsKey); !refused {
		t.Error("bob's key is ada's at the embedded service")
	}

	// A connector's tokens change each hour.
	access, refresh := r.robotTokens()
	robot, err := r.robotOf(t.Context(), cloud.Login{Token: secret.New(access)})
	r.ok(err)
	for r.knows(string(robot), "guess", "") != http.StatusTooManyRequests {
	}
	resp, err := r.do(http.MethodPost, "/o/oauth2/token", "application/x-www-form-urlencoded",
		strings.NewReader(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "client_id": {"c"}}.Encode()))
	r.ok(err)
	defer func() { _ = resp.Body.Close() }()
	var next struct {
		Token string `json:"access_token"`
	}
	r.ok(json.NewDecoder(resp.Body).Decode(&next))
	expect("a connector's next token", r.knows(string(robot), next.Token, ""), http.StatusNoContent)

	guessed = guesses(5000, func(i int) int { return r.knows(fmt.Sprintf(`p%d\40example.com`, i), "guess", "2001:db8::1") })
	if guessed < 500 || guessed > 2000 {
		t.Errorf("keys may be guessed %d times from one address", guessed)
	}
	tired("the neighbour of who guesses", `new\40example.com`, "x", "2001:db8::1", func() bool {
		return r.knows(`other\40example.com`, "x", "2001:db8::2") == http.StatusTooManyRequests
	})
	expect("bob, who was in before, there", r.knows(bobs, bobsKey, "2001:db8::2"), http.StatusNoContent)
	expect("elsewhere", r.knows(`new\40example.com`, "x", "2001:db8:0:1::1"), http.StatusForbidden)
	r.ok(r.service.Disable(t.Context(), cloud.OperatorCaller(), bob.ID))
	expect("bob's key when it is good no more", r.knows(bobs, bobsKey, ""), http.StatusForbidden)
}

// TestPersonsToken: who asks for an XMPP server is told of people as of connectors.
func TestPersonsToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hush"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, func(s *Server) { s.cfg.Push.Server.AuthSecretFile = file })
	robot, token := r.robotStream()
	ask := func(user, key string) int { return r.knows(user, key, "") }
	for _, c := range []struct {
		user, key string
		want      int
	}{
		{adas, r.keyOf(r.user.ID, oauth.ScopePrint), http.StatusNoContent},
		{adas, r.key, http.StatusNoContent},
		{adas, r.keyOf(r.user.ID, oauth.ScopePair), http.StatusForbidden},
		{adas, token, http.StatusForbidden}, // a connector's
		{bobs, r.key, http.StatusForbidden},
		{string(robot), r.key, http.StatusForbidden}, // a connector is nobody's key
		{string(robot), token, http.StatusNoContent},
	} {
		if got := ask(c.user, c.key); got != c.want {
			t.Errorf("%s: HTTP %d, want %d", c.user, got, c.want)
		}
	}
}

// followingPage logs in on a page, shows itself, subscribes, and keeps what it hears.
const followingPage = `(() => {
	const S = window.Strophe ?? window.strophe.Strophe, iq = window.$iq ?? window.strophe.$iq, pres = window.$pres ?? window.strophe.$pres;
	window.heard = [];
	const c = new S.Connection(%q);
	const [node, service] = [%q, %q];
	c.connect(%q, %q, (status) => {
		heard.push("status " + status);
		if (status !== S.Status.CONNECTED) return;
		const me = S.getBareJidFromJid(c.jid), pubsub = "http://jabber.org/protocol/pubsub";
		c.addHandler((m) => heard.push(m.outerHTML), null, "message");
		c.addHandler((q) => (c.send(iq({type: "result", to: q.getAttribute("from") ?? "", id: q.getAttribute("id")})
			.c("query", {xmlns: "http://jabber.org/protocol/disco#info"}).c("feature", {var: "platen/jobs+notify"})), heard.push("asked"), true),
			"http://jabber.org/protocol/disco#info", "iq", "get");
		c.send(pres().c("c", {xmlns: "http://jabber.org/protocol/caps", hash: "sha-1", node: "urn:page", ver: "x"}));
		const ask = (type, verb, what) => c.sendIQ(iq({type, to: service}).c("pubsub", {xmlns: pubsub}).c(verb, {node, ...what}),
			(a) => heard.push(verb + " " + a.outerHTML), (e) => heard.push("refused " + e?.outerHTML));
		ask("set", "subscribe", {jid: me});
		window.items = () => ask("get", "items", {});
		window.leave = () => ask("set", "unsubscribe", {jid: me});
	});
})()`

// TestStropheSubscribes: strophe.js subscribes on a page, sees a printer change and its own
// job without subscribing (XEP-0163), asks how things are, and leaves.
func TestStropheSubscribes(t *testing.T) {
	_, modules := lab.Node(t)
	source, err := os.ReadFile(filepath.Join(modules, "strophe.js", "dist", "strophe.umd.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, nil)
	id := r.office()
	node := pubsub.PrinterNode(id)
	tab := lab.Chromium(t).Open(t, lab.View{})
	tab.Go(r.base + "/signin")
	tab.Do("subscribe", chromedp.Evaluate(string(source)+"\n;1", nil), chromedp.Evaluate(fmt.Sprintf(followingPage,
		webSocketAddress(r.base), node, r.cfg.Push.Service, adas+"@"+r.cfg.Push.Domain+"/page", r.keyOf(r.user.ID, oauth.ScopePrint))+";1", nil))
	tab.Until("a subscription", `heard.some((h) => h.startsWith("subscribe ") && h.includes('subscription="subscribed"'))`)
	tab.Until("the question what it wants", `heard.includes("asked")`)
	r.says(id, "Paper jam")
	tab.Until("a change", fmt.Sprintf(`heard.some((h) => h.includes("<body>Office: ") && h.includes("Paper jam</body>") && h.includes(%q))`, node))
	now := time.Now()
	_, err = r.db.AddJob(t.Context(), cloud.Job{
		ID: "j1", Printer: id, PrinterName: "Office", Owner: r.user.ID, OwnerEmail: r.user.Email, Title: "letter", State: gcp.StateOf(gcp.JobQueued), CreateTime: now, UpdateTime: now,
	}, cloud.Admission{}, cloud.Event{Time: now, Kind: cloud.EventJobQueued, Printer: id, Job: "j1", User: r.user.ID})
	r.ok(err)
	tab.Until("the own job", fmt.Sprintf(`heard.some((h) => h.includes('node="platen/jobs"') && h.includes('from="%s@') && h.includes("job-j1"))`, strings.ReplaceAll(adas, `\`, `\\`)))
	tab.Do("ask", chromedp.Evaluate("items();1", nil))
	tab.Until("items", `heard.some((h) => h.startsWith("items ") && h.includes("Paper jam"))`)
	tab.Do("leave", chromedp.Evaluate("leave();1", nil))
	tab.Until("the end of the subscription", `heard.some((h) => h.startsWith("unsubscribe ") && h.includes('type="result"'))`)
}
