// Package nearest says which of several names somebody may have meant. It knows
// nothing of what the names stand for.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// Of returns the names that are near enough to word to be what was meant, the
// nearest first: a slip or two away, or one within the other.
func Of(word string, names []string) []string {
	lower := strings.ToLower(word)
	return slices.DeleteFunc(First(word, names), func(n string) bool {
		n = strings.ToLower(n)
		return distance(lower, n) > allowed(lower) && !within(lower, n)
	})
}

// First returns all names, those that are the nearest to word first.
func First(word string, names []string) []string {
	away := map[string]int{}
	for _, n := range names {
		away[n] = distance(strings.ToLower(word), strings.ToLower(n))
	}
	return slices.SortedFunc(slices.Values(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(away[a], away[b]), strings.Compare(a, b))
	})
}

// allowed is how many slips a word of that length may have.
func allowed(word string) int { return min(3, (len([]rune(word))+2)/3) }

// minWithin is how long a part of a name must be to mean it.
const minWithin = 3

func within(a, b string) bool {
	return min(len(a), len(b)) >= minWithin && (strings.Contains(a, b) || strings.Contains(b, a))
}

// distance returns how many slips make a of b: a letter too many, missing, wrong, or
// two neighbours changed over (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			wrong := 1
			if x[i] == y[j] {
				wrong = 0
			}
			row[j+1] = min(last[j]+wrong, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
