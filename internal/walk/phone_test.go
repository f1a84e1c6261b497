package walk

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// tooWide is what reaches out of the window to the right, where nothing scrolls by
// itself.
const tooWide = `[...document.querySelectorAll("body *")].filter((e) => {
	if (!e.checkVisibility() || e.closest(".scroll, .skip, thead")) return false;
	return e.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
}).map((e) => e.outerHTML.slice(0, 80)).slice(0, 5)`

// tooSmall is what a finger is to meet and is smaller than 24 by 24 pixels with nothing
// around it, WCAG 2.2, 2.5.8: links within a sentence are excepted.
const tooSmall = `(() => {
	const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((e) => e.checkVisibility() && !e.closest(".skip"));
	const boxes = targets.map((e) => (e.labels?.[0]?.contains(e) ? e.labels[0] : e).getBoundingClientRect());
	const middle = (b) => [(b.left + b.right) / 2, (b.top + b.bottom) / 2];
	return targets.filter((e, i) => {
		const b = boxes[i];
		if (b.width >= 24 && b.height >= 24) return false;
		if (e.matches("p a, dd a, td a, li a") && e.parentElement.textContent.trim() !== e.textContent.trim()) return false;
		const [x, y] = middle(b);
		return boxes.some((o, j) => {
			if (i === j) return false;
			const dx = Math.max(o.left - x, 0, x - o.right), dy = Math.max(o.top - y, 0, y - o.bottom);
			return Math.hypot(dx, dy) < 12;
		});
	}).map((e) => e.outerHTML.slice(0, 80)).slice(0, 5);
})()`

// handy checks that a page fits a phone and is met with a finger.
func handy(t *testing.T, tab *lab.Tab) {
	t.Helper()
	at := path(tab)
	if lab.Ask[bool](tab, "does it scroll sideways", `document.documentElement.scrollWidth > document.documentElement.clientWidth`) {
		t.Errorf("%s scrolls sideways for %s", at, strings.Join(lab.Ask[[]string](tab, "what is too wide", tooWide), "\n"))
	}
	if small := lab.Ask[[]string](tab, "what is too small", tooSmall); len(small) > 0 {
		t.Errorf("%s has targets that no finger meets: %s", at, strings.Join(small, "\n"))
	}
}

// tap touches what a selector means.
func tap(tab *lab.Tab, selector string) {
	tab.See(selector)
	at := lab.Ask[[]float64](tab, "where is "+selector, `(async () => {
		const e = document.querySelector(`+"`"+selector+"`"+`);
		const frame = () => new Promise(requestAnimationFrame);
		const middle = () => {
			const b = e.getClientRects()[0];
			return [b.x + b.width / 2, b.y + b.height / 2];
		};
		for (let still = 0, last = ""; still < 3;) {
			e.scrollIntoView({block: "center", behavior: "instant"});
			await frame();
			const now = middle().join();
			still = now === last && e.contains(document.elementFromPoint(...middle())) ? still + 1 : 0;
			last = now;
		}
		return middle();
	})()`)
	tab.Do("tap "+selector, touch(at[0], at[1])...)
}

// TestPhone walks the main path on a phone, with a finger: from the sign-in to the
// printed page, and over every page on the way.
func TestPhone(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.queue(t, "pocket")
	doc := pages(1)
	tab := h.open(t, lab.Phone())
	tab.Go(h.Base + "/signin")
	handy(t, tab)
	tab.Type("#email", lab.Owner)
	tab.Type("#password", lab.Password)
	tap(tab, `form[action="/signin"] button`)
	tab.See(`nav a[href="/printers"][aria-current]`)
	handy(t, tab)
	printer := strings.TrimPrefix(page, h.Base)
	tap(tab, `main table a[href="`+printer+`"]`)
	tab.See(`main a[href$="/print"]`)
	handy(t, tab)
	tap(tab, `main a[href$="/print"]`)
	tab.See("#document")
	handy(t, tab)
	tab.Choose("#document", file(t, "a very long name of a document that a phone has made up by itself 20261121_195503_HDR(1).pdf", doc))
	tap(tab, "form.print summary")
	handy(t, tab)
	tap(tab, "#send")
	jobOf(tab)
	state(tab, "Printed")
	handy(t, tab)
	if n := h.printed(t, "pocket", doc); n != 1 {
		t.Errorf("the document came out %d times", n)
	}
	for _, each := range []string{"/jobs", printer + "/settings", "/pair", "/connectors", "/account", "/people", "/counts", "/developers", "/audit", "/nowhere"} {
		tab.Go(h.Base + each)
		tab.See("main h1")
		handy(t, tab)
	}
	tap(tab, `form[action="/signout"] button`)
	tab.See("#password")
}

// touch is a finger that comes and goes.
func touch(x, y float64) []chromedp.Action {
	point := []*input.TouchPoint{{X: x, Y: y}}
	return []chromedp.Action{
		input.DispatchTouchEvent(input.TouchStart, point), input.DispatchTouchEvent(input.TouchEnd, []*input.TouchPoint{}),
	}
}
