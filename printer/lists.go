package printer

import (
	"fmt"
	"slices"
	"strings"
)

// String returns the resolution as "600x600dpi".
func (d dots) String() string { return fmt.Sprintf("%dx%ddpi", d.x, d.y) }

// unique returns the values in their order, each once.
func unique(in []string) []string {
	var out []string
	for _, s := range in {
		if s = valid(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// oneDefault makes the first of a list's defaults its only one, and the first
// option the default where there is none.
func oneDefault[T any](list []T, flag func(*T) *bool) {
	found := false
	for i := range list {
		f := flag(&list[i])
		*f = *f && !found
		found = found || *f
	}
	if !found && len(list) > 0 {
		*flag(&list[0]) = true
	}
}

// readable turns a keyword into words: "media-empty" is "Media empty".
func readable(keyword string) string {
	s := strings.NewReplacer("-", " ", "_", " ").Replace(valid(keyword))
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
