package impose

import (
	"fmt"
	"slices"
)

// Page is a page of a document as it is seen: turned by its own rotation and
// cropped, in points.
type Page struct{ Width, Height float64 }

// Side is one side of a sheet that comes out, in points, as the sheet is fed.
type Side struct {
	Width, Height float64
	Blank         bool // nothing is on it: the back of a copy's last sheet
	Turned        bool // it reads upright when the sheet is turned a quarter clockwise
	Parts         []Part
}

// Part is a page that lies on a side. The matrix carries points of the page to
// points of the side, x' = A*x + C*y + E and y' = B*x + D*y + F; both begin at the
// lower left.
type Part struct {
	Page             int // of the document, from 0
	A, B, C, D, E, F float64
	Clip             Rect // of the side; nothing is drawn outside it, zero: all of the side
}

// Rect is a rectangle in points, its origin at the lower left.
type Rect struct{ X, Y, Width, Height float64 }

// maxSides bounds what one job can ask for: 100 pages a thousand times.
const maxSides = 100_000

// Sides lays pages out on the sides of sheets, in the order in which they are
// printed: pages, orientation, scaling, number up, two-sided padding, copies,
// reverse (decision 009). Sides of later copies share the Parts of the first. The
// error is an *Error.
func Sides(pages []Page, l Layout) ([]Side, error) {
	chosen, err := choose(len(pages), l.Pages)
	if err != nil {
		return nil, err
	}
	n := max(l.NumberUp, 1)
	if !slices.Contains(NumbersUp(), n) {
		return nil, &Error{Cause: CauseUnsupported, Text: fmt.Sprintf("%d pages on one side are not possible: 1, 2, 4, 6, 9 or 16 are.", n)}
	}
	if copies := max(l.Copies, 1); (len(chosen)+n-1)/n+1 > maxSides/copies {
		return nil, &Error{Cause: CauseTooBig, Text: fmt.Sprintf("%d copies of %d pages are too many for one job.", copies, len(chosen))}
	}
	sides := make([]Side, 0, (len(chosen)+n-1)/n)
	for i := 0; i < len(chosen); i += n {
		on := chosen[i:min(i+n, len(chosen))]
		if n == 1 {
			sides = append(sides, single(pages[on[0]], on[0], l))
			continue
		}
		sides = append(sides, several(pages, on, pages[chosen[0]], l))
	}
	return order(sides, l), nil
}
