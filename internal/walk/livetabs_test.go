package walk

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// behind has the pages of a tab believe that another tab is in front of them: to a
// headless browser all are in front.
const behind = `window.behind = true; Object.defineProperty(document, "hidden", { get: () => window.behind });`

// TestManyTabs opens more pages behind each other than a browser makes connections
// to a service: none hangs, and one that comes to the front tells what has happened.
func TestManyTabs(t *testing.T) {
	t.Parallel()
	h := enter(t)
	printer := h.queue(t, "tabs")
	tab := h.signedIn(t)
	var tabs []*lab.Tab
	for range 7 {
		twin := tab.Twin(t)
		twin.Do("be behind another tab", chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(behind).Do(ctx)
			return err
		}))
		twin.Go(printer)
		tabs = append(tabs, twin)
	}
	tab.Go(printer)
	tab.Click(`form[action$="/pause"] button`)
	paused := `document.querySelector('[data-printer] [data-part="state"]').textContent.startsWith("Paused")`
	tab.Until("being paused", paused)
	mark(tabs[0])
	lab.Ask[bool](tabs[0], "come to the front", `(window.behind = false, document.dispatchEvent(new Event("visibilitychange")))`)
	tabs[0].Until("hearing that it is paused", paused)
	same(t, tabs[0])
}

// TestLiveTimes releases a held job from another tab: until when it waits is told as the
// reader's clock and language have it, like the times that the page came with.
func TestLiveTimes(t *testing.T) {
	t.Parallel()
	h := enter(t)
	printer := h.queue(t, "times")
	tab := h.signedIn(t)
	tab.Go(printer)
	tab.Click(`form[action$="/pause"] button`)
	tab.Until("being paused", `document.querySelector('[data-printer] [data-part="state"]').textContent.startsWith("Paused")`)
	tab.Go(printer + "/print")
	tab.Choose("#document", file(t, "times.pdf", pages(1)))
	tab.Click(`[name="hold"]`)
	tab.Click("#send")
	jobOf(tab)
	const local = `(() => {
		const time = document.querySelector('[data-job] [data-part="note"] time');
		const words = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
		return time?.title.endsWith(" UTC") && time.textContent === words.format(new Date(time.dateTime));
	})()`
	tab.Until("until when it is held", `document.querySelector('[data-job] [data-part="note"]').textContent.startsWith("Held until") && `+local)
	mark(tab)
	twin := tab.Twin(t)
	twin.Go(h.Base + path(tab))
	act(twin, "release")
	tab.Until("until when it waits", `document.querySelector('[data-job] [data-part="note"]').textContent.startsWith("Waits until") && `+local)
	same(t, tab)
}
