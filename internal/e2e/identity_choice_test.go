package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/lab"
)

// Where a printer could be taken for another one: each row on the same site.
func TestIdentityOfSeveral(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	queue(p.cups, "lp", p.device("lp"))
	legacy, err := p.robot(t).Register(t.Context(), client.RegisterRequest{PrinterFields: client.PrinterFields{
		Name: "lp", Capabilities: &gcp.CDD{Version: "1.0"}, NotificationChannel: gcp.ChannelXMPP,
	}})
	if err != nil {
		t.Fatal(err)
	}
	lp := string(legacy.ID)
	p.StartConnector()
	row := func(name string, f func(t *testing.T)) {
		t.Helper()
		if ok := t.Run(name, func(t *testing.T) { f(t); p.untouched(t, lp) }); !ok {
			t.FailNow()
		}
	}
	row("registered under the bare queue name", func(t *testing.T) {
		p.named(t, lp, "cups:lp")
		if id := p.begin(t, "lp"); id != lp {
			t.Errorf("%s became %s", lp, id)
		}
		p.count(t, 1)
	})
	row("classes, raw, fax and made queues", func(t *testing.T) { p.kinds(t) })
	row("two printers with one name", func(t *testing.T) { p.oneName(t, lp) })
	row("one printer seen twice", func(t *testing.T) { p.seenTwice(t) })
	row("ambiguous", func(t *testing.T) { p.ambiguous(t) })
}

const createLocalPrinter = `{
OPERATION CUPS-Create-Local-Printer
GROUP operation-attributes-tag
ATTR charset attributes-charset utf-8
ATTR language attributes-natural-language en
ATTR uri printer-uri ipp://localhost/
GROUP printer-attributes-tag
ATTR name printer-name made
ATTR uri device-uri ipp://127.0.0.1:9/ipp/print
}`

// kinds adds a queue of each kind that is not shared by itself, and chooses one.
func (p *place) kinds(t *testing.T) {
	t.Helper()
	p.cups.AddRaw("raw", "")
	p.cups.Run("lpadmin", "-p", "lp", "-c", "class")
	ppd, err := os.ReadFile(filepath.Join(p.cups.Dir, "etc", "lab.ppd"))
	if err != nil {
		t.Fatal(err)
	}
	fax := regexp.MustCompile(`(?m)^\*ModelName`).ReplaceAll(ppd, []byte("*cupsFax: True\n*ModelName"))
	file := filepath.Join(p.cups.Dir, "etc", "fax.ppd")
	if err := os.WriteFile(file, fax, 0o644); err != nil {
		t.Fatal(err)
	}
	p.cups.Run("lpadmin", "-p", "fax", "-E", "-v", p.device("fax"), "-P", file)
	request := filepath.Join(p.cups.Dir, "make.test") // what print dialogs do with a printer that they found
	if err := os.WriteFile(request, []byte(createLocalPrinter), 0o644); err != nil {
		t.Fatal(err)
	}
	p.cups.Run("ipptool", "ipp://"+p.cups.Addr+"/", request)
	p.looks(t, 2)
	for name, kind := range map[string]string{"raw": "raw", "class": "class", "fax": "fax", "made": "discovered"} {
		if q := p.list(t, name); q.State != "not shared" || q.Kind != kind || !strings.Contains(q.Why, kind) {
			t.Errorf("%s is listed as %+v", name, q)
		}
	}
	p.count(t, 1)
	p.Platen("printer", "share", "raw")
	p.print(t, p.Printer("raw"))
	p.count(t, 2)
	p.Platen("printer", "remove", "raw")
	p.count(t, 1)
	for _, name := range []string{"raw", "class", "fax", "made"} {
		p.cups.Run("lpadmin", "-x", name)
	}
}

// oneName adds a second cupsd whose files are a copy of the first one's: the same
// names, the same UUIDs, the same words for people.
func (p *place) oneName(t *testing.T, lp string) {
	t.Helper()
	copied := lab.CUPS(p.t, lab.CUPSOptions{})
	copied.Stop()
	p.cups.Stop() // writes its files
	for _, f := range []string{"printers.conf", "ppd/lp.ppd"} {
		b, err := os.ReadFile(filepath.Join(p.cups.Dir, "etc", f))
		if err != nil {
			t.Fatal(err)
		}
		b = []byte(strings.ReplaceAll(string(b), p.cups.Out, copied.Out))
		if err := os.WriteFile(filepath.Join(copied.Dir, "etc", f), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.cups.Start()
	copied.Start()
	p.StopConnector()
	p.setting(t, `cups = \[(.*)\]`, `cups = [$1, "`+copied.Addr+`"]`)
	p.StartConnector()
	other := p.begin(t, "lp@cups2")
	all := p.printers(t)
	if other == lp || all[lp].UUID == all[other].UUID || all[lp].DisplayName != all[other].DisplayName {
		t.Errorf("the printers are %+v and %+v", all[lp], all[other])
	}
	p.same(t, lp, "cups:lp")
	p.same(t, other, "cups:lp@cups2")
	p.count(t, 2)
	p.StopConnector() // and with the copy alone: it does not take the other's place
	p.cups.Stop()
	p.StartConnector()
	p.same(t, other, "cups:lp@cups2")
	if got := p.printers(t)[lp].Name; got != "cups:lp" {
		t.Errorf("the printer of the server that is away is called %s", got)
	}
	p.cups.Start()
	p.same(t, lp, "cups:lp")
	p.Platen("printer", "remove", "lp@cups2")
	p.StopConnector()
	p.setting(t, `, "`+regexp.QuoteMeta(copied.Addr)+`"`, "")
	p.StartConnector()
	p.count(t, 1)
}

// seenTwice adds a printer by address that is there as a queue already.
func (p *place) seenTwice(t *testing.T) {
	t.Helper()
	eve := lab.IPPEve(p.t, lab.EveOptions{})
	p.cups.AddEverywhere("eve", eve.URI)
	id := p.begin(t, "eve")
	out, ok := verb(t, p.Site, p.bin, "printer", "add", eve.URI, "--name", "direct")
	if !ok || !strings.Contains(out, "direct is the same printer as eve") {
		t.Errorf("adding what is there: %s", out)
	}
	p.looks(t, 2)
	if q := p.list(t, "direct"); q.State != "not shared" || !strings.Contains(q.Why, "eve") {
		t.Errorf("it is listed as %+v", q)
	}
	p.count(t, 2)
	p.Platen("printer", "share", "direct")
	p.Printer("direct")
	p.count(t, 3)
	p.same(t, id, "cups:eve")
	p.Platen("printer", "remove", "direct")
	p.Platen("printer", "remove", "eve")
	p.cups.Run("lpadmin", "-x", "eve")
	p.count(t, 1)
}

// ambiguous leaves one queue in the place of two for the same device. The connector
// asks, on its own list and on the printers' pages, and takes the answer.
func (p *place) ambiguous(t *testing.T) {
	t.Helper()
	queue(p.cups, "draft", p.device("twice"))
	draft := p.begin(t, "draft")
	queue(p.cups, "photo", p.device("twice"))
	photo := p.begin(t, "photo")
	p.cups.Run("lpadmin", "-x", "draft")
	p.cups.Run("lpadmin", "-x", "photo")
	lab.Until(t, 30*time.Second, "a look without both", func() bool {
		return p.list(t, "draft").State == "missing" && p.list(t, "photo").State == "missing"
	})
	queue(p.cups, "new", p.device("twice"))
	lab.Until(t, 30*time.Second, "the question", func() bool { return len(p.list(t, "new").MayBe) == 2 })
	p.looks(t, 2)
	p.count(t, 3)
	command := "platen printer add --adopt " + photo + " new"
	if out := p.Platen("printer", "list"); !strings.Contains(out, command) || !strings.Contains(out, "--adopt "+draft+" new") {
		t.Errorf("the list does not ask:\n%s", out)
	}
	if out := p.Platen("status"); !strings.Contains(out, "1 wait") {
		t.Errorf("the status does not ask:\n%s", out)
	}
	lab.Until(t, 30*time.Second, "the question on the page", func() bool { return strings.Contains(p.state(t, photo), command) })
	if out, ok := verb(t, p.Site, p.bin, "printer", "add", "--adopt", "nonsense", "new"); ok || !strings.Contains(out, "nonsense is not known here") {
		t.Errorf("adopting nothing: %s", out)
	}
	p.Platen(strings.Fields(command)[1:]...)
	p.same(t, photo, "cups:new")
	if out, ok := verb(t, p.Site, p.bin, "printer", "add", "--adopt", photo, "lp"); ok || !strings.Contains(out, "is new, which is there") {
		t.Errorf("a printer that is there lost its id: %s", out)
	}
	p.Platen("printer", "add", "--adopt", draft, "new") // a person can be mistaken
	p.same(t, draft, "cups:new")
	p.untouched(t, photo)
	p.StopConnector()
	p.StartConnector()
	p.looks(t, 1)
	p.same(t, draft, "cups:new")
	p.untouched(t, photo)
	p.count(t, 3)
}
