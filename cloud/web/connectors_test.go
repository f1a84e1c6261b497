package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// announce is what a connector says when it starts.
func (w *world) announce(robot cloud.Caller, host, address string) {
	w.t.Helper()
	a := gcp.Announcement{Instance: "i-" + host, Run: gcp.RunID("r-" + host), Host: host, Version: "1"}
	if _, err := w.service.Announce(w.t.Context(), robot, a, address); err != nil {
		w.t.Fatal(err)
	}
}

func TestConnectors(t *testing.T) {
	w := start(t)
	w.signIn()
	if page, _ := w.get("/connectors"); !strings.Contains(page, "There is no connector yet") {
		t.Errorf("without connectors:\n%s", page)
	}
	robot, p := w.connector("front", "laser")
	w.connector("back", "label")
	w.announce(robot, "desk<1>", "192.0.2.1")
	w.ahead.Store(int64(time.Hour))
	if err := w.service.Presence(t.Context(), robot.Robot.ID, true); err != nil {
		t.Fatal(err)
	}
	page, _ := w.get("/connectors")
	for _, words := range []string{"desk&lt;1&gt;", "front", "Online", "Offline", "back", "A machine that did not say its name", `href="/printers/` + string(p) + `">laser<`} {
		if !strings.Contains(page, words) {
			t.Errorf("no %q in\n%s", words, page)
		}
	}
	if strings.Contains(page, "runs twice") {
		t.Errorf("one installation runs twice:\n%s", page)
	}
	if page, _ := w.get("/printers"); !strings.Contains(page, `href="/connectors"`) {
		t.Errorf("the page of printers does not lead to the connectors:\n%s", page)
	}
}

// The page says how fast connectors answer that are connected; others are not asked.
func TestConnectorsAnswer(t *testing.T) {
	var asked []gcp.RobotID
	took := map[gcp.RobotID]time.Duration{}
	w := startSet(t, func(c *Config, _ *cloud.Config) {
		c.Latency = func(_ context.Context, of ...gcp.RobotID) map[gcp.RobotID]time.Duration {
			asked = of
			return took
		}
	})
	w.signIn()
	far, _ := w.connector("far", "laser")
	near, _ := w.connector("near", "label")
	silent, _ := w.connector("silent", "photo")
	w.connector("away", "plotter")
	for _, c := range []cloud.Caller{far, near, silent} {
		if err := w.service.Presence(t.Context(), c.Robot.ID, true); err != nil {
			t.Fatal(err)
		}
	}
	took[far.Robot.ID], took[near.Robot.ID] = 41_800*time.Microsecond, 90*time.Microsecond
	page, _ := w.get("/connectors")
	if len(asked) != 3 || strings.Count(page, "Answers within") != 2 || !strings.Contains(page, "Answers within 42 ms") || !strings.Contains(page, "Answers within 1 ms") {
		t.Errorf("asked %v:\n%s", asked, page)
	}
}

// Pages name the installations of a connector whose state was copied: to the owner
// of the connector, and to nobody else.
func TestRunsTwice(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("front", "laser")
	_, other := w.connector("back", "label")
	w.announce(robot, "desk", "192.0.2.1")
	w.announce(robot, "<clone>", "192.0.2.2")
	twins := []string{
		"This installation runs twice: desk (192.0.2.1, since ", ") prints, &lt;clone&gt; (192.0.2.2) stands by.",
		"Stop one of them, or give it its own name there:", "<code>platen pair --new</code>",
	}
	for path, want := range map[string]bool{
		"/printers": true, "/connectors": true, "/printers/" + string(p): true, "/printers/" + string(other): false,
	} {
		page, _ := w.get(path)
		for _, words := range twins {
			if strings.Contains(page, words) != want {
				t.Errorf("%s: %q, want %v\n%s", path, words, want, page)
			}
		}
	}
	w.announce(robot, "third", "192.0.2.3")
	if page, _ := w.get("/printers"); !strings.Contains(page, "runs 3 times") {
		t.Errorf("three installations:\n%s", page)
	}
	if err := w.service.Share(t.Context(), w.caller(), cloud.ShareRequest{Printer: p, Scope: "eve@example.com", Role: gcp.RoleUser, SkipNotification: true}); err != nil {
		t.Fatal(err)
	}
	w.signInAs("eve@example.com")
	for _, path := range []string{"/printers", "/connectors", "/printers/" + string(p)} {
		if page, _ := w.get(path); strings.Contains(page, "192.0.2.") || strings.Contains(page, "runs ") {
			t.Errorf("%s of another person:\n%s", path, page)
		}
	}
}

// signInAs adds a person and signs in as them.
func (w *world) signInAs(email string) {
	w.t.Helper()
	u, err := w.service.AddUser(w.t.Context(), email, password, false)
	if err != nil {
		w.t.Fatal(err)
	}
	link, err := w.oauth.NewSignInLink(w.t.Context(), u.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, resp := w.get("/link/" + link.Reveal()); resp.StatusCode != http.StatusOK {
		w.t.Fatalf("signing in: %s", resp.Status)
	}
}

// Whoever approves a connector is told that it may take the place of one that is
// offline.
func TestDevicePageNamesOfflineConnectors(t *testing.T) {
	w := start(t)
	w.signIn()
	ask := func(client string) string {
		d, err := w.oauth.StartDevice(t.Context(), client, "")
		if err != nil {
			t.Fatal(err)
		}
		page, _ := w.get("/pair?user_code=" + d.UserCode)
		return page
	}
	if page := ask("platen"); strings.Contains(page, "--adopt") {
		t.Errorf("without connectors:\n%s", page)
	}
	robot, _ := w.connector("front-desk", "laser")
	w.ahead.Store(int64(time.Hour))
	if page := ask("platen"); !strings.Contains(page, "front-desk") || !strings.Contains(page, "platen pair --adopt") {
		t.Errorf("one is offline:\n%s", page)
	}
	if page := ask("other"); strings.Contains(page, "--adopt") {
		t.Errorf("another program:\n%s", page)
	}
	if err := w.service.Presence(t.Context(), robot.Robot.ID, true); err != nil {
		t.Fatal(err)
	}
	if page := ask("platen"); strings.Contains(page, "--adopt") {
		t.Errorf("none is offline:\n%s", page)
	}
}

// Who lost a connector takes back what it was given; nobody else can.
func TestRevokeConnector(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("front", "laser")
	path := "/connectors/" + string(robot.Robot.ID) + "/revoke"
	if page, _ := w.get("/connectors"); !strings.Contains(page, `action="`+path+`"`) {
		t.Fatalf("no way to revoke in\n%s", page)
	}
	if _, resp := w.post(path, url.Values{"xsrf": {"wrong"}}); resp.StatusCode != http.StatusForbidden {
		t.Errorf("without the token of the page: %s", resp.Status)
	}
	if _, resp := w.post("/connectors/unknown/revoke", url.Values{"xsrf": {w.xsrf()}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("unknown: %s", resp.Status)
	}
	if _, resp := w.post(path, url.Values{"xsrf": {w.xsrf()}}); resp.URL.Path != "/connectors" {
		t.Errorf("revoking ended at %v, %s", resp.URL, resp.Status)
	}
	if page, _ := w.get("/printers/" + string(p)); !strings.Contains(page, "laser") {
		t.Errorf("the printer is gone:\n%s", page)
	}
	if page, _ := w.get("/audit"); !strings.Contains(page, "revoked the connector front") {
		t.Errorf("not in the audit log:\n%s", page)
	}
}
