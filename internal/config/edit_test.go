package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A change touches its own line and nothing else: comments, order and other tables stay.
func TestEdit(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after string
		set           []Change
	}{
		"a new file": {"", "tls = \"own\"\n", []Change{{"tls", "own"}}},
		"a table": {
			"listen = \":1\"\n", "listen = \":1\"\n\n[push]\ndirect_listen = \":2\"\nstarttls_listen = \"\"\n",
			[]Change{{"push.direct_listen", ":2"}, {"push.starttls_listen", ""}},
		},
		"over a line": {
			"# head\n\n listen=\":1\"   # why, \"so\" #1\n[push]\nlisten = 3\n", "# head\n\nlisten = \":2\" # why, \"so\" #1\n[push]\nlisten = 3\n",
			[]Change{{"listen", ":2"}},
		},
		"before the tables": {
			"# head\n# and more\n\n[a]\nx = 1\n", "# head\n# and more\nlisten = \":2\"\n\n[a]\nx = 1\n", []Change{{"listen", ":2"}},
		},
		"in a table in the middle": {
			"[push]\nx = 1\n# a note\n\n[[clients]]\nid = \"b\"\n", "[push]\nx = 1\ny = true\n# a note\n\n[[clients]]\nid = \"b\"\n",
			[]Change{{"push.y", true}},
		},
		"beside a list over lines": {
			"a = [\n  \"b = 1\", # [\n]\nb = \"[\"", "a = [\n  \"b = 1\", # [\n]\nb = \"[\"\nc = [\"x\", \"y\"]\n", []Change{{"c", []string{"x", "y"}}},
		},
		"a commented default": {"#tls = \"own\"\n", "#tls = \"own\"\ntls = \"acme\"\n", []Change{{"tls", "acme"}}},
		"nothing new":         {"a = [ \"x\" ] # kept\n", "a = [ \"x\" ] # kept\n", []Change{{"a", []string{"x"}}}},
	} {
		path := filepath.Join(t.TempDir(), "platen.toml")
		if err := os.WriteFile(path, []byte(tt.before), 0o640); err != nil {
			t.Fatal(err)
		}
		e, err := StartEdit(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range tt.set {
			e.Set(c)
		}
		if err := e.Write(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got, err := os.ReadFile(path)
		info, serr := os.Stat(path)
		if err != nil || string(got) != tt.after || serr != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("%s: %v %v\n%s\nwant\n%s", name, err, info.Mode(), got, tt.after)
		}
	}
}

// A value over several lines is not torn apart: the file stays, and the error says what
// to write.
func TestEditByHand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "platen.toml")
	const before = "cups = [\n  \"a\",\n]\n"
	if err := os.WriteFile(path, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := StartEdit(path)
	if err != nil {
		t.Fatal(err)
	}
	e.Set(Change{"cups", []string{"b"}})
	if r := e.Replaced(); len(r) != 1 || r[0] != `cups is ["a"], and would be ["b"]` {
		t.Errorf("replaced: %q", r)
	}
	err = e.Write()
	got, rerr := os.ReadFile(path)
	if !errors.Is(err, errByHand) || rerr != nil || string(got) != before {
		t.Errorf("%v, %v: %s", err, rerr, got)
	}
}
