package api

import (
	"net/http"
	"strings"
	"testing"

	"platen/gcp"
)

// Whoever holds a connector's credentials gets at the printers of this connector
// and at what waits for them, and at nothing else.
func TestStolenConnector(t *testing.T) {
	b := newBench(t, nil)
	own := string(b.register("own"))
	thief := b.robot
	job := string(b.send(gcp.PrinterID(own), "hers"))

	// Another connector of the same owner, with a printer and a job of its own.
	f := b.must(b.get("createrobot", b.ann, "oauth_client_id", "client-1", "proxy", "other"))
	if f.AuthorizationCode == "" {
		t.Fatal(f.raw)
	}
	foreign := b.must(b.post("register", b.ann, "name", "far", "proxy", "other", "use_cdd", "true", "capabilities", cdd, "capsHash", "x"))
	far := string(foreign.Printers[0].ID)
	farJob := string(b.send(gcp.PrinterID(far), "not for the thief"))

	b.must(b.get("fetch", thief, "printerid", own)) // its own work it gets: that is what it is for
	for what, a := range map[string]answer{
		"print":                     b.submit(thief, part{name: "printerid", value: own}, part{name: "content", value: pdf}),
		"see another printer":       b.get("printer", thief, "printerid", far),
		"fetch for another printer": b.get("fetch", thief, "printerid", far),
		"see a job elsewhere":       b.get("job", thief, "jobid", farJob),
		"end a job elsewhere":       b.post("control", thief, "jobid", farJob, "status", "DONE"),
		"print a job elsewhere":     b.post("resubmit", thief, "jobid", job, "printerid", far),
		"delete another printer":    b.post("delete", thief, "printerid", far),
		"change another printer":    b.post("update", thief, "printerid", far, "display_name", "x"),
		"share another printer":     b.post("share", thief, "printerid", far, "scope", "thief@example.com", "role", "USER"),
		"make another connector":    b.get("createrobot", thief, "oauth_client_id", "c", "proxy", "new"),
		"claim a printer":           b.post("confirm", thief, "token", "ABCD"),
		"register another printer":  b.post("register", thief, "name", "far", "proxy", "other", "use_cdd", "true", "capabilities", cdd, "capsHash", "x"),
	} {
		if a.Success {
			t.Errorf("a stolen connector could %s: %s", what, a.raw)
		}
	}
	if a := b.get("download", thief, "id", farJob); a.status == http.StatusOK {
		t.Error("a stolen connector could read another printer's document")
	}
	if a := b.get("list", thief, "proxy", "other"); strings.Contains(a.raw, far) {
		t.Errorf("a stolen connector saw another printer: %s", a.raw)
	}
	if a := b.must(b.get("jobs", thief)); strings.Contains(a.raw, farJob) {
		t.Errorf("a stolen connector saw another printer's job: %s", a.raw)
	}
}

// A page session that was stolen works where pages do, and ends when its owner
// signs out everywhere; keys and connectors do not.
func TestStolenSession(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	secret, err := b.oauth.NewSession(t.Context(), b.annUser.ID)
	if err != nil {
		t.Fatal(err)
	}
	cookie := secret.Reveal()
	if a := b.must(b.withCookie("GET", "/cloudprint/search", cookie)); !strings.Contains(a.raw, p) {
		t.Fatalf("the session shows nothing: %s", a.raw)
	}
	if a := b.get("search", cookie); a.status != http.StatusForbidden {
		t.Errorf("the cookie works as a bearer token: %d %s", a.status, a.raw)
	}
	if err := b.oauth.EndSessions(t.Context(), b.annUser.ID); err != nil {
		t.Fatal(err)
	}
	if a := b.withCookie("GET", "/cloudprint/search", cookie); a.status != http.StatusForbidden {
		t.Errorf("the session outlives signing out everywhere: %d %s", a.status, a.raw)
	}
	b.must(b.get("search", b.ann)) // programs and connectors go on
	b.must(b.get("list", b.robot, "proxy", "px"))
}
