package vprinter

import (
	"crypto/sha1"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// extension returns how a document's file name ends.
func extension(format string) string {
	switch format {
	case "application/pdf":
		return ".pdf"
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/pwg-raster":
		return ".pwg"
	case "image/urf":
		return ".urf"
	case "application/postscript":
		return ".ps"
	case "text/plain":
		return ".txt"
	}
	return ".bin"
}

// fileName returns the name of a job's document: its number, and its title made
// harmless.
func fileName(j Job) string {
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, j.Name)
	for len(safe) > 100 {
		r := []rune(safe)
		safe = string(r[:len(r)-1])
	}
	safe = strings.Trim(safe, "._")
	ext := extension(j.Format)
	if safe == "" {
		safe = "document"
	}
	return strconv.Itoa(j.ID) + "-" + strings.TrimSuffix(safe, ext) + ext
}

// lastID returns the highest job number among the documents of an earlier run.
func lastID(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, fmt.Errorf("reading the printer's folder: %w", err)
	}
	last := 0
	for _, e := range entries {
		id, _, _ := strings.Cut(e.Name(), "-")
		if n, err := strconv.Atoi(id); err == nil {
			last = max(last, n)
		}
	}
	return last, nil
}

// uuidOf names something for good (RFC 9562, 5.8).
func uuidOf(s string) string {
	sum := sha1.Sum([]byte("platen virtual printer " + s))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
