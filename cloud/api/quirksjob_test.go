package api

import (
	"encoding/base64"
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

// Submissions in all the forms that clients have.
func TestQuirkSubmitForms(t *testing.T) {
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

// Register: printer = name, Python's JSON, empty version, tags with any
// characters; registering again is the same printer.
func TestQuirkRegister(t *testing.T) {
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

// Update: both spellings, remove_tag before tag, its sentence.
func TestQuirkUpdate(t *testing.T) {
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
	// local_settings: pending by the owner, current by the device, then settled.
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

// The anonymous claim; the token endpoint's part is tested in cloud/oauth.
func TestQuirkClaim(t *testing.T) {
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

// The ticket, bare or flat.
func TestQuirkTicket(t *testing.T) {
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
	// The choices of an older ticket come back to the connector as its PPD has them.
	sent = b.must(b.submit(b.ann, part{name: "printerid", value: string(list.Printers[i].ID)}, part{name: "contentType", value: "application/pdf"},
		part{name: "capabilities", value: `{"capabilities":[{"type":"Feature","name":"PageSize","options":[{"name":"Letter"}]},{"type":"Feature","name":"Duplex","options":[{"name":"None"}]}]}`},
		part{name: "content", value: pdf}))
	if got := b.do(b.request("GET", strings.TrimPrefix(sent.Job.TicketURL, b.url), b.robot, "", "")); got.raw != `{"Duplex":"None","PageSize":"Letter"}` {
		t.Errorf("flat ticket: %s", got.raw)
	}
	if got := b.get("ticket", b.robot, "jobid", string(sent.Job.ID), "use_cjt", "true").raw; !strings.Contains(got, `"duplex":{"type":"NO_DUPLEX"}`) {
		t.Errorf("ticket: %s", got)
	}
}

// Downloads as they were sent.
func TestQuirkDownload(t *testing.T) {
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
	} else if !strings.Contains(a.raw, "no longer kept") {
		t.Errorf("deleted, not unknown: %s", a.raw)
	}
}
