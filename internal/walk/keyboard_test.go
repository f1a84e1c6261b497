package walk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"platen/internal/lab"
)

// keys is somebody who only has a keyboard.
type keys struct {
	t   *testing.T
	tab *lab.Tab
}

func (k keys) press(keys ...string) {
	k.t.Helper()
	for _, key := range keys {
		k.tab.Do("press a key", chromedp.KeyEvent(key))
	}
}

// to goes to what a selector means with the tab key alone, and sees at each stop
// where it is.
func (k keys) to(selector string) {
	k.t.Helper()
	k.tab.See(selector)
	for range 80 {
		k.press(kb.Tab)
		at := lab.Ask[string](k.tab, "where is the focus", fmt.Sprintf(`(() => {
			const e = document.activeElement;
			if (!e || e === document.body) return "nowhere";
			if (e.matches(%q)) return "there";
			return e.outerHTML.slice(0, 100);
		})()`, selector))
		if at == "nowhere" {
			continue
		}
		if !lab.Ask[bool](k.tab, "is the focus seen", seen) {
			k.t.Errorf("on %s the focus is not seen at %s", path(k.tab), at)
		}
		if at == "there" {
			return
		}
	}
	k.t.Fatalf("the tab key never comes to %s on %s", selector, path(k.tab))
}

// seen tells whether what has the focus is in the window and shows it: WCAG 2.2, 2.4.7
// and 2.4.11.
const seen = `(() => {
	const e = document.activeElement, style = getComputedStyle(e), b = e.getBoundingClientRect();
	const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
	return ring && b.bottom > 0 && b.right > 0 && b.top < innerHeight && b.left < innerWidth;
})()`

// TestKeyboard walks the main path with tab, return, space and arrows alone.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.Base + "/printers/" + h.Printer("direct")
	doc := pages(2)
	tab := h.open(t, lab.View{})
	k := keys{t, tab}
	tab.Go(h.Base + "/signin")
	k.to("#email")
	k.press(lab.Owner)
	k.to("#password")
	k.press(lab.Password, kb.Enter)
	tab.See(`nav a[href="/printers"][aria-current]`)
	k.to(".skip")
	k.press(kb.Enter)
	k.to(fmt.Sprintf(`main table a[href=%q]`, strings.TrimPrefix(page, h.Base)))
	k.press(kb.Enter)
	k.to(`main a[href$="/print"]`)
	k.press(kb.Enter)
	k.to("#document")
	tab.Choose("#document", file(t, "by keyboard.pdf", doc)) // the window of files is the system's
	tab.Read("by keyboard.pdf")
	k.to(`[name="copies"]`)
	k.press(kb.ArrowUp)
	k.to(`[name="color"]`)
	usual := lab.Ask[string](tab, "which colour", `document.activeElement.value`)
	k.press(kb.ArrowDown)
	chosen := lab.Ask[string](tab, "which colour", `document.activeElement.value`)
	k.to(`form.print summary`)
	k.press(kb.Enter)
	tab.Until("more choices", `document.querySelector("form.print details").open`)
	k.to(`[name="hold"]`)
	k.press(" ")
	k.to("#send")
	k.press(kb.Enter)
	jobOf(tab)
	state(tab, "Held")
	k.to(`[data-action="release"] button`)
	k.press(" ")
	state(tab, "Printed")
	got, times := h.told(t, doc)
	if times != 1 {
		t.Fatalf("the document came out %d times", times)
	}
	mode := strings.TrimPrefix(chosen, "print-color-mode:")
	if !slices.Contains(got, "IPP_COPIES=2") || chosen == usual || !slices.Contains(got, "IPP_PRINT_COLOR_MODE="+mode) {
		t.Errorf("with %q chosen the printer was told %q", chosen, got)
	}
	k.to(`form[action="/signout"] button`)
	k.press(kb.Enter)
	tab.See("#password")
}
