package api

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"platen/gcp"
)

// The traps of gcp-protocol.md, section H, each by its number. Trap 10 is the
// push service's.

// 1: text/plain JSON, one-space indent, "success": false, unknown arguments
// ignored, GET = POST, query and body merged.
func TestTrap01Envelope(t *testing.T) {
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

// 2: 403 for credentials, 200 and success:false for the rest, 413 on an empty
// fetch, 502 before a token is claimed.
func TestTrap02Errors(t *testing.T) {
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

// 3: long integers as strings, counts as numbers, range always there, offset,
// limit and sortorder honoured.
func TestTrap03Numbers(t *testing.T) {
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
		var s string
		for _, j := range b.must(b.get("jobs", b.ann, pairs...)).Jobs {
			s += j.Title
		}
		return s
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

// 4: submissions in all the forms that clients have.
func TestTrap04SubmitForms(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	id, typ := part{name: "printerid", value: p}, part{name: "contentType", value: "application/pdf"}
	content := part{name: "content", file: "a.pdf", typ: "application/pdf", value: pdf}
	b64 := base64.StdEncoding.EncodeToString([]byte(pdf))
	wrapped := b64[:20] + "\r\n" + b64[20:] + "\r\n"
	for name, parts := range map[string][]part{
		"plain":                    {id, typ, content},
		"content first":            {content, typ, id},
		"no contentType":           {id, content},
		"no type at all":           {id, {name: "content", value: pdf}},
		"octet-stream":             {id, {name: "contentType", value: "application/octet-stream"}, {name: "content", file: "a", value: pdf}},
		"empty ticket":             {id, typ, {name: "ticket", value: "{}"}, content},
		"python ticket":            {id, typ, {name: "ticket", value: `{'version': '1.0', 'print': {}}`}, content},
		"ticket as file":           {id, typ, {name: "ticket", file: "t", typ: "application/json", value: `{"version":"1.0"}`}, content},
		"capabilities [{}]":        {id, typ, {name: "capabilities", value: "[{}]"}, content},
		"capabilities nothing":     {id, typ, {name: "capabilities", file: "c", value: `{"capabilities":[{}]}`}, content},
		"bracket keys":             {id, typ, {name: "copies[copies]", value: "2"}, content},
		"base64":                   {id, typ, {name: "contentTransferEncoding", value: "base64"}, {name: "content", value: wrapped}},
		"base64 said afterwards":   {id, {name: "content", value: b64}, {name: "contentTransferEncoding", value: "BASE64"}, typ},
		"data URL":                 {id, {name: "contentType", value: "dataUrl"}, {name: "content", value: "data:application/pdf;base64," + b64}},
		"data URL in a file part":  {{name: "content", file: "x", typ: "text/plain", value: "data:application/pdf;charset=x;base64," + b64}, {name: "contentType", value: "DATAURL"}, id},
		"data URL, url escapes":    {id, {name: "contentType", value: "dataUrl"}, {name: "content", value: "data:application/pdf," + strings.ReplaceAll(url.QueryEscape(pdf), "+", "%20")}},
		"old spelling of the id":   {{name: "printerId", value: p}, typ, content},
		"jobid and title, ignored": {id, typ, {name: "jobid", value: "x"}, {name: "title", value: "t"}, content},
	} {
		a := b.submit(b.ann, parts...)
		if !a.Success || !strings.Contains(a.Message, "Print job added.") || a.Job == nil {
			t.Errorf("%s: %s", name, a.raw)
			continue
		}
		if a.Job.ContentType != "application/pdf" || a.Job.Status != "QUEUED" {
			t.Errorf("%s: %+v", name, a.Job)
		}
		if got := b.document(a.Job.ID, b.robot); got != pdf {
			t.Errorf("%s: document %q", name, got)
		}
	}

	// Chrome's body ends after a delimiter, without the closing dashes.
	mime, body := multipartBody(id, typ, content)
	body = strings.TrimSuffix(strings.TrimSpace(body), "--") + "\r\n"
	if a := b.do(b.request("POST", "/cloudprint/submit", b.ann, mime, body)); !a.Success {
		t.Errorf("missing final boundary: %s", a.raw)
	}
	// Urlencoded, half of it in the query.
	f := form("contentType", "application/pdf", "content", pdf)
	a := b.must(b.do(b.request("POST", "/cloudprint/submit?printerid="+p, b.ann, "application/x-www-form-urlencoded", f.Encode())))
	if got := b.document(a.Job.ID, b.ann); got != pdf {
		t.Errorf("urlencoded: %q", got)
	}
	// An older ticket becomes vendor items.
	a = b.must(b.submit(b.ann, id, typ, part{name: "capabilities", value: `{"capabilities":[{"type":"Feature","name":"ns1:Colors","options":[{"name":"Color"}]}]}`}, content))
	if got := b.get("ticket", b.robot, "jobid", string(a.Job.ID), "use_cjt", "true").raw; !strings.Contains(got, `{"id":"ns1:Colors","value":"Color"}`) {
		t.Errorf("ticket: %s", got)
	}
	if a := b.submit(b.ann, id, part{name: "contentType", value: "url"}, part{name: "content", file: "u", value: "http://example.com/"}); a.Success {
		t.Errorf("contentType=url is not switched on: %s", a.raw)
	}
}

// 5: register: printer = name, Python's JSON, empty version, tags with any
// characters; registering again is the same printer.
func TestTrap05Register(t *testing.T) {
	b := newBench(t, nil)
	b.pair()
	a := b.must(b.post("register", b.robot, "printer", "old style", "proxy", "px", "status", "OK", "capsHash", "x",
		"capabilities", `{'version': '1.0', 'printer': {'copies': {'default': 1, 'max': 5}, 'color': {'option': [{'type': 'STANDARD_COLOR', 'is_default': True}]}}}`,
		"use_cdd", "True", "semantic_state", `{'version': '', 'printer': {'state': u'IDLE'}}`, "tag", "__cp__e=", "tag", "__cp__x=a,b=c~#é"))
	id := string(a.Printers[0].ID)
	got := b.must(b.get("printer", b.ann, "printerid", id, "use_cdd", "true"))
	p := got.Printers[0]
	if p.Name != "old style" || !strings.Contains(got.raw, `"is_default": true`) || !slices.Contains(p.Tags, "__cp__x=a,b=c~#é") || !slices.Contains(p.Tags, "__cp__e=") {
		t.Error(got.raw)
	}
	if !strings.Contains(got.raw, `"semanticState": {`+"\n   "+` "version": "1.0"`) && !strings.Contains(got.raw, `"version": "1.0",`) {
		t.Error(got.raw)
	}
	again := b.must(b.post("register", b.robot, "name", "old style", "proxy", "px", "capabilities", cdd))
	if again.Printers[0].ID != p.ID {
		t.Errorf("registered twice: %s and %s", p.ID, again.Printers[0].ID)
	}
}

// 6: update: both spellings, remove_tag before tag, its sentence.
func TestTrap06Update(t *testing.T) {
	b := newBench(t, nil)
	id := string(b.register("q"))
	a := b.must(b.post("update", b.robot, "printerid", id, "remove_tag", "__cp__.*", "tag", "__cp__new=1"))
	if a.Message != "Printer updated successfully." || a.Printer == nil || a.Printer.LocalSettings == nil {
		t.Error(a.raw)
	}
	p := b.must(b.get("printer", b.robot, "printerid", id)).Printers[0]
	if !slices.Equal(p.Tags, []string{"__cp__new=1"}) {
		t.Errorf("tags %v", p.Tags)
	}
	b.must(b.get("update", b.ann, "printerid", id, "displayName", "Camel", "quotaEnabled", "True", "dailyQuota", "7"))
	p = b.must(b.get("printer", b.ann, "printerid", id)).Printers[0]
	if p.DisplayName != "Camel" || !p.QuotaEnabled || p.DailyQuota != 7 {
		t.Errorf("%+v", p)
	}
	b.must(b.post("update", b.ann, "printerid", id, "display_name", "Snake"))
	if p = b.must(b.get("printer", b.ann, "printerid", id)).Printers[0]; p.DisplayName != "Snake" {
		t.Errorf("%+v", p)
	}
	// local_settings: pending by the owner, current by the device, then settled (B.11).
	b.must(b.post("update", b.ann, "printerid", id, "local_settings", `{"pending": {"xmpp_timeout_value": 600}}`))
	p = b.must(b.get("printer", b.robot, "printerid", id)).Printers[0]
	if p.LocalSettings.Pending == nil || *p.LocalSettings.Pending.XMPPTimeoutValue != 600 || *p.LocalSettings.Current.XMPPTimeoutValue != 300 {
		t.Errorf("pending: %+v", p.LocalSettings)
	}
	b.must(b.post("update", b.robot, "printerid", id, "local_settings", `{"current":{"xmpp_timeout_value":600},"pending":{}}`))
	p = b.must(b.get("printer", b.robot, "printerid", id)).Printers[0]
	if p.LocalSettings.Pending != nil || *p.LocalSettings.Current.XMPPTimeoutValue != 600 || !*p.LocalSettings.Current.LocalDiscovery {
		t.Errorf("settled: %+v", p.LocalSettings)
	}
}

// 7: the anonymous claim; the token endpoint's part is tested in cloud/oauth.
func TestTrap07Claim(t *testing.T) {
	b := newBench(t, nil)
	a := b.must(b.post("register", "", "name", "Dev", "proxy", "dev-1", "capabilities", cdd, "anonymous", "True"))
	if !strings.HasSuffix(a.PollingURL, "oauth_client_id=") || a.RegistrationToken == "" || a.Request.User != "" ||
		!strings.Contains(a.raw, `"token_duration": "`) || strings.Contains(a.raw, "xsrf_token") {
		t.Fatal(a.raw)
	}
	if c := b.post("confirm", b.ann, "token", "nonsense"); c.Success || !strings.Contains(c.Message, "Invalid registration token") {
		t.Error(c.raw)
	}
	b.must(b.do(b.request("GET", strings.TrimPrefix(a.AutomatedInviteURL, b.url), b.ann, "", "")))
	poll := func() answer {
		return b.must(b.do(b.request("GET", strings.TrimPrefix(a.PollingURL, b.url)+"CLIENT", "", "", "")))
	}
	c := poll()
	if !regexp.MustCompile(`^[0-9a-f]{32}@platen\.invalid$`).MatchString(c.XMPPJID) || c.UserEmail != "owner@example.com" || c.Push == nil || c.Push.DirectPort != 5223 {
		t.Error(c.raw)
	}
	f := form("grant_type", "authorization_code", "code", poll().AuthorizationCode, "client_id", "CLIENT", "redirect_uri", "oob")
	r := httptest.NewRequest("POST", "/oauth2/v3/token?"+f.Encode(), nil)
	w := httptest.NewRecorder()
	b.oauth.Handler().ServeHTTP(w, r)
	if w.Code != 200 {
		t.Errorf("exchange: %d %s", w.Code, w.Body)
	}
}

// 8: the ticket, bare or flat.
func TestTrap08Ticket(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	a := b.must(b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "contentType", value: "application/pdf"},
		part{name: "ticket", value: `{"version":"1.0","print":{"copies":{"copies":2}}}`}, part{name: "content", value: pdf}))
	for _, use := range []string{"true", ""} { // a CDD printer has nothing but the CJT
		got := b.post("ticket", b.robot, "jobid", string(a.Job.ID), "use_cjt", use)
		if got.raw != `{"version":"1.0","print":{"copies":{"copies":2}}}` || got.status != 200 {
			t.Errorf("use_cjt=%s: %s", use, got.raw)
		}
	}
	job := b.send(p, "none")
	if got := b.get("ticket", b.robot, "jobid", string(job), "use_cjt", "true"); got.raw != string(emptyTicket) {
		t.Errorf("default ticket: %s", got.raw)
	}
	if got := b.get("ticket", b.robot, "jobid", "unknown", "use_cjt", "true"); got.Success || got.status != 200 || !strings.Contains(got.raw, `"success": false`) {
		t.Errorf("unknown: %d %s", got.status, got.raw)
	}
	flat, err := flatTicket([]byte(`{"version":"1.0","print":{"copies":{"copies":2},"media_size":{"vendor_id":"A4","width_microns":210000},` +
		`"duplex":{"type":"NO_DUPLEX"},"color":{"vendor_id":"ColorModel:Gray","type":"STANDARD_MONOCHROME"},"vendor_ticket_item":[{"id":"Finish","value":"Staple"}]}}`))
	if err != nil || string(flat) != `{"ColorModel":"Gray","Duplex":"None","Finish":"Staple","PageSize":"A4","copies":"2"}` {
		t.Errorf("flat: %s %v", flat, err)
	}
	ppd := "*PPD-Adobe: \"4.3\"\n*OpenUI *PageSize/Media Size: PickOne\n*DefaultPageSize: A4\n*PageSize A4/A4 Paper: \"<</PageSize[595 842]>>\"\n" +
		"*PageSize Letter: \"x\"\n*CloseUI: *PageSize\n*OpenUI *Duplex/Duplex: PickOne\n*Duplex None/Off: \"\"\n*CloseUI: *Duplex\n"
	b.must(b.post("register", b.robot, "printer", "ppdq", "proxy", "px", "capabilities", ppd, "defaults", ppd, "content_types", "application/pdf"))
	list := b.must(b.post("list", b.robot, "proxy", "px"))
	i := slices.IndexFunc(list.Printers, func(p gcp.Printer) bool { return p.Name == "ppdq" })
	old := b.must(b.get("printer", b.robot, "printerid", string(list.Printers[i].ID)))
	if old.Printers[0].CapsFormat != "ppd" || !strings.Contains(strings.Join(strings.Fields(old.raw), ""),
		`{"name":"PageSize","displayName":"MediaSize","type":"Feature","options":[{"name":"A4","displayName":"A4Paper","default":true,"ppd:value":"`) {
		t.Error(old.raw)
	}
	sent := b.must(b.submit(b.ann, part{name: "printerid", value: string(list.Printers[i].ID)}, part{name: "contentType", value: "application/pdf"},
		part{name: "content", value: pdf}))
	if got := b.do(b.request("GET", strings.TrimPrefix(sent.Job.TicketURL, b.url), b.robot, "", "")); got.raw != "{}" {
		t.Errorf("flat ticket of nothing: %s", got.raw)
	}
}

// 9: downloads as they were sent.
func TestTrap09Download(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	job := b.send(p, "doc.pdf")
	view := b.must(b.get("job", b.ann, "jobid", string(job))).Job
	if view.FileURL != b.url+"/cloudprint/download?id="+string(job) {
		t.Errorf("fileUrl %s", view.FileURL)
	}
	for _, token := range []string{b.robot, b.ann} {
		for _, accept := range []string{"", "*/*", "application/pdf", `"application/pdf"`, "image/pwg-raster, application/pdf;q=0.5"} {
			r := b.request("GET", strings.TrimPrefix(view.FileURL, b.url), token, "", "")
			r.Header.Set("Accept-Encoding", "gzip")
			if accept != "" {
				r.Header.Set("Accept", accept)
			}
			a := b.do(r)
			if a.status != 200 || a.raw != pdf || a.head.Get("Content-Type") != "application/pdf" || a.head.Get("Content-Encoding") != "" ||
				a.head.Get("Content-Length") != "42" && len(pdf) == 42 {
				t.Errorf("accept %q: %d %q %v", accept, a.status, a.raw, a.head)
			}
			if want := reprDigest(digest(pdf)); a.head.Get("Repr-Digest") != want {
				t.Errorf("Repr-Digest %q, want %q", a.head.Get("Repr-Digest"), want)
			}
		}
	}
	r := b.request("POST", "/cloudprint/download", b.robot, "application/x-www-form-urlencoded", "id="+string(job)) // SavaPage
	if a := b.do(r); a.raw != pdf {
		t.Errorf("POST: %d", a.status)
	}
	r = b.request("GET", "/cloudprint/download?id="+string(job), b.robot, "", "")
	r.Header.Set("Accept", "image/pwg-raster")
	if a := b.do(r); a.status != 415 {
		t.Errorf("raster only: %d", a.status)
	}
	if a := b.get("download", b.robot, "id", string(job), "forcepwg", "1"); a.status != 415 {
		t.Errorf("forcepwg: %d", a.status)
	}
	for _, id := range []string{"unknown", string(job)} {
		if a := b.get("download", b.bob, "id", id); a.status != 404 {
			t.Errorf("foreign %s: %d", id, a.status)
		}
	}
	// Retention deletes the document, the job stays.
	entries, err := os.ReadDir(b.documents)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(b.documents, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	if a := b.get("download", b.robot, "id", string(job)); a.status != 404 {
		t.Errorf("deleted: %d %s", a.status, a.raw)
	}
}

// 11: robots never see tags shorter than six characters.
func TestTrap11ShortTags(t *testing.T) {
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

// 12: queuedJobsCount is what a connector starts up by.
func TestTrap12QueuedJobsCount(t *testing.T) {
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

// 13: empty lists are success, and the key is there.
func TestTrap13EmptyLists(t *testing.T) {
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

// 14: status and semanticState on every job, from one another (B.6).
func TestTrap14StatusAndState(t *testing.T) {
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
	for _, state := range []gcp.JobState{
		gcp.StateOf(gcp.JobDraft), gcp.StateOf(gcp.JobHeld), gcp.StateOf(gcp.JobQueued), gcp.StateOf(gcp.JobInProgress),
		gcp.ByUser(gcp.JobStopped, gcp.UserPaused), gcp.StateOf(gcp.JobDone), gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration),
		gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure),
	} {
		if statusOf(state) == "" || summaryOf(state) == "" {
			t.Errorf("%v has no status or summary", state)
		}
	}
}

// 15: the discovery document is not there.
func TestTrap15Discovery(t *testing.T) {
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
