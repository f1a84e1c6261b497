package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/connector"
	"platen/cups"
)

// firstFormat is printers.json as the first release wrote it.
const firstFormat = `{"version":1,
 "printers":[{"name":"lp","uuid":"u","id":"c1","hash":"h"},{"name":"old","id":"c2","removed":true}],
 "direct":[{"name":"d","uri":"ipp://b/ipp/print"}]}`

func TestKnownPrinters(t *testing.T) {
	dir := t.TempDir()
	f, err := openPrinters(dir)
	if err != nil {
		t.Fatal(err)
	}
	ids := []connector.Identity{{Name: "lp", UUID: "u", ID: "c1", Hash: "h"}, {Name: "old", ID: "c2", Removed: true}}
	if err := errors.Join(
		f.KeepIdentities(ids),
		f.AddDirect(cups.Direct{Name: "d", URI: "ipp://a/ipp/print"}),
		f.AddDirect(cups.Direct{Name: "d", URI: "ipp://b/ipp/print"}),
		f.AddDirect(cups.Direct{Name: "e", URI: "ipp://e/ipp/print"}),
		f.RemoveDirect("e"),
	); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "printers.json")
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blanks := strings.NewReplacer("\n", "", "\t", "", " ", "")
	if got, want := blanks.Replace(string(written)), blanks.Replace(firstFormat); got != want {
		t.Errorf("wrote %s, want %s", got, want)
	}
	if err := os.WriteFile(path, []byte(firstFormat), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := openPrinters(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ids, again.Identities()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]cups.Direct{{Name: "d", URI: "ipp://b/ipp/print"}}, again.Direct()); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile(path, []byte(`{"version":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openPrinters(dir); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("printers.json of version 2: %v", err)
	}
}
