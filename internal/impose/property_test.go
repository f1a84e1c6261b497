package impose

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"platen/gcp"
)

// TestProperties lays random documents out by random layouts.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 9))
	for range 20_000 {
		pages, l := randomJob(r)
		sides, err := Sides(pages, l)
		if err != nil {
			chosen, _ := choose(len(pages), l.Pages)
			if len(chosen) > 0 {
				t.Fatalf("%v, %+v: %v", pages, l, err)
			}
			continue
		}
		everyPage(t, pages, l, sides)
		for _, s := range sides {
			checkSide(t, pages, l, s)
		}
	}
}

// everyPage checks that each page asked for is there once for each copy, and that a
// sheet never holds two copies.
func everyPage(t *testing.T, pages []Page, l Layout, sides []Side) {
	t.Helper()
	count := make([]int, len(pages))
	for _, s := range sides {
		for _, p := range s.Parts {
			count[p.Page]++
		}
	}
	for i, got := range count {
		want := 0
		if len(l.Pages) == 0 || slices.ContainsFunc(l.Pages, func(p gcp.PageInterval) bool { return p.Start <= i+1 && (p.End == 0 || i+1 <= p.End) }) {
			want = max(l.Copies, 1)
		}
		if got != want {
			t.Fatalf("%d pages, %+v: page %d is there %d times, want %d", len(pages), l, i+1, got, want)
		}
	}
	if !l.TwoSided {
		return
	}
	first := slices.Index(count, max(l.Copies, 1))
	for i, s := range sides {
		if len(s.Parts) > 0 && s.Parts[0].Page == first && i%2 != 0 {
			t.Fatalf("%d pages, %+v: %s: a copy begins on a back", len(pages), l, spellSides(sides))
		}
		if s.Blank && i%2 != 1 {
			t.Fatalf("%d pages, %+v: %s: a blank front", len(pages), l, spellSides(sides))
		}
	}
}

// checkSide checks that each page keeps its shape, is not mirrored, and lies inside
// the printable area where it is made to fit.
func checkSide(t *testing.T, pages []Page, l Layout, s Side) {
	t.Helper()
	if !(s.Width > 0 && s.Height > 0) {
		t.Fatalf("%+v: a side of %v × %v", l, s.Width, s.Height)
	}
	room := Rect{Width: s.Width, Height: s.Height}
	if l.Media.Width > 0 {
		room = inset(s.Width, s.Height, l.Media.Margin)
	}
	for _, p := range s.Parts {
		if !(p.A*p.D-p.B*p.C > 0) || p.A != p.D || p.B != -p.C || p.A != 0 && p.B != 0 {
			t.Fatalf("%+v: page %v by %+v", l, pages[p.Page], p)
		}
		if l.Fit != gcp.FitPage && (l.NumberUp <= 1 || l.Fit == gcp.FitFill) {
			continue
		}
		x, y := p.A*pages[p.Page].Width+p.C*pages[p.Page].Height, p.B*pages[p.Page].Width+p.D*pages[p.Page].Height
		const e = 1e-6
		if min(p.E, p.E+x) < room.X-e || min(p.F, p.F+y) < room.Y-e ||
			max(p.E, p.E+x) > room.X+room.Width+e || max(p.F, p.F+y) > room.Y+room.Height+e {
			t.Fatalf("%+v: page %v by %+v is not on %+v", l, pages[p.Page], p, room)
		}
		// Fitting uses the room up, one way or the other.
		if l.Fit == gcp.FitPage && l.NumberUp <= 1 && math.Abs(math.Abs(x)-room.Width) > e && math.Abs(math.Abs(y)-room.Height) > e {
			t.Fatalf("%+v: page %v by %+v could be larger on %+v", l, pages[p.Page], p, room)
		}
	}
}

func TestReverseTwice(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 500 {
		pages, l := randomJob(r)
		l.Reverse = false
		straight, err := Sides(pages, l)
		if err != nil {
			continue
		}
		l.Reverse = true
		back, err := Sides(pages, l)
		if err != nil {
			t.Fatal(err)
		}
		again := slices.Concat(reversedSheets(back, l.TwoSided)...)
		if got, want := spellSides(trim(again)), spellSides(straight); got != want {
			t.Fatalf("%+v: got %s, want %s", l, got, want)
		}
	}
}

func reversedSheets(sides []Side, twoSided bool) [][]Side {
	per := 1
	if twoSided {
		per = 2
	}
	sheets := slices.Collect(slices.Chunk(sides, per))
	if last := len(sheets) - 1; len(sheets[last]) < per {
		sheets[last] = append(slices.Clone(sheets[last]), Side{Blank: true})
	}
	slices.Reverse(sheets)
	return sheets
}

func trim(sides []Side) []Side {
	if last := len(sides) - 1; sides[last].Blank {
		return sides[:last]
	}
	return sides
}

func randomJob(r *rand.Rand) ([]Page, Layout) {
	pages := make([]Page, 1+r.IntN(20))
	for i := range pages {
		pages[i] = Page{10 + r.Float64()*2000, 10 + r.Float64()*2000}
	}
	pick := func(n ...int) int { return n[r.IntN(len(n))] }
	l := Layout{
		Reverse: r.IntN(2) == 0, Copies: r.IntN(4), Uncollated: r.IntN(2) == 0, TwoSided: r.IntN(2) == 0,
		NumberUp: pick(0, 1, 2, 4, 6, 9, 16),
		Fit:      []gcp.FitToPageType{"", gcp.FitNone, gcp.FitPage, gcp.FitGrow, gcp.FitShrink, gcp.FitFill}[r.IntN(6)],
		Turn:     []gcp.OrientationType{"", gcp.OrientationAuto, gcp.OrientationPortrait, gcp.OrientationLandscape}[r.IntN(4)],
		Media:    []Media{{}, a4, a4Edges, inches, label, roll}[r.IntN(6)],
	}
	for range r.IntN(3) {
		start := 1 + r.IntN(25)
		l.Pages = append(l.Pages, gcp.PageInterval{Start: start, End: pick(0, start, start+r.IntN(5))})
	}
	return pages, l
}
