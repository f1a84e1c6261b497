package impose

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"platen/gcp"
)

// Ascending returns page ranges in their order, those that meet as one. An End of 0 is
// open, and so is MAX, the largest number of IPP (RFC 8011, 5.1).
func Ascending(ranges []gcp.PageInterval) []gcp.PageInterval {
	list := slices.SortedFunc(slices.Values(ranges), func(a, b gcp.PageInterval) int { return cmp.Compare(a.Start, b.Start) })
	var out []gcp.PageInterval
	for _, r := range list {
		r.Start = min(r.Start, math.MaxInt32)
		if r.End >= math.MaxInt32 {
			r.End = 0
		}
		last := len(out) - 1
		switch {
		case last < 0 || out[last].End != 0 && r.Start > out[last].End+1:
			out = append(out, r)
		case out[last].End != 0 && (r.End == 0 || r.End > out[last].End):
			out[last].End = r.End
		}
	}
	return out
}

// choose is the pages, counted from 0, that lie in one of the ranges, in the order
// of the document and each once. Ranges that reach beyond the end are cut there,
// as CUPS does it.
func choose(count int, ranges []gcp.PageInterval) ([]int, error) {
	if count == 0 {
		return nil, &Error{Cause: CauseEmpty, Text: "The document has no pages."}
	}
	if count > maxSides {
		return nil, &Error{Cause: CauseTooBig, Text: fmt.Sprintf("The document has %d pages, which are too many for one job.", count)}
	}
	chosen := make([]int, 0, count)
	for i := range count {
		if len(ranges) == 0 || within(i+1, ranges) {
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return nil, &Error{Cause: CauseEmpty, Text: fmt.Sprintf("Pages %s were asked for, but the document ends with page %d.", spell(ranges), count)}
	}
	return chosen, nil
}

// within reports whether a page, counted from 1, is in one of the ranges. An End of
// 0 is open.
func within(page int, ranges []gcp.PageInterval) bool {
	for _, r := range ranges {
		if page >= r.Start && (r.End == 0 || page <= r.End) {
			return true
		}
	}
	return false
}

// spell writes ranges as people do: 2-4, 7, 9-.
func spell(ranges []gcp.PageInterval) string {
	words := make([]string, 0, len(ranges))
	for _, r := range ranges {
		switch r.End {
		case r.Start:
			words = append(words, strconv.Itoa(r.Start))
		case 0:
			words = append(words, strconv.Itoa(r.Start)+"-")
		default:
			words = append(words, fmt.Sprintf("%d-%d", r.Start, r.End))
		}
	}
	return strings.Join(words, ", ")
}
