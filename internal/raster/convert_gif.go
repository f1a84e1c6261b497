package raster

import (
	"bufio"
	"image"
	"image/color"
	"image/gif"
	"io"
)

// readGIF makes a page of the first picture of a GIF file.
func readGIF(in source, f *pdfFile) error {
	c, err := gif.DecodeConfig(bufio.NewReader(in))
	if err != nil {
		return err
	}
	p := picture{width: c.Width, height: c.Height}
	if err := p.check(maxDecoded); err != nil {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return failed("The document could not be read.", err)
	}
	m, err := gif.Decode(bufio.NewReader(in))
	if err != nil {
		return err
	}
	return p.draw(f, onScreen{m, image.Rect(0, 0, c.Width, c.Height)})
}

// onScreen is a picture that takes only a part of a GIF's screen.
type onScreen struct {
	image.Image
	screen image.Rectangle
}

// Bounds is that of the screen.
func (s onScreen) Bounds() image.Rectangle { return s.screen }

// At is transparent where the picture is not.
func (s onScreen) At(x, y int) color.Color {
	if !image.Pt(x, y).In(s.Image.Bounds()) {
		return color.Transparent
	}
	return s.Image.At(x, y)
}
