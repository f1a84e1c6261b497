package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"platen/internal/lab"
)

// claimPlay is the state of a printer that speaks to the cloud by itself.
type claimPlay struct {
	site   *lab.Site
	owner  caller // who claims it
	other  caller // who tries to
	device caller
	id     string // of the printer
	answer object // of its registration
	bare   string
	push   *wire
	full   string
	doc    []byte
}

const (
	deviceClient = "581425600834-device.apps.googleusercontent.com"
	deviceSecret = "notSoSecret"
	deviceProxy  = "0123-serial-4567"
)

// TestClassicClaim plays a printer of version 2.0 that registers without an account and
// is claimed by its token (B.2).
func TestClassicClaim(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.StartCloud()
	s.Cloud("user", "add", guestName, "--password-stdin")
	p := &claimPlay{
		site: s, doc: document("claimed", 20<<10),
		owner:  caller{base: s.Base, auth: "OAuth " + s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")},
		other:  caller{base: s.Base, auth: "Bearer " + s.Cloud("key", "create", "--user", guestName, "--scope", "admin")},
		device: caller{base: s.Base},
	}
	defer func() {
		if p.push != nil {
			p.push.hangUp()
		}
	}()
	for _, scene := range []struct {
		name string
		play func(*claimPlay, *testing.T)
	}{
		{"register", (*claimPlay).register},
		{"invitation", (*claimPlay).invitation},
		{"claim", (*claimPlay).claim},
		{"exchange", (*claimPlay).exchange},
		{"subscribe", (*claimPlay).subscribe},
		{"settings", (*claimPlay).settings},
		{"print", (*claimPlay).print},
		{"state", (*claimPlay).state},
		{"second device", (*claimPlay).second},
		{"delete", (*claimPlay).remove},
	} {
		if !t.Run(scene.name, func(t *testing.T) { scene.play(p, t) }) {
			s.Logs()
			t.FailNow()
		}
	}
}

// registration is the multipart body of a device (B.1): its capabilities are a part
// with a type of its own.
func (p *claimPlay) registration(t *testing.T, name string) object {
	t.Helper()
	var b bytes.Buffer
	for _, f := range [][2]string{
		{"printer", name},
		{"default_display_name", "Acme T2"},
		{"proxy", deviceProxy + name},
		{"uuid", deviceProxy + name},
		{"manufacturer", "Acme"},
		{"model", "T2"},
		{"gcp_version", "2.0"},
		{"setup_url", "http://example.com/setup"},
		{"support_url", "http://example.com/support"},
		{"update_url", "http://example.com/update"},
		{"firmware", "1.2"},
		{"semantic_state", `{'version': '1.0', 'printer': {'state': 'IDLE'}}`},
		{"use_cdd", "true"},
		{"anonymous", "True"},
		{"notification_channel", "XMPP_CHANNEL"},
		{"local_settings", `{"current":{"local_discovery":true,"access_token_enabled":true,"printer/local_printing_enabled":true,"printer/conversion_printing_enabled":true,"xmpp_timeout_value":300}}`},
	} {
		fmt.Fprintf(&b, "--bound\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", f[0], f[1])
	}
	fmt.Fprintf(&b, "--bound\r\nContent-Disposition: form-data; name=\"capabilities\"; filename=\"capabilities\"\r\nContent-Type: application/json\r\n\r\n%s\r\n--bound--\r\n", classicCDD)
	return exchange(t, p.site.Base, "POST /cloudprint/register", []string{
		fmt.Sprintf("Content-Length: %d", b.Len()), "Content-Type: multipart/form-data; boundary=bound", "X-CloudPrint-Proxy: " + deviceProxy,
	}, b.Bytes()).ok(t)
}

func (p *claimPlay) register(t *testing.T) {
	o := p.registration(t, "t2")
	p.answer, p.id = o, word(t, o, "printers.0.id")
	for _, absent := range []string{"xsrf_token"} {
		if v, there := o[absent]; there {
			t.Errorf("an anonymous answer has %s %v", absent, v)
		}
	}
	for _, absent := range []string{"user", "users"} {
		if v, there := at(t, o, "request").(object)[absent]; there {
			t.Errorf("an anonymous answer has request.%s %v", absent, v)
		}
	}
	if d := word(t, o, "token_duration"); strings.Trim(d, "0123456789") != "" {
		t.Errorf("token_duration %q", d)
	}
	for _, member := range []string{"invite_url", "complete_invite_url", "invite_page_url", "automated_invite_url", "polling_url"} {
		if u := word(t, o, member); !strings.HasPrefix(u, p.site.Base+"/") {
			t.Errorf("%s is %s", member, u)
		}
	}
	if u := word(t, o, "polling_url"); !strings.HasSuffix(u, "oauth_client_id=") {
		t.Errorf("polling_url %s", u)
	}
	if s := word(t, o, "oauth_scope"); s != robotScope {
		t.Errorf("oauth_scope %s", s)
	}
	must(t, p.poll(t).fail(t, 502), "message", "Token not registered yet.")
}

// path is an address of an answer below the base.
func (p *claimPlay) path(t *testing.T, address string) string {
	t.Helper()
	path, ok := strings.CutPrefix(address, p.site.Base+"/cloudprint/")
	if !ok {
		t.Fatalf("the address %s", address)
	}
	return path
}

// poll appends the client id to the address, and nothing else.
func (p *claimPlay) poll(t *testing.T) reply {
	t.Helper()
	return p.device.get(t, p.path(t, word(t, p.answer, "polling_url"))+deviceClient)
}

// invitation is what the device shows, or prints, for a person.
func (p *claimPlay) invitation(t *testing.T) {
	token := word(t, p.answer, "registration_token")
	sheet := p.path(t, word(t, p.answer, "invite_page_url"))
	if r := p.device.get(t, sheet); r.status != http.StatusOK || !bytes.Contains(r.body, []byte(token)) {
		t.Errorf("the page: HTTP %d: %s", r.status, r.body)
	}
	r := p.device.get(t, sheet+"&dpi=300&pagesize=215900,279400")
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(r.body, []byte("%PDF-")) || !bytes.Contains(r.body, []byte(token)) {
		t.Errorf("the sheet: HTTP %d %s: %.40q", r.status, r.header.Get("Content-Type"), r.body)
	}
	for _, member := range []string{"invite_url", "complete_invite_url"} {
		if r := p.device.get(t, p.path(t, word(t, p.answer, member))); r.status != http.StatusSeeOther {
			t.Errorf("%s of who is not signed in: HTTP %d", member, r.status)
		}
	}
}

// claim is an app's on behalf of a person, which fetches the address (A.9).
func (p *claimPlay) claim(t *testing.T) {
	must(t, p.owner.get(t, "confirm?token=WRONG").fail(t, 0), "message", "Invalid registration token")
	automatic := p.path(t, word(t, p.answer, "automated_invite_url"))
	if r := p.device.get(t, automatic); r.status != http.StatusForbidden {
		t.Errorf("a claim by nobody: HTTP %d", r.status)
	}
	p.poll(t).fail(t, 502)
	p.owner.get(t, automatic+"&user="+q(lab.Owner)).ok(t)
	p.other.post(t, "confirm", "token="+q(word(t, p.answer, "registration_token"))).fail(t, 0)
	o := p.owner.get(t, "printer?printerid="+q(p.id)+"&use_cdd=true").ok(t)
	must(t, o, "printers.0.ownerId", lab.Owner)
	must(t, o, "printers.0.name", "t2")
	must(t, o, "printers.0.isTosAccepted", true)
	p.other.get(t, "printer?printerid="+q(p.id)).fail(t, 0)
}

// exchange is the device's poll once it is claimed, and its tokens: logocert put the
// secret in the query of a POST.
func (p *claimPlay) exchange(t *testing.T) {
	p.poll(t).ok(t) // may be fetched again
	o := p.poll(t).ok(t)
	must(t, o, "user_email", lab.Owner)
	p.bare = word(t, o, "xmpp_jid")
	page := p.path(t, word(t, o, "confirmation_page_url"))
	r := p.device.get(t, page+"&printername=Acme+T2&dpi=300&pagesize=215900,279400")
	if r.status != http.StatusOK || !bytes.HasPrefix(r.body, []byte("%PDF-")) || !bytes.Contains(r.body, []byte("Acme T2 belongs to "+lab.Owner)) {
		t.Errorf("confirmation_page_url: HTTP %d: %.200q", r.status, r.body)
	}
	code := word(t, o, "authorization_code")
	query := "code=" + q(code) + "&client_id=" + q(deviceClient) + "&client_secret=" + q(deviceSecret) +
		"&redirect_uri=oob&grant_type=authorization_code&scope=" + q(robotScope)
	_, refresh := tokens(t, form(t, p.site.Base, "/oauth2/v3/token?"+query, ""))
	access, _ := tokens(t, form(t, p.site.Base, "/o/oauth2/token",
		"refresh_token="+q(refresh)+"&client_id="+q(deviceClient)+"&client_secret="+q(deviceSecret)+"&grant_type=refresh_token"))
	p.device.auth = "Bearer " + access
	must(t, p.device.get(t, "fetch?printerid="+q(p.id)).fail(t, 413), "message", "No print job available on specified printer.")
}

// subscribe is klightspeed's, with its full address as a name. It compares from with
// its own to (C.4).
func (p *claimPlay) subscribe(t *testing.T) {
	p.push = dialPush(t, p.site)
	p.full = p.push.open(t, p.bare, deviceProxy, login{mechanism: "X-OAUTH2", user: p.bare, token: strings.TrimPrefix(p.device.auth, "Bearer ")})
	p.push.subscribe(t, p.bare, p.full)
	p.push.say(t, " ")
	p.device.post(t, "update", "printerid="+q(p.id)+"&local_settings="+q(`{"current":{"xmpp_timeout_value":300},"pending":{}}`)).ok(t)
	lab.Until(t, classicLimit, "the printer is there", func() bool {
		return at(t, p.owner.get(t, "printer?printerid="+q(p.id)+"&extra_fields=connectionStatus").ok(t), "printers.0.connectionStatus") == "ONLINE"
	})
}

// settings go from a person to the device (B.11).
func (p *claimPlay) settings(t *testing.T) {
	p.owner.post(t, "update", "printerid="+q(p.id)+"&local_settings="+q(`{"pending":{"xmpp_timeout_value":600,"local_discovery":false}}`)).ok(t)
	p.push.pushed(t, p.full, p.id+"/update_settings")
	o := p.device.get(t, "printer?printerid="+q(p.id)).ok(t)
	must(t, o, "printers.0.local_settings.pending", object{"xmpp_timeout_value": 600.0, "local_discovery": false})
	must(t, o, "printers.0.local_settings.current.xmpp_timeout_value", 300.0)
	o = p.device.post(t, "update", "printerid="+q(p.id)+"&local_settings="+
		q(`{"current":{"local_discovery":false,"access_token_enabled":true,"printer/local_printing_enabled":true,"printer/conversion_printing_enabled":true,"xmpp_timeout_value":600}}`)).ok(t)
	must(t, o, "message", "Printer updated successfully.")
	must(t, o, "printer.local_settings.current.xmpp_timeout_value", 600.0)
	o = p.owner.get(t, "printer?printerid="+q(p.id)).ok(t)
	must(t, o, "printers.0.local_settings.current.local_discovery", false)
	if pending, _ := at(t, o, "printers.0.local_settings").(object)["pending"].(object); len(pending) != 0 {
		t.Errorf("still pending: %v", pending)
	}
}

// print gets the document by POST, as SavaPage does, with its type in quotes, and
// reports with states.
func (p *claimPlay) print(t *testing.T) {
	o := submission{base: p.site.Base, printer: p.id, doc: p.doc, kind: "application/pdf"}.with("title", "claimed.pdf").with("ticket", classicTicket).send(t, p.owner).ok(t)
	job := word(t, o, "job.id")
	p.push.pushed(t, p.full, p.id)
	o = p.device.get(t, "fetch?printerid="+q(p.id)).ok(t)
	if got := names(t, at(t, o, "jobs"), "id"); !slices.Equal(got, []string{job}) {
		t.Fatalf("fetched %v", got)
	}
	r := exchange(t, p.site.Base, "POST /cloudprint/"+p.path(t, word(t, o, "jobs.0.fileUrl")), p.device.lines("Content-Length: 0", `Accept: "application/pdf"`), nil)
	if r.status != http.StatusOK || !bytes.Equal(r.body, p.doc) || r.length != int64(len(p.doc)) {
		t.Errorf("document: HTTP %d, %d bytes", r.status, len(r.body))
	}
	if got := p.device.get(t, "ticket?jobid="+q(job)+"&use_cjt=true").plain(t); at(t, got, "print.copies.copies") != 2.0 {
		t.Errorf("ticket %v", got)
	}
	for _, step := range []struct{ diff, state, status, summary string }{
		{`{"state":{"type":"IN_PROGRESS"}}`, "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"},
		{`{"state":{"type":"STOPPED","device_state_cause":{"error_code":"MEDIA_PATH"}}}`, "STOPPED", "IN_PROGRESS", "ERROR"},
		{`{"state":{"type":"IN_PROGRESS"},"pages_printed":1}`, "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"},
		{`{"state":{"type":"DONE"},"pages_printed":2}`, "DONE", "DONE", "DONE"},
	} {
		o = p.device.post(t, "control", "jobid="+q(job)+"&semantic_state_diff="+q(step.diff)).ok(t)
		must(t, o, "job.semanticState.state.type", step.state)
		must(t, o, "job.status", step.status)
		must(t, o, "job.uiState.summary", step.summary)
	}
	must(t, o, "job.uiState.progress", "Pages printed: 2")
	must(t, o, "job.semanticState.pages_printed", 2.0)
}

// state is the device's own, from which people's is derived (D.4).
func (p *claimPlay) state(t *testing.T) {
	p.device.post(t, "update", "printerid="+q(p.id)+"&semantic_state="+q(`{"version":"1.0","printer":{"state":"STOPPED",`+
		`"cover_state":{"item":[{"vendor_id":"0","state":"OPEN"}]},"marker_state":{"item":[{"vendor_id":"black","state":"OK","level_percent":7}]}}}`)).ok(t)
	o := p.owner.get(t, "printer?printerid="+q(p.id)+"&extra_fields="+q("connectionStatus,semanticState,uiState,queuedJobsCount")).ok(t)
	must(t, o, "printers.0.semanticState.cloud_connection_state", "ONLINE")
	must(t, o, "printers.0.semanticState.printer.state", "STOPPED")
	must(t, o, "printers.0.uiState.summary", "STOPPED")
	must(t, o, "printers.0.uiState.num_issues", 2.0)
	must(t, o, "printers.0.uiState.severity", "HIGH")
	must(t, o, "printers.0.uiState.printer.cover_item.0.severity", "HIGH")
	must(t, o, "printers.0.uiState.printer.marker_item.0.severity", "MEDIUM")
	must(t, o, "printers.0.queuedJobsCount", 0.0)
	word(t, o, "printers.0.uiState.caption")
}

// second polls with a body of its own making (B.2.3), and gets at nothing of the
// first one.
func (p *claimPlay) second(t *testing.T) {
	o := p.registration(t, "t3")
	id := word(t, o, "printers.0.id")
	p.owner.get(t, "confirm?token="+q(word(t, o, "registration_token"))).ok(t)
	body := fmt.Sprintf("--bound\r\nContent-Disposition: form-data; name=\"printerid\"\r\n\r\n%s\r\n--bound\r\nContent-Disposition: form-data; name=\"oauth_client_id\"\r\n\r\n%s\r\n--bound--\r\n", id, deviceClient)
	o = exchange(t, p.site.Base, "POST /cloudprint/getauthcode", []string{
		fmt.Sprintf("Content-Length: %d", len(body)), "Content-Type: multipart/form-data; boundary=bound",
	}, []byte(body)).ok(t)
	access, _ := tokens(t, form(t, p.site.Base, "/oauth2/v4/token", "code="+q(word(t, o, "authorization_code"))+"&client_id="+q(deviceClient)+
		"&client_secret="+q(deviceSecret)+"&redirect_uri=oob&grant_type=authorization_code"))
	second := caller{base: p.site.Base, auth: "Bearer " + access}
	second.get(t, "fetch?printerid="+q(id)).fail(t, 413)
	second.get(t, "fetch?printerid="+q(p.id)).fail(t, 413)
	second.get(t, "printer?printerid="+q(p.id)).fail(t, 0)
	second.post(t, "update", "printerid="+q(p.id)+"&firmware=9").fail(t, 0)
}

// remove is the device's own deletion (B.10): it is there no more for its owner's
// programs.
func (p *claimPlay) remove(t *testing.T) {
	p.device.post(t, "delete", "printerid="+q(p.id)+"&reason=printer_deleted").ok(t)
	o := p.owner.get(t, "search?q=").ok(t)
	if got := names(t, at(t, o, "printers"), "id"); slices.Contains(got, p.id) {
		t.Errorf("still found: %v", got)
	}
	p.device.get(t, "fetch?printerid="+q(p.id)).fail(t, 413)
}
