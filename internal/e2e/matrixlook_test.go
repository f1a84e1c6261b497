package e2e

import (
	"fmt"
	"math"
	"testing"
)

// part is a page where it must lie on a side: its box in millimetres from the upper
// left of the sheet, and how many quarters it is turned, counter-clockwise.
type part struct {
	page       int
	x, y, w, h float64
	turn       int
}

// side is what must be on a side; no parts: nothing.
type side struct {
	size  format
	parts []part
}

// whole is a page that covers a sheet of its own size.
func wholePage(f format, page int) side {
	return side{f, []part{{page: page, w: f.w, h: f.h}}}
}

// allOf is a side for each page, on sheets of one size that they cover.
func allOf(f format, numbers ...int) []side {
	var list []side
	for _, n := range numbers {
		if n == 0 {
			list = append(list, side{size: f})
			continue
		}
		list = append(list, wholePage(f, n))
	}
	return list
}

// on is a side with pages.
func on(f format, parts ...part) side { return side{f, parts} }

// lookAt compares a side with what must be on it, up to so many millimetres.
func lookAt(t *testing.T, what string, d drawn, want side, within float64) {
	t.Helper()
	if math.Abs(d.size.w-want.size.w) > 1 || math.Abs(d.size.h-want.size.h) > 1 {
		t.Errorf("%s is %.1f × %.1f mm, want %.1f × %.1f", what, d.size.w, d.size.h, want.size.w, want.size.h)
		return
	}
	got, blank := d.inked()
	if blank || len(want.parts) == 0 {
		if !blank || len(want.parts) > 0 {
			t.Errorf("%s: blank is %v, want pages %v", what, blank, want.parts)
		}
		return
	}
	if all := union(want); math.Abs(got.x-all.x) > within || math.Abs(got.y-all.y) > within ||
		math.Abs(got.x+got.w-all.x-all.w) > within || math.Abs(got.y+got.h-all.y-all.h) > within {
		t.Errorf("%s: its ink is at %.1f, %.1f, %.1f × %.1f mm, want %.1f, %.1f, %.1f × %.1f", what,
			got.x, got.y, got.w, got.h, all.x, all.y, all.w, all.h)
		return
	}
	for _, p := range want.parts {
		if err := d.reads(p); err != nil {
			t.Errorf("%s: page %d is not at %.1f, %.1f, %.1f × %.1f mm, turned %d: %v", what, p.page, p.x, p.y, p.w, p.h, p.turn, err)
		}
	}
}

// union is the box around all parts, as much of it as is on the sheet.
func union(s side) part {
	left, top, right, bottom := s.size.w, s.size.h, 0.0, 0.0
	for _, p := range s.parts {
		left, top = min(left, p.x), min(top, p.y)
		right, bottom = max(right, p.x+p.w), max(bottom, p.y+p.h)
	}
	left, top = max(left, 0), max(top, 0)
	return part{x: left, y: top, w: min(right, s.size.w) - left, h: min(bottom, s.size.h) - top}
}

// inked is the box around everything that is not white.
func (d drawn) inked() (box part, blank bool) {
	left, top, right, bottom := d.width, d.height, -1, -1
	for y := range d.height {
		line := d.pix[y*d.width*d.channels : (y+1)*d.width*d.channels]
		for x := range d.width {
			if line[x*d.channels] < 235 || line[(x+1)*d.channels-1] < 235 {
				left, right = min(left, x), max(right, x)
				top, bottom = min(top, y), y
			}
		}
	}
	if right < 0 {
		return part{}, true
	}
	mmX, mmY := d.size.w/float64(d.width), d.size.h/float64(d.height)
	return part{
		x: float64(left) * mmX, y: float64(top) * mmY,
		w: float64(right+1-left) * mmX, h: float64(bottom+1-top) * mmY,
	}, false
}

// reads checks the marks of a page.
func (d drawn) reads(p part) error {
	number := 0
	for _, s := range bits() {
		v, err := d.level(p, s)
		if err != nil {
			return err
		}
		number <<= 1
		if v < 100 {
			number |= 1
		} else if v < 220 {
			return fmt.Errorf("its number is neither black nor white: %d", v)
		}
	}
	if number != p.page {
		return fmt.Errorf("it is page %d", number)
	}
	up, err := d.level(p, above())
	if err != nil {
		return err
	}
	down, err := d.level(p, below())
	if err != nil {
		return err
	}
	left, err := d.level(p, red())
	if err != nil {
		return err
	}
	right, err := d.level(p, plain())
	if err != nil {
		return err
	}
	if up > 60 || down < 220 || right < 150 || right > 230 || left > right-30 {
		return fmt.Errorf("it lies otherwise: above %d, below %d, left %d, right %d", up, down, left, right)
	}
	return nil
}

// colourful reports whether a page's red mark is red.
func (d drawn) colourful(p part) bool {
	x, y := d.place(p, red())
	r, g, _ := d.mean(x, y)
	return r-g > 60
}

// level is how bright a place of a page is, 0 to 255.
func (d drawn) level(p part, s spot) (int, error) {
	x, y := d.place(p, s)
	if x < 0 || y < 0 || x >= d.width || y >= d.height {
		return 0, fmt.Errorf("a mark of it is not on the sheet")
	}
	r, g, b := d.mean(x, y)
	return (r + g + b) / 3, nil
}

// place is the dot of a place of a page.
func (d drawn) place(p part, s spot) (x, y int) {
	u, v := s.u, s.v
	for range p.turn { // a quarter counter-clockwise: what was right is above
		u, v = v, 1-u
	}
	mmX, mmY := p.x+u*p.w, p.y+v*p.h
	return int(mmX / d.size.w * float64(d.width)), int(mmY / d.size.h * float64(d.height))
}

// mean is the colour around a dot, a millimetre wide: of a halftone that is gray.
func (d drawn) mean(x, y int) (r, g, b int) {
	reach := max(1, int(float64(d.width)/d.size.w*0.6))
	n := 0
	for j := max(y-reach, 0); j <= min(y+reach, d.height-1); j++ {
		for i := max(x-reach, 0); i <= min(x+reach, d.width-1); i++ {
			dr, dg, db := d.at(i, j)
			r, g, b, n = r+dr, g+dg, b+db, n+1
		}
	}
	return r / n, g / n, b / n
}
