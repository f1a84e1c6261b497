package cloud

import (
	"slices"
	"strings"
)

// Bounds of the tags that people give a printer.
const (
	maxLabels = 50
	maxLabel  = 64 // characters
)

// cleanLabels returns the tags as they are kept: each once, without those that
// only the service may set. What is too much is left out.
func cleanLabels(labels []string) []string {
	var kept []string
	for _, l := range labels {
		l = strings.TrimSpace(CleanTitle(l))
		if r := []rune(l); len(r) > maxLabel {
			l = string(r[:maxLabel])
		}
		if l == "" || strings.HasPrefix(l, "^") || slices.Contains(kept, l) || len(kept) == maxLabels {
			continue
		}
		kept = append(kept, l)
	}
	return kept
}
