package cloud_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Who may do what; foreign and unknown are refused alike.
func TestRights(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	manager, domain, pending := w.person("mallory@example.com"), w.person("dora@corp.example"), w.person("peter@example.org")
	w.share("bob@example.com", gcp.RoleUser)
	w.accept(w.bob)
	w.share("mallory@example.com", gcp.RoleManager)
	w.accept(manager)
	w.share("/hd/domain/corp.example", gcp.RoleUser)
	w.share("peter@example.org", gcp.RoleUser)
	j := w.submit(w.bob)
	for _, tt := range []struct {
		name                         string
		c                            cloud.Caller
		role                         gcp.Role
		see, print, fetch, job, edit bool
	}{
		{"owner", w.alice, gcp.RoleOwner, true, true, false, true, true},
		{"manager", manager, gcp.RoleManager, true, true, false, true, true},
		{"sender", w.bob, gcp.RoleUser, true, true, false, true, false},
		{"domain", domain, gcp.RoleUser, true, true, false, false, false},
		{"pending", pending, "", false, false, false, false, false},
		{"stranger", w.eve, "", false, false, false, false, false},
		{"robot", w.robot, gcp.RoleOwner, true, false, true, true, true},
		{"other robot", w.other, "", false, false, false, false, false},
		{"nobody", cloud.Caller{}, "", false, false, false, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check := func(what string, err error, ok bool) {
				t.Helper()
				if (err == nil) != ok {
					t.Errorf("%s: %v, want allowed %t", what, err, ok)
				}
			}
			view, err := w.Printer(ctx, tt.c, w.printer)
			check("see", err, tt.see)
			if view.Role != tt.role {
				t.Errorf("role %q, want %q", view.Role, tt.role)
			}
			list, _ := w.Search(ctx, tt.c, cloud.PrinterQuery{Connection: gcp.ConnectionAll})
			if (len(list) == 1) != tt.see {
				t.Errorf("search found %d", len(list))
			}
			_, err = w.Submit(ctx, tt.c, cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: w.document()})
			check("print", err, tt.print)
			_, err = w.Fetch(ctx, tt.c, cloud.FetchQuery{Printer: w.printer})
			check("fetch", err, tt.fetch)
			_, err = w.Job(ctx, tt.c, j.ID)
			check("job", err, tt.job)
			_, err = w.text(tt.c, j.ID)
			check("document", err, tt.job)
			name := "new"
			_, err = w.UpdatePrinter(ctx, tt.c, w.printer, cloud.PrinterFields{DisplayName: &name})
			check("edit", err, tt.edit)
			if tt.c.Anonymous() {
				return
			}
			if !tt.see {
				same(t, "printer", w.printerErr(tt.c, w.printer), w.printerErr(tt.c, "unknown"))
			}
			if !tt.job {
				_, foreign := w.report(tt.c, j.ID, gcp.StateOf(gcp.JobDone))
				_, unknown := w.report(tt.c, "unknown", gcp.StateOf(gcp.JobDone))
				same(t, "job", foreign, unknown)
				if !errors.Is(foreign, cloud.ErrNotFound) {
					t.Errorf("foreign job: %v", foreign)
				}
			}
		})
	}
}

func (w *world) printerErr(c cloud.Caller, id gcp.PrinterID) error {
	_, err := w.Printer(w.t.Context(), c, id)
	return err
}

func same(t *testing.T, what string, foreign, unknown error) {
	t.Helper()
	if foreign == nil || unknown == nil || foreign.Error() != unknown.Error() || cloud.KindOf(foreign) != cloud.KindOf(unknown) {
		t.Errorf("%s: foreign %v, unknown %v", what, foreign, unknown)
	}
}

func TestForeignFetchIsNoJob(t *testing.T) {
	w := newWorld(t)
	w.submit(w.alice)
	for _, id := range []gcp.PrinterID{w.printer, "unknown"} {
		if _, err := w.Fetch(t.Context(), w.other, cloud.FetchQuery{Printer: id}); cloud.KindOf(err) != cloud.KindNoJob {
			t.Errorf("fetch of %s: %v", id, err)
		}
	}
}

// The classic connector crashes on tags shorter than six characters.
func TestRobotsSeeNoShortTags(t *testing.T) {
	w := newWorld(t)
	_, err := w.UpdatePrinter(t.Context(), w.robot, w.printer, cloud.PrinterFields{AddTags: []string{"tag", "__cp__a=b", "^own"}})
	must(t, err)
	p, err := w.Printer(t.Context(), w.robot, w.printer)
	must(t, err)
	if !slices.Equal(p.Tags, []string{"__cp__a=b"}) {
		t.Errorf("robot sees %q", p.Tags)
	}
	p, err = w.Printer(t.Context(), w.alice, w.printer)
	must(t, err)
	for _, tag := range []string{"^own", "tag", "__cp__a=b", "^can_share"} {
		if !slices.Contains(p.Tags, tag) {
			t.Errorf("owner sees %q, without %s", p.Tags, tag)
		}
	}
	_, err = w.UpdatePrinter(t.Context(), w.robot, w.printer, cloud.PrinterFields{RemoveTags: []string{"__cp__.*"}, AddTags: []string{"__cp__c=d"}})
	must(t, err)
	p, err = w.Printer(t.Context(), w.robot, w.printer)
	must(t, err)
	if !slices.Equal(p.Tags, []string{"__cp__c=d"}) {
		t.Errorf("after remove_tag and tag: %q", p.Tags)
	}
}

func TestSubmitRefuses(t *testing.T) {
	w := newWorld(t)
	for name, tt := range map[string]struct {
		change func(*cloud.Submission)
		kind   cloud.Kind
		words  string
	}{
		"type":            {func(s *cloud.Submission) { s.ContentType = "text/html" }, cloud.KindUnsupported, "application/pdf"},
		"ticket":          {func(s *cloud.Submission) { s.Ticket = []byte(`{"print":{"copies":{"copies":99}}}`) }, cloud.KindInvalid, ""},
		"not a ticket":    {func(s *cloud.Submission) { s.Ticket = []byte(`[1]`) }, cloud.KindInvalid, ""},
		"empty document":  {func(s *cloud.Submission) { s.Document.Size = 0 }, cloud.KindInvalid, "empty"},
		"unknown printer": {func(s *cloud.Submission) { s.Printer = "x" }, cloud.KindNotFound, ""},
		"no printer":      {func(s *cloud.Submission) { s.Printer = "" }, cloud.KindMissing, ""},
	} {
		sub := cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: w.document()}
		tt.change(&sub)
		_, err := w.Submit(t.Context(), w.alice, sub)
		if cloud.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%s: %v, want kind %s", name, err, tt.kind)
		}
	}
	jobs, total, err := w.Jobs(t.Context(), w.alice, cloud.JobQuery{})
	if err != nil || total != 0 || len(jobs) != 0 {
		t.Errorf("refused submissions left %d jobs, %v", total, err)
	}
}

func TestSubmitCleansTheTitle(t *testing.T) {
	w := newWorld(t)
	j, err := w.Submit(t.Context(), w.alice, cloud.Submission{
		Printer: w.printer, ContentType: "Application/PDF; x=y", Document: w.document(),
		Title: "a\x00b\r\n" + strings.Repeat("ü", 300), Ticket: []byte(" "),
	})
	must(t, err)
	if want := "ab" + strings.Repeat("ü", 253); j.Title != want || string(j.Ticket) != "{}" || j.ContentType != "application/pdf" {
		t.Errorf("title %q, ticket %s, type %s", j.Title, j.Ticket, j.ContentType)
	}
}

func TestQuota(t *testing.T) {
	w := newWorld(t)
	on, two := true, 2
	_, err := w.UpdatePrinter(t.Context(), w.alice, w.printer, cloud.PrinterFields{QuotaEnabled: &on, DailyQuota: &two})
	must(t, err)
	w.submit(w.alice)
	w.submit(w.alice)
	_, err = w.Submit(t.Context(), w.alice, cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: w.document()})
	if cloud.KindOf(err) != cloud.KindQuota {
		t.Errorf("third of two: %v", err)
	}
	w.clock.add(24 * 3600e9)
	w.submit(w.alice)
}

// A person has a quota of the own, whatever others print, and is told when it ends.
func TestQuotaOfEachPerson(t *testing.T) {
	w := newWorld(t)
	w.share("bob@example.com", gcp.RoleUser)
	_, err := w.ProcessInvite(t.Context(), w.bob, w.printer, true)
	must(t, err)
	one := 1
	p, err := w.UpdatePrinter(t.Context(), w.alice, w.printer, cloud.PrinterFields{PersonQuota: &one})
	if err != nil || p.PersonQuota != 1 {
		t.Fatalf("the quota is %d, %v", p.PersonQuota, err)
	}
	w.submit(w.alice)
	w.submit(w.bob)
	_, err = w.Submit(t.Context(), w.bob, cloud.Submission{Printer: w.printer, ContentType: "application/pdf", Document: w.document()})
	// The world begins at 22:13:20 UTC.
	if cloud.KindOf(err) != cloud.KindQuota || !strings.Contains(err.Error(), "daily_quota_per_person") || !strings.Contains(err.Error(), "in 106 minutes") {
		t.Errorf("second of one: %v", err)
	}
	w.clock.add(106*time.Minute + 40*time.Second)
	w.submit(w.bob)
}

func TestInvitation(t *testing.T) {
	w := newWorld(t)
	w.share("bob@example.com", gcp.RoleUser)
	invites, err := w.Invites(t.Context(), w.bob)
	if err != nil || len(invites) != 1 || invites[0].Sender.Email != "alice@example.com" || invites[0].Printer.Capabilities != nil {
		t.Fatalf("invitations %+v, %v", invites, err)
	}
	_, err = w.ProcessInvite(t.Context(), w.bob, w.printer, false)
	must(t, err)
	if err := w.printerErr(w.bob, w.printer); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("after refusing: %v", err)
	}
	for _, r := range []cloud.ShareRequest{
		{Printer: w.printer, Scope: ""},
		{Printer: w.printer, Scope: "nobody"},
		{Printer: w.printer, Scope: "/hd/domain/"},
		{Printer: w.printer, Scope: "x@example.com", Role: gcp.RoleOwner},
		{Printer: w.printer, Scope: "alice@example.com"},
	} {
		if err := w.Share(t.Context(), w.alice, r); cloud.KindOf(err) != cloud.KindInvalid {
			t.Errorf("share %+v: %v", r, err)
		}
	}
}

func TestPublicPrinter(t *testing.T) {
	w := newWorld(t)
	must(t, w.Share(t.Context(), w.alice, cloud.ShareRequest{Printer: w.printer, Public: true}))
	p, err := w.Printer(t.Context(), w.alice, w.printer)
	must(t, err)
	if err := w.printerErr(w.eve, w.printer); err == nil {
		t.Error("seen without the key")
	}
	if _, err := w.AddPublic(t.Context(), w.eve, w.printer, "wrong"); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("wrong key: %v", err)
	}
	got, err := w.AddPublic(t.Context(), w.eve, w.printer, p.PublicKey)
	if err != nil || got.Role != gcp.RoleUser || got.PublicKey != "" {
		t.Errorf("right key: role %s, %v", got.Role, err)
	}
	must(t, w.Unshare(t.Context(), w.alice, cloud.ShareRequest{Printer: w.printer, Public: true}))
	if err := w.printerErr(w.eve, w.printer); err == nil {
		t.Error("still seen when no longer public")
	}
}

// A printer keeps its id when it registers again, under a new name too.
func TestRegisterAgain(t *testing.T) {
	w := newWorld(t)
	name, renamed, uuid, proxy := "queue", "renamed", "u-1", "proxy"
	p, err := w.Register(t.Context(), w.robot, cloud.PrinterFields{Name: &name, UUID: &uuid})
	must(t, err)
	q, err := w.Register(t.Context(), w.robot, cloud.PrinterFields{Name: &renamed, UUID: &uuid})
	must(t, err)
	if p.ID != w.printer || q.ID != w.printer || q.Name != renamed {
		t.Errorf("ids %s, %s, want %s", p.ID, q.ID, w.printer)
	}
	again := w.connector("")
	q, err = w.Register(t.Context(), again, cloud.PrinterFields{Name: &renamed, Proxy: &proxy})
	must(t, err)
	if q.ID != w.printer || q.Robot != again.Robot.ID {
		t.Errorf("a new connector got %s with robot %s", q.ID, q.Robot)
	}
}

// fullDisk is a store of documents without room.
type fullDisk struct{ cloud.Blobs }

func (fullDisk) Room(context.Context) error { return &cloud.Error{Kind: cloud.KindUnavailable} }

// Strangers do not write into the last of the disk.
func TestNoRegistrationWithoutRoom(t *testing.T) {
	w := newWorld(t)
	s := cloud.New(cloud.Config{Domain: "print.example.com", Store: w.db, Blobs: fullDisk{w.blobs}, Codes: codes{}, Now: w.clock.Now})
	name, proxy := "device", "px"
	_, err := s.RegisterAnonymous(t.Context(), cloud.PrinterFields{Name: &name, Proxy: &proxy})
	if cloud.KindOf(err) != cloud.KindUnavailable {
		t.Errorf("registered on a full disk: %v", err)
	}
}

// A manager does not decide who else is one, and may step back.
func TestManagersAreTheOwnersAffair(t *testing.T) {
	w := newWorld(t)
	manager, other := w.bob, w.eve
	for _, c := range []cloud.Caller{manager, other} {
		must(t, w.Share(t.Context(), w.alice, cloud.ShareRequest{Printer: w.printer, Scope: c.User.Email, Role: gcp.RoleManager}))
		_, err := w.ProcessInvite(t.Context(), c, w.printer, true)
		must(t, err)
	}
	of := func(c cloud.Caller) cloud.ShareRequest {
		return cloud.ShareRequest{Printer: w.printer, Scope: " " + strings.ToUpper(c.User.Email), Role: gcp.RoleUser}
	}
	if err := w.Share(t.Context(), manager, of(other)); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("demoting another manager: %v", err)
	}
	if err := w.Unshare(t.Context(), manager, of(other)); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("removing another manager: %v", err)
	}
	must(t, w.Unshare(t.Context(), manager, of(manager)))
	must(t, w.Share(t.Context(), w.alice, of(other)))
	must(t, w.Unshare(t.Context(), w.alice, of(other)))
}

// Nobody tries many registration tokens; who types a good one is not held up.
func TestGuessingClaims(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for range 10 {
		_, err := w.Confirm(ctx, w.alice, "WRONG")
		refusedAs(t, "a guess", err, cloud.KindInvalid)
	}
	name, proxy := "device", "other"
	claim, err := w.RegisterAnonymous(ctx, cloud.PrinterFields{Name: &name, Proxy: &proxy})
	must(t, err)
	_, err = w.Confirm(ctx, w.alice, claim.Token)
	refusedAs(t, "the eleventh", err, cloud.KindQuota)
	w.clock.add(15 * time.Minute)
	claim, err = w.RegisterAnonymous(ctx, cloud.PrinterFields{Name: &name, Proxy: &proxy})
	must(t, err)
	_, err = w.Confirm(ctx, w.alice, claim.Token)
	must(t, err)
}

func TestClaim(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	name, proxy := "device", "proxy" // a proxy that alice's connector has
	claim, err := w.RegisterAnonymous(ctx, cloud.PrinterFields{Name: &name, Proxy: &proxy})
	must(t, err)
	if _, err := w.AuthCode(ctx, cloud.ClaimPoll{Printer: claim.Printer.ID, Secret: claim.Poll, ClientID: "c"}); cloud.KindOf(err) != cloud.KindNotClaimed {
		t.Errorf("before the claim: %v", err)
	}
	if _, err := w.Confirm(ctx, w.alice, "WRONG"); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("wrong token: %v", err)
	}
	p, err := w.Confirm(ctx, w.alice, " "+strings.ToLower(claim.Token))
	must(t, err)
	code, err := w.AuthCode(ctx, cloud.ClaimPoll{Printer: p.ID, Secret: claim.Poll, ClientID: "c"})
	must(t, err)
	if code.UserEmail != "alice@example.com" || code.JID != string(code.Robot.ID)+"@print.example.com" || code.Robot.ID == w.robot.Robot.ID {
		t.Errorf("code %+v", code)
	}
	if _, err := w.Confirm(ctx, w.eve, claim.Token); cloud.KindOf(err) != cloud.KindInvalid {
		t.Errorf("confirmed twice: %v", err)
	}
	// The claimed device must not take over what alice's connector registered.
	queue := "queue"
	device := cloud.Caller{Robot: &code.Robot}
	if _, err := w.Register(ctx, device, cloud.PrinterFields{Name: &queue, Proxy: &proxy}); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("take-over: %v", err)
	}
	late, err := w.RegisterAnonymous(ctx, cloud.PrinterFields{Name: &name, Proxy: &proxy})
	must(t, err)
	w.clock.add(16 * 60e9)
	if _, err := w.Confirm(ctx, w.alice, late.Token); cloud.KindOf(err) != cloud.KindTokenExpired {
		t.Errorf("expired token: %v", err)
	}
	if _, err := w.AuthCode(ctx, cloud.ClaimPoll{Printer: late.Printer.ID, Secret: late.Poll, ClientID: "c"}); cloud.KindOf(err) != cloud.KindTokenExpired {
		t.Errorf("poll of an expired token: %v", err)
	}
}
