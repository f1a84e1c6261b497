package main

import (
	"strings"
	"testing"
	"time"

	"platen/connector/daemon"
	"platen/gcp"
	"platen/internal/cli"
)

func TestAskPlace(t *testing.T) {
	gone := []gcp.Connector{
		{Proxy: "front-desk-abc", Host: "front-desk.example.com", Seen: gcp.MillisOf(time.Now().Add(-50 * time.Hour)), Printers: 3},
		{Proxy: "attic-def", Printers: 1}, // never told its name, never seen
	}
	first := "Replace front-desk (last seen 2 days ago, 3 printers)? [y/N] "
	second := "Replace attic (never seen, 1 printer)? [y/N] "
	for _, tt := range []struct {
		answers string
		want    gcp.ProxyID
		asked   string
	}{
		{"y\n", "front-desk-abc", first},
		{"YES\n", "front-desk-abc", first},
		{"\n\n", "", first + second},
		{"n\nyes\n", "attic-def", first + second},
		{"nonsense\nn\n\n", "", first + first + second},
		{"", "", first},
	} {
		var out strings.Builder
		if got := askPlace(t.Context(), cli.Talk{In: strings.NewReader(tt.answers), Out: &out}, gone); got != tt.want || out.String() != tt.asked {
			t.Errorf("answers %q: %q after %q, want %q after %q", tt.answers, got, out.String(), tt.want, tt.asked)
		}
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "just now", 0: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago",
		119 * time.Minute: "1 hour ago", 26 * time.Hour: "1 day ago", 72 * time.Hour: "3 days ago",
	} {
		if got := ago(d); got != want {
			t.Errorf("ago(%v) = %q, want %q", d, got, want)
		}
	}
}

// What pages and 'platen status' tell people to type works as it is written there:
// the address is that of the last pairing.
func TestPairWithoutAddress(t *testing.T) {
	dir := t.TempDir()
	if _, err := cloudOf(nil, dir); err == nil || !strings.Contains(err.Error(), "not paired before") {
		t.Errorf("never paired: %v", err)
	}
	for name, c := range map[string]daemon.Credentials{
		"paired":   {Cloud: "https://print.example.com", RefreshToken: "t"},
		"unpaired": {Cloud: "https://print.example.com"},
	} {
		if err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
		if got, err := cloudOf(nil, dir); err != nil || got != "https://print.example.com" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := cloudOf([]string{"https://other.example.com"}, dir); err != nil || got != "https://other.example.com" {
		t.Errorf("named: %q, %v", got, err)
	}
}

// A token that was meant and is not there is no reason to wait for a person.
func TestPairWithEmptyToken(t *testing.T) {
	for _, arg := range []string{"", "--token="} {
		if arg == "" {
			t.Setenv("PLATEN_TOKEN", "")
		}
		root := newRoot()
		args := []string{"pair", "https://127.0.0.1:1", "--state-dir", t.TempDir()}
		if arg != "" {
			args = append(args, arg)
		}
		root.SetArgs(args)
		if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "the token is empty") {
			t.Errorf("%q: %v", arg, err)
		}
	}
}
