package impose

import (
	"math"
	"slices"
	"testing"

	"platen/gcp"
)

func TestAscending(t *testing.T) {
	type list = []gcp.PageInterval
	for name, c := range map[string]struct{ in, want list }{
		"none":            {nil, nil},
		"in order":        {list{{Start: 7, End: 8}, {Start: 1, End: 2}}, list{{Start: 1, End: 2}, {Start: 7, End: 8}}},
		"that meet":       {list{{Start: 1, End: 2}, {Start: 3, End: 4}}, list{{Start: 1, End: 4}}},
		"that overlap":    {list{{Start: 2, End: 9}, {Start: 3, End: 4}}, list{{Start: 2, End: 9}}},
		"open":            {list{{Start: 5}, {Start: 9, End: 10}, {Start: 4, End: 4}}, list{{Start: 4}}},
		"the largest":     {list{{Start: 5, End: math.MaxInt32}}, list{{Start: 5}}},
		"larger than IPP": {list{{Start: math.MaxInt32 + 1, End: math.MaxInt32 + 2}}, list{{Start: math.MaxInt32}}},
	} {
		before := slices.Clone(c.in)
		if got := Ascending(c.in); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v of %v, want %v", name, got, c.in, c.want)
		}
		if !slices.Equal(c.in, before) {
			t.Errorf("%s: the ticket's own list is %v now", name, c.in)
		}
	}
}
