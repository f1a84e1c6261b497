package frontdoor

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// ippeveprinter fails one test of ipp-everywhere by itself: it has document-numbers where
// the test asks for document-number in overrides-supported. The front door claims neither.
const everywhereFailures = 1

// CUPS' own conformance suite, against a cloud printer behind which is a real
// ippeveprinter: nothing fails that does not fail with ippeveprinter itself. The suite
// for IPP Everywhere has all of ipp-2.0 in it, and that all of ipp-1.1.
func TestConformanceSuites(t *testing.T) {
	lab.Need(t, "ipptool")
	d := open(t, lab.EveOptions{}, lab.SiteOptions{})
	dir := t.TempDir()
	samples(t, dir)
	// The exit code says nothing of tests that a test includes: the words count.
	cmd := exec.Command("ipptool", "-tIR", "-T", "30", "-V", "2.0", "-f", "onepage.pdf", d.signedIn(), "ipp-everywhere.test")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	count := func(word string) int { return bytes.Count(out, []byte("["+word+"]")) }
	t.Logf("%d passed, %d failed, %d skipped (%v)", count("PASS"), count("FAIL"), count("SKIP"), err)
	if count("PASS") < 60 || count("FAIL") > everywhereFailures || !bytes.Contains(out, []byte("srgb-8, gzip")) {
		t.Errorf("%s", failures(out))
	}
}

// sampleNames are the PWG's raster samples that the suite names.
var sampleNames = regexp.MustCompile(`pwg-raster-samples-\d+dpi/[^ \n]+\.pwg`)

// samples makes what the suite prints: a PDF, and raster under the names of the PWG's own
// samples, of which no package has the files. Those of resolutions and colours that the
// printer does not list only have to be there.
func samples(t *testing.T, dir string) {
	t.Helper()
	write := func(name string, doc []byte) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, doc, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("onepage.pdf", smallpdf.Page(595, 842, "BT /F1 24 Tf 72 700 Td (one page) Tj ET"))
	suite, err := os.ReadFile("/usr/share/cups/ipptool/ipp-everywhere.test")
	if err != nil {
		t.Fatal(err)
	}
	made := map[string][]byte{}
	for _, name := range sampleNames.FindAllString(string(suite), -1) {
		kind := filepath.Base(filepath.Dir(name))
		var dpi int
		if _, err := fmt.Sscanf(name, "pwg-raster-samples-%ddpi/", &dpi); err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprint(kind, dpi)
		if made[key] == nil {
			made[key] = pwg(kind, 4*dpi, 6*dpi, dpi, 1)
		}
		write(name, made[key])
	}
}

// failures returns the failed tests with what was wrong.
func failures(out []byte) string {
	var b strings.Builder
	failing := false
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "[FAIL]") || strings.Contains(line, "[PASS]") || strings.Contains(line, "[SKIP]") {
			failing = strings.Contains(line, "[FAIL]")
		}
		if failing {
			fmt.Fprint(&b, line)
		}
	}
	return b.String()
}
