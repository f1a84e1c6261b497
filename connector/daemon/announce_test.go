package daemon

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"platen/connector"
	"platen/connector/control"
	"platen/gcp"
)

// Printers are announced under the names that the service shows, where they are registered,
// here, and not left out.
func TestWhatIsAnnounced(t *testing.T) {
	dir := t.TempDir()
	d := &Daemon{cfg: Config{Announce: true, AnnounceExcept: []string{"pay*"}, StateDir: dir}, log: slog.New(slog.DiscardHandler), credentials: Credentials{Cloud: "https://print.example.com"}}
	a, err := d.newAnnouncing()
	if err != nil {
		t.Fatal(err)
	}
	a.listed([]gcp.Printer{{ID: "1", DisplayName: "Front desk"}, {ID: "2", DefaultDisplayName: "Cellar"}})
	a.viewed([]connector.PrinterStatus{
		{Name: "p1", ID: "1", Info: "Duplexer"},
		{Name: "p2", ID: "2"},
		{Name: "p3", ID: "3", Info: "Attic"},
		{Name: "new"},
		{Name: "payroll", ID: "4"},
		{Name: "deleted", ID: "5", Removed: true},
		{Name: "unplugged", ID: "6", Missing: true},
	})
	var got []string
	for _, p := range a.announced().Printers {
		got = append(got, p.Name)
	}
	if strings.Join(got, ",") != "Front desk,Cellar,Attic" {
		t.Errorf("announced %q", got)
	}
	d.cfg.Announce = false
	if a, err := d.newAnnouncing(); a != nil || err != nil || a.announced() != nil {
		t.Errorf("announced though nobody wants it: %v %v", a, err)
	}
}

func TestJudgeAnnounced(t *testing.T) {
	there := control.AnnouncedPrinter{Name: "Front desk", Announced: true}
	for name, tt := range map[string]struct {
		a    control.Announced
		ok   bool
		word string
	}{
		"all":     {control.Announced{Printers: []control.AnnouncedPrinter{there}}, true, "1 of 1"},
		"soon":    {control.Announced{Printers: []control.AnnouncedPrinter{there, {Name: "Cellar"}}}, true, "1 of 2"},
		"refused": {control.Announced{Printers: []control.AnnouncedPrinter{there, {Name: "Cellar", Why: "no such printer"}}}, false, "Cellar is not: no such printer"},
		"trouble": {control.Announced{LastError: errors.New("there is no network").Error()}, false, "there is no network"},
	} {
		if f := judgeAnnounced(tt.a); f.OK != tt.ok || !strings.Contains(f.Detail, tt.word) || !f.OK && f.Advice == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	cfg := Default()
	cfg.Announce, cfg.StateDir, cfg.Socket = true, t.TempDir(), t.TempDir()+"/none.sock"
	if f := examineAnnouncing(t.Context(), cfg, Credentials{Cloud: "http://127.0.0.1:8631"}); len(f) != 1 || f[0].OK || !strings.Contains(f[0].Detail, "not https") {
		t.Errorf("without TLS: %+v", f)
	}
	cfg.Announce = false
	if f := examineAnnouncing(t.Context(), cfg, Credentials{}); len(f) != 0 {
		t.Errorf("not wanted: %+v", f)
	}
}
