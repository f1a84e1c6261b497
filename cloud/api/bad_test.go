package api

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud/oauth"
	"platen/gcp"
	"platen/internal/lab"
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
		"not a TIFF":             {403, []part{id, {name: "contentType", value: "image/tiff"}, content}},
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

// wait waits for a condition.
func (b *bench) wait(ok func() bool) {
	b.t.Helper()
	lab.Until(b.t, 30*time.Second, "the condition", ok)
}

func TestOrdinaryBodiesAreLimited(t *testing.T) {
	b := newBench(t, nil)
	b.pair()
	long := strings.Repeat("x", 2<<20+1)
	a := b.post("register", b.robot, "name", "q", "proxy", "px", "capabilities", long)
	if a.Success || a.status != 200 || !strings.Contains(a.Message, "capabilities_kib") {
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
		k, _, err := b.oauth.MakeKey(t.Context(), b.annUser.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{s}})
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

// deadlines is an answer that keeps what deadlines it was given.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.read = append(d.read, t)
	return nil
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.write = append(d.write, t)
	return nil
}

// A server with short time-outs still takes a long upload that moves, and sends a
// document to a slow reader: both have deadlines of their own, instead of the
// server's.
func TestLongTransfersOutliveTheServersTimeouts(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	serve := func(r *http.Request) *deadlines {
		d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		b.handler.ServeHTTP(d, r)
		return d
	}
	typ, body := multipartBody(part{name: "printerid", value: p}, part{name: "content", file: "a", typ: "application/pdf", value: pdf})
	before := time.Now()
	up := serve(b.request("POST", "/cloudprint/submit", b.ann, typ, body))
	if len(up.read) < 2 || up.read[0].Before(before.Add(stallTime)) || !up.read[len(up.read)-1].IsZero() {
		t.Errorf("deadlines of the upload: %v, want %s from %v, and then none", up.read, stallTime, before)
	}
	if len(up.write) < 2 || up.write[0].Before(before.Add(stallTime)) || up.write[len(up.write)-1].Before(before.Add(answerTime)) {
		t.Errorf("deadlines of the answer: %v, want %s from %v", up.write, answerTime, before)
	}
	job := b.must(b.get("jobs", b.ann)).Jobs[0]
	down := serve(b.request("GET", "/cloudprint/download?id="+string(job.ID), b.robot, "", ""))
	if down.Body.String() != pdf {
		t.Errorf("document: %q", down.Body)
	}
	if len(down.write) < 1 || down.write[0].Before(before.Add(stallTime)) || len(down.read) != 1 || !down.read[0].IsZero() {
		t.Errorf("deadlines of the download: %v, want %s from %v; for reading %v, want none", down.write, stallTime, before, down.read)
	}
}
