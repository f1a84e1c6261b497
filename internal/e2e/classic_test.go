package e2e

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"platen/internal/lab"
)

// The connector's printer of the play.
const (
	classicProxy = "c1a551c0-0000-4000-8000-000000000001"
	classicState = `{"version":"","printer":{"state":"IDLE"}}`
	classicHash  = "2010c424"
)

// classicCDD is the page's D.1 example: a CUPS queue with a PPD.
const classicCDD = `{"version":"1.0","printer":{` +
	`"supported_content_type":[{"content_type":"application/pdf","min_version":"1.2","max_version":"1.7"},{"content_type":"application/postscript"},{"content_type":"image/jpeg"},{"content_type":"text/plain"}],` +
	`"printing_speed":{"option":[{"speed_ppm":10,"color_type":["STANDARD_COLOR","STANDARD_MONOCHROME"]}]},` +
	`"vendor_capability":[{"id":"number-up","type":"SELECT","select_cap":{"option":[{"value":"1","is_default":true,"display_name_localized":[{"locale":"EN","value":"1"}]}]},"display_name_localized":[{"locale":"EN","value":"Pages per sheet"}]}],` +
	`"color":{"option":[{"vendor_id":"ColorModel:RGB","type":"STANDARD_COLOR","is_default":true,"custom_display_name_localized":[{"locale":"EN","value":"Color"}]},{"vendor_id":"ColorModel:Gray","type":"STANDARD_MONOCHROME","is_default":false}]},` +
	`"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE","is_default":false},{"type":"SHORT_EDGE","is_default":false}]},` +
	`"copies":{"default":1,"max":9999},` +
	`"media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_continuous_feed":false,"is_default":true,"vendor_id":"A4"}]}}}`

// classicTicket is what the owner chooses.
const classicTicket = `{"version":"1.0","print":{"vendor_ticket_item":[{"id":"number-up","value":"1"}],` +
	`"color":{"vendor_id":"ColorModel:Gray","type":"STANDARD_MONOCHROME"},"duplex":{"type":"LONG_EDGE"},` +
	`"copies":{"copies":2},"media_size":{"width_microns":210000,"height_microns":297000,"vendor_id":"A4"}}}`

// classicTags are the connector's 30, with values of every kind that it has.
func classicTags() []string {
	tags := []string{
		"__cp__printer-location=", "__cp__printer-info=2nd floor, left=right~#1", "__cp__device-uri=ipp://[::1]:631/printers/a?b=c&d=<e>",
		"__cp__printer-make-and-model=Acme T1 é", "__cp__tagshash=ce62",
	}
	for i := len(tags); i < 30; i++ {
		tags = append(tags, fmt.Sprintf("__cp__attribute-%d=value %d", i, i))
	}
	return tags
}

// play is the state of one classic dialogue.
type play struct {
	site        *lab.Site
	owner       caller // submits, as a program with all rights of its person
	guest       caller // is shared with
	user, robot caller // the connector's two identities
	bare, full  string // its JID
	push        *wire
	channel     string // of its notifications
	printer     string
	jobs        map[string]string // by title
	doc         []byte
}

// TestClassicConnector plays the official connector and its util against the
// real cloud, from the first device code to the deletion of the printer.
func TestClassicConnector(t *testing.T) {
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CloudConfig: ""})
	s.StartCloud()
	s.Cloud("user", "add", guestName, "--password-stdin")
	p := &play{
		site: s, channel: "XMPP_CHANNEL", jobs: map[string]string{}, doc: document("classic", 100<<10),
		owner: caller{base: s.Base, auth: "OAuth " + s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")},
		guest: caller{base: s.Base, auth: "Bearer " + s.Cloud("key", "create", "--user", guestName, "--scope", "print")},
	}
	defer func() {
		if p.push != nil {
			p.push.hangUp()
		}
	}()
	for _, scene := range []struct {
		name string
		play func(*play, *testing.T)
	}{
		{"init", (*play).init},
		{"used code", (*play).usedCode},
		{"register", (*play).register},
		{"subscribe", (*play).subscribe},
		{"submit", (*play).submitChrome},
		{"print", (*play).print},
		{"finished", (*play).finished},
		{"update", (*play).update},
		{"share", (*play).share},
		{"old control", (*play).oldControl},
		{"delete", (*play).remove},
	} {
		if !t.Run(scene.name, func(t *testing.T) { scene.play(p, t) }) {
			s.Logs()
			t.FailNow()
		}
	}
}

const guestName = "guest@example.com"

// init is the connector's util: user's tokens, a robot, the robot's tokens (B.3).
func (p *play) init(t *testing.T) {
	base := p.site.Base
	access, refresh := deviceGrant(t, base)
	p.user = caller{base: base, auth: "Bearer " + renew(t, base, "/oauth2/v3/token", refresh)}
	if access == "" {
		t.Error("no access token")
	}

	o := p.user.get(t, "createrobot?oauth_client_id="+q(classicClient)).ok(t)
	p.bare = word(t, o, "xmpp_jid")
	local, domain, _ := strings.Cut(p.bare, "@")
	if len(local) != 32 || strings.Trim(local, "0123456789abcdef") != "" || domain != pushDomain {
		t.Errorf("xmpp_jid %s", p.bare)
	}
	exchangeCode := "code=" + q(word(t, o, "authorization_code")) + "&grant_type=authorization_code&redirect_uri=oob"
	_, robotRefresh := tokens(t, form(t, base, "/o/oauth2/token", exchangeCode, basic()))
	if robotRefresh == "" {
		t.Fatal("no refresh token for the robot")
	}
	for _, path := range []string{"/o/oauth2/token", "/oauth2/v3/token", "/oauth2/v4/token"} {
		p.robot = caller{base: base, auth: "Bearer " + renew(t, base, path, robotRefresh)}
	}
}

// usedCode exchanges a second robot's code twice. The repetition is refused and
// takes the tokens of the first with it (RFC 6749, 4.1.2).
func (p *play) usedCode(t *testing.T) {
	base := p.site.Base
	o := p.user.get(t, "createrobot?oauth_client_id="+q(classicClient)).ok(t)
	body := "code=" + q(word(t, o, "authorization_code")) + "&grant_type=authorization_code&redirect_uri=oob"
	_, refresh := tokens(t, form(t, base, "/o/oauth2/token", body, basic()))
	for _, again := range []string{body, "grant_type=refresh_token&refresh_token=" + q(refresh)} {
		r := form(t, base, "/o/oauth2/token", again, basic())
		if r.status != http.StatusBadRequest {
			t.Errorf("HTTP %d for %s", r.status, again)
		}
		must(t, r.plain(t), "error", "invalid_grant")
	}
}

// register is the connector's first start: an empty list, then its queue (B.1,
// B.4).
func (p *play) register(t *testing.T) {
	o := p.robot.post(t, "list", "proxy="+q(classicProxy)+"&extra_fields=-tags").ok(t)
	must(t, o, "printers", []any{})
	must(t, o, "request.params.proxy", []any{classicProxy})
	must(t, o, "request.params.extra_fields", []any{"-tags"})

	var b strings.Builder
	b.WriteString("capabilities=" + q(classicCDD) + "&capsHash=" + classicHash + "&default_display_name=" + q("Test Q") +
		"&firmware=1.0&gcp_version=2.0&manufacturer=Acme&model=T1&name=testq&notification_channel=" + p.channel + "&proxy=" + q(classicProxy) +
		"&semantic_state=" + q(classicState) + "&setup_url=" + q("http://example.com/setup") + "&support_url=" + q("http://example.com/support"))
	for _, tag := range classicTags() {
		b.WriteString("&tag=" + q(tag))
	}
	b.WriteString("&update_url=" + q("http://example.com/update") + "&use_cdd=true&uuid=e4feb15a-f77c-3b92-68d7-30a5e6483069")
	p.printer = word(t, p.robot.post(t, "register", b.String()).ok(t), "printers.0.id")
	if again := word(t, p.robot.post(t, "register", b.String()).ok(t), "printers.0.id"); again != p.printer {
		t.Errorf("a second registration made %s", again)
	}

	o = p.robot.post(t, "list", "proxy="+q(classicProxy)+"&extra_fields=-tags").ok(t)
	if got := names(t, at(t, o, "printers"), "id"); !slices.Equal(got, []string{p.printer}) {
		t.Errorf("listed %v", got)
	}
	must(t, o, "printers.0.name", "testq")
	must(t, o, "printers.0.capsHash", classicHash)
	for _, absent := range []string{"tags", "capabilities"} {
		if v, there := at(t, o, "printers.0").(object)[absent]; there {
			t.Errorf("/list shows %s: %v", absent, v)
		}
	}
	p.wholePrinter(t)
}

// wholePrinter is the connector's /printer for a printer that it found listed.
func (p *play) wholePrinter(t *testing.T) {
	t.Helper()
	o := p.robot.post(t, "printer", "printerid="+q(p.printer)+"&use_cdd=true&extra_fields="+q("queuedJobsCount,semanticState")).ok(t)
	if all, ok := at(t, o, "printers").([]any); !ok || len(all) != 1 {
		t.Fatalf("printers %v", at(t, o, "printers"))
	}
	got := at(t, o, "printers.0")
	for path, want := range map[string]any{
		"id": p.printer, "name": "testq", "defaultDisplayName": "Test Q", "displayName": "Test Q", "proxy": classicProxy, "type": "GOOGLE",
		"uuid": "e4feb15a-f77c-3b92-68d7-30a5e6483069", "manufacturer": "Acme", "model": "T1", "gcpVersion": "2.0", "firmware": "1.0",
		"setupUrl": "http://example.com/setup", "supportUrl": "http://example.com/support", "updateUrl": "http://example.com/update",
		"capsHash": classicHash, "notificationChannel": p.channel, "ownerId": lab.Owner,
		"queuedJobsCount": 0.0, "semanticState.printer.state": "IDLE", "capabilities": decoded(t, classicCDD),
	} {
		must(t, got, path, want)
	}
	for _, stamp := range []string{"createTime", "accessTime", "updateTime"} {
		if s := word(t, got, stamp); len(s) != 13 || strings.Trim(s, "0123456789") != "" {
			t.Errorf("%s is %q", stamp, s)
		}
	}
	if n := len(names(t, at(t, got, "access"), "role")); n < 1 {
		t.Error("no entry in access")
	}
	sameTags(t, at(t, got, "tags"), classicTags())
}

// sameTags compares the proxy-made tags, and sees that none is too short for
// the connector.
func sameTags(t *testing.T, v any, want []string) {
	t.Helper()
	list, ok := v.([]any)
	if !ok {
		t.Fatalf("tags %#v", v)
	}
	var own []string
	for _, x := range list {
		tag, _ := x.(string)
		if len(tag) < 6 {
			t.Errorf("the connector panics on the tag %q", tag)
		}
		if strings.HasPrefix(tag, "__cp__") {
			own = append(own, tag)
		}
	}
	slices.Sort(own)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(own, want) {
		t.Errorf("tags %q\n want %q", own, want)
	}
}

// subscribe is C.2 from the stream header to the first pong.
func (p *play) subscribe(t *testing.T) {
	p.push = dialPush(t, p.site) // stays for the scenes to come
	local, _, _ := strings.Cut(p.bare, "@")
	p.full = p.push.open(t, p.bare, classicProxy, login{mechanism: "X-OAUTH2", user: local, token: strings.TrimPrefix(p.robot.auth, "Bearer ")})
	p.push.subscribe(t, p.bare, p.full)
	p.push.ping(t, p.full, 0)
	p.push.say(t, " ") // a keep-alive (C.4)
	p.push.ping(t, p.full, 1)
	o := p.owner.get(t, "printer?printerid="+q(p.printer)+"&extra_fields=connectionStatus").ok(t)
	must(t, o, "printers.0.connectionStatus", "ONLINE")
}

// submitChrome sends a document as Chrome's print preview did: a data URL, and
// a body that ends behind a delimiter (0.1, A.4).
func (p *play) submitChrome(t *testing.T) {
	const boundary = "----CloudPrintFormBoundaryjc9wuprokl8i"
	var b bytes.Buffer
	for _, part := range [][2]string{
		{"printerid", p.printer},
		{"jobid", ""},
		{"contentType", "dataUrl"},
		{"title", "chrome.pdf"},
		{"ticket", classicTicket},
		{"content", "data:application/pdf;base64," + base64.StdEncoding.EncodeToString(p.doc)},
		{"tag", "__google__chrome_version=38.0"},
		{"tag", "__google__os=Linux"},
		{"xsrf", ""},
	} {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, part[0], part[1])
	}
	b.WriteString("--" + boundary + "\r\n")
	r := exchange(t, p.site.Base, "POST /cloudprint/submit", p.owner.lines(
		fmt.Sprintf("Content-Length: %d", b.Len()), "Content-Type: multipart/form-data; boundary="+boundary, "X-CloudPrint-Proxy: ChromePrintPreview"), b.Bytes())
	o := r.ok(t)
	if !strings.Contains(word(t, o, "message"), "Print job added.") {
		t.Errorf("message %v", o["message"])
	}
	must(t, o, "job.title", "chrome.pdf")
	must(t, o, "job.printerid", p.printer)
	p.jobs["chrome.pdf"] = word(t, o, "job.id")
	inState(t, at(t, o, "job"), "QUEUED", "QUEUED")

	p.push.pushed(t, p.full, p.printer)
	o = p.robot.post(t, "printer", "printerid="+q(p.printer)+"&use_cdd=true&extra_fields="+q("queuedJobsCount,semanticState")).ok(t)
	must(t, o, "printers.0.queuedJobsCount", 1.0)
}

// inState checks both spellings of a job's state (B.6).
func inState(t *testing.T, job any, state, status string) {
	t.Helper()
	must(t, job, "semanticState.state.type", state)
	must(t, job, "semanticState.version", "1.0")
	must(t, job, "status", status)
	must(t, job, "errorCode", "")
	must(t, job, "uiState.summary", status)
}

// fetch asks for waiting jobs and returns the one there must be.
func (p *play) fetch(t *testing.T, id string) any {
	t.Helper()
	o := p.robot.post(t, "fetch", "printerid="+q(p.printer)).ok(t)
	if got := names(t, at(t, o, "jobs"), "id"); !slices.Equal(got, []string{id}) {
		t.Fatalf("fetched %v, want %s", got, id)
	}
	return at(t, o, "jobs.0")
}

// print is what the connector does after a push, up to DONE (B.5 to B.8).
func (p *play) print(t *testing.T) {
	id := p.jobs["chrome.pdf"]
	job := p.fetch(t, id)
	p.fetch(t, id) // fetching changes nothing
	for path, want := range map[string]any{
		"title": "chrome.pdf", "contentType": "application/pdf", "ownerId": lab.Owner, "printerid": p.printer, "status": "QUEUED",
	} {
		must(t, job, path, want)
	}
	if n, ok := at(t, job, "numberOfPages").(float64); !ok || n < 0 { // 0: not known
		t.Errorf("numberOfPages %v", at(t, job, "numberOfPages"))
	}
	if len(word(t, job, "createTime")) != 13 || !strings.HasPrefix(word(t, job, "ticketUrl"), "http") {
		t.Errorf("job %v", job)
	}

	r := p.robot.post(t, "ticket", "jobid="+q(id)+"&use_cjt=true")
	if got := r.plain(t); r.status != http.StatusOK || !reflect.DeepEqual(any(got), decoded(t, classicTicket)) {
		t.Errorf("ticket: HTTP %d: %s", r.status, r.body)
	}
	p.download(t, word(t, job, "fileUrl"), p.robot)

	o := p.robot.post(t, "control", "jobid="+q(id)+"&semantic_state_diff="+q(`{"state":{"type":"IN_PROGRESS"},"pages_printed":0}`)).ok(t)
	inState(t, at(t, o, "job"), "IN_PROGRESS", "IN_PROGRESS")
	p.robot.post(t, "fetch", "printerid="+q(p.printer)).fail(t, 413)

	// Unset members keep their value: this diff has no state.
	o = p.robot.post(t, "control", "jobid="+q(id)+"&semantic_state_diff="+q(`{"pages_printed":1}`)).ok(t)
	inState(t, at(t, o, "job"), "IN_PROGRESS", "IN_PROGRESS")
	o = p.robot.post(t, "control", "jobid="+q(id)+"&semantic_state_diff="+q(`{"state":{"type":"DONE"}}`)).ok(t)
	inState(t, at(t, o, "job"), "DONE", "DONE")
	must(t, o, "job.semanticState.pages_printed", 1.0)
}

// download compares the document byte for byte and its header with B.8.
func (p *play) download(t *testing.T, address string, who caller) {
	t.Helper()
	path, ok := strings.CutPrefix(address, p.site.Base+"/cloudprint/")
	if !ok {
		t.Fatalf("fileUrl %s", address)
	}
	r := who.get(t, path)
	if r.status != http.StatusOK || !bytes.Equal(r.body, p.doc) {
		t.Errorf("HTTP %d, %d bytes, want the %d submitted", r.status, len(r.body), len(p.doc))
	}
	if r.length != int64(len(p.doc)) || r.header.Get("Content-Encoding") != "" || r.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("download header %v", r.header)
	}
}

// finished looks at a job that is DONE from both sides, and reports again.
func (p *play) finished(t *testing.T) {
	id := p.jobs["chrome.pdf"]
	for _, who := range []caller{p.robot, p.owner} {
		o := who.post(t, "jobs", "printerid="+q(p.printer)).ok(t)
		if got := names(t, at(t, o, "jobs"), "id"); !slices.Equal(got, []string{id}) {
			t.Fatalf("jobs %v", got)
		}
		inState(t, at(t, o, "jobs.0"), "DONE", "DONE")
		must(t, o, "range.jobsTotal", "1")
		must(t, o, "range.jobsCount", 1.0)
	}
	p.download(t, p.site.Base+"/cloudprint/download?id="+q(id), p.owner)

	control := func(diff string) reply {
		return p.robot.post(t, "control", "jobid="+q(id)+"&semantic_state_diff="+q(diff))
	}
	inState(t, at(t, control(`{"state":{"type":"DONE"},"pages_printed":1}`).ok(t), "job"), "DONE", "DONE")
	for _, diff := range []string{
		`{"state":{"type":"ABORTED","device_action_cause":{"error_code":"PRINT_FAILURE"}}}`,
		`{"state":{"type":"IN_PROGRESS"}}`,
	} {
		must(t, control(diff).fail(t, 0), "message", "Can't modify the finished job.")
	}
	inState(t, at(t, p.owner.get(t, "job?jobid="+q(id)).ok(t), "job"), "DONE", "DONE")
}

// update is the connector after its queue changed (B.9): the tags go, then the
// new ones come, whatever the order in the form.
func (p *play) update(t *testing.T) {
	tags := []string{"__cp__printer-location=cellar", "__cp__tagshash=beef"}
	o := p.robot.post(t, "update", "printerid="+q(p.printer)+"&proxy="+q(classicProxy)+"&tag="+q(tags[0])+"&tag="+q(tags[1])+
		"&remove_tag="+q("__cp__.*")+"&semantic_state="+q(`{"version":"","printer":{"state":"PROCESSING"}}`)+"&default_display_name="+q("Test Q 2")).ok(t)
	must(t, o, "message", "Printer updated successfully.")
	must(t, o, "printer.id", p.printer)
	o = p.robot.post(t, "printer", "printerid="+q(p.printer)+"&use_cdd=true&extra_fields="+q("queuedJobsCount,semanticState")).ok(t)
	sameTags(t, at(t, o, "printers.0.tags"), tags)
	must(t, o, "printers.0.semanticState.printer.state", "PROCESSING")
	must(t, o, "printers.0.defaultDisplayName", "Test Q 2")
	must(t, o, "printers.0.capabilities", decoded(t, classicCDD))
	must(t, o, "printers.0.capsHash", classicHash)

	// GAM's spelling over GET, as the owner.
	must(t, p.owner.get(t, "update?printerid="+q(p.printer)+"&displayName="+q("Mine")).ok(t), "message", "Printer updated successfully.")
	o = p.owner.get(t, "search?q=mine").ok(t)
	if got := names(t, at(t, o, "printers"), "id"); !slices.Equal(got, []string{p.printer}) {
		t.Errorf("found %v", got)
	}
	must(t, o, "printers.0.displayName", "Mine")
}

// share is the connector's after a registration, with its user's token (A.8).
func (p *play) share(t *testing.T) {
	seen := func() []string { return names(t, at(t, p.guest.get(t, "search?q=").ok(t), "printers"), "id") }
	if got := seen(); len(got) != 0 {
		t.Fatalf("the guest sees %v", got)
	}
	p.user.post(t, "share", "printerid="+q(p.printer)+"&role=USER&scope=&skip_notification=true").fail(t, 0)
	p.user.post(t, "share", "printerid="+q(p.printer)+"&role=USER&scope="+q(guestName)+"&skip_notification=true").ok(t)

	pending := func() any {
		for _, a := range at(t, p.owner.get(t, "printer?printerid="+q(p.printer)).ok(t), "printers.0.access").([]any) {
			if at(t, a, "scope") == guestName {
				must(t, a, "role", "USER")
				return at(t, a, "is_pending")
			}
		}
		return nil
	}
	if pending() != true {
		t.Errorf("is_pending is %v before the invitation is answered", pending())
	}
	o := p.guest.get(t, "invites").ok(t)
	must(t, o, "invites.0.printer.id", p.printer)
	must(t, o, "invites.0.sender.email", lab.Owner)
	must(t, o, "invites.0.receiver.type", "USER")
	must(t, o, "invites.0.receiver.scope", guestName)
	o = p.guest.post(t, "processinvite", "printerid="+q(p.printer)+"&accept=true&email="+q(guestName)+"&use_cdd=true").ok(t)
	must(t, o, "printer.id", p.printer)
	if pending() != false {
		t.Errorf("is_pending is %v after it was accepted", pending())
	}
	if got := seen(); !slices.Equal(got, []string{p.printer}) {
		t.Errorf("the guest sees %v", got)
	}
	p.submitPlain(t, p.guest, "guest.pdf")
	p.push.pushed(t, p.full, p.printer)
	must(t, p.fetch(t, p.jobs["guest.pdf"]), "ownerId", guestName)
	p.robot.post(t, "control", "jobid="+q(p.jobs["guest.pdf"])+"&semantic_state_diff="+q(`{"state":{"type":"DONE"},"pages_printed":1}`)).ok(t)

	p.user.post(t, "unshare", "printerid="+q(p.printer)+"&scope="+q(guestName)).ok(t)
	if got := seen(); len(got) != 0 {
		t.Errorf("the guest still sees %v", got)
	}
	p.plainSubmit(t, p.guest, "late.pdf").fail(t, 0)
}

// plainSubmit sends the document as a file part, as most libraries did; there is
// no contentType but the part's (A.4).
func (p *play) plainSubmit(t *testing.T, who caller, title string) reply {
	t.Helper()
	var b bytes.Buffer
	for _, part := range [][2]string{{"printerid", p.printer}, {"title", title}, {"capabilities", `{"capabilities":[{}]}`}} {
		fmt.Fprintf(&b, "--bound\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", part[0], part[1])
	}
	fmt.Fprintf(&b, "--bound\r\nContent-Disposition: form-data; name=\"content\"; filename=\"%s\"\r\nContent-Type: application/pdf\r\n\r\n%s\r\n--bound--\r\n", title, p.doc)
	return exchange(t, p.site.Base, "POST /cloudprint/submit", who.lines(
		fmt.Sprintf("Content-Length: %d", b.Len()), "Content-Type: multipart/form-data; boundary=bound"), b.Bytes())
}

func (p *play) submitPlain(t *testing.T, who caller, title string) {
	t.Helper()
	p.jobs[title] = word(t, p.plainSubmit(t, who, title).ok(t), "job.id")
}

// oldControl reports by status words as Chrome of 2011 did: lower case, by GET.
func (p *play) oldControl(t *testing.T) {
	p.submitPlain(t, p.owner, "old.pdf")
	p.push.pushed(t, p.full, p.printer)
	id := p.jobs["old.pdf"]
	p.download(t, word(t, p.fetch(t, id), "fileUrl"), p.robot)
	o := p.robot.get(t, "control?jobid="+q(id)+"&status=in_progress").ok(t)
	inState(t, at(t, o, "job"), "IN_PROGRESS", "IN_PROGRESS")
	o = p.robot.get(t, "control?jobid="+q(id)+"&status=error&code=7&message="+q("out of paper")).ok(t)
	must(t, o, "job.status", "ERROR")
	must(t, o, "job.semanticState.state.type", "ABORTED")
	must(t, o, "job.message", "out of paper")
	must(t, p.robot.get(t, "control?jobid="+q(id)+"&status=queued").fail(t, 0), "message", "Can't modify the finished job.")

	p.submitPlain(t, p.owner, "old2.pdf")
	p.push.pushed(t, p.full, p.printer)
	inState(t, at(t, p.robot.get(t, "control?jobid="+q(p.jobs["old2.pdf"])+"&status=done").ok(t), "job"), "DONE", "DONE")
}

// remove is the owner's deletion (B.10, C.5).
func (p *play) remove(t *testing.T) {
	p.submitPlain(t, p.owner, "waiting.pdf")
	p.push.pushed(t, p.full, p.printer)
	p.owner.get(t, "delete?printerid="+q(p.printer)).ok(t)
	p.push.pushed(t, p.full, p.printer+"/delete")
	must(t, p.robot.post(t, "fetch", "printerid="+q(p.printer)).fail(t, 413), "message", "No print job available on specified printer.")
	p.robot.post(t, "printer", "printerid="+q(p.printer)+"&use_cdd=true").fail(t, 0)
	p.owner.get(t, "printer?printerid="+q(p.printer)).fail(t, 0)
	must(t, p.robot.post(t, "list", "proxy="+q(classicProxy)+"&extra_fields=-tags").ok(t), "printers", []any{})
	o := p.owner.get(t, "job?jobid="+q(p.jobs["waiting.pdf"])).ok(t)
	must(t, o, "job.status", "ERROR")
	must(t, o, "job.semanticState.state", object{"type": "ABORTED", "service_action_cause": object{"error_code": "PRINTER_DELETED"}})
}
