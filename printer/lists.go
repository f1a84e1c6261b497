package printer

import (
	"strings"
)

// unique returns the values in their order, each once.
func unique(in []string) []string {
	var out []string
	seen := make(map[string]bool, len(in))
	for _, s := range in {
		if s = valid(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// readable turns a keyword into words: "media-empty" is "Media empty".
func readable(keyword string) string {
	s := strings.NewReplacer("-", " ", "_", " ").Replace(valid(keyword))
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
