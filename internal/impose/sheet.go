package impose

import "platen/gcp"

// pointsPerMicron: there are 72 points and 25400 microns in an inch.
const pointsPerMicron = 72.0 / 25400

// sheet is a sheet of paper in points, and what of it can be printed on.
type sheet struct {
	width, height float64
	printable     Rect
	turned        bool // pages lie on it turned a quarter counter-clockwise
}

// newSheet is the sheet of a layout. Where that has none, or no length, the page
// and, on a roll, the room it takes say how large it is.
func newSheet(m Media, width, height float64) sheet {
	if m.Width > 0 {
		width = float64(m.Width) * pointsPerMicron
		if m.Height > 0 {
			height = float64(m.Height) * pointsPerMicron
		}
	} else {
		m.Margin = Margin{}
	}
	s := sheet{width: width, height: height}
	s.printable = inset(width, height, m.Margin)
	return s
}

// inset is a sheet without its margins; margins that leave nothing are ignored.
func inset(width, height float64, m Margin) Rect {
	r := Rect{X: float64(m.Left) * pointsPerMicron, Y: float64(m.Bottom) * pointsPerMicron}
	r.Width = width - r.X - float64(m.Right)*pointsPerMicron
	r.Height = height - r.Y - float64(m.Top)*pointsPerMicron
	if r.Width <= 0 || r.Height <= 0 || r.X < 0 || r.Y < 0 {
		return Rect{Width: width, Height: height}
	}
	return r
}

// isRoll reports whether the length of the sheet is that of the page.
func (m Media) isRoll() bool { return m.Width > 0 && m.Height <= 0 }

// frame is the sheet as the pages on it see it: upright, and so with width and
// height changed when it is turned.
func (s sheet) frame() Rect {
	if s.turned {
		return Rect{Width: s.height, Height: s.width}
	}
	return Rect{Width: s.width, Height: s.height}
}

// room is the printable part of the frame.
func (s sheet) room() Rect {
	if s.turned {
		p := s.printable
		return Rect{X: p.Y, Y: s.width - p.X - p.Width, Width: p.Height, Height: p.Width}
	}
	return s.printable
}

// rect carries a rectangle of the frame to the sheet. A turned frame has its lower
// left at the sheet's lower right: RFC 8011, 5.2.10 turns landscape by +90 degrees,
// counter-clockwise, and so do CUPS's filters.
func (s sheet) rect(r Rect) Rect {
	if s.turned {
		return Rect{X: s.width - r.Y - r.Height, Y: r.X, Width: r.Height, Height: r.Width}
	}
	return r
}

// part is a page on the sheet that is scaled by k, with its lower left at x, y of
// the frame.
func (s sheet) part(page int, k, x, y float64) Part {
	if s.turned {
		return Part{Page: page, B: k, C: -k, E: s.width - y, F: x}
	}
	return Part{Page: page, A: k, D: k, E: x, F: y}
}

// turns reports whether a page, or what is as wide and as high as one, is turned on
// a sheet. PORTRAIT is the sheet as it is fed, so that a label that is wider than
// it is long is not turned; LANDSCAPE is its long edge below (RFC 8011, 5.2.10);
// AUTO is whatever suits the page.
func turns(o gcp.OrientationType, page Page, width, height float64) bool {
	switch o {
	case gcp.OrientationPortrait:
		return false
	case gcp.OrientationLandscape:
		return width < height
	case gcp.OrientationAuto:
	}
	return page.Width > page.Height && width < height || page.Width < page.Height && width > height
}
