package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/internal/lab"
)

// fleet is how many queues TestFleet has: the promise is of 400 within a minute.
var fleet = flag.Int("fleet", 40, "queues of TestFleet")

const fleetGroups = 12

// fleetRules share every queue with so many groups.
func fleetRules() string {
	var groups []string
	for i := range fleetGroups {
		groups = append(groups, fmt.Sprintf("\"group %d\"", i+1))
	}
	return "[[rule]]\nname_prefix = \"Berlin \"\ntags = [\"berlin\"]\nshare = [{ groups = [" + strings.Join(groups, ", ") + "] }]\n" +
		"[[rule]]\ninclude = [\"floor2-*\"]\nlocation = \"second floor\"\n"
}

// rulesPlan is what 'platen printer rules' answers.
type rulesPlan struct {
	Changed  int
	Missed   string
	Printers []printerPlan
}

type printerPlan struct {
	Name, ID string
	Shared   bool
	Changes  []struct{ What, From, To string }
	Notes    []string
}

func rules(t *testing.T, s *lab.Site, verb, file string) rulesPlan {
	t.Helper()
	var p rulesPlan
	if err := json.Unmarshal([]byte(s.Platen("printer", "rules", verb, file, "--json")), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func write(t *testing.T, s *lab.Site, text string) string {
	t.Helper()
	file := filepath.Join(s.Dir, "given.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// access returns how many may use a printer, its owner among them.
func access(t *testing.T, s *lab.Site, id string) int {
	t.Helper()
	var a struct{ Printers []seen }
	ask(t, s, "printer", url.Values{"printerid": {id}}, &a)
	return len(a.Printers[0].Access)
}

// A fleet of queues is paired, named and shared with a dozen groups, and a second time
// nothing is left to be changed.
func TestFleet(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{})
	names := make([]string, *fleet)
	for i := range names {
		names[i] = fmt.Sprintf("floor%d-%03d", i%4+1, i)
	}
	cups.AddMany(names)
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}, Plain: true})
	s.Key = s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")
	file := write(t, s, fleetRules())
	s.StartCloud()
	begun := time.Now()
	out := s.Setup("--rules", file) // the one command
	took := time.Since(begun)
	if !strings.Contains(out, fmt.Sprintf("of %d printers changed", *fleet)) {
		t.Errorf("setup says %s", out)
	}
	t.Logf("%d queues shared with %d groups: %v", *fleet, fleetGroups, took)
	if took > time.Minute {
		t.Errorf("it took %v, which is more than a minute", took)
	}
	var a struct{ Printers []seen }
	ask(t, s, "search", url.Values{}, &a)
	if len(a.Printers) != *fleet {
		t.Fatalf("the cloud has %d printers, want %d", len(a.Printers), *fleet)
	}
	for _, p := range a.Printers {
		queue := strings.TrimPrefix(p.Name, "cups:")
		place := slices.Contains(p.Tags, "__cp__printer-location=second floor")
		if p.DisplayName != "Berlin Printer "+queue || access(t, s, p.ID) != 1+fleetGroups || !slices.Contains(p.Tags, "berlin") || place != strings.HasPrefix(queue, "floor2-") {
			t.Errorf("the cloud has %+v", p)
		}
	}
	begun = time.Now()
	if again := s.Setup("--rules", file); !strings.Contains(again, fmt.Sprintf("rules: 0 of %d printers changed", *fleet)) {
		t.Errorf("a second run says %s", again)
	}
	t.Logf("a second run: %v", time.Since(begun))
	var b struct{ Printers []seen }
	ask(t, s, "search", url.Values{}, &b)
	for i, p := range b.Printers {
		if p.UpdateTime != a.Printers[i].UpdateTime {
			t.Errorf("%s was changed again", p.Name)
		}
	}
}

// A rule takes nothing away, neither a printer nor what it gave, and gives nothing
// twice; jobs print as its defaults say where they say nothing themselves.
func TestRules(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.cups.AddPPD("office", "")
	p.cups.AddPPD("lab", "")
	p.cups.AddRaw("labels", "")
	file := write(t, p.Site, `
[[rule]]
name_prefix = "Berlin "
defaults = { sides = "two-sided-long-edge", media = "na_letter_8.5x11in" }
share = [{ groups = ["staff"] }, { people = ["`+friend+`"], role = "user" }]
[[rule]]
include = ["labels"]
offer = "yes"
`)
	if plan := rules(t, p.Site, "check", file); plan.Changed != 3 { // while no connector runs
		t.Errorf("the first plan is %+v", plan)
	}
	p.StartConnector()
	lab.Until(t, 30*time.Second, "the two queues are registered", func() bool { return len(p.printers(t)) == 2 })
	plan := rules(t, p.Site, "check", file).Printers
	at := slices.IndexFunc(plan, func(q printerPlan) bool { return q.Name == "office" })
	if one := plan[at]; len(one.Changes) != 5 || one.ID == "" {
		t.Errorf("office would change in %+v", one)
	}
	rules(t, p.Site, "apply", file)
	office, labels := p.Printer("office"), p.Printer("labels")
	if got := p.printers(t)[office]; got.DisplayName != "Berlin office" || access(t, p.Site, office) != 3 {
		t.Errorf("office is %+v", got)
	}
	p.print(t, office)
	if got := p.cups.Arguments("office", 1); !strings.Contains(got, "sides=two-sided-long-edge") || !strings.Contains(got, "media=Letter") {
		t.Errorf("the job was printed with %s", got)
	}

	// A person takes access back, gives a name, and the rules change.
	ask(t, p.Site, "unshare", url.Values{"printerid": {office}, "scope": {"/group/staff"}}, &struct{}{})
	ask(t, p.Site, "update", url.Values{"printerid": {office}, "displayName": {"The good one"}}, &struct{}{})
	path := filepath.Join(p.Dir, "printers.toml")
	text := "[[rule]]\nname_prefix = \"Hamburg \"\nshare = [{ groups = [\"staff\"] }]\n[[rule]]\ninclude = [\"la*\"]\noffer = \"no\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p.SignalConnector(syscall.SIGHUP)
	lab.Until(t, 30*time.Second, "the rules are read again", func() bool { return p.printers(t)[labels].DisplayName == "Hamburg labels" })
	after := p.printers(t)
	if len(after) != 3 || after[office].DisplayName != "The good one" || access(t, p.Site, office) != 2 || access(t, p.Site, labels) != 3 {
		t.Errorf("after the change the cloud has %+v", after)
	}
	p.print(t, labels)

	// A mistake changes nothing, not even with a restart.
	if err := os.WriteFile(path, []byte("[[rule]]\nname_prefx = \"x\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.SignalConnector(syscall.SIGHUP)
	p.StopConnector()
	p.StartConnector()
	p.named(t, labels, "cups:labels")
	if got := p.printers(t)[labels].DisplayName; got != "Hamburg labels" {
		t.Errorf("with a mistake in the rules labels is called %q", got)
	}
}
