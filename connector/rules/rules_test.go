package rules_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"platen/connector"
	"platen/connector/rules"
	"platen/gcp"
	"platen/printer"
)

func parse(t *testing.T, text string) rules.File {
	t.Helper()
	f, err := rules.Parse("printers.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLaterRulesGoBeforeEarlierOnes(t *testing.T) {
	f := parse(t, `
[[rule]]
name_prefix = "Berlin "
tags = ["berlin"]
defaults = { sides = "two-sided-long-edge", options = ["finishings=staple"] }
share = [{ groups = ["Staff"] }]

[[rule]]
include = ["floor2-*", "lab?"]
exclude = ["floor2-test*"]
location = "second floor"
tags = ["berlin", "floor2"]
defaults = { color = "monochrome", sides = "one-sided" }
share = [{ people = ["Ann@example.org"], groups = ["staff"], role = "manager" }, { domains = ["Example.com"] }]

[[rule]]
include = ["lab1"]
name = "The lab"
offer = "yes"

[[rule]]
include = ["floor2-test*"]
offer = "no"
`)
	u := f.Of(printer.Printer{Name: "floor2-copier", Info: "Copier"})
	if u.Name != "Berlin Copier" || u.Location != "second floor" || !slices.Equal(u.Tags, []string{"berlin", "floor2"}) {
		t.Errorf("floor2-copier is %+v", u)
	}
	if d := u.Defaults; d.Color != gcp.ColorMonochrome || d.Duplex != gcp.DuplexNone || d.Options["finishings"] != "staple" {
		t.Errorf("its defaults are %+v", d)
	}
	want := []connector.Access{
		{Scope: "/group/staff", Role: gcp.RoleManager},
		{Scope: "ann@example.org", Role: gcp.RoleManager},
		{Scope: "/hd/domain/example.com", Role: gcp.RoleUser},
	}
	if !slices.Equal(u.Access, want) {
		t.Errorf("its access is %+v, want %+v", u.Access, want)
	}
	if u := f.Of(printer.Printer{Name: "floor2-test1"}); u.Name != "Berlin floor2-test1" || u.Location != "" || len(u.Access) != 1 {
		t.Errorf("floor2-test1 is %+v", u)
	}
	if u := f.Of(printer.Printer{Name: "lab1", Info: "HP 4"}); u.Name != "Berlin The lab" {
		t.Errorf("lab1 is called %q", u.Name)
	}
	for name, want := range map[printer.Name]rules.Offer{"lab1": rules.OfferYes, "lab2": rules.OfferUnsaid, "floor2-test9": rules.OfferNo} {
		if got := f.Offer(name); got != want {
			t.Errorf("Offer(%s) = %q, want %q", name, got, want)
		}
	}
}

// The example of the documentation is a file of rules.
func TestExampleOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```toml\n")
	example, _, found := strings.Cut(example, "```")
	f := parse(t, example)
	u := f.Of(printer.Printer{Name: "floor2-1", Info: "Copier"})
	if !found || len(f.Rules) != 4 || u.Name != "Berlin Copier" || u.Location != "second floor" || len(u.Access) != 3 || u.Defaults.Options["finishings"] != "staple" {
		t.Errorf("%d rules, floor2-1 is %+v", len(f.Rules), u)
	}
	if f.Offer("label-1") != rules.OfferNo || f.Of(printer.Printer{Name: "lobby"}).Name != "Berlin Front desk" {
		t.Errorf("label-1: %s, lobby: %q", f.Offer("label-1"), f.Of(printer.Printer{Name: "lobby"}).Name)
	}
}

func TestNoRules(t *testing.T) {
	for _, text := range []string{"", "# nothing\n"} {
		u := parse(t, text).Of(printer.Printer{Name: "lp", Info: "Laser"})
		if u.Name != "" || u.Location != "" || u.Tags != nil || u.Access != nil || !u.Defaults.None() {
			t.Errorf("rules %q want %+v", text, u)
		}
	}
}

// Each error says which rule cannot be.
func TestRulesThatCannotBe(t *testing.T) {
	for text, want := range map[string]string{
		"[[rule]]\nincludes = ['*']":                               "did you mean rule #1.include",
		"[[rule]]\n[[rule]]\ninclude = ['[']":                      "rule #2.include",
		"[[rule]]\ninclude = ['']":                                 "rule #1.include",
		"[[rule]]\noffer = true":                                   "rule #1.offer",
		"[[rule]]\noffer = 'maybe'":                                "rule #1.offer",
		"[[rule]]\nname = \"a\\nb\"":                               "rule #1.name",
		"[[rule]]\ntags = ['^own']":                                "rule #1.tags",
		"[[rule]]\ntags = ['__cp__printer-location=x']":            "rule #1.tags",
		"[[rule]]\n[rule.defaults]\nsides = 'both'":                "rule #1.defaults.sides",
		"[[rule]]\n[rule.defaults]\nmedia = 'foolscap'":            "rule #1.defaults.media",
		"[[rule]]\n[rule.defaults]\noptions = ['staple']":          "rule #1.defaults.options",
		"[[rule]]\n[[rule.share]]\nrole = 'owner'":                 "rule #1.share #1.role",
		"[[rule]]\n[[rule.share]]\npeople = ['ann']":               "rule #1.share #1.people",
		"[[rule]]\n[[rule.share]]\npeople = ['Ann <a@b.example>']": "rule #1.share #1.people",
		"[[rule]]\n[[rule.share]]\ndomains = ['a@b.example']":      "rule #1.share #1.domains",
		"[[rule]\n":                        "line 1",
		strings.Repeat("[[rule]]\n", 1001): "1001 rules",
	} {
		if _, err := rules.Parse("printers.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.60q) = %v, want an error with %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("[[rule]]\ninclude = ['a*']\nname_prefix = 'x '\n[[rule.share]]\ngroups = ['g']", "abc")
	f.Fuzz(func(t *testing.T, text, name string) {
		r, err := rules.Parse("f", []byte(text))
		if err != nil {
			return
		}
		for _, a := range r.Of(printer.Printer{Name: printer.Name(name)}).Access {
			if a.Scope == "" || strings.ToLower(a.Scope) != a.Scope {
				t.Errorf("scope %q", a.Scope)
			}
		}
	})
}
