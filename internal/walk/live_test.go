package walk

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/internal/lab"
)

// TestLiveBehindAProxy starts a service anew behind a proxy that answers 502 meanwhile:
// a browser gives such a stream up, and the page asks again by itself.
func TestLiveBehindAProxy(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "proxied")
	target, err := url.Parse(h.Base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	var down atomic.Bool
	var refused atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			refused.Add(1)
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	tab, owner := h.openAt(t, lab.View{}, server.URL), h.signedIn(t)
	tab.SignIn(server.URL, lab.Owner)
	tab.Go(server.URL + strings.TrimPrefix(page, h.Base))
	mark(tab)
	down.Store(true)
	server.CloseClientConnections()
	lab.Until(t, time.Minute, "the page to be refused", func() bool { return refused.Load() > 1 })
	down.Store(false)
	owner.Go(page)
	owner.Click(`form[action$="/pause"] button`)
	tab.Until("hearing that it is paused", `document.querySelector('[data-printer] [data-part="state"]').textContent.startsWith("Paused")`)
	same(t, tab)
}

// TestPageIsLeftWithTheAccount disables somebody who reads a live page: it is left.
func TestPageIsLeftWithTheAccount(t *testing.T) {
	t.Parallel()
	h := enter(t)
	const leaver = "leaver@example.com"
	h.Cloud("user", "add", leaver, "--password-stdin")
	tab := h.open(t, lab.View{})
	tab.SignIn(h.Base, leaver)
	tab.Go(h.Base + "/developers")
	h.Cloud("user", "disable", leaver)
	tab.Until("being asked to sign in", `location.pathname === "/signin" && location.search.includes("developers")`)
}

// TestRemovedWhileSending removes a document while another one is being sent: it is not
// printed.
func TestRemovedWhileSending(t *testing.T) {
	t.Parallel()
	h := enter(t)
	tab, page := h.signedIn(t), h.queue(t, "removed")
	tab.Go(page + "/print")
	tab.Choose("#document", file(t, "kept.pdf", pages(1)), file(t, "removed.pdf", pages(1)))
	tab.Until("both being kept", `document.querySelectorAll("#files li").length === 2 && [...document.querySelectorAll("#files li")].every((li) => li.querySelector("progress").hidden)`)
	lab.Ask[bool](tab, "hold what is sent", `(() => {
		const send = XMLHttpRequest.prototype.send;
		XMLHttpRequest.prototype.send = function (body) {
			XMLHttpRequest.prototype.send = send;
			window.letGo = () => send.call(this, body);
		};
		return true;
	})()`)
	tab.Click("#send")
	tab.Until("sending", "window.letGo")
	tab.Click(`#files li:last-child > button:last-child`)
	lab.Ask[bool](tab, "let it go", "(window.letGo(), true)")
	job := jobOf(tab)
	state(tab, "Printed")
	a, err := h.Call("jobs", url.Values{"printerid": {strings.TrimPrefix(page, h.Base+"/printers/")}})
	if err != nil || len(a.Jobs) != 1 || a.Jobs[0].ID != job {
		t.Errorf("there are %+v, %v", a.Jobs, err)
	}
}
