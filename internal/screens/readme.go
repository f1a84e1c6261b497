package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/chromedp"

	"platen/internal/lab"
)

// readmeScreens are the screens that the README shows, and what their pictures are called.
func readmeScreens() map[string]string {
	return map[string]string{"printers": "printers.png", "print-preview": "print.png", "job-done": "job.png"}
}

// forReadme takes the picture of a screen that the README shows.
func (w *World) forReadme(tab *lab.Tab, s Screen, folder string) {
	name, shown := readmeScreens()[s.Name]
	if !shown {
		return
	}
	var picture []byte
	tab.Look(lab.View{Width: 1120, Height: 960, Scheme: "light"})
	tab.Do("look at "+s.Name, chromedp.CaptureScreenshot(&picture))
	small, err := smaller(picture)
	w.ok(err)
	w.ok(os.MkdirAll(folder, 0o755))
	w.ok(os.WriteFile(filepath.Join(folder, name), small, 0o644))
}

// smaller writes a picture with few colours, which is what pages have.
func smaller(picture []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("read a picture: %w", err)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, paletted(from)); err != nil {
		return nil, fmt.Errorf("write a picture: %w", err)
	}
	return out.Bytes(), nil
}

// paletted returns a picture with the 256 colours that it has most of; the others
// become what is nearest.
func paletted(from image.Image) *image.Paletted {
	area, seen := from.Bounds(), map[color.Color]int{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			seen[from.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(seen), func(a, b color.Color) int { return seen[b] - seen[a] })
	to := image.NewPaletted(area, colours[:min(256, len(colours))])
	places := map[color.Color]uint8{}
	for _, c := range colours {
		places[c] = uint8(to.Palette.Index(c))
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			to.SetColorIndex(x, y, places[from.At(x, y)])
		}
	}
	return to
}
