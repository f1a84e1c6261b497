package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"platen/internal/secret"
)

type settings struct {
	Listen string   `toml:"listen"`
	Wait   Duration `toml:"wait"`
	Names  []string `toml:"names"`
	Push   struct {
		Port int  `toml:"port"`
		On   bool `toml:"on"`
	} `toml:"push"`
	Client []struct {
		Key secret.Text `toml:"key"`
	} `toml:"client"`
}

func (s settings) Check() error {
	if s.Push.Port > 65535 {
		return &Wrong{Key: "push.port", Value: s.Push.Port, Want: "at most 65535"}
	}
	return nil
}

func defaults() settings { return settings{Listen: "default", Wait: Duration(time.Second)} }

func write(t *testing.T, text string) File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return File{Path: path}
}

func TestOrder(t *testing.T) {
	t.Setenv("T_PUSH_PORT", "7")
	t.Setenv("T_NAMES", "a,b")
	t.Setenv("T_NONE", "") // no list of one text without letters
	got := defaults()
	if err := Load(write(t, "wait = \"90s\"\n[push]\nport = 5\non = true\n"), "T", &got); err != nil {
		t.Fatal(err)
	}
	want := settings{Listen: "default", Wait: Duration(90 * time.Second), Names: []string{"a", "b"}}
	want.Push.Port, want.Push.On = 7, true
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each mistake is answered with the file, the key, what was found and what is allowed.
func TestRefusals(t *testing.T) {
	for text, want := range map[string][]string{
		"lisen = \"x\"\n":                  {`unknown key "lisen": did you mean listen?`},
		"[push]\nprot = 5\n":               {`unknown key "push.prot": did you mean push.port?`},
		"colour = 5\n":                     {`unknown key "colour"`, "config show"},
		"wait = \"long\"":                  {`wait is "long", and must be a duration, such as "90s"`},
		"wait = 90\n":                      {`wait is 90, and must be a duration`},
		"listen = 5\n":                     {`listen is 5, and must be a text in quotes`},
		"names = \"a\"\n":                  {`names is "a", and must be a list of texts, such as ["a", "b"]`},
		"names = [\"a\", 5]\n":             {`names #2 is 5, and must be a text`},
		"[push]\nport = \"5\"\n":           {`push.port is "5", and must be a whole number`},
		"[push]\nport = 5.5\n":             {`push.port is 5.5, and must be a whole number`},
		"[push]\non = 1\n":                 {`push.on is 1, and must be true or false`},
		"push = 5\n":                       {`push is 5, and must be a table`},
		"[listen]\n":                       {`listen is a table, and must be a text in quotes`},
		"not a toml file!":                 {"line 1"},
		"wait = \"1s\"\nlisten = \"x\n":    {"line 2"},
		"[[client]]\nkey = 12345\n":        {"client #1.key must be a text in quotes"},
		"lisen = 1\n[push]\nport = true\n": {"lisen", "push.port is true"},
		"[push]\nport = 70000\n":           {"push.port is 70000, and must be at most 65535"},
	} {
		got := defaults()
		file := write(t, text)
		err := Load(file, "T", &got)
		for _, w := range append(want, file.Path) {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("Load(%q) = %v, want an error with %q", text, err, w)
			}
		}
		if err != nil && strings.Contains(err.Error(), "12345") {
			t.Errorf("a secret is shown: %v", err)
		}
	}
	got := defaults()
	if err := Load(File{Path: "/nonexistent/x.toml"}, "T", &got); err == nil {
		t.Error("a missing file that is not optional was accepted")
	}
	if err := Load(File{Path: "/nonexistent/x.toml", Optional: true}, "T", &got); err != nil {
		t.Error(err)
	}
}

// A variable that is wrong is named, not the file.
func TestRefusedVariables(t *testing.T) {
	for name, tt := range map[string]struct{ value, want string }{
		"T_PUSH_ON":   {"perhaps", `T_PUSH_ON is "perhaps", and must be true or false`},
		"T_PUSH_PORT": {"70000", "T_PUSH_PORT: push.port is 70000, and must be at most 65535"},
		"T_WAIT":      {"long", `T_WAIT is "long", and must be a duration`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, tt.value)
			got := defaults()
			file := write(t, "[push]\nport = 5\n")
			err := Load(file, "T", &got)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), file.Path) {
				t.Errorf("%v, want an error with %q and without the file", err, tt.want)
			}
		})
	}
}
