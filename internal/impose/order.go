package impose

import "slices"

// order repeats the sides for the copies and reverses them. It deals in sheets,
// not sides: a back stays behind its front.
func order(sides []Side, l Layout) []Side {
	sheets := stack(sides, l.TwoSided)
	copies := max(l.Copies, 1)
	all := make([][]Side, 0, len(sheets)*copies)
	if l.Uncollated {
		for _, sheet := range sheets {
			all = append(all, slices.Repeat([][]Side{sheet}, copies)...)
		}
	} else {
		all = append(all, slices.Repeat(sheets, copies)...)
	}
	if l.Reverse {
		slices.Reverse(all)
	}
	out := slices.Concat(all...)
	// The back of the very last sheet needs no page: nothing follows it.
	if last := len(out) - 1; out[last].Blank {
		out = out[:last]
	}
	return out
}

// stack puts sides on sheets. An odd last sheet gets a blank back, so that what is
// printed after it begins on a new one.
func stack(sides []Side, twoSided bool) [][]Side {
	per := 1
	if twoSided {
		per = 2
	}
	sheets := slices.Collect(slices.Chunk(sides, per))
	if last := len(sheets) - 1; len(sheets[last]) < per {
		front := sheets[last][0]
		sheets[last] = []Side{front, {Width: front.Width, Height: front.Height, Turned: front.Turned, Blank: true}}
	}
	return sheets
}
