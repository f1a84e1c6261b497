package e2e

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"platen/internal/lab"
)

// submitPlay is a cloud with one printer, and the programs of people that print there.
type submitPlay struct {
	*play
	legacy caller // a program with a token for a password
}

// TestClassicPrograms plays the programs that sent jobs and looked after them, with the
// credentials of each time.
func TestClassicPrograms(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CloudConfig: "client_login = true\nallow_url = true\n"})
	s.StartCloud()
	s.Cloud("user", "add", guestName, "--password-stdin")
	p := &submitPlay{play: &play{
		site: s, channel: "XMPP_CHANNEL", jobs: map[string]string{}, doc: document("program", 20<<10),
		guest: caller{base: s.Base, auth: "Bearer " + s.Cloud("key", "create", "--user", guestName, "--scope", "print")},
	}}
	p.init(t)
	p.register(t)
	for _, scene := range []struct {
		name string
		play func(*submitPlay, *testing.T)
	}{
		{"code grant", (*submitPlay).codeGrant},
		{"node-gcp", (*submitPlay).node},
		{"ClientLogin", (*submitPlay).clientLogin},
		{"base64", (*submitPlay).base64},
		{"address", (*submitPlay).address},
		{"browser", (*submitPlay).browser},
		{"refusals", (*submitPlay).refusals},
	} {
		if !t.Run(scene.name, func(t *testing.T) { scene.play(p, t) }) {
			s.Logs()
			t.FailNow()
		}
	}
}

// cookieOf signs a person in at the page, as a browser.
func cookieOf(t *testing.T, base string) string {
	t.Helper()
	r := form(t, base, "/signin", "email="+q(lab.Owner)+"&password="+q(lab.Password)+"&next="+q("/printers"))
	var pairs []string
	for _, c := range r.header.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(c, ";")
		pairs = append(pairs, pair)
	}
	if len(pairs) == 0 {
		t.Fatalf("sign-in: HTTP %d: %s", r.status, r.body)
	}
	return "Cookie: " + strings.Join(pairs, "; ")
}

var titleCode = regexp.MustCompile(`<title>[^<]*code=([^<&\s]+)`)

// codeGrant is the sign-in of applications (0.2): a page in a browser, a code in the
// window's title, tokens. The token's type is used as it is told.
func (p *submitPlay) codeGrant(t *testing.T) {
	base := p.site.Base
	cookie := cookieOf(t, base)
	ask := "client_id=" + q(classicClient) + "&redirect_uri=" + q("urn:ietf:wg:oauth:2.0:oob") + "&response_type=code&scope=" + q(classicScope+" email") + "&access_type=offline"
	for _, path := range []string{"/o/oauth2/auth", "/o/oauth2/v2/auth"} {
		r := exchange(t, base, "GET "+path+"?"+ask, []string{cookie}, nil)
		m := xsrfField.FindSubmatch(r.body)
		if m == nil {
			t.Fatalf("%s: HTTP %d: %s", path, r.status, r.body)
		}
		r = form(t, base, path, ask+"&decision=allow&xsrf="+q(string(m[1])), cookie)
		code := titleCode.FindSubmatch(r.body)
		if code == nil {
			t.Fatalf("%s: HTTP %d: %s", path, r.status, r.body)
		}
		o := form(t, base, "/o/oauth2/token", "code="+q(string(code[1]))+"&client_id="+q(classicClient)+"&client_secret="+q(classicSecret)+
			"&redirect_uri="+q("urn:ietf:wg:oauth:2.0:oob")+"&grant_type=authorization_code").plain(t)
		p.owner = caller{base: base, auth: word(t, o, "token_type") + " " + word(t, o, "access_token")}
		word(t, o, "refresh_token")
	}
	r := exchange(t, base, "GET /oauth2/v1/userinfo?alt=json", p.owner.lines(), nil)
	must(t, r.plain(t), "email", lab.Owner)
	p.owner.get(t, "search?q=").ok(t)
	p.owner.auth = strings.Replace(p.owner.auth, "Bearer ", "OAuth ", 1)
	p.owner.get(t, "search?q=").ok(t)
}

// node is node-gcp: a search without a body or its type, plain fields, brackets.
func (p *submitPlay) node(t *testing.T) {
	marker := "X-CloudPrint-Proxy: node-gcp"
	o := exchange(t, p.site.Base, "POST /cloudprint/search", p.owner.lines(marker, "Content-Length: 0"), nil).ok(t)
	if got := names(t, at(t, o, "printers"), "id"); !slices.Equal(got, []string{p.printer}) {
		t.Fatalf("found %v", got)
	}
	found, _ := at(t, o, "printers.0").(object)
	for _, member := range []string{"id", "type", "displayName", "createTime", "accessTime", "updateTime", "connectionStatus"} {
		word(t, found, member)
	}
	if _, ok := found["tags"].([]any); !ok {
		t.Errorf("tags %#v", found["tags"])
	}
	for _, absent := range []string{"capabilities", "access"} {
		if v, there := found[absent]; there {
			t.Errorf("/search shows %s: %v", absent, v)
		}
	}
	o = exchange(t, p.site.Base, "GET /cloudprint//printer?printerid="+q(p.printer), p.owner.lines(marker), nil).ok(t)
	if n := len(names(t, at(t, o, "printers.0.access"), "role")); n < 1 {
		t.Error("no entry in access")
	}
	o = submission{base: p.site.Base, printer: p.printer}.with("title", "node.pdf").with("content", string(p.doc)).with("contentType", "application/pdf").
		with("ticket[version]", "1.0").with("copies[copies]", "2").send(t, p.owner, marker).ok(t)
	if !strings.Contains(strings.ToLower(word(t, o, "message")), "print job added.") {
		t.Errorf("message %v", o["message"])
	}
	p.finish(t, word(t, o, "job.id"))
	o = p.owner.get(t, "jobs?printerid="+q(p.printer)).ok(t)
	must(t, o, "jobs.0.title", "node.pdf")
	must(t, o, "jobs.0.tags", []any{"^own"})
	must(t, exchange(t, p.site.Base, "POST /cloudprint/deletejob", p.owner.lines("Content-Length: 0"), nil).fail(t, 2), "success", false)
	p.owner.post(t, "deletejob", "jobid="+q(word(t, o, "jobs.0.id"))).ok(t)
	must(t, p.owner.get(t, "jobs?printerid="+q(p.printer)).ok(t), "range", object{"jobsTotal": "0", "jobsCount": 0.0})
}

// clientLogin is a library of 2010: everything by GET, with a password's token.
func (p *submitPlay) clientLogin(t *testing.T) {
	p.legacy = caller{base: p.site.Base, auth: "GoogleLogin auth=" + clientLogin(t, p.site.Base, "cloudprint")}
	for query, found := range map[string]bool{
		"q=": true, "": true, "q=TEST": true, "q=nowhere": false, "connection_status=ALL": true, "connection_status=DORMANT": false,
		"type=GOOGLE": true, "type=HP": false, "q=%5Eown": true, "q=%255Eown": true, "q=%5Eshared": false, "output=json&client=webui&hl=en&authuser=0&_=1": true,
	} {
		o := p.legacy.get(t, "search?"+query).ok(t)
		if n := len(at(t, o, "printers").([]any)); (n == 1) != found {
			t.Errorf("search?%s found %d", query, n)
		}
	}
	o := p.legacy.get(t, "printer?printerid="+q(p.printer)+"&printer_connection_status=true").ok(t)
	word(t, o, "printers.0.connectionStatus")
	must(t, o, "printers.0.capabilities.version", "1.0")

	o = submission{base: p.site.Base, printer: p.printer, doc: p.doc, kind: "application/pdf"}.with("title", "2010.pdf").
		with("capabilities", `{"capabilities":[{}]}`).with("tag", "a=b").with("tag", "c").send(t, p.legacy).ok(t)
	id := word(t, o, "job.id")
	for query, found := range map[string]bool{
		"status=QUEUED": true, "status=DONE": false, "status=DONE,QUEUED": true, "q=2010": true, "q=2011": false, "owner=" + q(lab.Owner): true, "owner=nobody": false, "": true,
	} {
		o := p.legacy.get(t, "jobs?"+query).ok(t)
		if n := len(at(t, o, "jobs").([]any)); (n == 1) != found {
			t.Errorf("jobs?%s found %d", query, n)
		}
	}
	if p.legacy.get(t, "download?id="+q(id)).status != http.StatusOK {
		t.Error("the sender may not read the document")
	}
	p.guest.get(t, "job?jobid="+q(id)).fail(t, 0)
	p.guest.get(t, "deletejob?jobid="+q(id)).fail(t, 0)
	p.legacy.get(t, "deletejob?jobid="+q(id)).ok(t)
	must(t, p.legacy.get(t, "jobs?printerid="+q(p.printer)).ok(t), "range.jobsTotal", "0")
	p.robot.post(t, "fetch", "printerid="+q(p.printer)).fail(t, 413)
	p.robot.post(t, "control", "jobid="+q(id)+"&status=IN_PROGRESS").fail(t, 0)
}

// base64 is how CUPS-Cloud-Print and others sent a document: as text, or as a data
// URL in a file part, its type in any case.
func (p *submitPlay) base64(t *testing.T) {
	text := base64.StdEncoding.EncodeToString(p.doc)
	var lines strings.Builder
	for rest := text; rest != ""; {
		n := min(76, len(rest))
		lines.WriteString(rest[:n] + "\r\n")
		rest = rest[n:]
	}
	plain := submission{base: p.site.Base, printer: p.printer}.with("title", "text.pdf")
	for name, s := range map[string]submission{
		"base64":   plain.with("contentType", "application/pdf").with("contentTransferEncoding", "base64").with("content", lines.String()),
		"data URL": plain.with("contentType", "dataUrl").with("content", "data:application/pdf;base64,"+text),
		"a part":   {base: p.site.Base, printer: p.printer, doc: []byte("data:application/pdf;name=a;base64," + text), kind: "text/plain", fields: [][2]string{{"contentType", "dataurl"}}},
		"no type":  {base: p.site.Base, printer: p.printer, doc: p.doc},
	} {
		o := s.send(t, p.owner).ok(t)
		must(t, o, "job.contentType", "application/pdf")
		if t.Failed() {
			t.Logf("with %s: %v", name, o)
		}
		p.finish(t, word(t, o, "job.id"))
	}
}

// address is a document that the service fetches, here in logocert's form: the address
// is in a file part. Addresses of one's own network are not fetched for anybody.
func (p *submitPlay) address(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	for _, s := range []submission{
		{base: p.site.Base, printer: p.printer, doc: []byte(server.URL + "/a.pdf"), fields: [][2]string{{"contentType", "url"}, {"title", "by address"}}},
		submission{base: p.site.Base, printer: p.printer}.with("contentType", "url").with("content", server.URL+"/b.pdf"),
	} {
		s.send(t, p.owner).fail(t, 0)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d fetches on loopback", n)
	}
	must(t, p.owner.get(t, "jobs?q="+q("by address")).ok(t), "range.jobsTotal", "0")
}

// browser is Chrome with a profile that is signed in (A.10): a cookie, and a token
// against forged requests that any answer gives.
func (p *submitPlay) browser(t *testing.T) {
	cookie := cookieOf(t, p.site.Base)
	get := func(path string) reply {
		return exchange(t, p.site.Base, "GET /cloudprint/"+path, []string{cookie}, nil)
	}
	o := get("search?client=chrome&output=json&q=%5Eown&xsrf=").ok(t)
	token := word(t, o, "xsrf_token")
	must(t, o, "request.user", lab.Owner)
	must(t, o, "request.users", []any{lab.Owner})
	send := func(token string) reply {
		return submission{base: p.site.Base, printer: p.printer, doc: p.doc, kind: "application/pdf"}.with("title", "cookie.pdf").
			with("xsrf", token).send(t, caller{}, cookie, "X-CloudPrint-Proxy: ChromePrintPreview")
	}
	for _, wrong := range []string{"", "guess:1396000000000"} {
		must(t, send(wrong).fail(t, 9), "message", "XSRF token validation failed.")
	}
	id := word(t, send(token).ok(t), "job.id")
	o = get("search?q=%255Erecent&use_cdd=true").ok(t)
	must(t, o, "printers.0.capabilities", decoded(t, classicCDD))
	get("deletejob?jobid="+q(id)).fail(t, 9)
	get("deletejob?jobid=" + q(id) + "&xsrf=" + q(token)).ok(t)
	// With a token of its own a program sends an empty one.
	p.owner.get(t, "search?q=&xsrf=").ok(t)
}

// refusals are told in the envelope; one library looks for the text of it.
func (p *submitPlay) refusals(t *testing.T) {
	for request, code := range map[string]float64{
		"printer?printerid=unknown": 0, "printer": 2, "job?jobid=unknown": 0, "deletejob?jobid=unknown": 0, "deletejob": 2,
		"fetch?printerid=unknown": 413, "control?jobid=unknown&status=DONE": 0,
	} {
		r := p.owner.get(t, request)
		r.fail(t, code)
		if !strings.Contains(string(r.body), `"success": false`) {
			t.Errorf("%s: %s", request, r.body)
		}
	}
	submission{base: p.site.Base, printer: p.printer}.with("title", "x").send(t, p.owner).fail(t, 2)
	submission{base: p.site.Base, printer: "unknown", doc: p.doc}.send(t, p.owner).fail(t, 0)
	submission{base: p.site.Base, printer: p.printer, doc: p.doc}.send(t, p.guest).fail(t, 0)
	submission{base: p.site.Base, printer: p.printer, doc: p.doc}.with("ticket", `{"print":{"copies":{"copies":99999}}}`).send(t, p.owner).fail(t, 0)
	if r := exchange(t, p.site.Base, "GET /discovery/v1/apis/cloudprint/v2/rest", nil, nil); r.status != http.StatusNotFound {
		t.Errorf("the discovery document: HTTP %d", r.status)
	}
	for _, auth := range []string{"", "Bearer x", "OAuth x", "GoogleLogin auth=x", "Basic dTpw"} {
		r := (caller{base: p.site.Base, auth: auth}).get(t, "search?q=")
		if r.status != http.StatusForbidden || !strings.Contains(string(r.body), "Error 403") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			t.Errorf("%q: HTTP %d %s: %s", auth, r.status, r.header.Get("Content-Type"), r.body)
		}
	}
}
