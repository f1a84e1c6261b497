package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
)

// robotStream returns the account and the token of a connector of the person.
func (r *running) robotStream() (robot gcp.RobotID, token string) {
	r.t.Helper()
	token, _ = r.robotTokens()
	robot, err := r.robotOf(r.t.Context(), cloud.Login{Token: secret.New(token)})
	r.ok(err)
	return robot, token
}

// strophe logs in on a page, subscribes, and keeps what it hears.
const strophe = `(() => {
	const S = window.Strophe ?? window.strophe.Strophe, iq = window.$iq ?? window.strophe.$iq;
	window.heard = [];
	const c = new S.Connection(%q);
	c.connect(%q, %q, (status, condition) => {
		heard.push("status " + status + (condition ? " " + condition : ""));
		if (status !== S.Status.CONNECTED) return;
		c.addHandler((m) => heard.push(m.outerHTML), null, "message");
		c.sendIQ(iq({type: "set", to: S.getBareJidFromJid(c.jid)}).c("subscribe", {xmlns: "google:push"})
			.c("item", {channel: "cloudprint.google.com", from: "cloudprint.google.com"}),
			() => heard.push("subscribed"), (e) => heard.push("refused " + e?.outerHTML));
	});
	window.bye = () => c.disconnect("");
})()`

// TestStrophe: strophe.js, whose makers know nothing of us, logs in on a page of ours in a
// browser, subscribes, and hears of work; on a page of another site it is refused.
func TestStrophe(t *testing.T) {
	_, modules := lab.Node(t)
	source, err := os.ReadFile(filepath.Join(modules, "strophe.js", "dist", "strophe.umd.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, nil)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<!doctype html><title>another site</title>")
	}))
	t.Cleanup(other.Close)
	robot, token := r.robotStream()
	jid := string(robot) + "@" + r.cfg.Push.Domain + "/strophe"
	browser := lab.Chromium(t)
	open := func(page string) *lab.Tab {
		tab := browser.Open(t, lab.View{})
		tab.Go(page)
		tab.Do("load strophe.js", chromedp.Evaluate(string(source)+"\n;1", nil),
			chromedp.Evaluate(fmt.Sprintf(strophe, webSocketAddress(r.base), jid, token)+";1", nil))
		return tab
	}
	tab := open(r.base + "/signin")
	tab.Until("a subscription", `heard.includes("subscribed")`)
	r.push.Notify(t.Context(), robot, gcp.Notification{Printer: "p"})
	tab.Until("a hint", fmt.Sprintf(`heard.some((h) => h.includes("<push:data>%s</push:data>"))`, gcp.Notification{Printer: "p"}.Encode()))
	tab.Do("leave", chromedp.Evaluate("bye();1", nil))
	tab.Until("the end", `heard.at(-1).startsWith("status 6")`) // Strophe.Status.DISCONNECTED
	open(other.URL).Until("a refusal", `heard.some((h) => h.startsWith("status 2") || h.startsWith("status 6"))`)
}
