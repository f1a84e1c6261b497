package walk

import (
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/internal/lab"
)

// house is what most walks share: a service, a connector with CUPS and an IPP
// printer, and a browser.
type house struct {
	*lab.Site
	bin     string
	cups    *lab.CUPSServer
	eve     *lab.Eve
	browser *lab.Browser
	files   string // documents that walks print
}

var (
	lifetime = lab.NewProgram(os.Stderr) // of the house
	shared   = sync.OnceValue(build)
)

func TestMain(m *testing.M) {
	code := m.Run()
	lifetime.Close()
	os.Exit(code)
}

func build() *house {
	t := lifetime
	h := &house{bin: lab.Build(t), cups: lab.CUPS(t, lab.CUPSOptions{}), eve: lab.IPPEve(t, lab.EveOptions{}), browser: lab.Chromium(t), files: t.TempDir()}
	h.Site = lab.NewSite(t, lab.SiteOptions{Bin: h.bin, CUPS: []string{h.cups.Socket}})
	h.Start()
	h.Platen("printer", "add", h.eve.URI, "--name", "direct")
	h.Printer("direct")
	return h
}

// enter lets a walk into the house.
func enter(t *testing.T) *house {
	t.Helper()
	lab.Need(t, "chromium", "cupsd", "lpadmin", "ippeveprinter", "dbus-daemon")
	h := shared()
	t.Cleanup(func() {
		if t.Failed() {
			h.Logs()
		}
	})
	return h
}

// open opens a tab of this service for somebody.
func (h *house) open(t *testing.T, v lab.View) *lab.Tab {
	t.Helper()
	return h.openAt(t, v, h.Base)
}

// openAt opens a tab of any service. What no page may do fails the walk at its end;
// the pages of visited are not ours.
func (h *house) openAt(t *testing.T, v lab.View, base string, visited ...string) *lab.Tab {
	t.Helper()
	return watch(t, h.browser.Open(t, v), base, visited...)
}

// watch has what no page may do in a tab fail the walk at its end.
func watch(t *testing.T, tab *lab.Tab, base string, visited ...string) *lab.Tab {
	t.Helper()
	t.Cleanup(func() {
		for _, each := range tab.Faults(base, visited...) {
			if !expected(each) {
				t.Error(each)
			}
		}
	})
	return tab
}

// expected tells what is no fault of a page.
func expected(fault string) bool {
	return strings.Contains(fault, "/drafts/") && (strings.Contains(fault, "answered 503") || strings.Contains(fault, "answered 429")) || // previews are busy, and the page says so
		strings.Contains(fault, "answered 502") // only a proxy that is down says so
}

// signedIn opens a tab and signs the owner of the printers in.
func (h *house) signedIn(t *testing.T) *lab.Tab {
	t.Helper()
	tab := h.open(t, lab.View{})
	tab.SignIn(h.Base, lab.Owner)
	return tab
}

// queue adds a queue of CUPS that prints what it gets, and returns its printer.
func (h *house) queue(t *testing.T, name string) (page string) {
	t.Helper()
	h.cups.AddRaw(name, "")
	id := ""
	lab.Until(t, time.Minute, "the printer "+name, func() bool {
		a, err := h.Call("search", url.Values{"connection_status": {"ONLINE"}})
		for _, p := range a.Printers {
			if p.Name == "cups:"+name {
				id = p.ID
			}
		}
		return err == nil && id != ""
	})
	return h.Base + "/printers/" + id
}
