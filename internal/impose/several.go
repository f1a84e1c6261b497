package impose

import "platen/gcp"

// NumbersUp lists how many pages can lie on one side.
func NumbersUp() []int { return []int{1, 2, 4, 6, 9, 16} }

// several is a side with some pages, in rows from the upper left: presentation-
// direction toright-tobottom (RFC 8011 extension PWG 5100.3, the default). The first
// page of the document says how the sheet is turned, for all sheets alike. Each page
// fills its cell as far as its shape allows, as in CUPS; with FILL_PAGE it covers
// the cell and is cut off at its edges.
func several(pages []Page, on []int, first Page, l Layout) Side {
	var s sheet
	var columns, rows int
	if l.Media.isRoll() {
		columns, rows = grid(l.NumberUp, false)
		s = strip(first, columns, rows, l.Media)
	} else {
		s = newSheet(l.Media, first.Width, first.Height)
		wide := landscape(first, s, l.Turn)
		// Two and six pages have the sheet the other way round than each page.
		if l.NumberUp == 2 || l.NumberUp == 6 {
			wide = !wide
		}
		s.turned = wide && s.width < s.height || !wide && s.width > s.height
		columns, rows = grid(l.NumberUp, wide)
	}
	side := Side{Width: s.width, Height: s.height, Turned: s.turned, Parts: make([]Part, 0, len(on))}
	room := s.room()
	for i, index := range on {
		cell := Rect{Width: room.Width / float64(columns), Height: room.Height / float64(rows)}
		cell.X = room.X + float64(i%columns)*cell.Width
		cell.Y = room.Y + float64(rows-1-i/columns)*cell.Height
		side.Parts = append(side.Parts, s.inCell(pages[index], index, cell, l.Fit))
	}
	return side
}

// inCell is a page in a cell of the frame.
func (s sheet) inCell(p Page, index int, cell Rect, fit gcp.FitToPageType) Part {
	if fit != gcp.FitFill {
		fit = gcp.FitPage
	}
	k, _ := scale(p, cell, cell, fit)
	part := s.part(index, k, cell.X+(cell.Width-k*p.Width)/2, cell.Y+(cell.Height-k*p.Height)/2)
	if fit == gcp.FitFill {
		part.Clip = s.rect(cell)
	}
	return part
}

// landscape reports whether the pages that are put on a sheet are wider than high.
func landscape(first Page, s sheet, o gcp.OrientationType) bool {
	switch o {
	case gcp.OrientationPortrait:
		return s.width > s.height
	case gcp.OrientationLandscape:
		return true
	case gcp.OrientationAuto:
	}
	return first.Width > first.Height
}

// grid is how many columns and rows n pages make on a sheet that is wider than
// high, or not.
func grid(n int, wide bool) (columns, rows int) {
	switch n {
	case 2:
		columns, rows = 2, 1
	case 4:
		columns, rows = 2, 2
	case 6:
		columns, rows = 3, 2
	case 9:
		columns, rows = 3, 3
	default:
		columns, rows = 4, 4
	}
	if !wide {
		columns, rows = rows, columns
	}
	return columns, rows
}

// strip is a piece of a roll for a grid of pages that have the shape of the first.
func strip(first Page, columns, rows int, m Media) sheet {
	width := float64(m.Width) * pointsPerMicron
	edges := float64(m.Margin.Top+m.Margin.Bottom) * pointsPerMicron
	room := inset(width, width+edges, m.Margin)
	length := room.Width / float64(columns) * float64(rows)
	if first.Width > 0 {
		length *= first.Height / first.Width
	}
	return newSheet(m, width, length+edges)
}
