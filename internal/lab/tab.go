package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Tab is one tab of a Browser, with cookies of its own.
type Tab struct {
	t    TB
	ctx  context.Context
	view View

	mu     sync.Mutex // guards what follows
	asked  map[request]bool
	faults []string
}

// Do acts in the tab; the test fails if an act does not come about.
func (p *Tab) Do(what string, actions ...chromedp.Action) {
	p.t.Helper()
	if err := p.try(actions...); err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.words())
	}
}

// try acts in the tab, for a bounded time.
func (p *Tab) try(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(p.ctx, actTime)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

// words returns what the page says and where it is, for a failure.
func (p *Tab) words() string {
	var text string
	if err := p.try(chromedp.Evaluate(`location.href + "\n" + document.body.innerText`, &text)); err != nil {
		return err.Error()
	}
	return text
}

// Fill writes into a field instead of what stands there.
func (p *Tab) Fill(selector, text string) {
	p.t.Helper()
	p.See(selector)
	Ask[string](p, "clear "+selector, fmt.Sprintf(`document.querySelector(%s).value = ""`, quote(selector)))
	p.Type(selector, text)
}

// Until waits until a condition in JavaScript is true, across pages. It works where
// scripts of pages do not run.
func (p *Tab) Until(what, condition string) {
	p.t.Helper()
	p.until(what, condition, lookTime)
}

// UntilLoaded loads the page again until a condition in JavaScript is true.
func (p *Tab) UntilLoaded(what, condition string) {
	p.t.Helper()
	p.until(what, condition, 20*lookTime, chromedp.Reload())
}

// until looks for a condition, and acts before each look but the first. What fails
// because the tab is on its way to another page is done again at the next look.
func (p *Tab) until(what, condition string, every time.Duration, actions ...chromedp.Action) {
	p.t.Helper()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var failed error
	for end := time.Now().Add(actTime); ; <-tick.C {
		var met bool
		err := p.try(chromedp.Evaluate(`Boolean(`+condition+`)`, &met))
		if err == nil && met {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("waited %v in vain for: %s (%v)\n%s", actTime, what, errors.Join(err, failed), p.words())
		}
		failed = p.try(actions...)
	}
}

// Ask returns what an expression in JavaScript is, which may be a promise.
func Ask[T any](p *Tab, what, expression string) T {
	p.t.Helper()
	var value T
	p.Do(what, chromedp.Evaluate(expression, &value, func(e *runtime.EvaluateParams) *runtime.EvaluateParams {
		return e.WithAwaitPromise(true)
	}))
	return value
}

// Answer acts in the tab and returns how the page is answered that this leads to.
func (p *Tab) Answer(what string, actions ...chromedp.Action) *network.Response {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, actTime)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.words())
	}
	return answer
}

// Go opens an address and waits until its page is there.
func (p *Tab) Go(address string) {
	p.t.Helper()
	p.Do("go to "+address, chromedp.Navigate(address))
}

// onNode acts on a node, and finds it once more where the browser numbered the nodes anew
// in between: nothing was done then.
func (p *Tab) onNode(what string, action chromedp.Action) {
	p.t.Helper()
	err := p.try(action)
	for n := 0; n < 5 && err != nil && strings.Contains(err.Error(), "Could not find node with given id"); n++ {
		err = p.try(action)
	}
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", what, err, p.words())
	}
}

// Click clicks on what a selector means once it is seen.
func (p *Tab) Click(selector string) {
	p.t.Helper()
	p.onNode("click "+selector, chromedp.Click(selector, chromedp.ByQuery))
}

// Type writes into a field once it is seen; "\r" sends its form.
func (p *Tab) Type(selector, text string) {
	p.t.Helper()
	p.onNode("type into "+selector, chromedp.SendKeys(selector, text, chromedp.ByQuery))
}

// Choose chooses files in a field for them, once it is there.
func (p *Tab) Choose(selector string, paths ...string) {
	p.t.Helper()
	p.See(selector)
	p.Do("choose files in "+selector, chromedp.ActionFunc(func(ctx context.Context) error {
		field, thrown, err := runtime.Evaluate(fmt.Sprintf(`document.querySelector(%s)`, quote(selector))).Do(ctx)
		if err != nil {
			return err
		}
		if thrown != nil {
			return thrown
		}
		return dom.SetFileInputFiles(paths).WithObjectID(field.ObjectID).Do(ctx)
	}))
}

// See waits until what a selector means is seen.
func (p *Tab) See(selector string) {
	p.t.Helper()
	p.Until("seeing "+selector, fmt.Sprintf(`document.querySelector(%s)?.checkVisibility()`, quote(selector)))
}

// Read waits until the page says some words.
func (p *Tab) Read(words string) {
	p.t.Helper()
	p.Until("reading "+words, fmt.Sprintf(`document.body?.innerText.includes(%s)`, quote(words)))
}

// SignIn signs somebody in with Password.
func (p *Tab) SignIn(base, email string) {
	p.t.Helper()
	p.Go(base + "/signin")
	p.Type("#email", email)
	p.Type("#password", Password+"\r")
	p.See(`nav a[href="/printers"]`)
}

// Picture returns the whole page as a PNG.
func (p *Tab) Picture() []byte {
	p.t.Helper()
	var png []byte
	p.Do("take a picture", chromedp.FullScreenshot(&png, 100))
	return png
}

// quote writes a string as JavaScript does.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // strings can be written
	}
	return string(b)
}
