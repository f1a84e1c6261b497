package cloud_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// hold sends a job that is held, and that others may release.
func (w *world) hold(c cloud.Caller, r cloud.Releasers) gcp.JobID {
	w.t.Helper()
	j, err := w.Submit(w.t.Context(), c, cloud.Submission{
		Printer: w.printer, Title: "title", ContentType: "application/pdf", Document: w.document(), Hold: true, Releasers: r,
	})
	must(w.t, err)
	return j.ID
}

func (w *world) stateOf(id gcp.JobID) gcp.JobStateType {
	w.t.Helper()
	j, _, err := w.db.Job(w.t.Context(), id)
	must(w.t, err)
	return j.State.Type
}

// another registers a printer of alice's that takes a type of document.
func (w *world) another(name, kind string) gcp.PrinterID {
	w.t.Helper()
	p, err := w.Register(w.t.Context(), w.robot, cloud.PrinterFields{Name: &name, Capabilities: []byte(strings.Replace(cdd, "application/pdf", kind, 1))})
	must(w.t, err)
	return p.ID
}

// A sticker shows and does for everybody who scans it what it does for that person
// without it, and for a stranger nothing.
func TestStickerGivesNoRights(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.share(w.bob.User.Email, gcp.RoleUser)
	w.accept(w.bob)
	second, images := w.another("second", "application/pdf"), w.another("images", "image/jpeg")
	key, err := w.RenewSticker(ctx, w.alice, w.printer)
	must(t, err)
	elsewhere, err := w.RenewSticker(ctx, w.alice, second)
	must(t, err)
	unfit, err := w.RenewSticker(ctx, w.alice, images)
	must(t, err)
	alices, bobs := w.hold(w.alice, cloud.Releasers{}), w.hold(w.bob, cloud.Releasers{})
	ids := func(jobs []cloud.Job) []gcp.JobID {
		var list []gcp.JobID
		for _, j := range jobs {
			list = append(list, j.ID)
		}
		return list
	}
	for name, tt := range map[string]struct {
		who             cloud.Caller
		key             cloud.StickerKey
		printer         string
		here, elsewhere []gcp.JobID
	}{
		"owner":                             {w.alice, key, "queue", []gcp.JobID{alices}, nil},
		"owner, at another printer":         {w.alice, elsewhere, "second", nil, []gcp.JobID{alices}},
		"owner, where it cannot be printed": {w.alice, unfit, "images", nil, nil},
		"user":                              {w.bob, key, "queue", []gcp.JobID{bobs}, nil},
		"user, where he has no rights":      {w.bob, elsewhere, "", nil, nil},
		"stranger":                          {w.eve, key, "", nil, nil},
	} {
		at, err := w.AtSticker(ctx, tt.who, tt.key)
		must(t, err)
		if at.Name != tt.printer || !slices.Equal(ids(at.Here), tt.here) || !slices.Equal(ids(at.Elsewhere), tt.elsewhere) || len(at.Others) > 0 {
			t.Errorf("%s: %+v", name, at)
		}
	}
	for name, tt := range map[string]struct {
		who cloud.Caller
		id  gcp.JobID
		at  gcp.PrinterID
	}{
		"a stranger":                       {w.eve, bobs, w.printer},
		"the printer's owner":              {w.alice, bobs, w.printer},
		"where the sender may not print":   {w.bob, bobs, second},
		"where the document is not a fit":  {w.alice, alices, images},
		"a stranger, at no known printer":  {w.eve, alices, ""},
		"a job that does not exist at all": {w.bob, "nothing", w.printer},
	} {
		if n, _ := w.ReleaseHeld(ctx, tt.who, []gcp.JobID{tt.id}, tt.at); n != 0 {
			t.Errorf("%s: released %d", name, n)
		}
	}
	if w.stateOf(alices) != gcp.JobHeld || w.stateOf(bobs) != gcp.JobHeld {
		t.Fatal("something was released")
	}
	for name, id := range map[string]gcp.PrinterID{"a stranger": w.printer, "a user": second} {
		for what, err := range map[string]error{
			"sees the sticker": func() error { _, err := w.Sticker(ctx, w.eve, id); return err }(),
			"makes one":        func() error { _, err := w.RenewSticker(ctx, w.eve, id); return err }(),
		} {
			if cloud.KindOf(err) != cloud.KindNotFound {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
	}
	if _, err := w.RenewSticker(ctx, w.bob, w.printer); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("a user makes a sticker: %v", err)
	}
	again, err := w.RenewSticker(ctx, w.alice, w.printer)
	must(t, err)
	if _, err := w.AtSticker(ctx, w.alice, key); again == key || cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("the old sticker: %v", err)
	}
}

// What is held prints at the printer at which its sender stands, once.
func TestReleaseAtAPrinter(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	second := w.another("second", "application/pdf")
	here, there := w.hold(w.alice, cloud.Releasers{}), w.hold(w.alice, cloud.Releasers{PIN: "123456"})
	n, err := w.ReleaseHeld(ctx, w.alice, []gcp.JobID{here, here}, w.printer)
	must(t, err)
	if n != 1 || w.stateOf(here) != gcp.JobQueued {
		t.Errorf("released %d times, it is %s", n, w.stateOf(here))
	}
	if n, err = w.ReleaseHeld(ctx, w.alice, []gcp.JobID{there}, second); err != nil || n != 1 {
		t.Fatalf("print here: %d, %v", n, err)
	}
	if w.stateOf(there) != gcp.JobAborted {
		t.Errorf("the job at the first printer is %s", w.stateOf(there))
	}
	jobs, err := w.Fetch(ctx, w.robot, cloud.FetchQuery{Printer: second})
	must(t, err)
	if len(jobs) != 1 || jobs[0].ReleaseBy != (cloud.ReleaseBy{}) {
		t.Errorf("the second printer has %+v", jobs)
	}
}

// A delegate releases, and does nothing else; taken back, not even that.
func TestDelegate(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	one, other := w.hold(w.alice, cloud.Releasers{Delegate: " Bob@Example.com"}), w.hold(w.alice, cloud.Releasers{Delegate: "bob@example.com"})
	held, err := w.Held(ctx, w.bob)
	must(t, err)
	if len(held.Others) != 2 || held.Others[0].Sender != "alice@example.com" || held.Others[0].PrinterName != "queue" || len(held.Here) > 0 {
		t.Fatalf("%+v", held)
	}
	if _, err := w.Job(ctx, w.bob, one); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("the delegate reads the job: %v", err)
	}
	if _, err := w.text(w.bob, one); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("the delegate reads the document: %v", err)
	}
	if _, err := w.report(w.bob, one, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("the delegate cancels it: %v", err)
	}
	if n, err := w.ReleaseHeld(ctx, w.bob, []gcp.JobID{one}, w.another("second", "application/pdf")); n != 0 || err != nil {
		t.Errorf("the delegate prints it elsewhere: %d, %v", n, err)
	}
	if err := w.SetReleasers(ctx, w.bob, other, cloud.Releasers{Delegate: "eve@example.net"}, cloud.PINKept); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("the delegate names another: %v", err)
	}
	must(t, w.SetReleasers(ctx, w.alice, other, cloud.Releasers{}, cloud.PINKept))
	n, err := w.ReleaseHeld(ctx, w.bob, []gcp.JobID{one, other}, "")
	must(t, err)
	if n != 1 || w.stateOf(one) != gcp.JobQueued || w.stateOf(other) != gcp.JobHeld {
		t.Errorf("released %d: %s and %s", n, w.stateOf(one), w.stateOf(other))
	}
	log, err := w.db.Audit(ctx, cloud.AuditFilter{Limit: 1})
	must(t, err)
	if log[0].By != w.bob.User.ID || log[0].Note != "released a held job for its sender" {
		t.Errorf("the audit log has %+v", log[0])
	}
}

// Whoever knows sender and PIN releases the job; a wrong one tells nothing, and is
// counted for who types it and for the job.
func TestReleaseByPIN(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	try := func(c cloud.Caller, sender, pin string) (int, error) {
		return w.ReleaseByPIN(ctx, c, cloud.PINRelease{Sender: sender, PIN: pin, Printer: w.printer})
	}
	for _, pin := range []string{"123", "123456789", "12a4", "１２３４", "-123"} {
		_, err := w.Submit(ctx, w.alice, cloud.Submission{
			Printer: w.printer, Title: "t", ContentType: "application/pdf", Document: w.document(), Releasers: cloud.Releasers{PIN: pin},
		})
		if cloud.KindOf(err) != cloud.KindInvalid {
			t.Errorf("PIN %q: %v", pin, err)
		}
	}
	one, other := w.hold(w.alice, cloud.Releasers{PIN: "2468"}), w.hold(w.alice, cloud.Releasers{PIN: "13579"})
	plain := w.hold(w.alice, cloud.Releasers{})
	wrong := map[string]error{}
	for name, tt := range map[string][2]string{
		"wrong PIN": {"alice@example.com", "0000"}, "no PIN": {"alice@example.com", ""}, "unknown sender": {"zoe@example.com", "2468"},
		"sender without jobs": {"bob@example.com", "2468"},
	} {
		n, err := try(w.eve, tt[0], tt[1])
		if n != 0 || cloud.KindOf(err) != cloud.KindForbidden {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		wrong[err.Error()] = err
	}
	if len(wrong) != 1 {
		t.Errorf("wrong ones are told apart: %v", wrong)
	}
	n, err := try(w.eve, " Alice@example.com", "2468")
	must(t, err)
	if n != 1 || w.stateOf(one) != gcp.JobQueued || w.stateOf(other) != gcp.JobHeld || w.stateOf(plain) != gcp.JobHeld {
		t.Errorf("released %d: %s, %s, %s", n, w.stateOf(one), w.stateOf(other), w.stateOf(plain))
	}
	if j, _, err := w.db.Job(ctx, other); err != nil || j.ReleaseBy.Tries != 2 || strings.Contains(j.ReleaseBy.PINHash, "13579") {
		t.Errorf("%+v, %v: two wrong tries", j.ReleaseBy, err)
	}
	if n, err := try(w.eve, "alice@example.com", "2468"); n != 0 || cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("a PIN that was used: %d, %v", n, err)
	}
}

// Ten wrong tries of one person end that person's tries for a while, and ten at one job
// end its PIN: its sender still releases it.
func TestGuessingPINs(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	job := w.hold(w.alice, cloud.Releasers{PIN: "2468"})
	try := func(c cloud.Caller, pin string) error {
		_, err := w.ReleaseByPIN(ctx, c, cloud.PINRelease{Sender: "alice@example.com", PIN: pin})
		return err
	}
	for range 5 {
		if err := try(w.bob, "0000"); cloud.KindOf(err) != cloud.KindForbidden {
			t.Fatal(err)
		}
	}
	for range 5 {
		if err := try(w.eve, "0000"); cloud.KindOf(err) != cloud.KindForbidden {
			t.Fatal(err)
		}
	}
	if err := try(w.bob, "2468"); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("the right PIN after ten wrong ones: %v", err)
	}
	must(t, w.SetReleasers(ctx, w.alice, job, cloud.Releasers{PIN: "9753"}, cloud.PINKept))
	for range 4 {
		_ = try(w.bob, "0000")
	}
	if err := try(w.bob, "9753"); cloud.KindOf(err) != cloud.KindQuota {
		t.Errorf("the eleventh try of one person: %v", err)
	}
	w.clock.add(15 * time.Minute)
	must(t, try(w.bob, "9753"))
	if w.stateOf(job) != gcp.JobQueued {
		t.Errorf("it is %s", w.stateOf(job))
	}
}

// However many PINs are hashed, people sign in.
func TestPINsKeepNobodyOut(t *testing.T) {
	w := newWorld(t)
	const password = "correct horse battery"
	must(t, w.SetPassword(t.Context(), w.bob.User.ID, password))
	free, err := w.HoldPINs(t.Context())
	must(t, err)
	defer free()
	_, err = w.CheckPassword(t.Context(), cloud.PasswordCheck{Email: "bob@example.com", Password: password, From: "192.0.2.1"})
	must(t, err)
}

// A job that is held because the service was restored is its sender's alone to release.
func TestRestoredIsNotReleasedByPIN(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	job := w.hold(w.alice, cloud.Releasers{PIN: "2468", Delegate: "bob@example.com"})
	must(t, w.db.BeginEpoch(ctx, w.clock.Now()))
	if n, err := w.ReleaseByPIN(ctx, w.eve, cloud.PINRelease{Sender: "alice@example.com", PIN: "2468"}); n != 0 || err == nil {
		t.Errorf("by PIN: %d, %v", n, err)
	}
	if n, err := w.ReleaseHeld(ctx, w.bob, []gcp.JobID{job}, ""); n != 0 || err != nil {
		t.Errorf("by the delegate: %d, %v", n, err)
	}
}
