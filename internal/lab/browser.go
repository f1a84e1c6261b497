package lab

import (
	"cmp"
	"context"
	"os"
	"slices"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const (
	actTime  = time.Minute           // how long one act in a tab may take
	lookTime = 25 * time.Millisecond // between looks at a page that one waits for
)

// Browser is a headless Chromium that knows nobody.
type Browser struct {
	t   TB
	ctx context.Context
}

// Chromium starts a browser, and ends it with the test.
func Chromium(t TB) *Browser {
	t.Helper()
	Need(t, "chromium")
	profile, err := os.MkdirTemp("", "profile")
	if err != nil {
		t.Fatalf("making a profile: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // its processes may write a moment longer
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.UserDataDir(profile), chromedp.WSURLReadTimeout(actTime),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // it waits for the browser's end
		cancel()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	return &Browser{t: t, ctx: ctx}
}

// View says on what somebody looks at a page.
type View struct {
	Width, Height int64   // 0 for a window of 1280 by 900
	Scale         float64 // dots of the screen for one of the page; 0 is 1
	Scheme        string  // of colours: "light", "dark" or "" for whatever comes
	Phone         bool    // touched, and as a phone says its width
	NoScript      bool    // no script runs
}

// Phone is a phone's view.
func Phone() View { return View{Width: 390, Height: 844, Phone: true} }

// Open opens a tab for somebody whom the browser does not know: it shares no cookie
// with another tab. t is the test that the tab belongs to.
func (b *Browser) Open(t TB, v View) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	return newTab(ctx, t, v)
}

// Twin opens another tab of the same person, with the same view.
func (p *Tab) Twin(t TB) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	t.Cleanup(cancel)
	return newTab(ctx, t, p.view)
}

func newTab(ctx context.Context, t TB, v View) *Tab {
	t.Helper()
	p := &Tab{t: t, ctx: ctx, asked: map[request]bool{}}
	chromedp.ListenTarget(ctx, p.heard)
	if err := chromedp.Run(ctx); err != nil { // not Do: its time would end the tab
		t.Fatalf("opening a tab: %v", err)
	}
	p.Look(v)
	return p
}

// Look changes on what the tab is looked at.
func (p *Tab) Look(v View) {
	p.t.Helper()
	p.view = v
	p.Do("prepare the view", v.apply())
}

func (v View) apply() chromedp.Tasks {
	if v.Width == 0 {
		v.Width, v.Height = 1280, 900
	}
	return chromedp.Tasks{
		emulation.SetDeviceMetricsOverride(v.Width, v.Height, cmp.Or(v.Scale, 1), v.Phone),
		emulation.SetTouchEmulationEnabled(v.Phone),
		emulation.SetScriptExecutionDisabled(v.NoScript),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.Scheme}}),
	}
}
