package impose

import (
	"slices"
	"testing"
)

func TestInBlock(t *testing.T) {
	for name, c := range map[string]struct {
		side, block, sides int
		want               []int
	}{
		"one":              {0, 0, 5, []int{1}},
		"one in the midst": {3, 1, 5, []int{3}},
		"the first block":  {1, 4, 9, []int{1, 2, 3, 4}},
		"from its midst":   {3, 4, 9, []int{3, 4, 1, 2}},
		"from its end":     {8, 4, 9, []int{8, 5, 6, 7}},
		"the last block":   {9, 4, 9, []int{9}},
		"a short document": {2, 8, 3, []int{2, 3, 1}},
		"behind the end":   {10, 4, 9, nil},
	} {
		if got := (Raster{Side: c.side, Block: c.block}).InBlock(c.sides); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
