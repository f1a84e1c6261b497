package platen

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Pages promise things and name the test that holds each: the test must be there.
func TestDocsNameTestsThatExist(t *testing.T) {
	defined := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	named := map[string]string{}
	mention := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)")
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		test, page := strings.HasSuffix(path, "_test.go"), strings.HasSuffix(path, ".md")
		if !test && !page {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if test {
			for _, m := range declaration.FindAllSubmatch(text, -1) {
				defined[string(m[1])] = true
			}
			return nil
		}
		for _, m := range mention.FindAllSubmatch(text, -1) {
			named[string(m[1])] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(named) < 20 {
		t.Errorf("only %d tests are named in the pages: does this test still look at them?", len(named))
	}
	for name, path := range named {
		if !defined[name] {
			t.Errorf("%s names %s, which does not exist", path, name)
		}
	}
}
