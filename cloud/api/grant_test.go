package api

import (
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// The arguments of claims and runs on the wire, docs/extensions.md.
func TestClaimsOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	if a := b.must(b.post("list", b.robot, "proxy", "px")); a.Installation != nil || strings.Contains(a.raw, "installation") {
		t.Errorf("an old connector is told %s", a.raw)
	}
	announce := func(instance, run, was string) *gcp.Installation {
		t.Helper()
		a := b.must(b.post("list", b.robot, "proxy", "px", "instance", instance, "run", run, "was", was, "host", "desk", "version", "3"))
		if a.Installation == nil || len(a.Printers) != 1 || len(a.Installation.Epoch) != 32 {
			t.Fatal(a.raw)
		}
		return a.Installation
	}
	if i := announce("i", "r1", ""); i.Standing != gcp.StandingGranted || len(i.Twins) != 0 {
		t.Errorf("%+v", i)
	}
	if i := announce("i", "r2", "r1,r0"); i.Standing != gcp.StandingGranted {
		t.Errorf("%+v", i)
	}
	if i := announce("copy", "x1", "r1"); i.Standing != gcp.StandingStandby || len(i.Twins) != 2 || !i.Twins[1].Self || i.Twins[1].Address == "" {
		t.Errorf("%+v", i)
	}

	id := string(b.send(gcp.PrinterID(p), "a.pdf"))
	for what, tt := range map[string]struct {
		a    answer
		code gcp.ErrorCode
	}{
		"fetch of a stale run":   {b.post("fetch", b.robot, "printerid", p, "run", "x1"), gcp.CodeStandby},
		"fetch of restored jobs": {b.post("fetch", b.robot, "printerid", p, "run", "r2", "restored", "true"), gcp.CodeNoJob},
		"control of a stale run": {b.post("control", b.robot, "jobid", id, "status", "IN_PROGRESS", "claim", "c", "run", "x1"), gcp.CodeStandby},
	} {
		if tt.a.Success || tt.a.status != 200 || tt.a.ErrorCode != tt.code {
			t.Errorf("%s: %d %s", what, tt.a.status, tt.a.raw)
		}
	}
	download := func(claim, run string) int {
		return b.get("download", b.robot, "id", id, "claim", claim, "run", run).status
	}
	for _, tt := range []struct {
		claim, run string
		want       int
	}{{"c", "x1", 423}, {"c", "r2", 200}, {"c", "r2", 200}, {"d", "r2", 409}, {"c", "x1", 423}} {
		if got := download(tt.claim, tt.run); got != tt.want {
			t.Errorf("download with %s, %s: %d, want %d", tt.claim, tt.run, got, tt.want)
		}
	}
	if j := b.must(b.get("job", b.ann, "jobid", id)).Job; j.Status != gcp.StatusInProgress {
		t.Errorf("after the download: %s", j.Status)
	}
	a := b.post("control", b.robot, "jobid", id, "status", "DONE", "claim", "d", "run", "r2")
	if a.Success || a.ErrorCode != gcp.CodeClaimed {
		t.Errorf("another claim's end: %s", a.raw)
	}
	b.must(b.post("control", b.robot, "jobid", id, "status", "DONE", "claim", "c", "run", "x1"))
	if got := download("c", "r2"); got != 409 {
		t.Errorf("download of an ended job: %d", got)
	}
}

// What a restore leaves, on the wire.
func TestRestoredOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	id, other := string(b.send(gcp.PrinterID(p), "a.pdf")), string(b.send(gcp.PrinterID(p), "b.pdf"))
	if err := b.db.BeginEpoch(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	a := b.must(b.post("list", b.robot, "proxy", "px", "instance", "i", "run", "r1", "was", "r0"))
	if !a.Installation.Restored {
		t.Errorf("%+v", a.Installation)
	}
	if a := b.post("fetch", b.robot, "printerid", p, "run", "r1"); a.ErrorCode != gcp.CodeNoJob {
		t.Errorf("restored jobs are offered: %s", a.raw)
	}
	a = b.must(b.post("fetch", b.robot, "printerid", p, "run", "r1", "restored", "true", "extra_fields", "ticket,document"))
	if len(a.Jobs) != 2 || string(a.Jobs[0].ID) != id || !a.Jobs[0].Restored || a.Jobs[0].ContentDigest == "" || a.Jobs[0].Status != gcp.StatusHeld {
		t.Error(a.raw)
	}
	if j := b.must(b.get("job", b.ann, "jobid", id)).Job; !j.Restored || !strings.Contains(j.UIState.Cause, "release to print") {
		t.Errorf("%+v", j)
	}
	b.must(b.post("control", b.robot, "jobid", id, "unheard", "true", "run", "r1"))
	b.must(b.post("control", b.ann, "jobid", other, "status", "QUEUED"))
	if a := b.must(b.post("fetch", b.robot, "printerid", p, "run", "r1")); len(a.Jobs) != 2 || a.Jobs[0].Restored {
		t.Error(a.raw)
	}
}

// Keys and expiries of submissions on the wire.
func TestKeysOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	send := func(header string, more ...part) answer {
		typ, body := multipartBody(append([]part{{name: "printerid", value: p}, {name: "content", file: "a.pdf", typ: "application/pdf", value: pdf}}, more...)...)
		r := b.request("POST", "/cloudprint/submit", b.ann, typ, body)
		if header != "" {
			r.Header.Set("Idempotency-Key", header)
		}
		return b.do(r)
	}
	first := b.must(send("k"))
	for name, again := range map[string]answer{
		"by the header": send("k"), "by the field": send("", part{name: "client_job_id", value: "k"}), "by both": send("k", part{name: "client_job_id", value: "k"}),
	} {
		if b.must(again).Job.ID != first.Job.ID {
			t.Errorf("%s: %s", name, again.raw)
		}
	}
	if n := b.stored(); n != 1 {
		t.Errorf("%d documents", n)
	}
	for name, tt := range map[string]struct {
		a    answer
		code gcp.ErrorCode
	}{
		"other content":  {send("k", part{name: "title", value: "other"}), gcp.CodeClaimed},
		"two keys":       {send("k", part{name: "client_job_id", value: "l"}), gcp.CodeFailure},
		"a long key":     {send(strings.Repeat("k", 256)), gcp.CodeFailure},
		"no number":      {send("", part{name: "expire_after", value: "soon"}), gcp.CodeFailure},
		"59 seconds":     {send("", part{name: "expire_after", value: "59"}), gcp.CodeFailure},
		"over 90 days":   {send("", part{name: "expire_after", value: "7776001"}), gcp.CodeFailure},
		"a huge number":  {send("", part{name: "expire_after", value: "99999999999999"}), gcp.CodeFailure},
		"a negative one": {send("", part{name: "expire_after", value: "-60"}), gcp.CodeFailure},
	} {
		if tt.a.Success || tt.a.status != 200 || tt.a.ErrorCode != tt.code {
			t.Errorf("%s: %d %s", name, tt.a.status, tt.a.raw)
		}
	}
	if n := b.stored(); n != 1 {
		t.Errorf("refusals left documents: %d", n)
	}
	before := time.Now()
	j := b.must(send("", part{name: "expire_after", value: "3600"})).Job
	if j.ExpiresIn < 3500 || j.ExpiresIn > 3600 {
		t.Errorf("%d seconds left of 3600", j.ExpiresIn)
	}
	if at := time.UnixMilli(int64(j.ExpireTime)); at.Before(before.Add(59*time.Minute)) || at.After(time.Now().Add(61*time.Minute)) {
		t.Errorf("expires at %s", at)
	}
	b.must(b.post("update", b.ann, "printerid", p, "expire_after", "7200"))
	if got := b.must(b.get("printer", b.ann, "printerid", p)).Printers[0].ExpireAfter; got != 7200 {
		t.Errorf("the printer's default: %d", got)
	}
	j = b.must(send("")).Job
	if at := time.UnixMilli(int64(j.ExpireTime)); at.Before(before.Add(119*time.Minute)) || at.After(time.Now().Add(121*time.Minute)) {
		t.Errorf("by the printer's default it expires at %s", at)
	}
}

// A rate that is used up says when to try again.
func TestRateSaysWhen(t *testing.T) {
	b := newBench(t, func(b *bench) {
		b.cfg.Service = cloud.New(cloud.Config{
			Domain: "platen.invalid", Store: b.db, Blobs: b.cfg.Blobs.(cloud.Blobs), Codes: b.oauth, Limits: cloud.Limits{SubmitsMinute: 1},
		})
	})
	p := b.register("q")
	b.send(p, "a.pdf")
	a := b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "content", file: "a.pdf", typ: "application/pdf", value: pdf})
	if a.Success || a.status != 429 || a.head.Get("Retry-After") != "60" || !strings.Contains(a.Message, "submits_per_minute") {
		t.Errorf("%d %v %s", a.status, a.head, a.raw)
	}
}

// The connectors of a person, as pairing asks for them.
func TestConnectorsOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	b.register("q")
	b.must(b.post("list", b.robot, "proxy", "px", "instance", "i", "run", "r1", "host", "desk"))
	a := b.must(b.get("connectors", b.ann))
	if len(a.Connectors) != 1 || a.Connectors[0].Proxy != "px" || a.Connectors[0].Host != "desk" || a.Connectors[0].Printers != 1 ||
		len(a.Connectors[0].Installations) != 1 || a.Connectors[0].Seen == 0 {
		t.Error(a.raw)
	}
	if a := b.must(b.get("connectors", b.bob)); len(a.Connectors) != 0 || !strings.Contains(a.raw, `"connectors": []`) {
		t.Error(a.raw)
	}
	// Its credentials are good, and 403 is for those that are not (protocol 0.2).
	if a := b.get("connectors", b.robot); a.status != 200 || a.Success || a.ErrorCode != gcp.CodeUnauthorized {
		t.Errorf("a robot's question: %d %s", a.status, a.raw)
	}
}

// A connector's /delete hides: the same printer comes back with /register.
func TestDeleteHidesOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	p := b.register("q")
	b.must(b.post("delete", b.robot, "printerid", string(p)))
	a := b.submit(b.ann, part{name: "printerid", value: string(p)}, part{name: "content", file: "a.pdf", typ: "application/pdf", value: pdf})
	if a.Success || !strings.Contains(a.Message, "connector has removed it") {
		t.Error(a.raw)
	}
	if again := b.register("q"); again != p {
		t.Errorf("came back as %s, was %s", again, p)
	}
}
