package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"platen/gcp"
)

// expected is who may do what: a line for each use of each interface (after the colon
// stands which use, where there are several), a column for each caller of people in
// authzscene_test.go, and the owner again with limited keys and with the cookie of a
// page without its xsrf token; overseer is the administrator with such a cookie and the
// xsrf token, who sees everybody's jobs and may stop them. So ask guest, an account of that
// role whom the printer is shared with, and bareguest, one who has nothing: guests have no
// keys. They are a user and a stranger who add nothing of their own. The words are in verdicts. An interface of handler.table
// needs at least one line here, and each line its arguments in uses.
//
// From the protocol: 403 means bad credentials and nothing else, an unknown printer has
// no job (413) at /fetch, and shares are accepted before they count. From docs/security.md:
// what is not the caller's is not known to exist; a connector gets at its own printers
// and their jobs, may share them, and cannot do what people do.
const expected = `
                    nobody stranger invited guest bareguest user  sender manager owner administrator connector sibling foreign print pair identity cookie overseer
search              403    none     none    ok    none      ok    ok     ok      ok    none          ok        none    none    ok    deny deny     ok     none
printer             403    hide     hide    ok    hide      ok    ok     ok      ok    hide          ok        hide    hide    ok    deny deny     ok     hide
jobs                403    none     none    none  none      none  ok     ok      ok    none          ok        none    none    ok    deny deny     ok     none
jobs:printer        403    none     none    none  none      none  ok     ok      ok    none          ok        hide    hide    ok    deny deny     ok     none
job                 403    hide     hide    hide  hide      hide  ok     ok      ok    hide          ok        hide    hide    ok    deny deny     ok     ok
job:wait            403    hide     hide    hide  hide      hide  ok     ok      ok    hide          ok        hide    hide    ok    deny deny     ok     ok
trace               403    hide     hide    hide  hide      hide  ok     ok      ok    hide          ok        hide    hide    ok    deny deny     ok     ok
ticket              403    hide     hide    hide  hide      hide  ok     ok      ok    hide          ok        hide    hide    ok    deny deny     ok     ok
ticket:legacy       403    hide     hide    hide  hide      hide  ok     ok      ok    hide          ok        hide    hide    ok    deny deny     ok     fail
download            403    404      404     404   404       404   ok     ok      ok    404           ok        404     404     ok    403  403      ok     403
invites             403    none     ok      none  none      none  none   none    none  none          deny      deny    deny    none  deny deny     none   none
processinvite       403    hide     ok      kept  hide      kept  kept   kept    hide  hide          deny      deny    deny    hide  deny deny     xsrf   hide
submit              403    hide     hide    ok    hide      ok    ok     ok      ok    hide          deny      deny    deny    ok    deny deny     xsrf   hide
deletejob           403    hide     hide    hide  hide      hide  ok     ok      ok    hide          ok        hide    hide    ok    deny deny     xsrf   deny
resubmit            403    hide     hide    hide  hide      hide  ok     ok      ok    hide          deny      deny    deny    ok    deny deny     xsrf   deny
printagain          403    hide     hide    hide  hide      hide  ok     ok      ok    hide          deny      deny    deny    ok    deny deny     xsrf   deny
control:cancel      403    hide     hide    hide  hide      hide  ok     ok      ok    hide          ok        hide    hide    ok    deny deny     xsrf   ok
control:hold        403    hide     hide    hide  hide      hide  ok     ok      ok    hide          fail      hide    hide    ok    deny deny     xsrf   deny
control:report      403    hide     hide    hide  hide      hide  deny   deny    deny  hide          ok        hide    hide    deny  deny deny     xsrf   deny
list                403    none     none    ok    none      ok    ok     ok      ok    none          ok        none    none    deny  deny deny     ok     none
fetch               403    413      413     413   413       413   413    413     413   413           quiet     413     413     deny  deny deny     xsrf   413
update              403    hide     hide    deny  hide      deny  deny   ok      ok    hide          kept      hide    hide    deny  deny deny     xsrf   hide
update:device       403    hide     hide    deny  hide      deny  deny   kept    kept  hide          ok        hide    hide    deny  deny deny     xsrf   hide
update:pending      403    hide     hide    deny  hide      deny  deny   ok      ok    hide          kept      hide    hide    deny  deny deny     xsrf   hide
update:public       403    hide     hide    deny  hide      deny  deny   kept    ok    hide          kept      hide    hide    deny  deny deny     xsrf   hide
update:quota        403    hide     hide    deny  hide      deny  deny   kept    ok    hide          kept      hide    hide    deny  deny deny     xsrf   hide
delete              403    hide     hide    ok    hide      ok    ok     ok      ok    hide          ok        hide    hide    deny  deny deny     xsrf   hide
share               403    hide     hide    deny  hide      deny  deny   ok      ok    hide          ok        hide    hide    deny  deny deny     xsrf   hide
share:manager       403    hide     hide    deny  hide      deny  deny   deny    ok    hide          deny      hide    hide    deny  deny deny     xsrf   hide
share:demote        403    hide     hide    deny  hide      deny  deny   deny    ok    hide          deny      hide    hide    deny  deny deny     xsrf   hide
share:owner         403    hide     hide    deny  hide      deny  deny   fail    fail  hide          fail      hide    hide    deny  deny deny     xsrf   hide
share:public        403    hide     hide    deny  hide      deny  deny   deny    ok    hide          deny      hide    hide    deny  deny deny     xsrf   hide
unshare             403    hide     hide    deny  hide      deny  deny   ok      ok    hide          ok        hide    hide    deny  deny deny     xsrf   hide
unshare:manager     403    hide     hide    deny  hide      deny  deny   deny    ok    hide          deny      hide    hide    deny  deny deny     xsrf   hide
unshare:public      403    hide     hide    deny  hide      deny  deny   deny    ok    hide          deny      hide    hide    deny  deny deny     xsrf   hide
confirm             403    ok       ok      deny  deny      ok    ok     ok      ok    ok            deny      deny    deny    deny  deny deny     xsrf   ok
confirm:taken       403    fail     fail    deny  deny      fail  fail   fail    fail  fail          deny      deny    deny    deny  deny deny     xsrf   fail
register            ok     ok       ok      deny  deny      ok    ok     ok      ok    ok            ok        ok      ok      deny  deny deny     xsrf   ok
register:again      kept   kept     kept    deny  deny      kept  kept   kept    ok    kept          ok        deny    kept    deny  deny deny     xsrf   kept
getauthcode         quiet  quiet    quiet   quiet quiet     quiet quiet  quiet   quiet quiet         quiet     quiet   quiet   deny  deny deny     quiet  quiet
getauthcode:guess   506    506      506     506   506       506   506    506     506   506           506       506     506     deny  deny deny     506    506
getauthcode:waiting 502    502      502     502   502       502   502    502     502   502           502       502     502     deny  deny deny     502    502
tools/cdd/translate 403    ok       ok      ok    ok        ok    ok     ok      ok    ok            ok        ok      ok      ok    ok   deny     ok     ok
connectors          403    none     none    none  none      none  none   none    ok    none          deny      deny    deny    deny  ok   deny     ok     none
notifications       403    deny     deny    deny  deny      deny  deny   deny    deny  deny          quiet     quiet   quiet   deny  deny deny     deny   deny
fcm/subscribe       403    deny     deny    deny  deny      deny  deny   deny    deny  deny          quiet     quiet   quiet   deny  deny deny     deny   deny
createrobot         403    ok       ok      deny  deny      ok    ok     ok      ok    ok            deny      deny    deny    deny  ok   deny     xsrf   ok
createrobot:again   403    kept     kept    deny  deny      kept  kept   kept    quiet kept          deny      deny    deny    deny  deny deny     xsrf   kept
`

// verdict is what one caller gets.
type verdict struct {
	status  int
	success bool
	code    gcp.ErrorCode
	effect  string // on what the store holds
	hidden  bool   // the answer is the same for what does not exist
}

// What an answer leaves behind.
const (
	nothing   = "nothing changes"
	something = "something changes"
	elsewhere = "the printer, its jobs, shares and connector stay as they are"
	whatever  = ""
)

// verdicts are the words of expected.
var verdicts = map[string]verdict{
	"ok":    {status: 200, success: true, effect: something},             // it works: a list shows the printer, a change is made
	"quiet": {status: 200, success: true, effect: nothing},               // it works, and the store's printers and jobs stay the same
	"none":  {status: 200, success: true, effect: nothing, hidden: true}, // a list without the printer
	"kept":  {status: 200, success: true, effect: elsewhere},             // a success, as clients expect, that does not touch the printer
	"403":   {status: 403, effect: nothing},                              // "User credentials required", or a document that a key may not read
	"deny":  {status: 200, code: gcp.CodeUnauthorized, effect: nothing},  // may know of the printer, but not do this
	"hide":  {status: 200, code: gcp.CodeFailure, effect: nothing, hidden: true},
	"404":   {status: 404, effect: nothing, hidden: true}, // the same on /download
	"413":   {status: 200, code: gcp.CodeNoJob, effect: nothing, hidden: true},
	"fail":  {status: 200, code: gcp.CodeFailure, effect: nothing}, // impossible for everybody
	"xsrf":  {status: 200, code: gcp.CodeXSRF, effect: nothing},
	"502":   {status: 200, code: gcp.CodeNotClaimed, effect: nothing},
	"506":   {status: 200, code: gcp.CodeTokenExpired, effect: nothing, hidden: true},
}

// use is how an interface is called in a cell. $printer, $job and the like stand for
// what the scene has.
type use struct {
	args   []string
	shows  string   // what of the scene only an answer of success may show
	before []string // what the owner tells /update first
}

var uses = map[string]use{
	"search":              {shows: "Secret printer"},
	"printer":             {args: []string{"printerid", "$printer"}, shows: "Secret printer"},
	"jobs":                {shows: "Secret title"},
	"jobs:printer":        {args: []string{"printerid", "$printer"}, shows: "Secret title"},
	"job":                 {args: []string{"jobid", "$job"}, shows: "Secret title"},
	"job:wait":            {args: []string{"jobid", "$job", "wait", "30", "since", "1"}, shows: "Secret title"},
	"trace":               {args: []string{"jobid", "$job"}, shows: "rights and ticket checked"},
	"ticket":              {args: []string{"jobid", "$job", "use_cjt", "true"}, shows: `"copies":7`},
	"ticket:legacy":       {args: []string{"jobid", "$job", "format", "ppd", "output", "json"}, shows: `"copies":7`},
	"download":            {args: []string{"id", "$job"}, shows: pdf},
	"invites":             {shows: "Secret printer"},
	"processinvite":       {args: []string{"printerid", "$printer", "accept", "true"}, shows: "Secret printer"},
	"submit":              {args: []string{"printerid", "$printer", "title", "x", "contentType", "application/pdf", "content", pdf}, shows: "Secret printer"},
	"deletejob":           {args: []string{"jobid", "$job"}},
	"resubmit":            {args: []string{"jobid", "$ended", "printerid", "$printer"}, shows: "Secret title"},
	"printagain":          {args: []string{"jobid", "$ended"}, shows: "Secret title"},
	"control:cancel":      {args: []string{"jobid", "$job", "semantic_state_diff", `{"state":{"type":"ABORTED","user_action_cause":{"action_code":"CANCELLED"}}}`}, shows: "Secret title"},
	"control:hold":        {args: []string{"jobid", "$job", "semantic_state_diff", `{"state":{"type":"HELD"}}`}, shows: "Secret title"},
	"control:report":      {args: []string{"jobid", "$job", "status", "IN_PROGRESS"}, shows: "Secret title"},
	"list":                {args: []string{"proxy", "$proxy"}, shows: "Secret printer"},
	"fetch":               {args: []string{"printerid", "$printer"}, shows: "Secret title"},
	"update":              {args: []string{"printerid", "$printer", "display_name", "Renamed"}},
	"update:device":       {args: []string{"printerid", "$printer", "firmware", "2.0"}},
	"update:pending":      {args: []string{"printerid", "$printer", "local_settings", `{"pending":{"xmpp_timeout_value":600}}`}},
	"update:public":       {args: []string{"printerid", "$printer", "public", "true"}},
	"update:quota":        {args: []string{"printerid", "$printer", "quota_enabled", "true", "daily_quota", "3"}},
	"delete":              {args: []string{"printerid", "$printer"}},
	"share":               {args: []string{"printerid", "$printer", "scope", "new@example.org", "role", "USER"}},
	"share:manager":       {args: []string{"printerid", "$printer", "scope", "new@example.org", "role", "MANAGER"}},
	"share:demote":        {args: []string{"printerid", "$printer", "scope", "other-manager@example.org", "role", "USER"}},
	"share:owner":         {args: []string{"printerid", "$printer", "scope", "new@example.org", "role", "OWNER"}},
	"share:public":        {args: []string{"printerid", "$printer", "public", "true"}},
	"unshare":             {args: []string{"printerid", "$printer", "scope", "user@example.org"}},
	"unshare:manager":     {args: []string{"printerid", "$printer", "scope", "other-manager@example.org"}},
	"unshare:public":      {args: []string{"printerid", "$printer", "public", "true"}, before: []string{"public", "true"}},
	"confirm":             {args: []string{"token", "$token"}},
	"confirm:taken":       {args: []string{"token", "$spent"}},
	"register":            {args: []string{"name", "$fresh", "proxy", "$fresh", "capabilities", cdd}},
	"register:again":      {args: []string{"name", "$name", "proxy", "$proxy", "uuid", "$name", "firmware", "3.0"}},
	"getauthcode":         {args: []string{"printerid", "$claimed", "oauth_client_id", "device", "poll", "$poll"}, shows: "authorization_code"},
	"getauthcode:guess":   {args: []string{"printerid", "$claimed", "oauth_client_id", "device", "poll", "guess"}, shows: "authorization_code"},
	"getauthcode:waiting": {args: []string{"printerid", "$waiting", "oauth_client_id", "device", "poll", "$waitpoll"}, shows: "authorization_code"},
	"tools/cdd/translate": {args: []string{"capabilities", "$ppd"}, shows: `"cdd"`},
	"connectors":          {shows: "$robot"},
	"notifications":       {args: []string{"session", "s"}},
	"fcm/subscribe":       {args: []string{"client", "c", "proxy", "$proxy"}},
	"createrobot":         {args: []string{"oauth_client_id", "c", "proxy", "$fresh"}},
	"createrobot:again":   {args: []string{"oauth_client_id", "c", "proxy", "$proxy"}},
}

// matrix reads a table like expected: its columns, and its lines by their first word.
func matrix(t *testing.T, text string) (columns []string, lines map[string][]string) {
	t.Helper()
	lines = map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(text)) {
		words := strings.Fields(line)
		switch {
		case columns == nil:
			columns = words
		case len(words) != len(columns)+1:
			t.Fatalf("%q has %d answers for %d callers", words[0], len(words)-1, len(columns))
		case lines[words[0]] != nil:
			t.Fatalf("there are two lines %q", words[0])
		default:
			lines[words[0]] = words[1:]
		}
	}
	return columns, lines
}

// Each interface answers each caller as it is written down, leaves behind what it may,
// and does not tell what exists.
func TestEveryInterfaceForEveryCaller(t *testing.T) {
	columns, lines := matrix(t, expected)
	complete(t, lines)
	for name, words := range lines {
		t.Run(strings.ReplaceAll(name, "/", "."), func(t *testing.T) {
			b := newBench(t, nil)
			s := b.scenery()
			for i, who := range columns {
				v, ok := verdicts[words[i]]
				if !ok {
					t.Fatalf("no verdict is called %q", words[i])
				}
				s.cell(t, name, who, v)
			}
		})
	}
}

// complete fails for an interface without a line, and for a line without an interface
// or arguments.
func complete(t *testing.T, lines map[string][]string) {
	t.Helper()
	routes := (&handler{}).table()
	for name := range routes {
		if !slices.ContainsFunc(keys(lines), func(line string) bool { return interfaceName(line) == name }) {
			t.Errorf("nobody wrote down who may call %q: add a line to expected, and its arguments to uses", name)
		}
	}
	for line := range lines {
		if _, ok := routes[interfaceName(line)]; !ok {
			t.Errorf("expected has %q, which is no interface", line)
		}
		if _, ok := uses[line]; !ok {
			t.Errorf("uses lacks the arguments of %q", line)
		}
	}
	for line := range uses {
		if lines[line] == nil {
			t.Errorf("uses has arguments of %q, of which expected says nothing", line)
		}
	}
}

func keys(m map[string][]string) []string {
	var names []string
	for k := range m {
		names = append(names, k)
	}
	return names
}

func interfaceName(line string) string {
	name, _, _ := strings.Cut(line, ":")
	return name
}

// cell lets one caller make one call, in a scene that no earlier cell has touched.
func (s *scene) cell(t *testing.T, name, who string, v verdict) {
	t.Helper()
	u, rt := uses[name], s.b.handler.routes[interfaceName(name)]
	if v.effect == something && rt.effect == reads {
		v.effect = nothing
	}
	s.fresh(u.before)
	own, all := s.own, s.all
	a := s.call(who, interfaceName(name), s.fill(u.args))
	complain := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s by %s: %s; HTTP %d %.600s", name, who, fmt.Sprintf(format, args...), a.status, strings.Join(strings.Fields(a.raw), " "))
	}
	if a.status != v.status || a.Success != v.success || a.ErrorCode != v.code {
		complain("want %+v", v)
	}
	shows := s.fill([]string{u.shows})[0]
	if shown := strings.Contains(a.raw, shows); shows != "" && shown != (v.success && !v.hidden) && v.effect != elsewhere {
		complain("it shows %q: %t", shows, shown)
	}
	if !v.success && strings.Contains(a.raw, "Secret p") {
		complain("a refusal tells of the printer")
	}
	if v.hidden {
		unknown := s.call(who, interfaceName(name), s.fillUnknown(u.args))
		if a.status != unknown.status || a.Success != unknown.Success || a.ErrorCode != unknown.ErrorCode || a.Message != unknown.Message {
			complain("what does not exist is answered otherwise: %d %s", unknown.status, unknown.raw)
		}
	}
	s.snapshot()
	changed := map[string]bool{
		nothing: all != s.all, something: all == s.all, elsewhere: own != s.own,
	}
	if changed[v.effect] {
		complain("want that %s", v.effect)
	}
	s.spoiled = all != s.all
}
