package impose

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"platen/gcp"
)

// Sheets in microns. 210 mm are 595.276 points, 297 mm 841.890.
var (
	a4      = Media{Width: 210_000, Height: 297_000}
	a4Edges = Media{Width: 210_000, Height: 297_000, Margin: Margin{Top: 12_700, Right: 6_350, Bottom: 12_700, Left: 6_350}} // 36 and 18 points
	inches  = Media{Width: 25_400 * 6, Height: 25_400 * 8}                                                                   // 432 × 576 points
	label   = Media{Width: 101_600, Height: 50_800}                                                                          // 288 × 144 points
	roll    = Media{Width: 25_400 * 4, Margin: Margin{Top: 25_400, Right: 25_400 / 2, Bottom: 25_400, Left: 25_400 / 2}}     // 288 points, 216 of them printable
)

func TestPlacement(t *testing.T) {
	const w, h = 595.2756, 841.8898
	for name, c := range map[string]struct {
		page Page
		l    Layout
		want Side
	}{
		"own size": {
			Page{200, 300},
			Layout{},
			Side{Width: 200, Height: 300, Parts: []Part{{A: 1, D: 1}}},
		},
		"none is centred": {
			Page{232, 276},
			Layout{Media: inches, Fit: gcp.FitNone},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 1, D: 1, E: 100, F: 150}}},
		},
		"none is cut off": {
			Page{632, 776},
			Layout{Media: inches, Fit: gcp.FitNone},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 1, D: 1, E: -100, F: -100}}},
		},
		"shrink leaves what is small": {
			Page{232, 276},
			Layout{Media: inches},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 1, D: 1, E: 100, F: 150}}},
		},
		"shrink leaves A4 on A4 with margins": {
			Page{595, 842},
			Layout{Media: a4Edges, Fit: gcp.FitShrink},
			Side{Width: w, Height: h, Parts: []Part{{A: 1, D: 1, E: 0.1378, F: -0.0551}}},
		},
		"shrink halves": { // 864 × 1152 into 432 × 576
			Page{864, 1152},
			Layout{Media: inches},
			Side{Width: 432, Height: 576, Parts: []Part{{A: .5, D: .5}}},
		},
		// Turned: the room is 769.8898 × 559.2756 at 36, 18. 559.2756/1000 is less than
		// 769.8898/1118.5512, and makes the page 625.5784 wide.
		"shrink keeps to the margins": {
			Page{1118.5512, 1000},
			Layout{Media: a4Edges},
			Side{Width: w, Height: h, Turned: true, Parts: []Part{{B: .5592756, C: -.5592756, E: w - 18, F: 36 + (769.8898-625.5784)/2}}},
		},
		"fit doubles": {
			Page{216, 100},
			Layout{Media: inches, Fit: gcp.FitPage, Turn: gcp.OrientationPortrait},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 2, D: 2, F: (576 - 200) / 2}}},
		},
		"grow leaves what is large": {
			Page{632, 776},
			Layout{Media: inches, Fit: gcp.FitGrow},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 1, D: 1, E: -100, F: -100}}},
		},
		"grow doubles": {
			Page{216, 288},
			Layout{Media: inches, Fit: gcp.FitGrow},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 2, D: 2}}},
		},
		"fill covers": { // 432/200 = 2.16 < 576/200 = 2.88
			Page{200, 200},
			Layout{Media: inches, Fit: gcp.FitFill},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 2.88, D: 2.88, E: -72}}},
		},
		// pdftopdf of cups-filters 1.28 puts the lower left of a landscape page at
		// the lower right of the sheet.
		"auto turns a landscape page": {
			Page{576, 432},
			Layout{Media: inches},
			Side{Width: 432, Height: 576, Turned: true, Parts: []Part{{B: 1, C: -1, E: 432}}},
		},
		"auto turns a portrait page on a wide sheet": {
			Page{144, 288},
			Layout{Media: label},
			Side{Width: 288, Height: 144, Turned: true, Parts: []Part{{B: 1, C: -1, E: 288}}},
		},
		"auto leaves a label": {
			Page{288, 144},
			Layout{Media: label},
			Side{Width: 288, Height: 144, Parts: []Part{{A: 1, D: 1}}},
		},
		"auto leaves a square": {
			Page{432, 432},
			Layout{Media: inches},
			Side{Width: 432, Height: 576, Parts: []Part{{A: 1, D: 1, F: 72}}},
		},
		"portrait leaves a landscape page": { // 432/864
			Page{864, 432},
			Layout{Media: inches, Turn: gcp.OrientationPortrait},
			Side{Width: 432, Height: 576, Parts: []Part{{A: .5, D: .5, F: (576 - 216) / 2}}},
		},
		"portrait leaves a label": {
			Page{288, 144},
			Layout{Media: label, Turn: gcp.OrientationPortrait},
			Side{Width: 288, Height: 144, Parts: []Part{{A: 1, D: 1}}},
		},
		"landscape turns a portrait page": { // 432 × 576 into 576 × 432: 0.75, 324 wide
			Page{432, 576},
			Layout{Media: inches, Turn: gcp.OrientationLandscape},
			Side{Width: 432, Height: 576, Turned: true, Parts: []Part{{B: .75, C: -.75, E: 432, F: (576 - 324) / 2}}},
		},
		"landscape leaves a label": {
			Page{288, 144},
			Layout{Media: label, Turn: gcp.OrientationLandscape},
			Side{Width: 288, Height: 144, Parts: []Part{{A: 1, D: 1}}},
		},
		"roll as long as the page": {
			Page{200, 1000},
			Layout{Media: roll},
			Side{Width: 288, Height: 1000, Parts: []Part{{A: 1, D: 1, E: 44}}},
		},
		"roll shrinks to its printable width": { // 216/432, and an inch at each end
			Page{432, 1000},
			Layout{Media: roll},
			Side{Width: 288, Height: 644, Parts: []Part{{A: .5, D: .5, E: 36, F: 72}}},
		},
		"roll fits": { // 216/108
			Page{108, 100},
			Layout{Media: roll, Fit: gcp.FitPage},
			Side{Width: 288, Height: 344, Parts: []Part{{A: 2, D: 2, E: 36, F: 72}}},
		},
		"roll grows": {
			Page{108, 100},
			Layout{Media: roll, Fit: gcp.FitGrow},
			Side{Width: 288, Height: 344, Parts: []Part{{A: 2, D: 2, E: 36, F: 72}}},
		},
		"roll does not grow": {
			Page{288, 100},
			Layout{Media: roll, Fit: gcp.FitGrow},
			Side{Width: 288, Height: 100, Parts: []Part{{A: 1, D: 1}}},
		},
		"roll fills": {
			Page{144, 100},
			Layout{Media: roll, Fit: gcp.FitFill},
			Side{Width: 288, Height: 200, Parts: []Part{{A: 2, D: 2}}},
		},
		"roll cuts off": {
			Page{388, 100},
			Layout{Media: roll, Fit: gcp.FitNone},
			Side{Width: 288, Height: 100, Parts: []Part{{A: 1, D: 1, E: -50}}},
		},
		"roll turned": {
			Page{600, 288},
			Layout{Media: roll, Turn: gcp.OrientationLandscape},
			Side{Width: 288, Height: 600, Turned: true, Parts: []Part{{B: 1, C: -1, E: 288}}},
		},
	} {
		got, err := Sides([]Page{c.page}, c.l)
		if err != nil || len(got) != 1 || !near(got[0], c.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", name, got, err, c.want)
		}
	}
}

// The cells of number-up, by where the lower left of each page lies.
func TestNumberUp(t *testing.T) {
	portrait, wide := Page{432, 576}, Page{576, 432}
	for name, c := range map[string]struct {
		page Page
		l    Layout
		n    int // pages
		want Side
	}{
		// The frame is 576 × 432 and each cell 288 × 432: pages are 288 × 384 at 2/3.
		"two portrait pages turn the sheet": {
			portrait,
			Layout{Media: inches, NumberUp: 2},
			2,
			Side{Width: 432, Height: 576, Turned: true, Parts: []Part{
				{Page: 0, B: 2. / 3, C: -2. / 3, E: 432 - 24, F: 0},
				{Page: 1, B: 2. / 3, C: -2. / 3, E: 432 - 24, F: 288},
			}},
		},
		"two landscape pages lie above each other": {
			wide,
			Layout{Media: inches, NumberUp: 2},
			2,
			Side{Width: 432, Height: 576, Parts: []Part{
				{Page: 0, A: 2. / 3, D: 2. / 3, E: 24, F: 288},
				{Page: 1, A: 2. / 3, D: 2. / 3, E: 24, F: 0},
			}},
		},
		"four": {
			portrait,
			Layout{Media: inches, NumberUp: 4},
			3,
			Side{Width: 432, Height: 576, Parts: []Part{
				{Page: 0, A: .5, D: .5, E: 0, F: 288},
				{Page: 1, A: .5, D: .5, E: 216, F: 288},
				{Page: 2, A: .5, D: .5, E: 0, F: 0},
			}},
		},
		"four landscape pages turn the sheet": { // frame 576 × 432, cells 288 × 216
			wide,
			Layout{Media: inches, NumberUp: 4},
			4,
			Side{Width: 432, Height: 576, Turned: true, Parts: []Part{
				{Page: 0, B: .5, C: -.5, E: 216, F: 0},
				{Page: 1, B: .5, C: -.5, E: 216, F: 288},
				{Page: 2, B: .5, C: -.5, E: 432, F: 0},
				{Page: 3, B: .5, C: -.5, E: 432, F: 288},
			}},
		},
		// Frame 576 × 432 of 3 × 2 cells, 192 × 216: 0.375, 162 wide.
		"six": {
			portrait,
			Layout{Media: inches, NumberUp: 6},
			4,
			Side{Width: 432, Height: 576, Turned: true, Parts: []Part{
				{Page: 0, B: .375, C: -.375, E: 216, F: 15},
				{Page: 1, B: .375, C: -.375, E: 216, F: 207},
				{Page: 2, B: .375, C: -.375, E: 216, F: 399},
				{Page: 3, B: .375, C: -.375, E: 432, F: 15},
			}},
		},
		"nine": {
			portrait,
			Layout{Media: inches, NumberUp: 9},
			2,
			Side{Width: 432, Height: 576, Parts: []Part{
				{Page: 0, A: 1. / 3, D: 1. / 3, E: 0, F: 384}, {Page: 1, A: 1. / 3, D: 1. / 3, E: 144, F: 384},
			}},
		},
		"sixteen": {
			portrait,
			Layout{Media: inches, NumberUp: 16},
			1,
			Side{Width: 432, Height: 576, Parts: []Part{{Page: 0, A: .25, D: .25, E: 0, F: 432}}},
		},
		"fill covers the cells": { // a page of 100 × 100 in cells of 216 × 288
			Page{100, 100},
			Layout{Media: inches, NumberUp: 4, Fit: gcp.FitFill},
			1,
			Side{Width: 432, Height: 576, Parts: []Part{
				{A: 2.88, D: 2.88, E: -36, F: 288, Clip: Rect{0, 288, 216, 288}},
			}},
		},
		"own size": {
			portrait,
			Layout{NumberUp: 4},
			1,
			Side{Width: 432, Height: 576, Parts: []Part{{A: .5, D: .5, E: 0, F: 288}}},
		},
		"roll": { // one column of two, each 216 × 288, and an inch at each end
			portrait,
			Layout{Media: roll, NumberUp: 2},
			2,
			Side{Width: 288, Height: 720, Parts: []Part{
				{Page: 0, A: .5, D: .5, E: 36, F: 360}, {Page: 1, A: .5, D: .5, E: 36, F: 72},
			}},
		},
	} {
		got, err := Sides(slices.Repeat([]Page{c.page}, c.n), c.l)
		if err != nil || len(got) != 1 || !near(got[0], c.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", name, got, err, c.want)
		}
	}
}

// The order of sides, written as pages from 1; - is a blank side, and brackets hold
// the pages of one side.
func TestOrder(t *testing.T) {
	for _, c := range []struct {
		pages int
		l     Layout
		want  string
	}{
		{3, Layout{}, "1 2 3"},
		{3, Layout{Pages: []gcp.PageInterval{{Start: 2}}}, "2 3"},
		{5, Layout{Pages: []gcp.PageInterval{{Start: 1, End: 2}, {Start: 4, End: 9}}}, "1 2 4 5"},
		{5, Layout{Pages: []gcp.PageInterval{{Start: 2, End: 3}, {Start: 3, End: 4}}}, "2 3 4"},
		{2, Layout{Copies: 2}, "1 2 1 2"},
		{2, Layout{Copies: 3, Uncollated: true}, "1 1 1 2 2 2"},
		{3, Layout{Reverse: true}, "3 2 1"},
		{2, Layout{Reverse: true, Copies: 2}, "2 1 2 1"},
		{3, Layout{TwoSided: true}, "1 2 3"},
		{3, Layout{TwoSided: true, Copies: 2}, "1 2 3 - 1 2 3"},
		{3, Layout{TwoSided: true, Copies: 2, Uncollated: true}, "1 2 1 2 3 - 3"},
		{3, Layout{TwoSided: true, Reverse: true}, "3 - 1 2"},
		{1, Layout{TwoSided: true, Reverse: true, Copies: 2}, "1 - 1"},
		{4, Layout{TwoSided: true, Reverse: true, Copies: 2}, "3 4 1 2 3 4 1 2"},
		{5, Layout{NumberUp: 2}, "(1 2) (3 4) 5"},
		{5, Layout{NumberUp: 2, Pages: []gcp.PageInterval{{Start: 2, End: 4}}}, "(2 3) 4"},
		{5, Layout{NumberUp: 2, Reverse: true}, "5 (3 4) (1 2)"},
		{5, Layout{NumberUp: 2, TwoSided: true, Copies: 2}, "(1 2) (3 4) 5 - (1 2) (3 4) 5"},
	} {
		got, err := Sides(slices.Repeat([]Page{{100, 200}}, c.pages), c.l)
		if err != nil || spellSides(got) != c.want {
			t.Errorf("%d pages, %+v: got %s, %v, want %s", c.pages, c.l, spellSides(got), err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		pages int
		l     Layout
		cause Cause
		text  string
	}{
		{0, Layout{}, CauseEmpty, "no pages"},
		{3, Layout{Pages: []gcp.PageInterval{{Start: 4, End: 9}}}, CauseEmpty, "Pages 4-9 were asked for, but the document ends with page 3."},
		{3, Layout{Pages: []gcp.PageInterval{{Start: 7, End: 7}, {Start: 9}}}, CauseEmpty, "Pages 7, 9- "},
		{3, Layout{NumberUp: 5}, CauseUnsupported, "5 pages on one side"},
		{2000, Layout{Copies: 999}, CauseTooBig, "999 copies of 2000 pages"},
		{200_000, Layout{}, CauseTooBig, "200000 pages"},
	} {
		got, err := Sides(make([]Page, c.pages), c.l)
		var e *Error
		if !errors.As(err, &e) || e.Cause != c.cause || !strings.Contains(e.Text, c.text) || got != nil {
			t.Errorf("%d pages, %+v: got %d sides, %v, want %s, %q", c.pages, c.l, len(got), err, c.cause, c.text)
		}
	}
}

func spellSides(sides []Side) string {
	words := make([]string, 0, len(sides))
	for _, s := range sides {
		pages := make([]string, 0, len(s.Parts))
		for _, p := range s.Parts {
			pages = append(pages, fmt.Sprint(p.Page+1))
		}
		word := strings.Join(pages, " ")
		if len(pages) > 1 {
			word = "(" + word + ")"
		}
		if s.Blank {
			word += "-"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// near reports whether two sides are the same within a thousandth of a point.
func near(a, b Side) bool {
	if a.Blank != b.Blank || a.Turned != b.Turned || len(a.Parts) != len(b.Parts) || !close2(a.Width, b.Width, a.Height, b.Height) {
		return false
	}
	for i, p := range a.Parts {
		q := b.Parts[i]
		if p.Page != q.Page || !close2(p.A, q.A, p.B, q.B, p.C, q.C, p.D, q.D, p.E, q.E, p.F, q.F) ||
			!close2(p.Clip.X, q.Clip.X, p.Clip.Y, q.Clip.Y, p.Clip.Width, q.Clip.Width, p.Clip.Height, q.Clip.Height) {
			return false
		}
	}
	return true
}

func close2(pairs ...float64) bool {
	for i := 0; i < len(pairs); i += 2 {
		if !(math.Abs(pairs[i]-pairs[i+1]) < 0.001) {
			return false
		}
	}
	return true
}
