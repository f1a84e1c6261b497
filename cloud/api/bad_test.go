package api

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud/oauth"
	"platen/gcp"
)

// Nothing of a refused submission stays: no document, no job.
func TestBadSubmissionsLeaveNothing(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	id, typ := part{name: "printerid", value: p}, part{name: "contentType", value: "application/pdf"}
	content := part{name: "content", file: "a.pdf", value: pdf}
	big := part{name: "content", file: "a.pdf", value: pdf + strings.Repeat("x", 5<<20)}
	for name, c := range map[string]struct {
		code  gcp.ErrorCode
		parts []part
	}{
		"no printer":             {2, []part{typ, content}},
		"no content":             {2, []part{id, typ}},
		"unknown printer":        {5, []part{content, {name: "printerid", value: "unknown"}, typ}},
		"zero bytes":             {5, []part{id, typ, {name: "content", file: "a.pdf"}}},
		"not a PDF":              {403, []part{id, typ, {name: "content", file: "a.pdf", value: "MZ\x90\x00 something else"}}},
		"not a PNG":              {403, []part{id, {name: "contentType", value: "image/png"}, content}},
		"two documents":          {5, []part{id, typ, content, content}},
		"over the limit":         {5, []part{id, typ, big}},
		"over the limit, later":  {5, []part{big, id, typ}},
		"bad base64":             {5, []part{id, typ, {name: "contentTransferEncoding", value: "base64"}, {name: "content", value: "****"}}},
		"text after the padding": {5, []part{id, typ, {name: "contentTransferEncoding", value: "base64"}, {name: "content", value: "JVBERg==JVBE"}}},
		"no data URL":            {5, []part{id, {name: "contentType", value: "dataUrl"}, content}},
		"bad data URL":           {5, []part{id, {name: "contentType", value: "dataUrl"}, {name: "content", value: "data:application/pdf,%PDF"}}},
		"Drive document":         {403, []part{id, {name: "contentType", value: "google.kix"}, {name: "content", value: "1234"}}},
		"broken ticket":          {5, []part{id, typ, {name: "ticket", value: "{nonsense"}, content}},
		"ticket is a list":       {5, []part{id, typ, {name: "ticket", value: "[1]"}, content}},
		"broken capabilities":    {5, []part{id, typ, {name: "capabilities", value: "{nonsense"}, content}},
		"over-long field":        {5, []part{id, typ, content, {name: "title", value: strings.Repeat("t", 300<<10)}}},
		"too many fields":        {5, append([]part{content, id, typ}, manyParts(5000)...)},
		"type nobody takes":      {403, []part{id, {name: "contentType", value: "application/msword"}, {name: "content", value: "x"}}},
	} {
		a := b.submit(b.ann, c.parts...)
		if a.status != 200 || a.Success || a.ErrorCode != c.code || a.Message == "" {
			t.Errorf("%s: %d %s, want code %d", name, a.status, a.raw, c.code)
		}
		if n := b.stored(); n != 0 {
			t.Fatalf("%s left %d documents", name, n)
		}
	}
	if a := b.must(b.get("jobs", b.ann)); a.Range.JobsTotal != 0 {
		t.Errorf("jobs came of it: %s", a.raw)
	}
}

func manyParts(n int) []part {
	out := make([]part, n)
	for i := range out {
		out[i] = part{name: fmt.Sprintf("f%d", i), value: "x"}
	}
	return out
}

// Bodies that break off, or were never multipart.
func TestBrokenBodies(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	mime, whole := multipartBody(part{name: "printerid", value: p}, part{name: "contentType", value: "application/pdf"},
		part{name: "content", file: "a.pdf", value: pdf}, part{name: "title", value: "t"})
	for _, cut := range []int{1, 20, len(whole) / 2, strings.Index(whole, "%PDF") + 10, strings.Index(whole, "%%EOF"), len(whole) - 30} {
		a := b.do(b.request("POST", "/cloudprint/submit", b.ann, mime, whole[:cut]))
		if a.Success || a.status != 200 {
			t.Errorf("cut at %d: %d %s", cut, a.status, a.raw)
		}
	}
	for _, c := range []struct{ typ, body string }{
		{"multipart/form-data", whole},
		{"multipart/form-data; boundary=other", whole},
		{"application/json", `{"printerid":"x"}`},
		{"application/x-www-form-urlencoded", "printerid=" + p + "&content=%zz"},
		{"application/x-www-form-urlencoded", "a=%4"},
		{"", ""},
		{"multipart/form-data; boundary=\"\x00\"", ""},
	} {
		if strings.Contains(c.typ, "\x00") {
			continue // the client refuses to send it
		}
		if a := b.do(b.request("POST", "/cloudprint/submit", b.ann, c.typ, c.body)); a.Success || a.status != 200 {
			t.Errorf("%q: %d %s", c.typ, a.status, a.raw)
		}
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d documents left", n)
	}
	// The same for a connection that ends in the middle, with its length told.
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "POST /cloudprint/submit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		b.ann, mime, len(whole)+100000, whole[:strings.Index(whole, "%%EOF")])
	_ = conn.Close()
	b.wait(func() bool { return b.stored() == 0 })
	if a := b.must(b.get("jobs", b.ann)); a.Range.JobsTotal != 0 {
		t.Errorf("a job came of it: %s", a.raw)
	}
}

// wait polls until a condition holds or ten seconds are over.
func (b *bench) wait(ok func() bool) {
	b.t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			b.t.Fatal("it did not happen")
		case <-tick.C:
		}
	}
}

func TestOrdinaryBodiesAreLimited(t *testing.T) {
	b := newBench(t, nil)
	b.pair()
	long := strings.Repeat("x", 2<<20)
	if a := b.post("register", b.robot, "name", "q", "proxy", "px", "capabilities", long); a.Success || a.status != 200 {
		t.Errorf("%d %.200s", a.status, a.raw)
	}
	typ, body := multipartBody(part{name: "q", value: long})
	if a := b.do(b.request("POST", "/cloudprint/search", b.ann, typ, body)); a.Success || a.status != 200 {
		t.Errorf("multipart: %d %.200s", a.status, a.raw)
	}
	if a := b.do(b.request("POST", "/cloudprint/search", b.ann, "application/x-www-form-urlencoded", strings.Repeat("k", 300)+"=1")); a.Success {
		t.Errorf("over-long name: %.200s", a.raw)
	}
}

// A foreign printer or job and one that is not there sound the same, everywhere.
func TestForeignAndUnknownAreAlike(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	job := string(b.send(gcp.PrinterID(p), "secret title"))
	calls := []struct {
		name string
		args func(printer, job string) []string
	}{
		{"printer", func(p, _ string) []string { return []string{"printerid", p} }},
		{"update", func(p, _ string) []string { return []string{"printerid", p, "display_name", "mine"} }},
		{"delete", func(p, _ string) []string { return []string{"printerid", p} }},
		{"share", func(p, _ string) []string {
			return []string{"printerid", p, "scope", "bob@example.com", "role", "USER"}
		}},
		{"unshare", func(p, _ string) []string { return []string{"printerid", p, "scope", "bob@example.com"} }},
		{"processinvite", func(p, _ string) []string { return []string{"printerid", p, "accept", "true"} }},
		{"fetch", func(p, _ string) []string { return []string{"printerid", p} }},
		{"jobs", func(p, _ string) []string { return []string{"printerid", p} }},
		{"resubmit", func(p, j string) []string { return []string{"printerid", p, "jobid", j} }},
		{"job", func(_, j string) []string { return []string{"jobid", j} }},
		{"deletejob", func(_, j string) []string { return []string{"jobid", j} }},
		{"control", func(_, j string) []string { return []string{"jobid", j, "status", "DONE"} }},
		{"ticket", func(_, j string) []string { return []string{"jobid", j, "use_cjt", "true"} }},
		{"download", func(_, j string) []string { return []string{"id", j} }},
	}
	for _, c := range calls {
		foreign := b.post(c.name, b.bob, c.args(p, job)...)
		unknown := b.post(c.name, b.bob, c.args("ffffffff", "eeeeeeee")...)
		if c.name == "jobs" && foreign.Success && unknown.Success && foreign.Range.JobsTotal == 0 && unknown.Range.JobsTotal == 0 {
			continue // an empty list for both
		}
		if foreign.Success || foreign.status != unknown.status || foreign.Message != unknown.Message || foreign.ErrorCode != unknown.ErrorCode {
			t.Errorf("%s: foreign %d %s\nunknown %d %s", c.name, foreign.status, foreign.raw, unknown.status, unknown.raw)
		}
		if strings.Contains(foreign.raw, "secret title") || strings.Contains(foreign.raw, "owner@") {
			t.Errorf("%s leaks: %s", c.name, foreign.raw)
		}
	}
	a := b.submit(b.bob, part{name: "printerid", value: p}, part{name: "content", value: pdf})
	u := b.submit(b.bob, part{name: "printerid", value: "ffffffff"}, part{name: "content", value: pdf})
	if a.Success || a.Message != u.Message || a.ErrorCode != u.ErrorCode {
		t.Errorf("submit: %s\n%s", a.raw, u.raw)
	}
	if a := b.must(b.get("search", b.bob)); len(a.Printers) != 0 {
		t.Errorf("search: %s", a.raw)
	}
}

func (b *bench) withCookie(method, path, cookie string) answer {
	b.t.Helper()
	r := b.request(method, path, "", "application/x-www-form-urlencoded", "")
	r.AddCookie(&http.Cookie{Name: oauth.CookieName, Value: cookie})
	return b.do(r)
}

// Signed in by cookie, every change needs the xsrf token, whatever the method.
func TestXSRF(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	secret, err := b.oauth.NewSession(t.Context(), b.annUser.ID)
	if err != nil {
		t.Fatal(err)
	}
	cookie := secret.Reveal()
	read := b.must(b.withCookie("GET", "/cloudprint/search?xsrf=", cookie))
	if read.XSRFToken == "" || read.Request.User != "owner@example.com" {
		t.Fatal(read.raw)
	}
	for name, rt := range b.handler.routes {
		for _, method := range []string{"GET", "POST"} {
			if rt.effect != changes || name == "submit" && method == "GET" {
				continue
			}
			for _, token := range []string{"", "xsrf=", "xsrf=wrong:123", "xsrf=" + url.QueryEscape("x"+read.XSRFToken)} {
				a := b.withCookie(method, "/cloudprint/"+name+"?printerid="+p+"&"+token, cookie)
				if a.Success || a.ErrorCode != gcp.CodeXSRF || a.Message != "XSRF token validation failed." {
					t.Errorf("%s %s with %q: %d %s", method, name, token, a.status, a.raw)
				}
			}
		}
	}
	for _, method := range []string{"GET", "POST"} {
		b.must(b.withCookie(method, "/cloudprint/update?printerid="+p+"&display_name=x&xsrf="+url.QueryEscape(read.XSRFToken), cookie))
	}
	b.must(b.post("update", b.ann, "printerid", p, "display_name", "y", "xsrf", "ignored with a token"))
	if a := b.withCookie("GET", "/cloudprint/search", "unknown"); a.status != 403 {
		t.Errorf("unknown cookie: %d", a.status)
	}
}

// A limited key does what it is for, and nothing else.
func TestKeyScopes(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	key := func(s oauth.Scope) string {
		k, _, err := b.oauth.CreateKey(t.Context(), b.annUser.ID, "k", s)
		if err != nil {
			t.Fatal(err)
		}
		return k.Reveal()
	}
	pair, printing := key(oauth.ScopePair), key(oauth.ScopePrint)
	b.must(b.get("createrobot", pair, "oauth_client_id", "c"))
	b.must(b.get("search", printing))
	b.must(b.submit(printing, part{name: "printerid", value: string(p)}, part{name: "content", value: pdf}))
	for token, names := range map[string][]string{
		pair:     {"search", "printer", "jobs", "submit", "delete", "register", "confirm", "share"},
		printing: {"createrobot", "delete", "update", "share", "unshare", "register", "confirm", "fetch", "list"},
	} {
		for _, name := range names {
			a := b.post(name, token, "printerid", string(p), "scope", "x@example.com", "name", "n", "proxy", "px", "token", "t", "oauth_client_id", "c")
			if a.Success || a.ErrorCode != gcp.CodeUnauthorized {
				t.Errorf("%s: %s", name, a.raw)
			}
		}
	}
}

// contentType=url reaches public addresses only, checked when connecting: names
// and redirects that lead inside are refused, and nothing is told of them.
func TestFetchURLStaysOutside(t *testing.T) {
	inner := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		inner++
		_, _ = io.WriteString(w, pdf)
	}))
	defer inside.Close()
	b := newBench(t, func(b *bench) { b.cfg.FetchURLs = true })
	p := string(b.register("q"))
	try := func(address string) answer {
		return b.submit(b.ann, part{name: "printerid", value: p}, part{name: "contentType", value: "url"}, part{name: "content", file: "u", value: address})
	}
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	for _, address := range []string{
		inside.URL, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port,
		"http://2130706433" + port, "file:///etc/passwd", "ftp://example.com/", "gopher://x", "http://user:pw@example.com/", "not an address", "",
	} {
		a := try(address)
		if a.Success || a.status != 200 || strings.Contains(a.raw, "refused") || strings.Contains(a.raw, "127.0.0.1"+port) {
			t.Errorf("%q: %d %s", address, a.status, a.raw)
		}
	}
	if inner != 0 {
		t.Errorf("the inner server was reached %d times", inner)
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d documents left", n)
	}
}

func TestFetchURLRedirects(t *testing.T) {
	inner := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inner++ }))
	defer inside.Close()
	listener, err := net.Listen("tcp", "127.0.0.2:0") // plays the public address
	if err != nil {
		t.Skip("no second loopback address here")
	}
	outside := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = io.WriteString(w, pdf)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/big":
			_, _ = io.WriteString(w, pdf+strings.Repeat("x", 5<<20))
		default:
			http.Redirect(w, r, inside.URL, http.StatusFound)
		}
	})}}
	outside.Start()
	defer outside.Close()
	public := netip.MustParseAddr("127.0.0.2")
	b := newBench(t, func(b *bench) {
		b.cfg.FetchURLs = true
		b.reachable = func(a netip.Addr) bool { return a == public }
	})
	p := string(b.register("q"))
	try := func(path string) answer {
		return b.submit(b.ann, part{name: "printerid", value: p}, part{name: "contentType", value: "url"}, part{name: "content", value: outside.URL + path})
	}
	a := b.must(try("/good"))
	if got := b.document(a.Job.ID, b.ann); got != pdf || a.Job.ContentType != "application/pdf" || a.Job.Title != "good" {
		t.Errorf("%q %+v", got, a.Job)
	}
	for _, path := range []string{"/inside", "/loop", "/file", "/big"} {
		if a := try(path); a.Success || a.status != 200 {
			t.Errorf("%s: %s", path, a.raw)
		}
	}
	if inner != 0 {
		t.Error("a redirect led inside")
	}
	if n := b.stored(); n != 1 {
		t.Errorf("%d documents stored, want the good one", n)
	}
}

func TestPublicAddr(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false, "fe80::1": false, "fd00:ec2::254": false,
		"fc00::1": false, "::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"2001:0:1::1": false, "ff02::1": false, "2001:db8::1": false, "240.0.0.1": false, "198.18.0.1": false,
	} {
		if got := publicAddr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("publicAddr(%s) = %v", addr, got)
		}
	}
	if publicAddr(netip.MustParseAddr("fe80::1%eth0")) {
		t.Error("a zone is not public")
	}
}

// Platen's additions: docs/extensions.md.
func TestExtensions(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	first, second := b.send(p, "1"), b.send(p, "2")
	plain := b.must(b.post("fetch", b.robot, "printerid", string(p)))
	if len(plain.Jobs) != 2 || strings.Contains(plain.raw, `"contentDigest"`) || strings.Contains(plain.raw, `"ticket":`) || plain.Jobs[0].ID != first {
		t.Error(plain.raw)
	}
	a := b.must(b.post("fetch", b.robot, "printerid", string(p), "extra_fields", "ticket,document", "limit", "1"))
	if len(a.Jobs) != 1 || a.Jobs[0].ContentDigest != digest(pdf) || int(a.Jobs[0].ContentLength) != len(pdf) || len(a.Jobs[0].Ticket) == 0 {
		t.Error(a.raw)
	}
	b.must(b.post("control", b.robot, "jobid", string(first), "semantic_state_diff", `{"state":{"type":"IN_PROGRESS"}}`,
		"message", "warming up", "trace", `{"8":1,"9":2}`))
	if j := b.must(b.get("job", b.ann, "jobid", string(first))).Job; j.Message != "warming up" || j.UIState.Cause != "warming up" {
		t.Errorf("%+v", j)
	}
	view, _, err := b.db.Job(t.Context(), first)
	if err != nil || view.Trace[8] != 1 || view.Trace[9] != 2 {
		t.Errorf("trace %v %v", view.Trace, err)
	}
	// A cancel of a job in progress is a wish, that the connector sees and answers.
	b.must(b.post("control", b.ann, "jobid", string(first), "semantic_state_diff",
		`{"state":{"type":"ABORTED","user_action_cause":{"action_code":"CANCELLED"}}}`))
	jobs := b.must(b.post("jobs", b.robot, "printerid", string(p))).Jobs
	if len(jobs) != 2 || jobs[1].ID != first || !jobs[1].CancelRequested || jobs[0].CancelRequested || jobs[1].Status != "IN_PROGRESS" {
		t.Errorf("%+v", jobs)
	}
	b.must(b.post("control", b.robot, "jobid", string(first), "cancel", "acknowledged"))
	_ = second
}

func TestBadControl(t *testing.T) {
	b := newBench(t, nil)
	job := string(b.send(b.register("q"), "x"))
	for _, pairs := range [][]string{
		{"status", "NONSENSE"},
		{"semantic_state_diff", "{"},
		{"semantic_state_diff", "[]"},
		{"trace", "{", "status", "DONE"},
		{},
		{"semantic_state_diff", `{"state":{"type":"NONSENSE"}}`},
		{"semantic_state_diff", strings.Repeat(`{"state":`, 2000)},
	} {
		if a := b.post("control", b.robot, append([]string{"jobid", job}, pairs...)...); a.Success || a.status != 200 {
			t.Errorf("%v: %d %s", pairs, a.status, a.raw)
		}
	}
}

func TestSharingAndInvites(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	if a := b.post("share", b.ann, "printerid", p, "scope", "", "role", "USER"); a.Success || a.Message != "Failed to share the printer." {
		t.Error(a.raw)
	}
	b.must(b.get("share", b.ann, "printerid", p, "scope", "bob@example.com", "role", "USER", "skip_notification", "true"))
	inv := b.must(b.get("invites", b.bob))
	if len(inv.Invites) != 1 || inv.Invites[0].Sender.Email != "owner@example.com" || inv.Invites[0].Receiver.Scope != "bob@example.com" {
		t.Fatal(inv.raw)
	}
	a := b.must(b.post("processinvite", b.bob, "printerid", p, "accept", "true", "email", "bob@example.com", "use_cdd", "True"))
	if a.Printer == nil || string(a.Printer.ID) != p {
		t.Error(a.raw)
	}
	got := b.must(b.get("printer", b.bob, "printerid", p)).Printers[0]
	if len(got.Access) == 0 || len(got.Capabilities) == 0 || len(got.Tags) == 0 {
		t.Errorf("%+v", got)
	}
	b.must(b.submit(b.bob, part{name: "printerid", value: p}, part{name: "content", value: pdf}))
	b.must(b.post("unshare", b.ann, "printerid", p, "scope", "bob@example.com"))
	if a := b.get("printer", b.bob, "printerid", p); a.Success {
		t.Error(a.raw)
	}
}

// Resubmitting as an API client does: the ticket in the query, an empty body.
func TestResubmit(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.register("one"), b.register("two")
	job := b.send(one, "x")
	q := form("printerid", string(two), "jobid", string(job), "ticket", `{"version":"1.0","print":{"copies":{"copies":3}}}`)
	a := b.must(b.do(b.request("POST", "/cloudprint/resubmit?"+q.Encode(), b.ann, "", "")))
	if a.Job.ID == job || a.Job.PrinterID != two || b.document(a.Job.ID, b.robot) != pdf {
		t.Error(a.raw)
	}
}

func TestPrinterUIState(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	b.must(b.post("update", b.robot, "printerid", p, "semantic_state", `{"version":"1.0","printer":{"state":"STOPPED",
		"input_tray_state":{"item":[{"vendor_id":"1","state":"OK"},{"vendor_id":"2","state":"EMPTY"}]},
		"marker_state":{"item":[{"vendor_id":"black","state":"OK","level_percent":7},{"vendor_id":"cyan","state":"OK","level_percent":80}]},
		"cover_state":{"item":[{"vendor_id":"front","state":"OPEN"}]},"vendor_state":{"item":[{"state":"WARNING","description":"hot"}]}}}`))
	a := b.must(b.get("printer", b.ann, "printerid", p, "extra_fields", "connectionStatus,semanticState,uiState,queuedJobsCount"))
	ui := a.Printers[0].UIState
	if ui == nil || ui.NumIssues != 4 || ui.Severity != gcp.SeverityHigh || ui.Caption == "" || len(ui.Printer.InputTrayItem) != 1 ||
		len(ui.Printer.MarkerItem) != 1 || ui.Printer.MarkerItem[0].Severity != gcp.SeverityMedium || len(ui.Printer.CoverItem) != 1 {
		t.Errorf("%+v", ui)
	}
	if !strings.Contains(a.raw, `"cloud_connection_state": "`) {
		t.Error(a.raw)
	}
}

// A server with short time-outs still takes a long upload that moves, and sends a
// document to a slow reader.
func TestLongTransfersOutliveTheServersTimeouts(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	srv := httptest.NewUnstartedServer(b.handler)
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	srv.Start()
	defer srv.Close()
	typ, body := multipartBody(part{name: "printerid", value: p}, part{name: "content", file: "a", typ: "application/pdf", value: pdf})
	slow, feed := io.Pipe()
	go func() {
		end := time.After(700 * time.Millisecond)
		_, _ = io.WriteString(feed, body[:100])
		<-end
		_, _ = io.WriteString(feed, body[100:])
		_ = feed.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/cloudprint/submit", slow)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.ann)
	r.Header.Set("Content-Type", typ)
	b.must(b.do(r))
}
