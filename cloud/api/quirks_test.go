package api

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"platen/gcp"
)

// What old clients and connectors need of the answers, beyond what looks natural.

// Text/plain JSON, one-space indent, "success": false, unknown arguments
// ignored, GET = POST, query and body merged.
func TestQuirkEnvelope(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	a := b.get("fetch", b.robot, "printerid", string(p), "deb", "startup", "output", "json", "alt", "json")
	want := "{\n \"success\": false,\n \"message\": \"No print job available on specified printer.\",\n \"errorCode\": 413,\n \"request\": {\n" +
		"  \"time\": \"0\",\n  \"user\": \"" + b.jid + "\",\n  \"users\": [\n   \"" + b.jid + "\"\n  ],\n  \"params\": {\n   \"alt\": [\n    \"json\"\n   ],\n"
	if !strings.HasPrefix(a.raw, want) || a.status != 200 {
		t.Errorf("%d\n%s\nwant\n%s", a.status, a.raw, want)
	}
	if typ := a.head.Get("Content-Type"); typ != "text/plain; charset=utf-8" {
		t.Errorf("Content-Type %q", typ)
	}
	a = b.must(b.get("search", b.ann, "q", "", "x", "a=b&c<d>"))
	if !strings.Contains(a.raw, `"a\u003db\u0026c\u003cd\u003e"`) || !strings.Contains(a.raw, `"success": true`) {
		t.Errorf("escapes: %s", a.raw)
	}
	// Chrome: query plus multipart rest.
	typ, body := multipartBody(part{name: "description", value: "from the body"}, part{name: "tag", value: "__cp__z=1"})
	b.must(b.do(b.request("POST", "/cloudprint/update?printerid="+string(p), b.robot, typ, body)))
	got := b.must(b.get("printer", b.ann, "printerid", string(p))).Printers[0]
	if got.Description != "from the body" || !slices.Contains(got.Tags, "__cp__z=1") || !slices.Contains(got.Tags, "__cp__a=b,c~d#e=") {
		t.Errorf("%+v", got)
	}
	// A doubled slash is no redirect; POST without body and type is legal.
	if a := b.do(b.request("POST", "/cloudprint//search", b.ann, "", "")); !a.Success || a.status != 200 {
		t.Errorf("//: %d %s", a.status, a.raw)
	}
	// Chrome of 2019 encodes q twice.
	if a := b.do(b.request("GET", "/cloudprint/search?q=%255Erecent", b.ann, "", "")); !slices.Equal(a.Request.Params["q"], []string{"^recent"}) {
		t.Errorf("q: %v", a.Request.Params)
	}
	for _, yes := range []string{"true", "True", "TRUE", "1"} {
		if !(args{"x": {yes}}).truth("x") {
			t.Errorf("%q is not true", yes)
		}
	}
	if a := b.do(b.request("GET", "/cloudprint/submit", b.ann, "", "")); a.status != 405 {
		t.Errorf("GET submit: %d", a.status)
	}
}

// 403 for credentials, 200 and success:false for the rest, 413 on an empty
// fetch, 502 before a token is claimed.
func TestQuirkErrors(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	for _, header := range []string{"", "Bearer wrong", "OAuth wrong", "GoogleLogin auth=wrong", "Basic dTpw", "nonsense"} {
		r := b.request("GET", "/cloudprint/search", "", "", "")
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		a := b.do(r)
		if a.status != 403 || !strings.Contains(a.raw, "User credentials required") || !strings.Contains(a.raw, "Error 403") ||
			!strings.HasPrefix(a.head.Get("Content-Type"), "text/html") {
			t.Errorf("%q: %d %s", header, a.status, a.raw)
		}
	}
	for _, header := range []string{"Bearer " + b.ann, "OAuth " + b.ann, "GoogleLogin auth=" + b.ann} {
		r := b.request("GET", "/cloudprint/search", "", "", "")
		r.Header.Set("Authorization", header)
		r.Header.Set("X-CloudPrint-Proxy", "anything")
		b.must(b.do(r))
	}
	for name, want := range map[string]gcp.ErrorCode{"printer": 2, "fetch": 2, "control": 2, "job": 2, "list": 2, "ticket": 2, "delete": 2} {
		if a := b.post(name, b.robot); a.status != 200 || a.Success || a.ErrorCode != want {
			t.Errorf("%s without arguments: %d %s", name, a.status, a.raw)
		}
	}
	for _, id := range []string{string(p), "unknown"} {
		if a := b.post("fetch", b.robot, "printerid", id); a.ErrorCode != 413 {
			t.Errorf("fetch of %s: %s", id, a.raw)
		}
	}
	a := b.must(b.post("register", "", "printer", "Dev", "proxy", "dev-1", "capabilities", cdd, "use_cdd", "True"))
	poll := b.do(b.request("GET", strings.TrimPrefix(a.PollingURL, b.url)+"CLIENT", "", "", ""))
	if poll.ErrorCode != 502 || poll.Success {
		t.Errorf("unclaimed: %s", poll.raw)
	}
}

// Long integers as strings, counts as numbers, range always there, offset,
// limit and sortorder honoured.
func TestQuirkNumbers(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	a := b.must(b.get("jobs", b.ann, "printerid", string(p)))
	if !regexp.MustCompile(`"jobs": \[\],\n "range": \{\n  "jobsTotal": "0",\n  "jobsCount": 0\n \}`).MatchString(a.raw) {
		t.Error(a.raw)
	}
	for _, title := range []string{"b", "c", "a"} {
		b.send(p, title)
	}
	titles := func(pairs ...string) string {
		t.Helper()
		var s strings.Builder
		for _, j := range b.must(b.get("jobs", b.ann, pairs...)).Jobs {
			s.WriteString(j.Title)
		}
		return s.String()
	}
	for want, pairs := range map[string][]string{
		"acb": nil, "bca": {"sortorder", "CREATE_TIME"}, "abc": {"sortorder", "TITLE"}, "cba": {"sortorder", "TITLE_DESC"},
		"c": {"offset", "1", "limit", "1"},
	} {
		if got := titles(pairs...); got != want {
			t.Errorf("%v: %q, want %q", pairs, got, want)
		}
	}
	a = b.must(b.get("jobs", b.ann, "limit", "1"))
	for _, re := range []string{
		`"jobsTotal": "3",\n  "jobsCount": 1`, `"createTime": "\d{13}"`, `"updateTime": "\d{13}"`, `"numberOfPages": 0,`, `"errorCode": "",`,
	} {
		if !regexp.MustCompile(re).MatchString(a.raw) {
			t.Errorf("no %s in %s", re, a.raw)
		}
	}
	a = b.must(b.get("printer", b.ann, "printerid", string(p)))
	for _, re := range []string{`"accessTime": "\d{13}"`, `"queuedJobsCount": 3`, `"dailyQuota": 0,`, `"currentQuota": \d+,`, `"isTosAccepted": true`} {
		if !regexp.MustCompile(re).MatchString(a.raw) {
			t.Errorf("no %s in %s", re, a.raw)
		}
	}
}

// Robots never see tags shorter than six characters.
func TestQuirkShortTags(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q", "tag", "abc", "tag", "x")
	job := b.must(b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "tag", value: "tiny"}, part{name: "tag", value: "__google__os=x"},
		part{name: "contentType", value: "application/pdf"}, part{name: "content", value: pdf}))
	if !slices.Contains(job.Job.Tags, "^own") || !slices.Contains(job.Job.Tags, "tiny") {
		t.Errorf("the sender's tags: %v", job.Job.Tags)
	}
	var seen []string
	for _, a := range []answer{
		b.must(b.post("printer", b.robot, "printerid", string(p), "use_cdd", "true")), b.must(b.post("list", b.robot, "proxy", "px")),
		b.must(b.post("update", b.robot, "printerid", string(p), "status", "x")),
	} {
		for _, one := range append(a.Printers, func() []gcp.Printer {
			if a.Printer != nil {
				return []gcp.Printer{*a.Printer}
			}
			return nil
		}()...) {
			seen = append(seen, one.Tags...)
		}
	}
	for _, j := range b.must(b.post("fetch", b.robot, "printerid", string(p))).Jobs {
		seen = append(seen, j.Tags...)
	}
	for _, tag := range seen {
		if len(tag) < 6 {
			t.Errorf("a robot saw %q", tag)
		}
	}
	if len(seen) == 0 {
		t.Error("no tags at all")
	}
	person := b.must(b.get("printer", b.ann, "printerid", string(p))).Printers[0]
	for _, tag := range []string{"^own", "^can_share", "^can_update", "^can_delete", "abc"} {
		if !slices.Contains(person.Tags, tag) {
			t.Errorf("the owner misses %s in %v", tag, person.Tags)
		}
	}
	if a := b.must(b.post("list", b.robot, "proxy", "px", "extra_fields", "-tags")); strings.Contains(a.raw, `"tags"`) {
		t.Error(a.raw)
	}
}

// QueuedJobsCount is what a connector starts up by.
func TestQuirkQueuedJobsCount(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	count := func() string {
		a := b.must(b.post("printer", b.robot, "printerid", string(p), "use_cdd", "true", "extra_fields", "queuedJobsCount,semanticState"))
		return regexp.MustCompile(`"queuedJobsCount": (\d+)`).FindStringSubmatch(a.raw)[1]
	}
	if n := count(); n != "0" {
		t.Errorf("at first %s", n)
	}
	job := b.send(p, "one")
	b.send(p, "two")
	if n := count(); n != "2" {
		t.Errorf("two waiting: %s", n)
	}
	b.must(b.post("control", b.robot, "jobid", string(job), "status", "in_progress"))
	if n := count(); n != "1" {
		t.Errorf("one taken: %s", n)
	}
	a := b.must(b.post("list", b.robot, "proxy", "px", "extra_fields", "-tags,queuedJobsCount"))
	if !strings.Contains(a.raw, `"queuedJobsCount": 1`) {
		t.Error(a.raw)
	}
}

// Empty lists are success, and the key is there.
func TestQuirkEmptyLists(t *testing.T) {
	b := newBench(t, nil)
	b.pair()
	for _, a := range []answer{b.post("list", b.robot, "proxy", "px"), b.post("search", b.ann), b.get("search", b.bob, "q", "^recent")} {
		if b.must(a); !strings.Contains(a.raw, `"printers": []`) {
			t.Error(a.raw)
		}
	}
	if a := b.must(b.get("invites", b.bob)); !strings.Contains(a.raw, `"invites": []`) {
		t.Error(a.raw)
	}
}

// Status and semanticState on every job, from one another.
func TestQuirkStatusAndState(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	steps := []struct{ args, status, state, summary string }{
		{`semantic_state_diff={"state":{"type":"IN_PROGRESS"}}`, "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"},
		{`semantic_state_diff={"state":{"type":"STOPPED","device_action_cause":{"error_code":"OTHER"}}}`, "IN_PROGRESS", "STOPPED", "ERROR"},
		{`semantic_state_diff={'state': {'type': 'IN_PROGRESS'}, 'pages_printed': 3}`, "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"},
		{`status=done`, "DONE", "DONE", "DONE"},
	}
	job := b.send(p, "x")
	for _, s := range steps {
		key, value, _ := strings.Cut(s.args, "=")
		a := b.must(b.get("control", b.robot, "jobid", string(job), key, value))
		if string(a.Job.Status) != s.status || string(a.Job.SemanticState.State.Type) != s.state || string(a.Job.UIState.Summary) != s.summary {
			t.Errorf("%s: %s", s.args, a.raw)
		}
	}
	a := b.must(b.get("job", b.ann, "jobid", string(job)))
	if a.Job.UIState.Progress != "Pages printed: 3" || *a.Job.SemanticState.PagesPrinted != 3 {
		t.Error(a.raw)
	}
	if a := b.post("control", b.robot, "jobid", string(job), "status", "QUEUED"); a.Success || a.Message != "Can't modify the finished job." {
		t.Error(a.raw)
	}
	job = b.send(p, "y")
	a = b.must(b.get("control", b.ann, "jobid", string(job), "semantic_state_diff", `{"state":{"type":"HELD"}}`))
	if a.Job.Status != "HELD" || a.Job.UIState.Summary != "PAUSED" {
		t.Error(a.raw)
	}
	a = b.must(b.get("control", b.ann, "jobid", string(job), "semantic_state_diff",
		`{"state":{"type":"ABORTED","user_action_cause":{"action_code":"CANCELLED"}}}`))
	if a.Job.Status != "ERROR" || a.Job.SemanticState.State.Type != "ABORTED" || a.Job.UIState.Summary != "CANCELLED" {
		t.Error(a.raw)
	}
}

// The discovery document is not there.
func TestQuirkDiscovery(t *testing.T) {
	b := newBench(t, nil)
	for _, path := range []string{"/discovery/v1/apis/cloudprint/v2/rest", "/cloudprint/discovery", "/cloudprint/", "/cloudprint/a/b"} {
		resp, err := http.Get(b.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 404 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}
