package server

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"platen/cloud/oauth"
	"platen/internal/lab"
)

// TestExamplePage: the page of examples/follow shows a printer and how it changes, behind
// nginx, over Prosody's WebSocket, and over BOSH.
func TestExamplePage(t *testing.T) {
	_, modules := lab.Node(t)
	r, s := behind(t, func(t *testing.T, o lab.XMPPOptions) *lab.XMPPServer { return lab.Prosody(t, o) })
	address := lab.Nginx(t, "follow/nginx.conf", "/srv/platen-follow", lab.Example(t, "follow"), "/srv/node_modules", modules,
		"127.0.0.1:5280", fmt.Sprintf("127.0.0.1:%d", s.WebSocket))
	id := r.office()
	tab := lab.Chromium(t).Open(t, lab.View{})
	tab.Go(address + "/index.html")
	tab.Fill(`[name=address]`, "ada@example.com")
	tab.Fill(`[name=key]`, "platen_wrong")
	tab.Click("button")
	tab.Until("the refusal", `document.getElementById("status").textContent.includes("not that person's") || document.getElementById("status").textContent.includes("ended")`)
	was := "ready"
	for _, bosh := range []string{"", "/http-bind"} {
		tab.Go(address + "/index.html")
		tab.Do("the way", chromedp.Evaluate(fmt.Sprintf("document.body.dataset.bosh = %q", bosh), nil))
		tab.Fill(`[name=address]`, "ada@example.com")
		tab.Fill(`[name=key]`, r.keyOf(r.user.ID, oauth.ScopePrint))
		tab.Click("button")
		tab.Until("the printer", fmt.Sprintf(`document.getElementById("printers").textContent === "Office: %s"`, was))
		was = "Paper jam <b>" + bosh + "</b>"
		r.says(id, was)
		tab.Until("the change", fmt.Sprintf(`document.getElementById("printers").textContent === "Office: %s"`, was))
		tab.Until("the news", fmt.Sprintf(`document.getElementById("news").textContent === "Office: %s"`, was))
		calls := 0
		tab.Do("how it went", chromedp.Evaluate(`performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/http-bind")).length`, &calls))
		if (calls > 0) != (bosh != "") {
			t.Errorf("%d calls of BOSH where the page was told %q", calls, bosh)
		}
	}
}
