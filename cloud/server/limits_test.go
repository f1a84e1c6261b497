package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/internal/config"
)

// The defaults are those of docs/limits.md.
func TestDefaultLimits(t *testing.T) {
	want := cloud.Limits{
		StoredBytes: 5 << 30, DiskPercent: 80, Waiting: 500, SubmitsMinute: 60, Capabilities: 2 << 20, Ticket: 64 << 10, Tags: 200,
		Expire: 14 * day, Hold: 8 * time.Hour, Silence: 3 * day, JobRows: 90 * day, Audit: 365 * day, Keys: 14 * day, Hidden: 30 * day,
	}
	if got := Default().Limits.limits(); got != want {
		t.Errorf("default settings: %+v", got)
	}
	if got := (LimitsConfig{}).limits(); got != want {
		t.Errorf("settings of zeros: %+v", got)
	}
}

// The table [limits] is read; what no limit can be, and what nobody knows, is refused.
func TestLimitsAreSettings(t *testing.T) {
	for text, wants := range map[string]string{
		"submits_per_minute = 5":              "",
		"submits_per_minute = -1":             "",
		"capabilities_kib = -1":               "", // the hard bound holds
		"submits_per_minute = -2":             "limits.submits_per_minute",
		"disk_percent = 101":                  "limits.disk_percent",
		"expire_days = 91":                    "limits.expire_days",
		"ticket_kib = 1025":                   "limits.ticket_kib",
		"tags_per_printer = 10001":            "limits.tags_per_printer",
		"submits_per_second = 1":              "submits_per_second",
		"hold_hours = 1\njob_rows_days = 400": "",
	} {
		file := filepath.Join(t.TempDir(), "c.toml")
		if err := os.WriteFile(file, []byte("[limits]\n"+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg := Default()
		err := config.Load(config.Choose(file, ""), "PLATEN_CLOUD_TEST", &cfg)
		if err == nil {
			err = cfg.Check()
		}
		if wants == "" && err != nil || wants != "" && (err == nil || !strings.Contains(err.Error(), wants)) {
			t.Errorf("%s: %v", text, err)
		}
		l := cfg.Limits.limits()
		if text == "submits_per_minute = 5" && (l.SubmitsMinute != 5 || l.Waiting != 500) {
			t.Errorf("%s: %+v", text, l)
		}
		if text == "capabilities_kib = -1" && l.Capabilities != 16<<20 {
			t.Errorf("%s: %d", text, l.Capabilities)
		}
	}
}
