package raster

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"platen/gcp"
	"platen/internal/impose"
)

// preview draws a side; the standard library reads it.
func preview(t *testing.T, in string, w impose.Work) image.Image {
	t.Helper()
	w.To = impose.PNG
	out, _ := mustMake(t, in, impose.PDF, w)
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPreview(t *testing.T) {
	in := written(t, samplePDF("",
		sample{432, 576, "", corners(432, 576, "x")},
		sample{576, 432, "", corners(576, 432, "x")},
	))
	for name, c := range map[string]struct {
		w                impose.Work
		size             image.Point
		red, green, blue image.Rectangle
	}{
		"a page": {
			impose.Work{Raster: impose.Raster{DPIX: 72, DPIY: 72}},
			image.Pt(432, 576),
			image.Rect(0, 526, 50, 576), image.Rect(382, 526, 432, 576), image.Rect(0, 0, 50, 50),
		},
		"at 144 dpi": {
			impose.Work{Raster: impose.Raster{DPIX: 144}},
			image.Pt(864, 1152),
			image.Rect(0, 1052, 100, 1152), image.Rect(764, 1052, 864, 1152), image.Rect(0, 0, 100, 100),
		},
		"a turned page is upright": {
			impose.Work{Raster: impose.Raster{DPIX: 72, DPIY: 72, Side: 2}, Layout: impose.Layout{Media: sixByEight}},
			image.Pt(576, 432),
			image.Rect(0, 382, 50, 432), image.Rect(526, 382, 576, 432), image.Rect(0, 0, 50, 50),
		},
		// 432 × 576 into 288 × 432 is two thirds; 24 points are left above and below.
		"two on a side": {
			impose.Work{
				Raster: impose.Raster{DPIX: 72, DPIY: 72},
				Layout: impose.Layout{Media: sixByEight, NumberUp: 2, Pages: []gcp.PageInterval{{Start: 1, End: 1}}},
			},
			image.Pt(576, 432),
			image.Rect(0, 375, 33, 408), image.Rect(255, 375, 288, 408), image.Rect(0, 24, 33, 57),
		},
	} {
		m := preview(t, in, c.w)
		if m.Bounds().Size() != c.size {
			t.Errorf("%s: %v, want %v", name, m.Bounds(), c.size)
			continue
		}
		wantPatch(t, name, m, red, c.red)
		wantPatch(t, name, m, green, c.green)
		wantPatch(t, name, m, blue, c.blue)
	}
}

func TestPreviewGray(t *testing.T) {
	in := written(t, samplePDF("", sample{100, 100, "", corners(100, 100, "x")}))
	m := preview(t, in, impose.Work{Raster: impose.Raster{DPIX: 72, Type: "SGRAY_8"}})
	if m.ColorModel() != color.GrayModel {
		t.Fatalf("got %T", m)
	}
	// ITU-R BT.601: pure green is lighter than red, red than blue.
	at := func(x, y int) int { return int(m.At(x, y).(color.Gray).Y) }
	r, g, b, white := at(10, 90), at(90, 90), at(10, 10), at(90, 10)
	if white != 255 || b >= r || r >= g || g >= white {
		t.Errorf("red %d, green %d, blue %d, white %d", r, g, b, white)
	}
}

// A blank back side is a white picture; a side that is not there an error.
func TestPreviewOfSides(t *testing.T) {
	in := written(t, samplePDF("", sample{100, 100, "", corners(100, 100, "x")}))
	l := impose.Layout{TwoSided: true, Copies: 2}
	m := preview(t, in, impose.Work{Layout: l, Raster: impose.Raster{DPIX: 72, Side: 2}})
	if m.Bounds().Dx() != 100 || patch(m, color.White) != m.Bounds() || !patch(m, red).Empty() {
		t.Errorf("a blank side has red at %v", patch(m, red))
	}
	for side, want := range map[int]impose.Cause{4: impose.CauseEmpty} {
		_, _, err := made(t, in, impose.PDF, impose.Work{To: impose.PNG, Layout: l, Raster: impose.Raster{Side: side}})
		var e *impose.Error
		if !errors.As(err, &e) || e.Cause != want {
			t.Errorf("side %d: got %v, want %s", side, err, want)
		}
	}
	_, _, err := made(t, in, impose.PDF, impose.Work{To: impose.PNG, Raster: impose.Raster{DPIX: 4800, DPIY: 4800}})
	var e *impose.Error
	if !errors.As(err, &e) || e.Cause != impose.CauseTooBig {
		t.Errorf("a very large preview: got %v", err)
	}
}
