package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/gcp"
	"platen/internal/lab"
)

// fleetRules share every queue with so many groups.
func fleetRules(groups int) string {
	var b strings.Builder
	b.WriteString("[[rule]]\nname_prefix = \"Berlin \"\ntags = [\"berlin\"]\nshare = [{ groups = [")
	for i := range groups {
		fmt.Fprintf(&b, "%q, ", fmt.Sprintf("group %d", i+1))
	}
	b.WriteString("] }]\n\n[[rule]]\ninclude = [\"floor2-*\"]\nlocation = \"second floor\"\n")
	return b.String()
}

func TestFleet(t *testing.T) {
	const queues, groups = 400, 12
	cups := lab.CUPS(t, lab.CUPSOptions{})
	names := make([]string, queues)
	for i := range names {
		names[i] = fmt.Sprintf("floor%d-%03d", i%4+1, i)
	}
	cups.AddMany(names)
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}, Plain: true})
	file := filepath.Join(s.Dir, "rules.toml")
	if err := os.WriteFile(file, []byte(fleetRules(groups)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.StartCloud()
	begun := time.Now()
	s.Pair()
	s.StartConnector()
	up := time.Now()
	plan := apply(t, s, file)
	took := time.Since(begun)
	t.Logf("%d queues with %d groups: %v, of it %v for the rules", queues, groups, took, time.Since(up))
	if took > time.Minute {
		t.Errorf("it took %v", took)
	}
	if plan.Changed == 0 {
		t.Errorf("the plan is %+v", plan)
	}
	if again := apply(t, s, file); again.Changed != 0 || len(again.Printers) != queues {
		t.Errorf("the second run changes %d of %d printers", again.Changed, len(again.Printers))
	}
	s.Key = s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")
	a, err := s.Call("search", map[string][]string{"q": {""}, "extra_fields": {"access"}})
	if err != nil || len(a.Printers) != queues {
		t.Fatalf("the cloud has %d printers: %v", len(a.Printers), err)
	}
	_ = gcp.RoleUser
}

type rulesPlan struct {
	Changed  int
	Printers []struct {
		Name, ID string
		Shared   bool
		Changes  []struct{ What, From, To string }
		Notes    []string
	}
}

// apply puts a file of rules into force.
func apply(t *testing.T, s *lab.Site, file string) rulesPlan {
	t.Helper()
	var p rulesPlan
	if err := json.Unmarshal([]byte(s.Platen("printer", "rules", "apply", file, "--json")), &p); err != nil {
		t.Fatal(err)
	}
	return p
}
