package walk

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// awaitRenderer waits until the service has compiled what documents are drawn with,
// which it does once.
func (h *house) awaitRenderer(t *testing.T) {
	t.Helper()
	lab.Until(t, 5*time.Minute, "the renderer is compiled", func() bool {
		found, err := filepath.Glob(filepath.Join(h.Dir, "cloud", "render", "module", "*", "wazero-*", "*"))
		return err == nil && len(found) > 0
	})
}

// set makes a choice as a person does, by its value or its words.
func set(tab *lab.Tab, name, value string) {
	tab.Do("choose "+name, chromedp.Evaluate(fmt.Sprintf(`{
		const f = document.querySelector('[name=%q]');
		f.closest("details")?.setAttribute("open", "");
		const choice = [...f.options ?? []].find((o) => o.text.startsWith(%q));
		f.value = choice ? choice.value : %q;
		if (f.value !== (choice?.value ?? %q)) throw new Error("this choice is not offered");
		f.dispatchEvent(new Event("input", {bubbles: true}));
	}`, name, value, value, value), nil))
}

// picture waits until the preview shows a picture of which a sentence is true: wide,
// red (has colour), sum (unlike that of other pictures), and place, what stands
// below it. It returns the sum.
func picture(tab *lab.Tab, condition string) string {
	sum := `(() => {
		const image = document.querySelector("#preview img");
		if (!image?.complete || image.naturalWidth === 0 || document.querySelector("#preview[aria-busy]")) return "";
		const canvas = document.createElement("canvas");
		[canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
		const draw = canvas.getContext("2d");
		draw.drawImage(image, 0, 0);
		const dots = draw.getImageData(0, 0, canvas.width, canvas.height).data;
		let red = false, sum = canvas.width;
		for (let i = 0; i < dots.length; i += 4) {
			red ||= dots[i] > dots[i + 1] + 50;
			sum = (31 * sum + dots[i] + dots[i + 1]) %% 1000003;
		}
		const wide = canvas.width > canvas.height;
		const place = document.getElementById("pager").hidden ? "" : document.getElementById("place").textContent;
		return %s ? String(sum) : "";
	})()`
	tab.Until("a picture of which is true: "+condition, fmt.Sprintf(sum, condition))
	return lab.Ask[string](tab, "the sum of the picture", fmt.Sprintf(sum, "true"))
}

// problem waits for what is said beside a field; "" for nothing.
func problem(tab *lab.Tab, name, words string) {
	tab.Until("a problem with "+name, fmt.Sprintf(`(() => { const text = document.querySelector('[data-problem=%q]').textContent; return %q ? text.includes(%q) : text === ""; })()`, name, words, words))
}

// TestPreviewFollowsChoices makes each choice that the preview can show, alone, and
// sees another picture for it, and the first one again without it.
func TestPreviewFollowsChoices(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.Base + "/printers/" + h.Printer("direct") + "/print"
	h.awaitRenderer(t)
	tab := h.signedIn(t)
	tab.Go(page)
	tab.Choose("#document", file(t, "ten <pages>.pdf", pages(10)))
	first := picture(tab, `red && !wide && place === "1 / 10"`)
	tab.Click("#next")
	picture(tab, fmt.Sprintf(`place === "2 / 10" && sum !== %s`, first))
	tab.Click("#previous")
	for _, each := range []struct{ name, value, shows string }{
		{"color", "print-color-mode:monochrome", `!red && !wide && place === "1 / 10"`},
		{"v:number-up", "2", `red && wide && place === "1 / 5"`},
		{"v:number-up", "4", `red && !wide && place === "1 / 3"`},
		{"orientation", "LANDSCAPE", `red && wide && place === "1 / 10"`},
		{"range", "3-6", `red && !wide && place === "1 / 4"`},
		{"range", "7", `red && !wide && place === ""`},
		{"subset", "even", `red && !wide && place === "1 / 5"`},
		{"media", "A5 ", `red && !wide && place === "1 / 10"`},
	} {
		before := lab.Ask[string](tab, "what is chosen", fmt.Sprintf(`document.querySelector('[name=%q]').value`, each.name))
		set(tab, each.name, each.value)
		picture(tab, each.shows+" && sum !== "+first)
		set(tab, each.name, before)
		picture(tab, `place === "1 / 10" && sum === `+first)
	}
}

// TestPrintWithOptions chooses options, is told what cannot be, and prints: the printer
// hears of what was chosen and gets the document. Lists are remembered, numbers not.
func TestPrintWithOptions(t *testing.T) {
	t.Parallel()
	h := enter(t)
	page := h.Base + "/printers/" + h.Printer("direct")
	tab := h.signedIn(t)
	doc := pages(10)
	tab.Go(page + "/print")
	tab.Choose("#document", file(t, "options & <more>.pdf", doc))
	set(tab, "color", "print-color-mode:monochrome")
	set(tab, "range", "3-6")
	set(tab, "copies", "100000")
	problem(tab, "copies", "at most")
	tab.Click("#send")
	if lab.Ask[bool](tab, "may it be sent", `document.getElementById("print").checkValidity()`) || path(tab) != strings.TrimPrefix(page, h.Base)+"/print" {
		t.Error("too many copies can be sent")
	}
	set(tab, "copies", "2")
	problem(tab, "copies", "")
	set(tab, "duplex", "LONG_EDGE")
	tab.Click("#send")
	job := jobOf(tab)
	state(tab, "Printed")
	tab.Read("options & <more>.pdf")
	if j, err := h.Job(job); err != nil || j.State() != "DONE" {
		t.Errorf("the service says of the job: %+v, %v", j, err)
	}
	got, times := h.told(t, doc)
	if times != 1 {
		t.Fatalf("the document came out %d times", times)
	}
	for _, each := range []string{"IPP_COPIES=2", "IPP_PRINT_COLOR_MODE=monochrome", "IPP_SIDES=two-sided-long-edge", "IPP_PAGE_RANGES=3-6", "CONTENT_TYPE=application/pdf"} {
		if !slices.Contains(got, each) {
			t.Errorf("the printer was not told %s, but %q", each, got)
		}
	}
	tab.Go(page + "/print")
	kept := lab.Ask[[]string](tab, "what is chosen the next time", `["color", "duplex", "copies", "range"].map((n) => document.querySelector("[name=" + n + "]").value)`)
	if !slices.Equal(kept, []string{"print-color-mode:monochrome", "LONG_EDGE", "1", ""}) {
		t.Errorf("the next time the choices are %q", kept)
	}
}
