package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/cli"
)

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "platen-cloud.toml")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is wrong in the settings is said with the file, the key, what was found and
// what is allowed.
func TestSettingsMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"renders = 0":                       "renders is 0, and must be at least 1",
		"render_memory_mib = 12":            "render_memory_mib is 12, and must be at least 320",
		"render_timeout = \"0s\"":           `render_timeout is "0s", and must be more than 0`,
		"max_document_mib = 0":              "max_document_mib is 0, and must be at least 1",
		"base_url = \"print.example.com\"":  `base_url is "print.example.com", and must be an address like https://`,
		"listen = \"8631\"":                 `listen is "8631", and must be an address and a port`,
		"listen = \":8631\"":                `listen is ":8631", which without TLS`,
		"trusted_proxies = [\"the one\"]":   `trusted_proxies is ["the one"], and must be addresses or networks`,
		"tls_cert = \"x.pem\"":              "tls_cert and tls_key go together",
		"[push]\ntls_cert = \"x.pem\"":      "push.tls_cert and push.tls_key go together",
		"[push]\ndirect_listne = \":5223\"": `unknown key "push.direct_listne": did you mean push.direct_listen?`,
		"[limits]\nexpire_days = 91":        "limits.expire_days is 91, and must be between 1 and 90",
		"[limits]\nexpire_days = \"90\"":    `limits.expire_days is "90", and must be a whole number`,
		"[[clients]]\nid = 5":               "clients #1.id is 5, and must be a text in quotes",
		"state_dir = \"\"":                  `state_dir is "", and must be a folder`,
	} {
		path := settingsFile(t, text)
		code, _, stderr := run(t, "config", "check", "--config", path)
		if code != cli.ExitUsage || !strings.Contains(stderr, path) || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, want %q with the file in %s", text, code, want, stderr)
		}
	}
}

// The settings are shown as a file that is right itself, without the secrets.
func TestConfigShow(t *testing.T) {
	path := settingsFile(t, "renders = 3\n[[clients]]\nid = \"shop\"\nsecret = \"s3cr3t-word\"")
	if code, stdout, stderr := run(t, "config", "check", "--config", path); code != 0 || stdout != "the settings are right\n" {
		t.Errorf("check: %d, %s%s", code, stdout, stderr)
	}
	code, stdout, stderr := run(t, "config", "show", "--config", path)
	for _, want := range []string{"renders = 3\n", "[limits]\n", "direct_listen = ", "id = 'shop'"} {
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("no %q in %d %s%s", want, code, stdout, stderr)
		}
	}
	if strings.Contains(stdout, "s3cr3t-word") || !strings.Contains(stdout, "REDACTED") {
		t.Errorf("a secret is shown:\n%s", stdout)
	}
	if code, _, stderr := run(t, "config", "check", "--config", settingsFile(t, stdout)); code != 0 {
		t.Errorf("what is shown is not right itself: %s", stderr)
	}
}
