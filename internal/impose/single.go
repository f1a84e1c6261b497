package impose

import "platen/gcp"

// slack is how much larger than a sheet a page may be, in points, without being
// scaled: sizes are rounded to points, to hundredths of millimetres and to tenths
// of inches on their way, and CUPS's A4 is 0.1 mm short.
const slack = 2

// single is a side with one page.
func single(p Page, index int, l Layout) Side {
	var s sheet
	if l.Media.isRoll() {
		s = cut(p, l)
	} else {
		s = newSheet(l.Media, p.Width, p.Height)
		s.turned = turns(l.Turn, p, s.width, s.height)
	}
	k, area := scale(p, s.frame(), s.room(), l.Fit)
	part := s.part(index, k, area.X+(area.Width-k*p.Width)/2, area.Y+(area.Height-k*p.Height)/2)
	return Side{Width: s.width, Height: s.height, Turned: s.turned, Parts: []Part{part}}
}

// scale is the factor of a page, and the area in whose middle it lies. They follow
// print-scaling of PWG 5100.13: fit uses what is printable, fill the whole sheet,
// none is centred and cut off; auto-fit, SHRINK_TO_PAGE, is fit for pages that are
// larger than the sheet and none for the others, so that A4 on A4 keeps its size.
func scale(p Page, full, room Rect, fit gcp.FitToPageType) (float64, Rect) {
	if p.Width <= 0 || p.Height <= 0 {
		return 1, full
	}
	into := min(room.Width/p.Width, room.Height/p.Height)
	switch fit {
	case gcp.FitNone:
		return 1, full
	case gcp.FitPage:
		return into, room
	case gcp.FitGrow:
		if into > 1 {
			return into, room
		}
		return 1, full
	case gcp.FitFill:
		return max(full.Width/p.Width, full.Height/p.Height), full
	case gcp.FitShrink:
	}
	if p.Width > full.Width+slack || p.Height > full.Height+slack {
		return min(into, 1), room
	}
	return 1, full
}

// cut is a piece of a roll, as long as the page is after scaling. Only LANDSCAPE
// turns a page on a roll: its width then runs along the feed.
func cut(p Page, l Layout) sheet {
	turned := l.Turn == gcp.OrientationLandscape
	if turned {
		p.Width, p.Height = p.Height, p.Width
	}
	m := l.Media
	width := float64(m.Width) * pointsPerMicron
	room := inset(width, width+float64(m.Margin.Top+m.Margin.Bottom)*pointsPerMicron, m.Margin)
	length := p.Height
	switch fits := p.Width <= width+slack; {
	case p.Width <= 0:
	case l.Fit == gcp.FitFill:
		length *= width / p.Width
	case l.Fit == gcp.FitPage,
		l.Fit == gcp.FitGrow && p.Width < room.Width,
		!fits && (l.Fit == gcp.FitShrink || l.Fit == ""):
		length = length*room.Width/p.Width + float64(m.Margin.Top+m.Margin.Bottom)*pointsPerMicron
	}
	s := newSheet(m, width, length)
	s.turned = turned
	return s
}
