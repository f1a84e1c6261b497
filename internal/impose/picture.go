package impose

// Picture says where a picture of one side lies in a file, which may have more of them
// behind each other.
type Picture struct {
	Side  int   `json:"side"`  // from 1
	From  int64 `json:"from"`  // where it begins
	To    int64 `json:"to"`    // where it ends
	Pages int   `json:"pages"` // of the document
	Sides int   `json:"sides"` // that there are
}

// Pictures is where previews go.
type Pictures struct {
	Path  string        // of the file
	Drawn func(Picture) // hears of each picture as soon as it can be read, may be nil
}

// InBlock lists the sides of the block that Side lies in: it and those that follow,
// and then those before it. There are none if there is no such side.
func (r Raster) InBlock(sides int) []int {
	first := max(r.Side, 1)
	if first > sides {
		return nil
	}
	if r.Block <= 1 {
		return []int{first}
	}
	from := (first-1)/r.Block*r.Block + 1
	to := min(from+r.Block-1, sides)
	list := make([]int, 0, to-from+1)
	for side := first; side <= to; side++ {
		list = append(list, side)
	}
	for side := from; side < first; side++ {
		list = append(list, side)
	}
	return list
}
