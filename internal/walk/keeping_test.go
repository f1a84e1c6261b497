package walk

import (
	"testing"

	"platen/internal/lab"
)

// TestCancelBeforeItBegins takes a large document back while it is only announced: no
// byte of it is sent.
func TestCancelBeforeItBegins(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "cancelled")
	tab := h.signedIn(t)
	tab.Go(page + "/print")
	lab.Ask[bool](tab, "hold the announcement", `(() => {
		const { fetch } = window, { send } = XMLHttpRequest.prototype;
		window.sent = 0;
		window.fetch = (path, options) => !path.endsWith("/uploads") ? fetch(path, options) :
			window.held = new Promise((resolve) => { window.goOn = () => resolve(fetch(path, options)); });
		XMLHttpRequest.prototype.send = function (body) { window.sent++; send.call(this, body); };
		return true;
	})()`)
	tab.Choose("#document", file(t, "large.pdf", append(pages(1), make([]byte, 5<<20)...)))
	tab.Until("it is announced", `window.goOn`)
	tab.Click("#files li button:last-child")
	tab.Until("it is off the list", `!document.querySelector("#files li")`)
	sent := lab.Ask[int](tab, "let the announcement be answered", `(async () => {
		goOn();
		await held.catch(() => {});
		for (let n = 0; n < 3; n++) await (await fetch("/static/times.js")).text();
		return sent;
	})()`)
	if sent != 0 {
		t.Errorf("%d pieces of a document that was taken back were sent", sent)
	}
}

// TestRefusedAmongSeveral sends three documents where the printer takes one more that day:
// the page says which was not sent, why, and how many were.
func TestRefusedAmongSeveral(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "oneaday")
	tab := h.signedIn(t)
	tab.Go(page + "/settings")
	tab.Fill("#quota", "1\r")
	tab.Until("the quota is kept", `document.querySelector("#quota").getAttribute("value") === "1"`)
	tab.Go(page + "/print")
	tab.Choose("#document", file(t, "first.pdf", pages(1)), file(t, "second.pdf", pages(1)), file(t, "third.pdf", pages(1)))
	tab.Click("#send")
	tab.Until("which was not sent", `document.querySelector("#trouble").textContent.startsWith("second.pdf was not sent: ")`)
	tab.Read("(1 of 3 documents were sent.)")
	if left := lab.Ask[int](tab, "what is left", `document.querySelectorAll("#files li").length`); left != 2 {
		t.Errorf("%d documents are left", left)
	}
}

// TestKeptDocumentsStay chooses a document, and finds it again where the page was loaded
// anew; before it is left with one that the service does not keep, the browser asks.
func TestKeptDocumentsStay(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.Base + "/printers/" + h.Printer("direct") + "/print"
	tab := h.signedIn(t)
	asks := func() bool {
		return lab.Ask[bool](tab, "would the browser ask", `!dispatchEvent(new Event("beforeunload", {cancelable: true}))`)
	}
	tab.Go(page)
	tab.Choose("#document", file(t, "kept.pdf", pages(1)))
	tab.Until("the address names it", `location.search.includes("draft=")`)
	if asks() {
		t.Error("the browser asks about a document that is kept")
	}
	tab.Go(lab.Ask[string](tab, "where the page is", "location.href"))
	tab.Read("kept.pdf")
	tab.Choose("#document", file(t, "letter.pdf", []byte("Dear Sir or Madam")))
	tab.Until("what is wrong with it", `document.querySelector("#preview").textContent.includes("is not of the type")`)
	if !asks() {
		t.Error("the browser does not ask about a document that is nowhere else")
	}
	tab.Click("#files li:first-child button:last-child")
	tab.Until("the address names none", `!location.search.includes("draft=")`)
	tab.Go(page)
	tab.Until("an empty list", `document.querySelector("#files")?.children.length === 0`)
}
