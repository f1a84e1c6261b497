package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type settings struct {
	Listen string   `toml:"listen"`
	Wait   Duration `toml:"wait"`
	Names  []string `toml:"names"`
	Push   struct {
		Port int  `toml:"port"`
		On   bool `toml:"on"`
	} `toml:"push"`
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

func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"lisen = \"x\"\n":  "unknown key",
		"wait = \"long\"":  "is no duration",
		"listen = 5\n":     "settings:",
		"not a toml file!": "settings:",
	} {
		got := defaults()
		err := Load(write(t, text), "T", &got)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%q) = %v, want an error with %q", text, err, want)
		}
	}
	got := defaults()
	if err := Load(File{Path: "/nonexistent/x.toml"}, "T", &got); err == nil {
		t.Error("a missing file that is not optional was accepted")
	}
	if err := Load(File{Path: "/nonexistent/x.toml", Optional: true}, "T", &got); err != nil {
		t.Error(err)
	}
	t.Setenv("T_PUSH_ON", "perhaps")
	if err := Load(File{}, "T", &got); err == nil || !strings.Contains(err.Error(), "T_PUSH_ON") {
		t.Errorf("error %v does not name the variable", err)
	}
}
