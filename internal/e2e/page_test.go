package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// pageLimit bounds everything that one test does in the browser.
const pageLimit = 2 * time.Minute

// browser starts Chromium with nothing to remember, and returns a tab.
func browser(t *testing.T) context.Context {
	t.Helper()
	lab.Need(t, "chromium")
	profile, err := os.MkdirTemp("", "profile")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // its processes may write a moment longer
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.UserDataDir(profile),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(t.Context(), pageLimit)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // it waits for the browser's end
		cancel()
	})
	do(ctx, t, "start the browser")
	return ctx
}

// do acts in the tab.
func do(tab context.Context, t *testing.T, what string, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(tab, actions...); err != nil {
		var text string
		_ = chromedp.Run(tab, chromedp.Text("body", &text)) // only to say more
		t.Fatalf("%s: %v\n%s", what, err, text)
	}
}

// jobState waits for words in the state of the newest job.
func jobState(words string) chromedp.Action {
	return chromedp.Poll(`document.querySelector('[data-job] [data-part="state"]')?.textContent === `+"`"+words+"`", nil)
}

// upload prints a file by way of the page of the only printer.
func upload(tab context.Context, t *testing.T, path string) {
	t.Helper()
	do(tab, t, "choose the printer", chromedp.Click(`main table a[href^="/printers/"]`), chromedp.WaitVisible("#document"))
	do(tab, t, "print", chromedp.SetUploadFiles("#document", []string{path}), chromedp.Click(`form[enctype] button`), chromedp.WaitVisible("[data-job]"))
}

var signInLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/\S+`)

// TestDemoPrintsFromThePage is the first minute of a new user: make demo, the
// link, a PDF from the page.
func TestDemoPrintsFromThePage(t *testing.T) {
	tab, dir := browser(t), t.TempDir()
	cmd := exec.Command(filepath.Join(lab.Build(t), "platen-cloud"), "demo", "--dir", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	var link string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := signInLink.FindString(lines.Text()); found != "" {
			if link = found; len(lines.Text()) > 0 && lines.Text()[0] == ' ' {
				break // the indented one signs in
			}
		}
	}
	doc := document("page", 100<<10)
	file := filepath.Join(t.TempDir(), "page & <more>.pdf")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	do(tab, t, "sign in", chromedp.Navigate(link), chromedp.WaitVisible("main table"))
	upload(tab, t, file)
	do(tab, t, "wait for the end", jobState("Printed"))
	var title string
	do(tab, t, "read the title", chromedp.Text("[data-job] a, main h1", &title))
	if title != "page & <more>.pdf" {
		t.Errorf("the job is called %q", title)
	}
	printed, err := filepath.Glob(filepath.Join(dir, "printed", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var docs [][]byte
	for _, path := range printed {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, b)
	}
	if n, _ := count(docs, doc); n != 1 {
		t.Errorf("the document came out %d times, as one of %v", n, printed)
	}
}

// TestPageIsLive watches a job that waits for its printer end, without a reload.
func TestPageIsLive(t *testing.T) {
	tab := browser(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}})
	s.StartCloud()
	s.Pair()
	s.StartConnector()
	s.Printer("raw")
	cups.Run("cupsdisable", "raw")

	file := filepath.Join(t.TempDir(), "live.pdf")
	if err := os.WriteFile(file, document("live", 10<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	do(tab, t, "sign in", chromedp.Navigate(s.Base), chromedp.WaitVisible("#email"),
		chromedp.SendKeys("#email", lab.Owner), chromedp.SendKeys("#password", lab.Password+"\r"), chromedp.WaitVisible("main table"))
	upload(tab, t, file)
	var violations []string
	do(tab, t, "wait for the page", chromedp.Evaluate(`window.same = true; window.broken = [];
		document.addEventListener("securitypolicyviolation", e => window.broken.push(e.blockedURI + " " + e.violatedDirective)); 1`, nil),
		chromedp.Poll(`document.querySelector('[data-job] [data-part="state"]').textContent === 'Stopped: something is in the way'`, nil))
	cups.Run("cupsenable", "raw")
	do(tab, t, "wait for the end", jobState("Printed"), chromedp.Poll("window.same === true", nil),
		chromedp.Evaluate("window.broken", &violations))
	if len(violations) > 0 {
		t.Errorf("the page breaks its own security policy: %v", violations)
	}
	var offered bool
	do(tab, t, "look for the button", chromedp.Evaluate(`[...document.querySelectorAll('[data-job] [data-part="cancel"]')].some(e => e.checkVisibility())`, &offered))
	if offered {
		t.Error("a printed job can still be cancelled")
	}
}

// The demo starts again in the folder of an earlier one, and its printer stays.
func TestDemoAgain(t *testing.T) {
	bin, dir := lab.Build(t), t.TempDir()
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, document("again", 10<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	printers := map[string]bool{}
	for range 2 {
		out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "platen-cloud"), "demo", "--dir", dir, "--print", file, "--exit").Output()
		var line struct{ State, Printer string }
		if err := json.Unmarshal(out, &line); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if err != nil || line.State != "DONE" {
			t.Errorf("%v: %s", err, out)
		}
		printers[line.Printer] = true
	}
	if len(printers) != 1 {
		t.Errorf("its printer was %v", printers)
	}
}
