package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"platen/internal/lab"
)

// TestClassicAdminTool plays GAM, the administrators' tool, as it was seen on the wire:
// changes by GET in camel case, Python's own text for JSON, pages of lists, jobs sent
// on with an empty POST. It works with the token of the printers' owner.
func TestClassicAdminTool(t *testing.T) {
	t.Parallel()
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.StartCloud()
	p := &play{
		site: s, channel: "XMPP_CHANNEL", jobs: map[string]string{}, doc: document("admin", 20<<10),
		owner: caller{base: s.Base, auth: "Bearer " + s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")},
	}
	p.init(t)
	p.register(t)
	for _, scene := range []struct {
		name string
		play func(*play, *testing.T)
	}{
		{"printers", (*play).adminPrinters},
		{"update", (*play).adminUpdate},
		{"register", (*play).adminRegister},
		{"pages", (*play).adminPages},
		{"resubmit", (*play).adminResubmit},
		{"share", (*play).adminShare},
	} {
		if !t.Run(scene.name, func(t *testing.T) { scene.play(p, t) }) {
			s.Logs()
			t.FailNow()
		}
	}
}

// adminPrinters are GAM's lists and its full view, from which it takes two members
// away that must be there (A.2).
func (p *play) adminPrinters(t *testing.T) {
	o := p.owner.get(t, "search?alt=json&prettyPrint=false&q=&type=&connection_status=ALL&extra_fields=").ok(t)
	for _, member := range []string{"createTime", "accessTime", "updateTime"} {
		word(t, o, "printers.0."+member)
	}
	o = p.owner.get(t, "printer?alt=json&printerid="+q(p.printer)+"&use_cdd=True&extra_fields="+q("connectionStatus,semanticState,uiState,queuedJobsCount")).ok(t)
	one, _ := at(t, o, "printers.0").(object)
	for _, member := range []string{"capabilities", "access", "connectionStatus", "semanticState", "uiState", "queuedJobsCount", "tags"} {
		if _, there := one[member]; !there {
			t.Errorf("/printer lacks %s", member)
		}
	}
	must(t, o, "printers.0.capabilities.version", "1.0")
	must(t, o, "printers.0.access.0.role", "OWNER")
	must(t, o, "printers.0.access.0.is_pending", false)
	// Its exit code is the errorCode.
	if code, _ := p.owner.get(t, "printer?alt=json&printerid=unknown").fail(t, 0)["errorCode"].(float64); code <= 0 {
		t.Errorf("errorCode %v", code)
	}
	// google-api-python-client asks for the description, and takes its own then.
	if r := exchange(t, p.site.Base, "GET /discovery/v1/apis/cloudprint/v2/rest?userIp=x", p.owner.lines(), nil); r.status != http.StatusNotFound {
		t.Errorf("description: HTTP %d", r.status)
	}
}

// adminUpdate changes by GET, with the names of an archived description (A.8).
func (p *play) adminUpdate(t *testing.T) {
	before := at(t, p.owner.get(t, "printer?printerid="+q(p.printer)).ok(t), "printers.0").(object)
	o := p.owner.get(t, "update?alt=json&printerid="+q(p.printer)+"&displayName="+q("Front desk")+"&isTosAccepted=True&quotaEnabled=True&dailyQuota=50&currentQuota=7"+
		"&description="+q("by the door")+"&public=False&setupUrl="+q("http://x/")+"&ownerId=somebody&type=HP&name=other&proxy=other").ok(t)
	must(t, o, "message", "Printer updated successfully.")
	after := at(t, p.owner.get(t, "printer?printerid="+q(p.printer)).ok(t), "printers.0").(object)
	for member, want := range map[string]any{
		"displayName": "Front desk", "isTosAccepted": true, "quotaEnabled": true, "dailyQuota": 50.0, "public": false,
		"ownerId": lab.Owner, "type": "GOOGLE", "name": before["name"], "proxy": before["proxy"], "id": p.printer,
	} {
		must(t, after, member, want)
	}
	p.owner.get(t, "update?printerid="+q(p.printer)+"&quota_enabled=false&display_name="+q("Desk")).ok(t)
	after = at(t, p.owner.get(t, "printer?printerid="+q(p.printer)).ok(t), "printers.0").(object)
	must(t, after, "quotaEnabled", false)
	must(t, after, "displayName", "Desk")
	// What the device alone tells may be Python's text.
	p.robot.get(t, "update?printerid="+q(p.printer)+"&semanticState="+q(`{'version': u'1.0', 'printer': {'state': 'STOPPED', 'vendor_state': {'item': [{'state': 'WARNING', 'description': None}]}}}`)).ok(t)
	must(t, p.owner.get(t, "printer?printerid="+q(p.printer)).ok(t), "printers.0.semanticState.printer.state", "STOPPED")
	p.robot.post(t, "update", "printerid="+q(p.printer)+"&semantic_state="+q(classicState)).ok(t)
}

// adminRegister is a printer that the tool makes itself (B.1), all of it by GET.
func (p *play) adminRegister(t *testing.T) {
	o := p.owner.get(t, "register?alt=json&name=made&proxy=gam&uuid=u1&manufacturer=Acme&model=T3&gcpVersion=2.0&setupUrl="+q("http://x/")+"&supportUrl="+q("http://x/")+
		"&updateUrl="+q("http://x/")+"&firmware=1&use_cdd=True&defaultDisplayName=Made&capabilities="+
		q(`{'version': u'1.0', 'printer': {'color': {'option': [{'type': 'STANDARD_COLOR', 'is_default': True, 'vendor_id': None}]}, 'copies': {'default': 1, 'max': 99}}}`)+
		"&semanticState="+q(`{'version': '1.0', 'printer': {'state': 'IDLE'}}`)+"&tag=a&tag=b").ok(t)
	id := word(t, o, "printers.0.id")
	o = p.owner.get(t, "printer?printerid="+q(id)+"&use_cdd=True").ok(t)
	must(t, o, "printers.0.capabilities.printer.copies", object{"default": 1.0, "max": 99.0})
	must(t, o, "printers.0.capabilities.printer.color.option.0.is_default", true)
	must(t, o, "printers.0.gcpVersion", "2.0")
	must(t, o, "printers.0.displayName", "Made")
	p.owner.get(t, "delete?alt=json&printerid="+q(id)).ok(t)
	p.owner.get(t, "printer?printerid="+q(id)).fail(t, 0)
}

// adminPages reads a long list of jobs in pages until one is short (A.6).
func (p *play) adminPages(t *testing.T) {
	const jobs, page = 57, 25
	var sent []string
	for i := range jobs {
		p.submitPlain(t, p.owner, fmt.Sprintf("page %02d", i))
		sent = append(sent, p.jobs[fmt.Sprintf("page %02d", i)])
	}
	for order, want := range map[string]func([]string){
		"CREATE_TIME_DESC": slices.Reverse[[]string], "CREATE_TIME": nil, "TITLE": nil, "TITLE_DESC": slices.Reverse[[]string], "": slices.Reverse[[]string],
	} {
		var got []string
		for offset := 0; ; offset += page {
			o := p.owner.get(t, fmt.Sprintf("jobs?alt=json&printerid=%s&offset=%d&limit=%d&sortorder=%s&q=page", q(p.printer), offset, page, order)).ok(t)
			must(t, o, "range.jobsTotal", fmt.Sprint(jobs))
			ids := names(t, at(t, o, "jobs"), "id")
			must(t, o, "range.jobsCount", float64(len(ids)))
			if got = append(got, ids...); len(ids) < page {
				break
			}
		}
		expect := slices.Clone(sent)
		if want != nil {
			want(expect)
		}
		if !slices.Equal(got, expect) {
			t.Errorf("sorted by %q: %d jobs, %v", order, len(got), got)
		}
	}
	o := p.owner.get(t, "jobs?printerid="+q(p.printer)+"&offset=1000&limit=25").ok(t)
	must(t, o, "jobs", []any{})
	must(t, o, "range.jobsCount", 0.0)
	// It empties the queue: held, and cancelled, with states in JSON (A.7).
	for i, id := range sent {
		if i == 0 {
			must(t, p.owner.get(t, "control?jobid="+q(id)+"&semantic_state_diff="+q(`{"state":{"type":"HELD"}}`)).ok(t), "job.semanticState.state.type", "HELD")
		}
		o := p.owner.get(t, "control?jobid="+q(id)+"&semantic_state_diff="+q(`{'state': {'type': 'ABORTED', 'user_action_cause': {'action_code': 'CANCELLED'}}}`)).ok(t)
		must(t, o, "job.status", "ERROR")
		must(t, o, "job.uiState.summary", "CANCELLED")
	}
	p.robot.post(t, "fetch", "printerid="+q(p.printer)).fail(t, 413)
}

// adminResubmit sends a job on to another printer: the ticket in the query of a POST
// without a body (A.7).
func (p *play) adminResubmit(t *testing.T) {
	other := word(t, p.robot.post(t, "register", "name=second&proxy="+q(classicProxy)+"&use_cdd=true&capabilities="+q(classicCDD)).ok(t), "printers.0.id")
	p.submitPlain(t, p.owner, "on.pdf")
	first := p.jobs["on.pdf"]
	resubmit := func(ticket string) object {
		t.Helper()
		o := exchange(t, p.site.Base, "POST /cloudprint/resubmit?alt=json&printerid="+q(other)+"&jobid="+q(first)+"&ticket="+q(ticket),
			p.owner.lines("Content-Length: 0", "Accept: application/json"), nil).ok(t)
		id := word(t, o, "job.id")
		if id == first {
			t.Error("the copy has the id of the first")
		}
		must(t, o, "job.printerid", other)
		must(t, o, "job.title", "on.pdf")
		inState(t, at(t, o, "job"), "QUEUED", "QUEUED")
		if got := p.robot.get(t, "ticket?use_cjt=true&jobid="+q(id)).plain(t); at(t, got, "print.copies.copies") != 2.0 {
			t.Errorf("ticket %v", got)
		}
		return o
	}
	resubmit(`{'version': '1.0', 'print': {'copies': {'copies': 2}}}`)
	p.finish(t, first) // the first one stays
	o := resubmit(classicTicket)
	if got := names(t, at(t, p.robot.post(t, "fetch", "printerid="+q(other)).ok(t), "jobs"), "id"); len(got) != 2 {
		t.Errorf("fetched %v", got)
	}
	// GAM reads documents with the owner's token, in the address that it was told.
	p.download(t, word(t, o, "job.fileUrl"), p.owner)
	must(t, exchange(t, p.site.Base, "POST /cloudprint/resubmit?jobid=unknown&printerid="+q(other), p.owner.lines("Content-Length: 0"), nil).fail(t, 0), "success", false)
}

// adminShare shares by GET with a domain, and with everybody (A.8).
func (p *play) adminShare(t *testing.T) {
	const domain = "/hd/domain/example.org"
	p.owner.get(t, "share?alt=json&printerid="+q(p.printer)+"&scope="+q(domain)+"&role=USER&type=DOMAIN&skip_notification=True").ok(t)
	p.owner.get(t, "share?alt=json&printerid="+q(p.printer)+"&public=True").ok(t)
	scopes := func() map[string]object {
		all := map[string]object{}
		for _, a := range at(t, p.owner.get(t, "printer?printerid="+q(p.printer)).ok(t), "printers.0.access").([]any) {
			entry, _ := a.(object)
			all[fmt.Sprint(entry["type"])] = entry
		}
		return all
	}
	all := scopes()
	must(t, all["DOMAIN"], "scope", domain)
	must(t, all["DOMAIN"], "is_pending", false)
	key := word(t, all["PUBLIC"], "key")
	page := exchange(t, p.site.Base, "GET /cloudprint/addpublicprinter.html?printerid="+q(p.printer)+"&key="+q(key), []string{cookieOf(t, p.site.Base)}, nil)
	if page.status != http.StatusOK || !strings.Contains(string(page.body), "addpublicprinter.html") {
		t.Errorf("the page of a public printer: HTTP %d", page.status)
	}
	p.owner.get(t, "unshare?alt=json&printerid="+q(p.printer)+"&public=True").ok(t)
	p.owner.get(t, "unshare?alt=json&printerid="+q(p.printer)+"&scope="+q(domain)).ok(t)
	if all = scopes(); len(all) != 1 {
		t.Errorf("after it was all taken back: %v", all)
	}
}
