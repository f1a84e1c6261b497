package main

import (
	"strings"
	"testing"

	"platen/internal/cli"
)

// What is wrong in the settings is said with the file, the key, what was found and
// what is allowed; every verb says it, with the exit code of settings.
func TestSettingsMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"renders = 0":                    "renders is 0, and must be at least 1",
		"render_memory_mib = 12":         "render_memory_mib is 12, and must be at least 96",
		"downloads = 0":                  "downloads is 0, and must be at least 1",
		"spare_disk_mib = -1":            "spare_disk_mib is -1, and must be at least 0",
		"state_dir = \"\"":               `state_dir is "", and must be a folder`,
		"log_level = \"loud\"":           `log_level is "loud", and must be debug, info, warn or error`,
		"poll_interval = \"0s\"":         `poll_interval is "0s", and must be more than 0`,
		"remember_ended = \"1h\"":        `remember_ended is "1h0m0s", and must be at least "`,
		"include = [\"[a\"]":             `include is ["[a"], and must be names`,
		"cups = \"/run/cups/cups.sock\"": `cups is "/run/cups/cups.sock", and must be a list of texts`,
		"inlcude = [\"office\"]":         `unknown key "inlcude": did you mean include?`,
		"ping_interval = 60":             `ping_interval is 60, and must be a duration, such as "90s"`,
		"renders = 1\nrenders = 2":       "key renders is already defined",
		"[render]\nworkers = 2":          "render is a table, and must be true or false",
	} {
		path := file(t, "platen.toml", []byte(text+"\n"))
		for _, verb := range [][]string{{"config", "check"}, {"config", "show"}, {"run"}} {
			_, stderr, code := run(t, append(verb, "--config", path)...)
			if code != cli.ExitUsage || !strings.Contains(stderr, path) || !strings.Contains(stderr, want) {
				t.Errorf("%q: exit code %d, want %q with the file in %s", text, code, want, stderr)
			}
		}
	}
}

// A setting from the environment is the environment's mistake.
func TestSettingsOfTheEnvironment(t *testing.T) {
	t.Setenv("PLATEN_RENDERS", "0")
	path := file(t, "platen.toml", []byte("renders = 1\n"))
	_, stderr, code := run(t, "config", "check", "--config", path)
	if code != cli.ExitUsage || !strings.Contains(stderr, "PLATEN_RENDERS") || strings.Contains(stderr, path) {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
