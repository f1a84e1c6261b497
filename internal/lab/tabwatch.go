package lab

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// request is between two origins.
type request struct {
	page, to string // the origin of the page that asks, and whom it asks
}

// heard keeps what Faults is asked for, and answers what the browser asks.
func (p *Tab) heard(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.asked[request{origin(e.DocumentURL), origin(e.Request.URL)}] = true
	case *network.EventResponseReceived:
		if e.Response.Status >= 500 || e.Response.Status >= 400 && part(e.Type) {
			p.faults = append(p.faults, fmt.Sprintf("%s answered %d", e.Response.URL, e.Response.Status))
		}
	case *log.EventEntryAdded: // the browser's own words
		if unasked(e.Entry) {
			p.faults = append(p.faults, fmt.Sprintf("the browser says of %s: %s", e.Entry.URL, e.Entry.Text))
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeAssert {
			p.faults = append(p.faults, "a script complains: "+said(e.Args))
		}
	case *page.EventJavascriptDialogOpening: // whether the page may be left
		go func() { _ = chromedp.Run(p.ctx, page.HandleJavaScriptDialog(true)) }() // the tab may be gone
	case *runtime.EventExceptionThrown: // also of promises that nobody looks after
		p.faults = append(p.faults, "a script failed: "+e.ExceptionDetails.Error())
	}
}

// part tells whether something is asked for because a page names it, so that it must be
// there. What a script asks for may be refused: the script says so.
func part(kind network.ResourceType) bool {
	switch kind {
	case network.ResourceTypeScript, network.ResourceTypeStylesheet, network.ResourceTypeImage, network.ResourceTypeFont, network.ResourceTypeManifest:
		return true
	}
	return false
}

// unasked tells whether the browser finds fault with a page. How requests were answered
// is heard above.
func unasked(e *log.Entry) bool {
	if strings.Contains(e.Text, "Content Security Policy") || e.Source == log.SourceDeprecation {
		return true
	}
	return e.Level == log.LevelError && e.Source != log.SourceNetwork
}

// said is what a script wrote into the console.
func said(args []*runtime.RemoteObject) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a.Description
		if a.Description == "" {
			words[i] = string(a.Value)
		}
	}
	return strings.Join(words, " ")
}

// origin returns scheme and host of an address, "" for what needs no network.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	switch u.Scheme {
	case "data", "blob", "about":
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// Faults returns what no page may do and one did in this tab: a request that leaves
// our origin, something that a page's own security policy refuses, a script that
// fails or complains, anything else that the browser calls an error, a part of a page
// that is not there, an error of the server. Where else people are sent on purpose is in
// visited; what pages there ask for is theirs.
func (p *Tab) Faults(ours string, visited ...string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := slices.Clone(p.faults)
	for r := range p.asked {
		here, there := r.page == ours || r.page == "", slices.Contains(visited, r.page)
		if !there && (!here || r.to != ours && r.to != "") {
			found = append(found, fmt.Sprintf("a page of %s asked %s", r.page, r.to))
		}
	}
	slices.Sort(found)
	return found
}
