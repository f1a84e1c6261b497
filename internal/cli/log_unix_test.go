//go:build unix

package cli

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// logged writes two lines to a file in a form, and returns them.
func logged(t *testing.T, form LogForm, journal bool) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var stat unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &stat); err != nil {
		t.Fatal(err)
	}
	stream := fmt.Sprintf("%d:%d", stat.Dev, stat.Ino+1) // of the program that started this one
	if journal {
		stream = fmt.Sprintf("%d:%d", stat.Dev, stat.Ino)
	}
	t.Setenv("JOURNAL_STREAM", stream)
	log := NewLogger(f, form, slog.LevelInfo).With("component", "connector")
	log.DebugContext(t.Context(), "nobody reads this")
	log.InfoContext(t.Context(), "job ended", "job", "j1", "printer", "office")
	log.WarnContext(t.Context(), "notifications lost", "err", "it\nrains")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// The log is text for people and JSON for the journal, with the priorities of sd-daemon(3).
func TestLogForms(t *testing.T) {
	for name, test := range map[string]struct {
		form     LogForm
		journal  bool
		prefixes []string // nil for text
	}{
		"a terminal":            {LogAuto, false, nil},
		"the journal":           {LogAuto, true, []string{"<6>", "<4>"}},
		"text in the journal":   {LogText, true, nil},
		"JSON elsewhere":        {LogJSON, false, []string{"", ""}},
		"JSON in the journal":   {LogJSON, true, []string{"<6>", "<4>"}},
		"text where it belongs": {LogText, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			lines := logged(t, test.form, test.journal)
			if len(lines) != 2 {
				t.Fatalf("%d lines: %q", len(lines), lines)
			}
			if test.prefixes == nil {
				if !strings.Contains(lines[0], "level=INFO msg=\"job ended\" component=connector job=j1 printer=office") {
					t.Errorf("text: %s", lines[0])
				}
				return
			}
			for i, prefix := range test.prefixes {
				rest, ok := strings.CutPrefix(lines[i], prefix)
				var fields map[string]any
				if err := json.Unmarshal([]byte(rest), &fields); !ok || err != nil || fields["component"] != "connector" {
					t.Errorf("line %q: %v", lines[i], err)
				}
				if i == 0 && (fields["job"] != "j1" || fields["printer"] != "office" || fields["msg"] != "job ended") {
					t.Errorf("fields %v", fields)
				}
			}
		})
	}
	if err := new(LogForm).Set("xml"); err == nil {
		t.Error("an unknown form was taken")
	}
}
