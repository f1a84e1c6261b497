package cloud_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// admin makes a caller an administrator.
func (w *world) admin(email string) cloud.Caller {
	w.t.Helper()
	c := w.person(email)
	u, err := w.db.UpdateUser(w.t.Context(), c.User.ID, func(u *cloud.User) ([]cloud.Event, error) {
		u.Admin = true
		return nil, nil
	})
	must(w.t, err)
	c.User, c.Via = &u, cloud.ViaCookie
	return c
}

// printerOf shares another printer of a robot.
func (w *world) printerOf(robot cloud.Caller, name, caps string) gcp.PrinterID {
	w.t.Helper()
	p, err := w.Register(w.t.Context(), robot, cloud.PrinterFields{Name: &name, Capabilities: []byte(caps)})
	must(w.t, err)
	return p.ID
}

// Everybody sees the own jobs, owners and managers those of their printers, and
// administrators all.
func TestWhoseJobsAreListed(t *testing.T) {
	w := newWorld(t)
	manager, root := w.person("mallory@example.com"), w.admin("root@example.com")
	for _, address := range []string{"bob@example.com", "mallory@example.com"} {
		w.share(address, map[string]gcp.Role{"bob@example.com": gcp.RoleUser, "mallory@example.com": gcp.RoleManager}[address])
	}
	w.accept(w.bob)
	w.accept(manager)
	bobs, alices := w.submit(w.bob).ID, w.submit(w.alice).ID
	program := root
	program.Via = cloud.ViaToken
	for _, tt := range []struct {
		name  string
		c     cloud.Caller
		scope cloud.JobScope
		want  []gcp.JobID // nil for a refusal
	}{
		{"alice's own", w.alice, cloud.ScopeMine, []gcp.JobID{alices}},
		{"alice's printer", w.alice, cloud.ScopePrinters, []gcp.JobID{alices, bobs}},
		{"alice, all", w.alice, cloud.ScopeAll, nil},
		{"bob's own", w.bob, cloud.ScopeMine, []gcp.JobID{bobs}},
		{"bob's printers", w.bob, cloud.ScopePrinters, []gcp.JobID{}},
		{"manager's own", manager, cloud.ScopeMine, []gcp.JobID{}},
		{"manager's printers", manager, cloud.ScopePrinters, []gcp.JobID{alices, bobs}},
		{"stranger's own", w.eve, cloud.ScopeMine, []gcp.JobID{}},
		{"stranger, all", w.eve, cloud.ScopeAll, nil},
		{"administrator's own", root, cloud.ScopeMine, []gcp.JobID{}},
		{"administrator's printers", root, cloud.ScopePrinters, []gcp.JobID{}},
		{"administrator, all", root, cloud.ScopeAll, []gcp.JobID{alices, bobs}},
		{"robot", w.robot, cloud.ScopeMine, nil},
		{"nobody", cloud.Caller{}, cloud.ScopeAll, nil},
	} {
		view, err := w.Browse(t.Context(), tt.c, cloud.BrowseQuery{Scope: tt.scope})
		if (err != nil) != (tt.want == nil) {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		have := []gcp.JobID{}
		for _, j := range view.Jobs {
			have = append(have, j.ID)
		}
		if tt.want != nil && !slices.Equal(have, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, have, tt.want)
		}
	}
	if _, err := w.Job(t.Context(), program, bobs); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("a key of an administrator sees a job of another: %v", err)
	}
	if view, err := w.Browse(t.Context(), manager, cloud.BrowseQuery{Scope: cloud.ScopePrinters, Printer: "another"}); err != nil || len(view.Jobs) > 0 {
		t.Errorf("the jobs of a foreign printer: %v %v", view, err)
	}
}

// An administrator sees that there is a job, and may stop it, but neither reads nor
// prints what is in it.
func TestAdministratorsOversee(t *testing.T) {
	w := newWorld(t)
	root := w.admin("root@example.com")
	j := w.submit(w.alice)
	view, err := w.Job(t.Context(), root, j.ID)
	must(t, err)
	if !view.Overseen {
		t.Error("it is not said that the job is another's")
	}
	for what, fn := range map[string]func() error{
		"read it":     func() error { _, err := w.Document(t.Context(), root, j.ID, gcp.Grant{}, cloud.Form{}); return err },
		"copy it":     func() error { _, err := w.Resubmit(t.Context(), root, j.ID, w.printer, nil); return err },
		"print again": func() error { _, err := w.PrintAgain(t.Context(), root, j.ID, ""); return err },
		"release it":  func() error { _, err := w.Control(t.Context(), root, wish(j.ID, gcp.JobQueued)); return err },
		"hold it":     func() error { _, err := w.Control(t.Context(), root, wish(j.ID, gcp.JobHeld)); return err },
		"confirm it":  func() error { _, err := w.Control(t.Context(), root, wish(j.ID, gcp.JobDone)); return err },
		"move it":     func() error { _, err := w.Move(t.Context(), root, j.ID, "another"); return err },
	} {
		if err := fn(); cloud.KindOf(err) != cloud.KindForbidden {
			t.Errorf("an administrator may %s: %v", what, err)
		}
	}
	cancelled := gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
	if _, err := w.Control(t.Context(), root, cloud.JobReport{Job: j.ID, State: &cancelled}); err != nil {
		t.Fatal(err)
	}
	log, err := w.Audit(t.Context(), root, cloud.AuditQuery{AuditFilter: cloud.AuditFilter{Limit: 1}})
	must(t, err)
	if len(log) != 1 || log[0].By != root.User.ID || log[0].Job != j.ID {
		t.Errorf("the audit log ends with %+v", log)
	}
}

func wish(id gcp.JobID, to gcp.JobStateType) cloud.JobReport {
	state := gcp.StateOf(to)
	return cloud.JobReport{Job: id, State: &state}
}

// A job that waits goes to another printer, with its document; the connector that
// was offered it at the first one does not get it any more.
func TestMove(t *testing.T) {
	w := newWorld(t)
	second := w.printerOf(w.robot, "second", cdd)
	j := w.submit(w.alice)
	offered, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer})
	must(t, err)
	moved, err := w.Move(t.Context(), w.alice, j.ID, second)
	must(t, err)
	if moved.ID == j.ID || moved.Printer != second || moved.State.Type != gcp.JobQueued || moved.Owner != j.Owner {
		t.Errorf("it became %+v", moved.Job)
	}
	old, err := w.Job(t.Context(), w.alice, j.ID)
	must(t, err)
	if !old.State.Equal(gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)) || old.Document.ID != "" || old.Message != "moved to second" {
		t.Errorf("of the first is left %+v", old.Job)
	}
	working := gcp.StateOf(gcp.JobInProgress)
	report := cloud.JobReport{Job: offered[0].ID, State: &working, Grant: gcp.Grant{Claim: "c1"}}
	if _, err := w.Control(t.Context(), w.robot, report); !errors.Is(err, cloud.ErrFinished) {
		t.Errorf("the connector took the first one: %v", err)
	}
	if _, err := w.Document(t.Context(), w.robot, offered[0].ID, gcp.Grant{Claim: "c1"}, cloud.Form{}); err == nil {
		t.Error("the connector has the document of the first one")
	}
	waiting, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: second})
	must(t, err)
	if len(waiting) != 1 || waiting[0].ID != moved.ID {
		t.Errorf("at the second printer wait %v", waiting)
	}
	d, err := w.Document(t.Context(), w.robot, moved.ID, gcp.Grant{}, cloud.Form{})
	must(t, err)
	must(t, d.Body.Close())
	if d.Digest != j.Document.Digest {
		t.Errorf("the document is %s", d.Digest)
	}
}

func TestMoveIsRefused(t *testing.T) {
	w := newWorld(t)
	w.share("bob@example.com", gcp.RoleUser)
	w.accept(w.bob)
	second := w.printerOf(w.robot, "second", cdd)
	images := w.printerOf(w.robot, "images", `{"version":"1.0","printer":{"supported_content_type":[{"content_type":"image/png"}]}}`)
	plain := w.printerOf(w.robot, "plain", strings.Replace(cdd, `,
	"copies":{"default":1,"max":9}`, `,"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true}]}`, 1))
	waits, taken := w.submit(w.alice), w.submit(w.alice)
	bobs := w.submit(w.bob)
	doc := w.document()
	ticket := []byte(`{"version":"1.0","print":{"duplex":{"type":"LONG_EDGE"}}}`)
	duplex, err := w.Submit(t.Context(), w.alice, cloud.Submission{
		Printer:     w.printerOf(w.robot, "duplex", strings.Replace(cdd, `"copies"`, `"duplex":{"option":[{"type":"LONG_EDGE"},{"type":"NO_DUPLEX","is_default":true}]},"copies"`, 1)),
		ContentType: "application/pdf", Document: doc, Ticket: ticket,
	})
	must(t, err)
	working := gcp.StateOf(gcp.JobInProgress)
	_, err = w.Control(t.Context(), w.robot, cloud.JobReport{Job: taken.ID, State: &working, Grant: gcp.Grant{Claim: "c1"}})
	must(t, err)
	for _, tt := range []struct {
		name string
		c    cloud.Caller
		job  gcp.JobID
		to   gcp.PrinterID
		want cloud.Kind
	}{
		{"taken", w.alice, taken.ID, second, cloud.KindFinished},
		{"no rights there", w.bob, bobs.ID, second, cloud.KindNotFound},
		{"no rights on the job", w.eve, waits.ID, second, cloud.KindNotFound},
		{"wrong type", w.alice, waits.ID, images, cloud.KindUnsupported},
		{"wrong ticket", w.alice, duplex.ID, plain, cloud.KindInvalid},
		{"same printer", w.alice, waits.ID, w.printer, cloud.KindInvalid},
		{"no printer", w.alice, waits.ID, "none", cloud.KindNotFound},
		{"no job", w.alice, "none", second, cloud.KindNotFound},
		{"robot", w.robot, waits.ID, second, cloud.KindCredentials},
	} {
		if _, err := w.Move(t.Context(), tt.c, tt.job, tt.to); cloud.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	// The owner of both printers moves what somebody else sent; it stays the sender's.
	moved, err := w.Move(t.Context(), w.alice, bobs.ID, second)
	must(t, err)
	if moved.OwnerEmail != "bob@example.com" {
		t.Errorf("the moved job belongs to %s", moved.OwnerEmail)
	}
	if _, err := w.Job(t.Context(), w.bob, moved.ID); err != nil {
		t.Errorf("the sender does not see it: %v", err)
	}
}

func TestSumsAreForOwnersAndAdministrators(t *testing.T) {
	w := newWorld(t)
	root := w.admin("root@example.com")
	w.share("bob@example.com", gcp.RoleUser)
	w.accept(w.bob)
	for i, c := range []cloud.Caller{w.alice, w.bob, w.bob} {
		j := w.submit(c)
		pages, done := i+1, gcp.StateOf(gcp.JobDone)
		_, err := w.Control(t.Context(), w.robot, cloud.JobReport{Job: j.ID, State: &done, PagesPrinted: &pages})
		must(t, err)
	}
	now := w.clock.Now()
	for _, tt := range []struct {
		name string
		c    cloud.Caller
		want string
	}{
		{"owner", w.alice, "[alice@example.com 1, bob@example.com 5]"},
		{"administrator", root, "[alice@example.com 1, bob@example.com 5]"},
		{"user", w.bob, "forbidden"},
		{"stranger", w.eve, "forbidden"},
		{"robot", w.robot, "credentials"},
		{"nobody", cloud.Caller{}, "credentials"},
	} {
		sums, err := w.Sums(t.Context(), tt.c, cloud.SumQuery{From: now, To: now, By: cloud.SumByPerson})
		have := string(cloud.KindOf(err))
		if err == nil {
			var list []string
			for _, m := range sums {
				list = append(list, fmt.Sprint(m.OwnerEmail, " ", m.Pages))
			}
			have = "[" + strings.Join(list, ", ") + "]"
		}
		if have != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, have, tt.want)
		}
	}
}
