package e2e

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"platen/internal/lab"
)

// tokenPlay is the state of a connector of 2011: it has no account of its own, but a
// token that it got for its person's password, and a printer with a PPD file.
type tokenPlay struct {
	site    *lab.Site
	printer caller // the connector
	owner   caller // another program of the same person
	push    *wire
	full    string
	token   string // for the push channel
	ppd     string
	id      string // of the printer
	job     string // of the job under way
	doc     []byte
}

const tokenProxy = "9f1cb7e4-armooo"

// TestClassicTokenConnector plays a version 1.0 connector of the days before OAuth:
// ClientLogin, X-GOOGLE-TOKEN, a PPD file in a form, status words.
func TestClassicTokenConnector(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CloudConfig: "client_login = true\n"})
	s.StartCloud()
	ppd, err := os.ReadFile(filepath.Join("..", "..", "cloud", "legacy", "testdata", "office.ppd"))
	if err != nil {
		t.Fatal(err)
	}
	p := &tokenPlay{site: s, ppd: string(ppd), doc: document("version 1.0", 20<<10)}
	defer func() {
		if p.push != nil {
			p.push.hangUp()
		}
	}()
	for _, scene := range []struct {
		name string
		play func(*tokenPlay, *testing.T)
	}{
		{"sign in", (*tokenPlay).signIn},
		{"register", (*tokenPlay).register},
		{"capabilities", (*tokenPlay).capabilities},
		{"poll", (*tokenPlay).poll},
		{"subscribe", (*tokenPlay).subscribe},
		{"print", (*tokenPlay).print},
		{"failure", (*tokenPlay).failure},
		{"wishes", (*tokenPlay).wishes},
		{"delete", (*tokenPlay).remove},
		{"revoke", (*tokenPlay).revoke},
	} {
		if !t.Run(scene.name, func(t *testing.T) { scene.play(p, t) }) {
			s.Logs()
			t.FailNow()
		}
	}
}

var loginLines = regexp.MustCompile(`^SID=\S+\nLSID=\S+\nAuth=(\S+)\n$`)

// clientLogin is 0.2: a form with a password, answered with lines.
func clientLogin(t *testing.T, base, service string) string {
	t.Helper()
	r := form(t, base, "/accounts/ClientLogin", "accountType=HOSTED_OR_GOOGLE&Email="+q(lab.Owner)+"&Passwd="+q(lab.Password)+
		"&service="+service+"&source=CUPS+Cloud+Print")
	m := loginLines.FindSubmatch(r.body)
	if m == nil || r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("HTTP %d %v: %s", r.status, r.header, r.body)
	}
	return string(m[1])
}

func (p *tokenPlay) signIn(t *testing.T) {
	base := p.site.Base
	r := form(t, base, "/accounts/ClientLogin", "accountType=GOOGLE&Email="+q(lab.Owner)+"&Passwd=wrong&service=cloudprint&source=x")
	if r.status != http.StatusForbidden || !strings.Contains(string(r.body), "Error=BadAuthentication") {
		t.Errorf("a wrong password: HTTP %d: %s", r.status, r.body)
	}
	p.printer = caller{base: base, auth: "GoogleLogin auth=" + clientLogin(t, base, "cloudprint")}
	p.owner = caller{base: base, auth: "GoogleLogin auth=" + clientLogin(t, base, "cloudprint")}
	p.token = clientLogin(t, base, "chromiumsync")
	r = caller{base: base, auth: "GoogleLogin auth=nonsense"}.get(t, "search?q=")
	if r.status != http.StatusForbidden || !strings.Contains(string(r.body), "User credentials required") {
		t.Errorf("wrong credentials: HTTP %d: %s", r.status, r.body)
	}
}

// register is B.1 with the names of version 1.0, by a form as armooo sends it and
// then by Chrome's multipart body, which labels a PPD strangely.
func (p *tokenPlay) register(t *testing.T) {
	must(t, p.printer.post(t, "list", "output=json&proxy="+tokenProxy).ok(t), "printers", []any{})
	sum := sha1.Sum([]byte(p.ppd))
	hash := hex.EncodeToString(sum[:])
	o := p.printer.post(t, "register", "output=json&printer=site-office&proxy="+tokenProxy+"&capabilities="+q(p.ppd)+"&defaults="+q(p.ppd)+
		"&status=OK&description="+q("2nd floor")+"&capsHash="+hash).ok(t)
	p.id = word(t, o, "printers.0.id")

	const boundary = "----CloudPrintFormBoundaryjc9wuprokl8i"
	var b bytes.Buffer
	for _, part := range [][3]string{
		{"printer", "", "site-office"},
		{"proxy", "", tokenProxy},
		{"capsHash", "", hash},
		{"tag", "", "__cp__chrome_version=14.0"},
		{"status", "", "3"},
		{"capabilities", "application/pagemaker", p.ppd},
		{"defaults", "application/pagemaker", p.ppd},
	} {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n", boundary, part[0])
		if part[1] != "" {
			fmt.Fprintf(&b, "Content-Type: %s\r\n", part[1])
		}
		fmt.Fprintf(&b, "\r\n%s\r\n", part[2])
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	o = exchange(t, p.site.Base, "POST /cloudprint/register", p.printer.lines(
		fmt.Sprintf("Content-Length: %d", b.Len()), "Content-Type: multipart/form-data; boundary="+boundary, "X-CloudPrint-Proxy: Chrome"), b.Bytes()).ok(t)
	if again := word(t, o, "printers.0.id"); again != p.id {
		t.Errorf("a second registration made %s beside %s", again, p.id)
	}
	o = p.printer.post(t, "list", "output=json&proxy="+tokenProxy).ok(t)
	if got := names(t, at(t, o, "printers"), "name"); !slices.Equal(got, []string{"site-office"}) {
		t.Errorf("listed %v", got)
	}
	must(t, o, "printers.0.capsHash", hash)
	must(t, o, "printers.0.capsFormat", "ppd")
	must(t, o, "printers.0.status", "3")
	must(t, p.printer.post(t, "update", "output=json&printerid="+q(p.id)+"&status=OK&description="+q("3rd floor")).ok(t), "message", "Printer updated successfully.")
	must(t, p.printer.get(t, "printer?output=json&printerid="+q(p.id)).ok(t), "printers.0.description", "3rd floor")
}

// capabilities are shown as an array, or as a CDD (A.2, D.6).
func (p *tokenPlay) capabilities(t *testing.T) {
	o := p.owner.get(t, "printer?printerid="+q(p.id)+"&printer_connection_status=true").ok(t)
	features := map[string][]string{}
	for _, f := range at(t, o, "printers.0.capabilities").([]any) {
		if at(t, f, "type") == "Feature" {
			features[word(t, f, "name")] = names(t, at(t, f, "options"), "name")
		}
	}
	if !slices.Equal(features["ColorModel"], []string{"RGB", "Gray"}) || !slices.Equal(features["PageSize"], []string{"A4", "Letter"}) {
		t.Errorf("features %v", features)
	}
	o = p.owner.get(t, "printer?printerid="+q(p.id)+"&use_cdd=true").ok(t)
	must(t, o, "printers.0.capabilities.printer.media_size.option.0.name", "ISO_A4")
	must(t, o, "printers.0.capabilities.printer.media_size.option.0.vendor_id", "A4")
	must(t, o, "printers.0.capabilities.printer.color.option.1.vendor_id", "ColorModel:Gray")
	o = p.owner.post(t, "tools/cdd/translate", "capabilities="+q(p.ppd)).ok(t)
	must(t, o, "cdd.printer.duplex.option.1.type", "LONG_EDGE")
}

// subscribe is C.3 with a ClientLogin token, as armooo does it: gmail.com to everybody,
// its person's address for a name, a stream header without a prefix, and no ids.
func (p *tokenPlay) subscribe(t *testing.T) {
	w := dialPush(t, p.site)
	w.greet(t, "gmail.com")
	w.auth(t, login{mechanism: "X-GOOGLE-TOKEN", user: lab.Owner, token: "nonsense"})
	w.expect(t, `<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/></failure>`)
	w.hangUp()

	w = dialPush(t, p.site)
	p.push = w
	w.say(t, `<stream to="gmail.com" version="1.0" xmlns="http://etherx.jabber.org/streams">`)
	w.expect(t, serverHeader("gmail.com"))
	if got := w.hear(t); !strings.Contains(got, "<mechanism>X-GOOGLE-TOKEN</mechanism>") {
		t.Fatalf("features %s", got)
	}
	sasl := login{"", lab.Owner, p.token}.sasl()
	w.say(t, `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="X-GOOGLE-TOKEN">`+sasl[:20]+"\n"+sasl[20:]+"\n</auth>")
	w.expect(t, `<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`)
	w.say(t, `<s:stream to="gmail.com" version="1.0" xmlns:s="http://etherx.jabber.org/streams" xmlns="jabber:client">`)
	w.expect(t, serverHeader("gmail.com"))
	w.signedIn(t)
	w.say(t, `<iq type="set"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>Armooo</resource></bind></iq>`)
	_, rest, _ := strings.Cut(w.hear(t), `<iq type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>`)
	full, _, ok := strings.Cut(rest, "</jid></bind></iq>")
	if !ok || !strings.Contains(full, "/Armooo") {
		t.Fatalf("bound %s", rest)
	}
	bare, _, _ := strings.Cut(full, "/")
	w.say(t, `<iq type="set" to="`+bare+`"><subscribe xmlns="google:push"><item channel="cloudprint.google.com" from="cloudprint.google.com"/></subscribe></iq>`)
	w.expect(t, `<iq to="`+full+`" from="`+bare+`" type="result"/>`)
	w.say(t, " ") // its keep-alive
	p.full = full
}

func (p *tokenPlay) connection(t *testing.T, want string) {
	t.Helper()
	lab.Until(t, classicLimit, "the printer is "+want, func() bool {
		return at(t, p.owner.get(t, "printer?printerid="+q(p.id)+"&extra_fields=connectionStatus").ok(t), "printers.0.connectionStatus") == want
	})
}

// submit sends a document with choices of the array (A.4), and awaits its push.
func (p *tokenPlay) submit(t *testing.T, title string) {
	t.Helper()
	o := submission{base: p.site.Base, printer: p.id, doc: p.doc}.with("title", title).with("contentType", "application/pdf").
		with("capabilities", `{"capabilities":[{"type":"Feature","name":"ColorModel","options":[{"name":"Gray"}]},{"type":"Feature","name":"Duplex","options":[{"name":"DuplexTumble"}]}]}`).
		send(t, p.owner).ok(t)
	must(t, o, "message", "Print job added.")
	p.job = word(t, o, "job.id")
	p.push.pushed(t, p.full, p.id)
}

// print is what Chrome does after a push: the first job, its legacy ticket, the
// document, words by GET (B.5 to B.8).
func (p *tokenPlay) print(t *testing.T) {
	p.submit(t, "page.pdf")
	o := p.printer.get(t, "fetch?printerid="+q(p.id)+"&deb=notified").ok(t)
	if got := names(t, at(t, o, "jobs"), "id"); !slices.Equal(got, []string{p.job}) {
		t.Fatalf("fetched %v", got)
	}
	path, ok := strings.CutPrefix(word(t, o, "jobs.0.ticketUrl"), p.site.Base+"/cloudprint/")
	if !ok {
		t.Fatalf("ticketUrl %v", at(t, o, "jobs.0.ticketUrl"))
	}
	options := p.printer.get(t, path).plain(t)
	if options["ColorModel"] != "Gray" || options["Duplex"] != "DuplexTumble" {
		t.Errorf("ticket %v", options)
	}
	for name, value := range options {
		if _, text := value.(string); !text && name != "request" {
			t.Errorf("the option %s is %#v, not a text", name, value)
		}
	}
	play := &play{site: p.site, doc: p.doc}
	play.download(t, word(t, o, "jobs.0.fileUrl"), p.printer)
	inState(t, at(t, p.printer.get(t, "control?jobid="+q(p.job)+"&status=in_progress").ok(t), "job"), "IN_PROGRESS", "IN_PROGRESS")
	p.printer.get(t, "fetch?printerid="+q(p.id)+"&deb=querymore").fail(t, 413)
	inState(t, at(t, p.printer.get(t, "control?jobid="+q(p.job)+"&status=done&code=0&numpages=1&pagesprinted=1").ok(t), "job"), "DONE", "DONE")
	o = p.owner.get(t, "jobs?printerid="+q(p.id)).ok(t)
	inState(t, at(t, o, "jobs.0"), "DONE", "DONE")
	must(t, o, "jobs.0.semanticState.pages_printed", 1.0)
}

// failure is a job that fails, reported in a form in upper case, and then found ended.
func (p *tokenPlay) failure(t *testing.T) {
	p.submit(t, "bad.pdf")
	p.printer.get(t, "fetch?printerid="+q(p.id)+"&deb=notified").ok(t)
	p.printer.post(t, "control", "output=json&jobid="+q(p.job)+"&status=IN_PROGRESS").ok(t)
	o := p.printer.post(t, "control", "output=json&jobid="+q(p.job)+"&status=ERROR&code=5&message="+q("the driver failed")).ok(t)
	must(t, o, "job.status", "ERROR")
	must(t, o, "job.semanticState.state.type", "ABORTED")
	must(t, p.owner.get(t, "job?jobid="+q(p.job)).ok(t), "job.message", "the driver failed")
	must(t, p.printer.post(t, "control", "jobid="+q(p.job)+"&status=DONE").fail(t, 0), "message", "Can't modify the finished job.")
}

// wishes are what another program of the same person wants of a job: it is the
// connector's person, but not the connector.
func (p *tokenPlay) wishes(t *testing.T) {
	p.submit(t, "later.pdf")
	state := func(diff string) object {
		t.Helper()
		return p.owner.get(t, "control?jobid="+q(p.job)+"&semantic_state_diff="+q(diff)).ok(t)
	}
	must(t, state(`{"state":{"type":"HELD"}}`), "job.status", "HELD")
	p.printer.get(t, "fetch?printerid="+q(p.id)).fail(t, 413)
	must(t, state(`{"state":{"type":"QUEUED"}}`), "job.status", "QUEUED")
	p.push.pushed(t, p.full, p.id)
	p.printer.get(t, "fetch?printerid="+q(p.id)).ok(t)
	p.printer.get(t, "control?jobid="+q(p.job)+"&status=in_progress").ok(t)
	// It is under way: the connector's own word decides.
	must(t, state(`{"state":{"type":"ABORTED","user_action_cause":{"action_code":"CANCELLED"}}}`), "job.status", "IN_PROGRESS")
	p.push.pushed(t, p.full, p.id)
	must(t, p.printer.get(t, "control?jobid="+q(p.job)+"&status=done").ok(t), "job.status", "DONE")
}

// poll is the connector without a push channel (C.5): it counts as being there once
// it asks.
func (p *tokenPlay) poll(t *testing.T) {
	p.connection(t, "UNKNOWN")
	p.printer.get(t, "fetch?printerid="+q(p.id)+"&deb=poll").fail(t, 413)
	p.connection(t, "ONLINE")
}

// remove is the person's deletion (B.10).
func (p *tokenPlay) remove(t *testing.T) {
	p.submit(t, "waiting.pdf")
	p.owner.get(t, "delete?printerid="+q(p.id)).ok(t)
	p.push.pushed(t, p.full, p.id+"/delete")
	p.printer.get(t, "fetch?printerid="+q(p.id)).fail(t, 413)
	must(t, p.printer.post(t, "list", "proxy="+tokenProxy).ok(t), "printers", []any{})
	must(t, p.owner.get(t, "job?jobid="+q(p.job)).ok(t), "job.semanticState.state.service_action_cause.error_code", "PRINTER_DELETED")
}

// revoke takes the token of the push channel back: the stream ends, and the other
// tokens are good.
func (p *tokenPlay) revoke(t *testing.T) {
	if r := form(t, p.site.Base, "/o/oauth2/revoke", "token="+q(p.token)); r.status != http.StatusOK {
		t.Fatalf("HTTP %d: %s", r.status, r.body)
	}
	p.push.expect(t, `<stream:error><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>`)
	w := dialPush(t, p.site)
	defer w.hangUp()
	w.greet(t, "gmail.com")
	w.auth(t, login{mechanism: "X-GOOGLE-TOKEN", user: lab.Owner, token: p.token})
	w.expect(t, `<failure xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><not-authorized/></failure>`)
	p.printer.get(t, "list?proxy="+tokenProxy).ok(t)
}
