package main

import (
	"fmt"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// doing is what somebody does on a page before one looks at it.
type doing func(w *World, tab *lab.Tab)

// submit clicks a button that leads to a page.
func submit(button string) doing {
	return func(_ *World, tab *lab.Tab) { leave(tab, button) }
}

// leave clicks what leads to another page, and waits until that is there.
func leave(tab *lab.Tab, button string) {
	tab.Answer("click "+button, evaluate(`document.querySelector(%q).click()`, button))
}

func evaluate(script string, args ...any) chromedp.Action {
	return chromedp.Evaluate(fmt.Sprintf(script, args...)+"; 1", nil)
}

// open opens what is folded.
func open(details string) doing {
	return func(_ *World, tab *lab.Tab) {
		tab.Do("open "+details, evaluate(`document.querySelectorAll("main " + %q).forEach((d) => d.open = true)`, details))
	}
}

func wrongPassword(_ *World, tab *lab.Tab) {
	tab.Do("write", chromedp.SetValue("#email", "grace.hopper@example.com"), chromedp.SetValue("#password", "open sesame"))
	leave(tab, "main form button")
}

// changeMany resumes two printers that are not paused.
func changeMany(_ *World, tab *lab.Tab) {
	tab.Do("choose", evaluate(`[...document.querySelectorAll('[name="printer"]')].slice(0, 2).forEach((box) => box.checked = true)`))
	leave(tab, `[name="do"][value="resume"]`)
}

// preview chooses a document, and waits until it is drawn.
func preview(w *World, tab *lab.Tab) {
	tab.Do("choose a document", chromedp.SetUploadFiles("#document", []string{w.Document}))
	tab.Until("a preview", `document.querySelector("#preview img") && document.querySelector("#preview").getAttribute("aria-busy") !== "true" &&
		[...document.images].filter((i) => i.checkVisibility()).every((i) => i.complete && i.naturalWidth > 0)`)
}

// impossible chooses what the printer does not do.
func impossible(_ *World, tab *lab.Tab) {
	tab.Do("choose", evaluate(`(() => { const f = document.querySelector('[name="copies"]'); f.value = "0"; f.dispatchEvent(new Event("input", {bubbles: true})); })()`))
	tab.Until("a refusal", `document.querySelector('[aria-invalid="true"]')`)
}

// draft looks at a document as a browser without scripts does.
func draft(w *World, tab *lab.Tab) {
	tab.Do("look", emulation.SetScriptExecutionDisabled(true), chromedp.Reload(),
		chromedp.SetUploadFiles("#document", []string{w.Document}), chromedp.Click("#look"))
	tab.See(".preview img")
	tab.Do("run scripts again", emulation.SetScriptExecutionDisabled(false))
}

func makeKey(_ *World, tab *lab.Tab) {
	tab.Do("write", chromedp.SetValue("#label", "warehouse scanner"))
	leave(tab, "main form button")
}
