package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Every text that the code names is in the catalogue, and every text is used.
func TestCodeHasItsTexts(t *testing.T) {
	words, named := english(), map[string]bool{}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"templates/*.html", "templates/parts/*.html"} {
		templates, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, templates...)
	}
	key := regexp.MustCompile(`"([a-z]+(?:\.[A-Za-z.]+)?)"`)
	inCode := regexp.MustCompile(`(?:words\[|\btext\(|\buntil\()"([^"]+)"[\],)]`)
	for _, path := range paths {
		if strings.HasPrefix(path, "text") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			named[m[1]] = true
		}
		for _, m := range inCode.FindAllStringSubmatch(string(text), -1) {
			if _, ok := words[m[1]]; !ok {
				t.Errorf("%s: no text for %q", path, m[1])
			}
		}
	}
	made := regexp.MustCompile(`^(hop|unit|role|scope)\.|^job\.[A-Z_]+$|^time\.|^jobs\.(tab|group)\.|^counts\.by\.|^setting\.|^settings\.(group|note|from)\.|^admin\.(push|rendering)\.`) // put together out of parts
	for name := range words {
		if !named[name] && !made.MatchString(name) {
			t.Errorf("nothing says %q", name)
		}
	}
}

func TestDurations(t *testing.T) {
	s := &site{pages: parsePages()}
	for d, want := range map[time.Duration]string{
		14 * day: "14 days", day: "1 day", 36 * time.Hour: "36 hours", time.Hour: "1 hour", 90 * time.Minute: "90 minutes",
		time.Minute: "1 minute", 61 * time.Second: "61 seconds", time.Second: "1 second", 0: "0 seconds",
	} {
		if have := s.inWords(d); have != want {
			t.Errorf("%v is %q, want %q", d, have, want)
		}
	}
}

func TestTemplatesHaveTheirTexts(t *testing.T) {
	p := parsePages()
	key := regexp.MustCompile(`\{\{-?\s*(?:t|if .*? \(t) "([^"]+)"`)
	pages, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	parts, err := fs.Glob(files, "templates/parts/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(pages, parts...) {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			if _, ok := p.words[m[1]]; !ok {
				t.Errorf("%s: no text for %q", name, m[1])
			}
		}
		if strings.Contains(string(text), "<style") || strings.Contains(string(text), "onclick") || strings.Contains(string(text), "style=") {
			t.Errorf("%s: inline code, which the policy forbids", name)
		}
	}
}
