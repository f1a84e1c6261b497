package config

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"platen/internal/secret"
)

// Each setting is told with where it was written, and no secret is.
func TestSettingsInForce(t *testing.T) {
	type settings struct {
		Listen string      `toml:"listen"`
		Wait   Duration    `toml:"wait"`
		Key    secret.Text `toml:"key"`
		Names  []string    `toml:"names"`
		Push   struct {
			Port int         `toml:"port"`
			Pass secret.Text `toml:"pass"`
		} `toml:"push"`
		Clients []struct {
			Secret secret.Text `toml:"secret"`
		} `toml:"clients"`
		Program string `toml:"-"`
	}
	path := filepath.Join(t.TempDir(), "x.toml")
	text := "listen = \"a:1\"\nkey = \"hush\"\n[push]\nport = 3\n[[clients]]\nsecret = \"hush\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SHOWN_PUSH_PORT", "4")
	s := settings{Wait: Duration(time.Minute), Names: []string{"a", "b"}, Program: "/x"}
	file := File{Path: path}
	if err := Load(file, "SHOWN", &s); err != nil {
		t.Fatal(err)
	}
	have, err := InForce(file, "SHOWN", s)
	if err != nil {
		t.Fatal(err)
	}
	want := []Setting{
		{"listen", "a:1", "SHOWN_LISTEN", FromFile},
		{"wait", "1m0s", "SHOWN_WAIT", FromDefault},
		{"key", "(set, not shown)", "SHOWN_KEY", FromFile},
		{"names", "a, b", "SHOWN_NAMES", FromDefault},
		{"push.port", "4", "SHOWN_PUSH_PORT", FromEnvironment},
		{"push.pass", "", "SHOWN_PUSH_PASS", FromDefault},
		{"clients", "(1, not shown)", "", FromFile},
	}
	if !slices.Equal(have, want) {
		t.Errorf("have\n%+v\nwant\n%+v", have, want)
	}
	if _, err := InForce(File{}, "", s); err != nil {
		t.Errorf("without a file: %v", err)
	}
}
