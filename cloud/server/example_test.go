package server

import (
	"fmt"
	"testing"

	"platen/cloud/oauth"
	"platen/internal/lab"
)

// TestExamplePage: the page of examples/follow shows a printer and how it changes, behind
// nginx, over Prosody's WebSocket.
func TestExamplePage(t *testing.T) {
	_, modules := lab.Node(t)
	r, s := behind(t, func(t *testing.T, o lab.XMPPOptions) *lab.XMPPServer { return lab.Prosody(t, o) })
	address := lab.Nginx(t, "follow/nginx.conf", "/srv/platen-follow", lab.Example(t, "follow"), "/srv/node_modules", modules,
		"127.0.0.1:5280", fmt.Sprintf("127.0.0.1:%d", s.WebSocket))
	id := r.named("Office")
	tab := lab.Chromium(t).Open(t, lab.View{})
	tab.Go(address + "/index.html")
	tab.Fill(`[name=address]`, "ada@example.com")
	tab.Fill(`[name=key]`, "platen_wrong")
	tab.Click("button")
	tab.Until("the refusal", `document.getElementById("status").textContent.includes("not that person's") || document.getElementById("status").textContent.includes("ended")`)
	tab.Go(address + "/index.html")
	tab.Fill(`[name=address]`, "ada@example.com")
	tab.Fill(`[name=key]`, r.keyOf(r.user.ID, oauth.ScopePrint))
	tab.Click("button")
	tab.Until("the printer", `document.getElementById("printers").textContent === "Office: ready"`)
	r.says(id, "Paper jam <b>now</b>")
	tab.Until("the change", `document.getElementById("printers").textContent === "Office: Paper jam <b>now</b>"`)
	tab.Until("the news", `document.getElementById("news").textContent === "Office: Paper jam <b>now</b>"`)
}
