package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// The friend that the printers of the identity table are shared with.
const friend = "friend@example.com"

// place is a site whose printers go through the table of docs/identity.md.
type place struct {
	*lab.Site
	t    *testing.T // of the whole table: what a row starts stays
	bin  string
	cups *lab.CUPSServer
	jobs map[string]string // a printer's id to the job that was printed before all changes
}

// newPlace starts a cloud, a cupsd and a connector that is told nothing but where
// cupsd is.
func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, bin: lab.Build(t), cups: lab.CUPS(t, lab.CUPSOptions{}), jobs: map[string]string{}}
	p.Site = lab.NewSite(t, lab.SiteOptions{Bin: p.bin, CUPS: []string{p.cups.Addr}, Plain: true})
	p.Key = p.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")
	p.setting(t, `poll_interval = .*`, `poll_interval = "1s"`)
	p.Cloud("user", "add", friend, "--password-stdin")
	p.StartCloud()
	p.Pair()
	return p
}

// setting rewrites a line of platen.toml.
func (p *place) setting(t *testing.T, pattern, line string) {
	t.Helper()
	path := filepath.Join(p.Dir, "platen.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, regexp.MustCompile(pattern).ReplaceAll(text, []byte(line)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// queue adds a queue with a PPD for a device, or changes it.
func queue(c *lab.CUPSServer, name, device string) {
	c.Run("lpadmin", "-p", name, "-E", "-v", device, "-P", filepath.Join(c.Dir, "etc", "lab.ppd"))
}

// device names a device whose output goes to the lab's folder.
func (p *place) device(name string) string { return "lab:" + p.cups.Out + "?delay=0&device=" + name }

// seen is what the cloud has of a printer.
type seen struct {
	ID, Name, UUID, CapsHash, DisplayName, ConnectionStatus string
	UpdateTime                                              string
	Tags                                                    []string
	Access                                                  []struct{ Scope, Role string }
}

// printers asks the cloud for all printers, by id.
func (p *place) printers(t *testing.T) map[string]seen {
	t.Helper()
	var a struct{ Printers []seen }
	ask(t, p.Site, "search", url.Values{}, &a)
	all := map[string]seen{}
	for _, q := range a.Printers {
		all[q.ID] = q
	}
	return all
}

// begin shares a printer with the friend and prints the job that its history is
// known by.
func (p *place) begin(t *testing.T, name string) string {
	t.Helper()
	id := p.Printer(name)
	var a lab.Answer
	ask(t, p.Site, "share", url.Values{"printerid": {id}, "scope": {friend}, "role": {"USER"}, "skip_notification": {"true"}}, &a)
	if !a.Success {
		t.Fatalf("share: %+v", a)
	}
	p.jobs[id] = p.print(t, id)
	return id
}

// print prints a job and returns its id.
func (p *place) print(t *testing.T, id string) string {
	t.Helper()
	job := submit(t, p.Site, id, "identity", document("identity", 1<<10))
	// A machine that takes another one's place may stand by for a minute first.
	if j := p.Await(job, 2*time.Minute, lab.Job.Ended); j.State() != "DONE" {
		p.Logs()
		t.Fatalf("the job on %s ended %+v", id, j)
	}
	return job
}

// same waits until the printer id has the name in the cloud, and checks that it is
// the one that it was: its shares, its history, and that it prints.
func (p *place) same(t *testing.T, id, name string) {
	t.Helper()
	p.named(t, id, name)
	p.untouched(t, id)
	p.print(t, id)
}

func (p *place) named(t *testing.T, id, name string) {
	t.Helper()
	if !lab.Eventually(30*time.Second, func() bool { q := p.printers(t)[id]; return q.Name == name && q.ConnectionStatus == "ONLINE" }) {
		p.Logs()
		t.Fatalf("%s is %+v, want the name %s; all: %+v", id, p.printers(t)[id], name, p.printers(t))
	}
}

// untouched checks shares and history of a printer.
func (p *place) untouched(t *testing.T, id string) {
	t.Helper()
	var a struct{ Printers []seen }
	ask(t, p.Site, "printer", url.Values{"printerid": {id}}, &a)
	if len(a.Printers) != 1 {
		t.Fatalf("%d printers %s", len(a.Printers), id)
	}
	if !slices.ContainsFunc(a.Printers[0].Access, func(s struct{ Scope, Role string }) bool { return s.Scope == friend && s.Role == "USER" }) {
		t.Errorf("%s is shared with %+v", id, a.Printers[0].Access)
	}
	var jobs lab.Answer
	ask(t, p.Site, "jobs", url.Values{"printerid": {id}}, &jobs)
	if !slices.ContainsFunc(jobs.Jobs, func(j lab.Job) bool { return j.ID == p.jobs[id] }) {
		t.Errorf("the history of %s lacks the job %s", id, p.jobs[id])
	}
}

// count checks how many printers the cloud has.
func (p *place) count(t *testing.T, want int) {
	t.Helper()
	if all := p.printers(t); len(all) != want {
		t.Errorf("the cloud has %d printers, want %d: %+v", len(all), want, all)
	}
}

// listed is a printer as `platen printer list --json` shows it.
type listed struct {
	Name, ID, State, Kind, Why string
	MayBe                      []struct{ ID, Name string } `json:"may_be"`
}

// list asks the connector for a printer.
func (p *place) list(t *testing.T, name string) listed {
	t.Helper()
	var all []listed
	if err := json.Unmarshal([]byte(p.Platen("printer", "list", "--json")), &all); err != nil {
		t.Fatal(err)
	}
	for _, q := range all {
		if q.Name == name {
			return q
		}
	}
	return listed{}
}

// looks waits until the connector has looked at its printers so many times more.
func (p *place) looks(t *testing.T, n int) {
	t.Helper()
	for i := range n { // a look of its own each: a queue comes and is seen
		name := fmt.Sprintf("look%d", i)
		p.cups.Run("lpadmin", "-p", name, "-v", "file:/dev/null", "-m", "raw")
		lab.Until(t, 30*time.Second, "a look at the printers", func() bool { return p.list(t, name).Name != "" })
		p.cups.Run("lpadmin", "-x", name)
		lab.Until(t, 30*time.Second, "another look", func() bool { return p.list(t, name).Name == "" })
	}
}

// The table of docs/identity.md, row by row, on one site: each row begins with what
// the one before it left.
func TestIdentity(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.cups.AddPPD("front", "")
	queue(p.cups, "front", p.device("front"))
	queue(p.cups, "other", p.device("other"))
	p.StartConnector()
	front, other := p.begin(t, "front"), p.begin(t, "other")
	row := func(name string, f func(t *testing.T)) {
		t.Helper()
		if ok := t.Run(name, func(t *testing.T) { f(t); p.untouched(t, front); p.untouched(t, other); p.count(t, 2) }); !ok {
			t.FailNow()
		}
	}
	row("queue renamed", func(t *testing.T) {
		p.cups.Run("lpadmin", "-x", "front")
		queue(p.cups, "office", p.device("front"))
		p.same(t, front, "cups:office")
	})
	row("queue renamed, new one first", func(t *testing.T) {
		queue(p.cups, "front", p.device("front"))
		lab.Until(t, 30*time.Second, "a look at both", func() bool { return p.list(t, "front").Name != "" })
		p.cups.Run("lpadmin", "-x", "office")
		p.same(t, front, "cups:front")
	})
	row("queue deleted and added again", func(t *testing.T) {
		before := p.printers(t)[front].UUID
		p.cups.Run("lpadmin", "-x", "front")
		queue(p.cups, "front", p.device("front"))
		lab.Until(t, 30*time.Second, "the new UUID", func() bool { return p.printers(t)[front].UUID != before })
		p.same(t, front, "cups:front")
	})
	row("new address", func(t *testing.T) {
		before := p.printers(t)[front].Tags
		queue(p.cups, "front", p.device("moved"))
		lab.Until(t, 30*time.Second, "the new mark", func() bool { return !slices.Equal(p.printers(t)[front].Tags, before) })
		p.same(t, front, "cups:front")
	})
	row("new driver", func(t *testing.T) { p.newDriver(t, front) })
	row("new host name", func(t *testing.T) {
		p.cups.Stop()
		edit(t, filepath.Join(p.cups.Dir, "etc", "cupsd.conf"), `(?m)^ServerName .*`, "ServerName elsewhere.example")
		p.cups.Start()
		p.looks(t, 1)
		p.same(t, front, "cups:front")
	})
	row("new UUIDs for all queues", func(t *testing.T) {
		renewed := p.renewed(t, front, other)
		p.cups.Stop()
		edit(t, filepath.Join(p.cups.Dir, "etc", "printers.conf"), `(?m)^UUID .*\n`, "")
		p.cups.Start()
		renewed()
		p.same(t, front, "cups:front")
		p.same(t, other, "cups:other")
	})
	row("container rebuilt with its volume", func(t *testing.T) {
		p.StopConnector()
		renewed := p.renewed(t, front, other)
		p.newCUPS(t)
		queue(p.cups, "front", p.device("front"))
		queue(p.cups, "other", p.device("other"))
		p.StartConnector()
		renewed()
		p.same(t, front, "cups:front")
		p.same(t, other, "cups:other")
	})
	row("machine replaced", func(t *testing.T) {
		p.StopConnector()
		renewed := p.renewed(t, front, other)
		if err := os.Rename(filepath.Join(p.Dir, "connector"), filepath.Join(p.Dir, "gone")); err != nil {
			t.Fatal(err)
		}
		old := p.cups.Out
		p.newCUPS(t)
		device := func(name string) string { return strings.Replace(p.device(name), p.cups.Out, old, 1) }
		queue(p.cups, "desk", device("front")) // known by its device
		queue(p.cups, "other", p.device("other"))
		lab.Until(t, 30*time.Second, "the cloud to see that the old machine is gone", func() bool {
			out, ok := verb(t, p.Site, p.bin, "pair", p.Base, "--token", p.Key, "--adopt", p.proxy(t, "gone"))
			if !ok && !strings.Contains(out, "is running") {
				t.Fatal(out)
			}
			return ok
		})
		p.StartConnector()
		renewed()
		p.same(t, front, "cups:desk")
		p.same(t, other, "cups:other")
		queue(p.cups, "desk", p.device("front"))
	})
	row("cupsd answers nothing or garbage", func(t *testing.T) { p.garbage(t, front) })
	row("/delete by a robot", func(t *testing.T) { p.hiccup(t, front) })
}

// renewed notes the UUIDs that the cloud has of printers; what it returns waits
// until all are others.
func (p *place) renewed(t *testing.T, ids ...string) (wait func()) {
	t.Helper()
	before := p.printers(t)
	return func() {
		t.Helper()
		lab.Until(t, time.Minute, "the new UUIDs", func() bool {
			now := p.printers(t)
			return !slices.ContainsFunc(ids, func(id string) bool { return now[id].UUID == before[id].UUID })
		})
	}
}

// edit replaces what a pattern matches in a file.
func edit(t *testing.T, path, pattern, with string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, regexp.MustCompile(pattern).ReplaceAll(text, []byte(with)), 0o640); err != nil {
		t.Fatal(err)
	}
}

// newCUPS puts another cupsd into the place of the old one.
func (p *place) newCUPS(t *testing.T) {
	t.Helper()
	p.cups.Stop()
	old := p.cups.Addr
	p.cups = lab.CUPS(p.t, lab.CUPSOptions{})
	p.setting(t, regexp.QuoteMeta(old), p.cups.Addr)
}
