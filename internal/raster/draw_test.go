package raster

import (
	"bytes"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"platen/internal/impose"
)

// drawn has a child draw a block; it returns what it was told of, and the file as it
// was when the first picture was told of.
func drawn(t *testing.T, in string, r impose.Raster) (list []impose.Picture, early []byte, all []byte) {
	t.Helper()
	renderer, err := New(Config{CacheDir: sharedCache(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	_, err = renderer.Draw(t.Context(), in, impose.PDF, impose.Work{Raster: r}, impose.Pictures{Path: out, Drawn: func(p impose.Picture) {
		list = append(list, p)
		if len(list) == 1 {
			early, _ = os.ReadFile(out) // what is missing is seen below
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if all, err = os.ReadFile(out); err != nil {
		t.Fatal(err)
	}
	return list, early, all
}

// The sides of a block come from one child, the wanted one first, and each can be read
// when it is told of.
func TestDrawBlock(t *testing.T) {
	var pages []sample
	for i := range 5 { // each 10 points wider than the one before
		w := 100 + 10*i
		pages = append(pages, sample{w, 50, "", corners(w, 50, "x")})
	}
	in := written(t, samplePDF("", pages...))
	list, early, all := drawn(t, in, impose.Raster{DPIX: 72, Side: 2, Block: 3})
	var sides []int
	for _, p := range list {
		sides = append(sides, p.Side)
		if p.Pages != 5 || p.Sides != 5 {
			t.Errorf("%+v", p)
		}
		m, err := png.DecodeConfig(bytes.NewReader(all[p.From:p.To]))
		if err != nil || m.Width != 90+10*p.Side {
			t.Errorf("%+v: %v, %d wide", p, err, m.Width)
		}
	}
	if !slices.Equal(sides, []int{2, 3, 1}) {
		t.Fatalf("sides %v", sides)
	}
	if first := list[0]; !bytes.Equal(early[:first.To], all[:first.To]) {
		t.Error("the first picture could not be read when it was told of")
	}
	if list, _, _ := drawn(t, in, impose.Raster{DPIX: 72, Side: 4, Block: 3}); len(list) != 2 {
		t.Errorf("the last block has %d sides", len(list))
	}
}
