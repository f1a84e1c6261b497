package daemon

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// pdftotext is another implementation's opinion of the page.
func TestPageIsPDF(t *testing.T) {
	path, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	cmd := exec.Command(path, "-", "-")
	cmd.Stdin = bytes.NewReader(testPage(`A (test) \ page`, "of Jürgen's printer"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{`A (test) \ page`, "of Jürgen's printer"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("pdftotext read %q, want %q in it", out, want)
		}
	}
	if strings.Contains(string(out), "Error") {
		t.Errorf("pdftotext complains: %s", out)
	}
}
