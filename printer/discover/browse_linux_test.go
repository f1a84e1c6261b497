package discover_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/printer/discover"
)

// ippeveprinter announces one printer as two services, by way of Avahi: an
// implementation of multicast DNS that is not ours.
func TestBrowseFindsAnAnnouncedPrinterOnce(t *testing.T) {
	if !lab.OwnNetwork(t, t.Name()) {
		return
	}
	e := lab.IPPEve(t, lab.EveOptions{Name: "Büro 2.OG (links)", Announce: true, Args: []string{"-l", "second floor"}})
	port := strings.TrimPrefix(e.Addr, "127.0.0.1:")
	var found []discover.Found
	lab.Until(t, 30*time.Second, "the printer is found", func() bool {
		var err error
		if found, err = discover.Browse(t.Context(), 2*time.Second); err != nil {
			t.Fatal(err)
		}
		return len(found) > 0 && len(found[0].URIs) > 1
	})
	if len(found) != 1 {
		t.Fatalf("found %d printers, want one: %+v", len(found), found)
	}
	f := found[0]
	if f.Name != "Büro 2.OG (links)" || f.Model != "Example Duplexer" || f.Location != "second floor" || f.Queue {
		t.Errorf("found %+v", f)
	}
	plain := "ipp://127.0.0.1:" + port + "/ipp/print"
	if f.URIs[0] != "ipps://127.0.0.1:"+port+"/ipp/print" || !slices.Contains(f.URIs, plain) {
		t.Errorf("addresses %v, want one of ipps first, and %s", f.URIs, plain)
	}
	if len(f.UUID) != 36 || !slices.Contains(f.Formats, "application/pdf") || !strings.Contains(f.Page, port) {
		t.Errorf("uuid %q, formats %v, page %q", f.UUID, f.Formats, f.Page)
	}
}
