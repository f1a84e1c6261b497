package walk

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"platen/internal/lab"
)

// TestDemoPrintsFromThePage is the first minute of a new user: make demo, the
// link, a PDF from the page.
func TestDemoPrintsFromThePage(t *testing.T) {
	t.Parallel()
	h := enter(t)
	dir := t.TempDir()
	demo := exec.Command(filepath.Join(h.bin, "platen-cloud"), "demo", "--dir", dir)
	link, _ := output(t, demo, regexp.MustCompile(`^\s+http://127\.0\.0\.1:\d+/\S+`)) // the indented one signs in
	link = strings.TrimSpace(link)
	base := link[:strings.Index(link, "/link/")]
	doc := pages(2)
	tab := h.openAt(t, lab.View{}, base)
	tab.Go(link)
	tab.Click(`main table a[href^="/printers/"]`)
	tab.Click(`main a[href$="/print"]`)
	tab.See("#document")
	tab.Choose("#document", file(t, "page & <more>.pdf", doc))
	tab.Click("#send")
	jobOf(tab)
	state(tab, "Printed")
	tab.Read("page & <more>.pdf")
	out, err := filepath.Glob(filepath.Join(dir, "printed", "*"))
	if err != nil {
		t.Fatal(err)
	}
	times := 0
	for _, path := range out {
		if b, err := os.ReadFile(path); err == nil && bytes.Equal(b, doc) {
			times++
		}
	}
	if times != 1 {
		t.Errorf("the document came out %d times, as one of %v", times, out)
	}
	again := h.openAt(t, lab.View{}, base)
	again.Go(link)
	again.Read("This sign-in link was used already")
}
