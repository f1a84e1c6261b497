package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"platen/cloud/web"
	"platen/internal/lab"
)

// A page that is added has a screen, or a reason for having none.
func TestEveryPageHasAScreen(t *testing.T) {
	patterns, unseen := web.Patterns(), Unseen()
	seen := map[string]bool{}
	for _, s := range Screens() {
		if seen[s.Name] {
			t.Errorf("two screens are called %s", s.Name)
		}
		seen[s.Name], seen[s.Route] = true, true
		if !slices.Contains(patterns, s.Route) {
			t.Errorf("the screen %s is of %q, which is no page", s.Name, s.Route)
		}
	}
	for _, p := range patterns {
		switch {
		case p != "/" && !strings.HasPrefix(p, "GET "):
		case !seen[p] && unseen[p] == "":
			t.Errorf("%q has no screen: add one to Screens, or say in Unseen why not", p)
		case seen[p] && unseen[p] != "":
			t.Errorf("%q has a screen, and is in Unseen", p)
		}
	}
	for p := range unseen {
		if !slices.Contains(patterns, p) {
			t.Errorf("Unseen names %q, which is no page", p)
		}
	}
}

// audit asks axe-core what keeps people out.
const audit = `axe.run(document, {resultTypes: ["violations"]%s}).then((r) => r.violations
	.filter((v) => v.impact === "serious" || v.impact === "critical")
	.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target.join(" ") + ": " + n.failureSummary.replaceAll("\n", " "))))`

// colours are the rules that may find something where only the colours differ.
const colours = `, runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}`

// wide names what is wider than the window (WCAG 2.2, 1.4.10).
const wide = `(() => { const all = document.documentElement, room = all.clientWidth;
	return all.scrollWidth <= room ? [] : [...document.querySelectorAll("main *, header *")].filter((e) => e.getBoundingClientRect().right > room + 1)
		.slice(0, 4).map((e) => e.tagName + "." + e.className + "#" + e.id + " " + e.textContent.slice(0, 40)); })()`

// No screen keeps anybody out, whichever colours they like and however small their
// screen is, and none asks anybody but the service.
func TestScreensKeepNobodyOut(t *testing.T) {
	_, modules := lab.Node(t)
	axe, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	w := NewWorld(t.Context(), t, "")
	browser, all := lab.Chromium(t), Screens()
	for name, screens := range map[string][]Screen{"first": all[:len(all)/2], "second": all[len(all)/2:]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := browser.Open(t, lab.View{})
			for _, s := range screens {
				s.look(t, w, tab, string(axe))
			}
			for _, fault := range tab.Faults(w.Base, w.EmptyBase) {
				t.Error(fault)
			}
		})
	}
}

// look judges one screen, with all on it that a click would open.
func (s Screen) look(t *testing.T, w *World, tab *lab.Tab, axe string) {
	t.Helper()
	s.Visit(w, tab)
	tab.Do("add the judge", evaluate("%s", axe))
	tab.Do("open what a click opens", evaluate("%s", unfold))
	judge(t, tab, s.Name)
}

// unfold opens what is folded. There is no other kind of menu.
const unfold = `document.querySelectorAll("details").forEach((d) => d.open = true);
	if (document.querySelector("dialog, [popover]")) throw new Error("the page has what only a script opens: open it here too");`

// judge judges what a tab shows.
func judge(t *testing.T, tab *lab.Tab, name string) {
	t.Helper()
	for _, m := range Modes() {
		tab.Look(m.View)
		rules := ""
		if m.Name == "dark" {
			rules = colours
		}
		for _, found := range lab.Ask[[]string](tab, "judge "+name, fmt.Sprintf(audit, rules)) {
			t.Errorf("%s, %s: %s", name, m.Name, found)
		}
	}
	for _, width := range []int64{390, 320} {
		tab.Look(lab.View{Width: width, Height: 700, Scheme: "light", Phone: true})
		for _, found := range lab.Ask[[]string](tab, "measure "+name, wide) {
			t.Errorf("%s is wider than %d pixels: %s", name, width, found)
		}
	}
}

// maxFirst is what the first page may weigh, everything included.
const maxFirst = 100 << 10

// Whoever comes for the first time waits for little.
func TestFirstPageIsSmall(t *testing.T) {
	w := NewWorld(t.Context(), t, "")
	browser := lab.Chromium(t)
	for _, s := range Screens() {
		if s.Name != "signin" && s.Name != "printers" && s.Name != "print" {
			continue
		}
		tab := browser.Open(t, lab.View{})
		s.Visit(w, tab)
		size := lab.Ask[int](tab, "weigh", `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].reduce((sum, e) => sum + e.transferSize, 0)`)
		t.Logf("%s: %d bytes", s.Name, size)
		if size == 0 || size > maxFirst {
			t.Errorf("%s weighs %d bytes, and may weigh %d", s.Name, size, maxFirst)
		}
		for _, fault := range tab.Faults(w.Base) {
			t.Error(fault)
		}
	}
}
