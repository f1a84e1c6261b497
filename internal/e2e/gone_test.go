package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// Jobs of a printer that its owner deletes while they are on their way end once,
// as aborted by the service; nothing of them is left at the connector, and what no
// printer had is not printed.
func TestPrinterDeletedWithJobsOnTheirWay(t *testing.T) {
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}})
	s.Start()
	id := s.Printer("raw")
	cups.Run("cupsdisable", "raw") // takes jobs and prints none
	atPrinter := document("at the printer", 20<<10)
	first := submit(t, s, id, "at the printer", atPrinter)
	lab.Until(t, 30*time.Second, "the first job to be at the printer", func() bool {
		return strings.Contains(s.Platen("job", "list", "--json"), `"stage": "sent"`)
	})
	cups.Run("cupsreject", "raw") // takes none any more
	inHand := document("in hand", 20<<10)
	second := submit(t, s, id, "in hand", inHand)
	lab.Until(t, 30*time.Second, "the second job to be in hand", func() bool {
		return strings.Contains(s.Platen("job", "list", "--json"), second)
	})

	s.Key = s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")
	if a, err := s.Call("delete", url.Values{"printerid": {id}}); err != nil || !a.Success {
		t.Fatalf("delete: %v, %+v", err, a)
	}
	lab.Until(t, 30*time.Second, "the job that no printer has to be dropped", func() bool {
		return !strings.Contains(s.Platen("job", "list", "--json"), second)
	})
	cups.Run("cupsaccept", "raw")
	cups.Run("cupsenable", "raw")
	lab.Until(t, 30*time.Second, "the other one to be followed to its end", func() bool {
		return strings.TrimSpace(s.Platen("job", "list", "--json")) == "[]"
	})
	docs := received(t, cups)
	if n, _ := count(docs, inHand); n != 0 {
		t.Errorf("the job that no printer had was printed %d times", n)
	}
	if n, broken := count(docs, atPrinter); n != 1 || broken != 0 {
		t.Errorf("the job that the printer had was printed %d times, in part %d", n, broken)
	}
	for _, job := range []string{first, second} {
		if j, err := s.Job(job); err == nil && j.ID != "" && j.State() != "ABORTED" {
			t.Errorf("the job ended %+v", j)
		}
	}
	s.StopConnector()
	for path, b := range readTree(t, filepath.Join(s.Dir, "connector", "spool")) {
		if strings.Contains(string(b), "%PDF") {
			t.Errorf("%s still holds a document", path)
		}
	}
	if fi, err := os.Stat(filepath.Join(s.Dir, "connector", "spool")); err != nil || !fi.IsDir() {
		t.Errorf("spool: %v", err)
	}
}
