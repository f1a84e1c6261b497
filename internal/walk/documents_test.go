package walk

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"platen/internal/smallpdf"
)

// pages makes a PDF of some pages of A4, each with a red field and its number, unlike
// every other.
func pages(n int) []byte {
	sheets := make([]smallpdf.Sheet, n)
	for i := range sheets {
		draw := fmt.Sprintf("%% %s\n0.8 0 0 rg 60 600 200 150 re f 0 g BT /F1 96 Tf 300 620 Td (%d) Tj ET", rand.Text(), i+1)
		sheets[i] = smallpdf.Sheet{Width: 595, Height: 842, Content: draw}
	}
	return smallpdf.Pages(sheets...)
}

// file writes a document and returns its path.
func file(t *testing.T, name string, doc []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// printed returns how often a document came out of a queue of the house.
func (h *house) printed(t *testing.T, queue string, doc []byte) (times int) {
	t.Helper()
	outputs, err := filepath.Glob(filepath.Join(h.cups.Out, queue+"-*.out"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range outputs {
		if b, err := os.ReadFile(path); err == nil && bytes.Equal(b, doc) {
			times++
		}
	}
	return times
}

// told returns what the IPP printer was asked for with a document, and how often it
// printed that.
func (h *house) told(t *testing.T, doc []byte) (attributes []string, times int) {
	t.Helper()
	for i, b := range h.eve.Documents() {
		if bytes.Equal(b, doc) {
			attributes = h.eve.Environment(i + 1)
			times++
		}
	}
	return attributes, times
}
