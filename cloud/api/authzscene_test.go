package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

// people are the callers with an account of their own, by the local part of their
// address. invited has an invitation that is not answered; sender has sent the jobs.
var people = []string{"stranger", "invited", "user", "sender", "manager", "other-manager", "owner", "administrator"}

// guests are callers with an account of that role: the first uses the printer.
var guests = []string{"guest", "bareguest"}

// scene is a printer with everything around it, and everybody who may come by.
type scene struct {
	b       *bench
	callers map[string]cloud.Caller
	tokens  map[string]string // by the column's name
	cookies map[string]string // likewise
	values  map[string]string // what $NAME stands for
	n       int
	spoiled bool   // since the printer was made
	own     string // what the store held of the printer after the last call, see snapshot
	all     string
}

// scenery makes the people and the connectors: one of the owner's that serves the
// printer, a sibling, and one of somebody else's.
func (b *bench) scenery() *scene {
	b.t.Helper()
	ctx := b.t.Context()
	s := &scene{b: b, callers: map[string]cloud.Caller{}, tokens: map[string]string{}, cookies: map[string]string{}, spoiled: true}
	for _, who := range slices.Concat(people, guests) {
		u, err := b.service.AddUser(ctx, who+"@example.org", "", who == "administrator")
		b.ok(err)
		s.callers[who] = cloud.Caller{User: &u, Via: cloud.ViaToken}
		if slices.Contains(guests, who) {
			b.ok(b.service.SetRole(ctx, cloud.OperatorCaller(), u.ID, cloud.RoleGuest))
			u.Guest = true
			s.cookies[who] = s.session(who)
			continue
		}
		s.tokens[who] = s.key(who, oauth.ScopeAdmin)
	}
	s.tokens["print"], s.tokens["pair"] = s.key("owner", oauth.ScopePrint), s.key("owner", oauth.ScopePair)
	s.tokens["identity"] = s.identity()
	s.cookies["cookie"], s.cookies["overseer"] = s.session("owner"), s.session("administrator")
	s.connector("connector", "owner", "Secret-px")
	s.connector("sibling", "owner", "other-px")
	s.connector("foreign", "stranger", "Secret-px")
	return s
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (s *scene) key(who string, scope oauth.Scope) string {
	s.b.t.Helper()
	key, _, err := s.b.oauth.MakeKey(s.b.t.Context(), s.callers[who].User.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{scope}})
	s.b.ok(err)
	return key.Reveal()
}

func (s *scene) session(who string) string {
	s.b.t.Helper()
	cookie, err := s.b.oauth.NewSession(s.b.t.Context(), s.callers[who].User.ID)
	s.b.ok(err)
	return cookie.Reveal()
}

// identity returns a token of the owner that was given for a name and an address only.
func (s *scene) identity() string {
	s.b.t.Helper()
	granted, err := s.b.oauth.GrantAuthorize(s.b.t.Context(), s.callers["owner"], oauth.AuthorizeRequest{ClientID: "c", RedirectURI: "oob", Scope: "email"})
	s.b.ok(err)
	access, _ := s.b.tokens(granted.Code)
	return access
}

func (s *scene) connector(name, owner, proxy string) {
	s.b.t.Helper()
	ctx := s.b.t.Context()
	code, err := s.b.service.CreateRobot(ctx, s.callers[owner], cloud.RobotRequest{ClientID: "c", Proxy: gcp.ProxyID(proxy)})
	s.b.ok(err)
	s.tokens[name], _ = s.b.tokens(code.Code)
	s.callers[name], err = s.b.oauth.Authenticate(ctx, s.tokens[name])
	s.b.ok(err)
}

// fresh makes the printer and all around it anew, if a call has changed anything. The
// owner may tell /update something first.
func (s *scene) fresh(before []string) {
	s.b.t.Helper()
	if !s.spoiled {
		return
	}
	s.n++
	name := fmt.Sprint("queue-", s.n)
	display, proxy, firmware := "Secret printer", "Secret-px", "1.0"
	p, err := s.b.service.Register(s.b.t.Context(), s.callers["connector"], cloud.PrinterFields{
		Name: &name, UUID: &name, Proxy: &proxy, DefaultDisplayName: &display, Firmware: &firmware, Capabilities: []byte(cdd),
	})
	s.b.ok(err)
	s.values = map[string]string{
		"printer": string(p.ID), "name": name, "proxy": proxy, "fresh": name + "-px",
		"robot": `"robot": "` + string(s.callers["connector"].Robot.ID) + `"`, "ppd": legacySample(s.b.t, "office.ppd"),
	}
	s.shares(p.ID)
	s.values["job"], s.values["ended"] = s.job(p.ID), s.job(p.ID)
	s.b.must(s.b.post("control", s.tokens["connector"], "jobid", s.values["ended"], "status", "DONE"))
	s.devices()
	if before != nil {
		s.b.must(s.b.post("update", s.tokens["owner"], append([]string{"printerid", string(p.ID)}, before...)...))
	}
	s.snapshot()
}

// shares gives the printer to who has a role on it, and offers it to invited.
func (s *scene) shares(p gcp.PrinterID) {
	s.b.t.Helper()
	ctx := s.b.t.Context()
	for who, role := range map[string]gcp.Role{
		"invited": gcp.RoleUser, "guest": gcp.RoleUser, "user": gcp.RoleUser, "sender": gcp.RoleUser, "manager": gcp.RoleManager, "other-manager": gcp.RoleManager,
	} {
		s.b.ok(s.b.service.Share(ctx, s.callers["owner"], cloud.ShareRequest{Printer: p, Scope: who + "@example.org", Role: role}))
		if who != "invited" {
			_, err := s.b.service.ProcessInvite(ctx, s.callers[who], p, true)
			s.b.ok(err)
		}
	}
}

func (s *scene) job(p gcp.PrinterID) string {
	s.b.t.Helper()
	a := s.b.must(s.b.post("submit", s.tokens["sender"], "printerid", string(p), "title", "Secret title",
		"ticket", `{"version":"1.0","print":{"copies":{"copies":7}}}`, "contentType", "application/pdf", "content", pdf))
	return string(a.Job.ID)
}

// devices registers devices without an account: one that waits to be claimed, one that
// nobody claims, and one that the owner has claimed.
func (s *scene) devices() {
	s.b.t.Helper()
	ctx, v := s.b.t.Context(), s.values
	register := func() cloud.Claim {
		name, proxy := "device", "device-px"
		c, err := s.b.service.RegisterAnonymous(ctx, cloud.PrinterFields{Name: &name, Proxy: &proxy})
		s.b.ok(err)
		return c
	}
	open, waiting, claimed := register(), register(), register()
	_, err := s.b.service.Confirm(ctx, s.callers["owner"], claimed.Token)
	s.b.ok(err)
	for _, c := range []cloud.Claim{waiting, claimed} { // a device's first poll is noted
		_, _ = s.b.service.AuthCode(ctx, cloud.ClaimPoll{Printer: c.Printer.ID, Secret: c.Poll, ClientID: "device"})
	}
	v["token"], v["spent"] = open.Token, claimed.Token
	v["waiting"], v["waitpoll"] = string(waiting.Printer.ID), waiting.Poll
	v["claimed"], v["poll"] = string(claimed.Printer.ID), claimed.Poll
}

// fill puts in what the scene has.
func (s *scene) fill(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		if name, ok := strings.CutPrefix(a, "$"); ok {
			a = s.values[name]
		}
		out[i] = a
	}
	return out
}

// fillUnknown is fill with printers and jobs that do not exist.
func (s *scene) fillUnknown(args []string) []string {
	out := s.fill(args)
	for i, a := range args {
		switch a {
		case "$printer", "$job", "$ended", "$claimed":
			out[i] = strings.Repeat("f", len(out[i]))
		case "$proxy":
			out[i] = "unknown-px"
		}
	}
	return out
}

// call makes one call as the caller of a column.
func (s *scene) call(who, name string, args []string) answer {
	s.b.t.Helper()
	cookie := s.cookies[who]
	if who != "nobody" && s.tokens[who] == "" && cookie == "" {
		s.b.t.Fatalf("nobody is called %q", who)
	}
	if cookie != "" && who != "cookie" {
		args = append(args, "xsrf", s.b.oauth.XSRF(cookie))
	}
	r := s.b.request("POST", "/cloudprint/"+name, s.tokens[who], "application/x-www-form-urlencoded", form(args...).Encode())
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: oauth.CookieName, Value: cookie})
	}
	a := s.b.do(r)
	if name == "ticket" || name == "download" { // no envelope
		a.Success = a.status == http.StatusOK && !strings.Contains(a.raw, `"success":`)
	}
	return a
}

// snapshot notes what the store holds of the scene, and of everything, without the
// times at which somebody was seen and how often a connector asked.
func (s *scene) snapshot() {
	s.b.t.Helper()
	ctx, db := s.b.t.Context(), s.b.db
	printers, err := db.ListPrinters(ctx, cloud.PrinterFilter{Also: cloud.HiddenToo})
	s.b.ok(err)
	robots, err := db.ListRobots(ctx, "")
	s.b.ok(err)
	for i := range robots {
		robots[i].LastSeen, robots[i].LeaseUntil = time.Time{}, time.Time{}
	}
	var mine any
	for i := range printers {
		printers[i].AccessTime = time.Time{}
		if printers[i].ID == gcp.PrinterID(s.values["printer"]) {
			mine = printers[i]
		}
	}
	shares, err := db.Shares(ctx, gcp.PrinterID(s.values["printer"]))
	s.b.ok(err)
	jobs, _, err := db.ListJobs(ctx, cloud.JobFilter{Printers: []gcp.PrinterID{gcp.PrinterID(s.values["printer"])}, Limit: 100})
	s.b.ok(err)
	for i := range jobs {
		jobs[i].DeliveryAttempts = 0
	}
	var serving any
	for _, r := range robots {
		if r.ID == s.callers["connector"].Robot.ID {
			serving = r
		}
	}
	s.own = s.text(mine, serving, shares, jobs)
	s.all = s.own + s.text(printers, robots)
}

func (s *scene) text(parts ...any) string {
	s.b.t.Helper()
	raw, err := json.Marshal(parts)
	s.b.ok(err)
	return string(raw)
}
