package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"

	"platen/internal/smallpdf"
)

// Every page of the matrix is a tinted rectangle with marks in its middle, where no
// scaling cuts them off, at these places of its width and height from the upper left:
// what is above is black and what is below white, so that a turned page is seen; three
// marks between are the page's number in twos, black for one; one below is red, on the
// left, so that mirrored pages and lost colours are seen.
type spot struct{ u, v float64 }

const markWidth, markHeight = 0.1, 0.06

const tint = 0.75 // of white

func above() spot { return spot{0.5, 0.36} }
func below() spot { return spot{0.5, 0.64} }
func red() spot   { return spot{0.3, 0.64} }

// plain is the counterpart of red, where there is nothing.
func plain() spot { return spot{0.7, 0.64} }

func bits() [3]spot { return [3]spot{{0.3, 0.5}, {0.5, 0.5}, {0.7, 0.5}} }

// marks calls paint for each mark of a page, with its colour.
func marks(number int, paint func(s spot, r, g, b float64)) {
	paint(above(), 0, 0, 0)
	paint(below(), 1, 1, 1)
	paint(red(), 1, 0, 0)
	for i, s := range bits() {
		v := 1.0
		if number>>(2-i)&1 == 1 {
			v = 0
		}
		paint(s, v, v, v)
	}
}

// format is a size in millimetres.
type format struct{ w, h float64 }

func a3() format     { return format{297, 420} }
func a4() format     { return format{210, 297} }
func a5() format     { return format{148, 210} }
func letter() format { return format{215.9, 279.4} }
func label() format  { return format{101.6, 152.4} }
func (f format) lying() format {
	return format{f.h, f.w}
}

const pointsPerMM = 72 / 25.4

// markedPDF makes a PDF (ISO 32000-1) of pages with marks, numbered from 1.
func markedPDF(sizes ...format) []byte {
	var sheets []smallpdf.Sheet
	for i, f := range sizes {
		w, h := f.w*pointsPerMM, f.h*pointsPerMM
		var text strings.Builder
		fmt.Fprintf(&text, "%.2f g 0 0 %.3f %.3f re f\n", tint, w, h)
		marks(i+1, func(s spot, r, g, b float64) {
			fmt.Fprintf(&text, "%.1f %.1f %.1f rg %.3f %.3f %.3f %.3f re f\n", r, g, b,
				(s.u-markWidth/2)*w, (1-s.v-markHeight/2)*h, markWidth*w, markHeight*h)
		})
		fmt.Fprintf(&text, "0 g BT /F1 %.1f Tf %.1f %.1f Td (Page %d) Tj ET\n", h/12, w/3, h*0.75, i+1)
		sheets = append(sheets, smallpdf.Sheet{Width: w, Height: h, Content: text.String()})
	}
	return smallpdf.Pages(sheets...)
}

// markedPicture is a page of 600 × 400 dots with the marks of a number.
func markedPicture(number int) image.Image {
	const w, h = 600, 400
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	level := func(v float64) uint8 { return uint8(math.Round(255 * v)) }
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{level(tint)}), image.Point{}, draw.Src)
	marks(number, func(s spot, r, g, b float64) {
		at := image.Rect(int((s.u-markWidth/2)*w), int((s.v-markHeight/2)*h), int((s.u+markWidth/2)*w), int((s.v+markHeight/2)*h))
		draw.Draw(m, at, image.NewUniform(color.RGBA{level(r), level(g), level(b), 255}), image.Point{}, draw.Src)
	})
	return m
}

// markedJPEG is a picture of 6 × 4 inches, as it says itself (JFIF 1.02). The filters of
// CUPS read no JPEG without such a header.
func markedJPEG(t *testing.T, number int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, markedPicture(number), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	const jfif = "\xff\xe0\x00\x10JFIF\x00\x01\x02\x01\x00\x64\x00\x64\x00\x00"
	return bytes.Join([][]byte{b.Bytes()[:2], []byte(jfif), b.Bytes()[2:]}, nil)
}

// markedPNG is a picture of 6 × 4 inches, as it says itself (ISO 15948, 11.3.5.3).
func markedPNG(t *testing.T, number int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, markedPicture(number)); err != nil {
		t.Fatal(err)
	}
	phys := []byte("pHYs\x00\x00\x0f\x61\x00\x00\x0f\x61\x01") // 3937 dots a metre are 100 an inch
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = append(chunk, phys...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(phys))
	const afterIHDR = 8 + 25
	return bytes.Join([][]byte{b.Bytes()[:afterIHDR], chunk, b.Bytes()[afterIHDR:]}, nil)
}

// paper is a document of the matrix.
type paper struct {
	kind string
	data []byte
}

func papers(t *testing.T) map[string]paper {
	t.Helper()
	pdf := func(sizes ...format) paper { return paper{"application/pdf", markedPDF(sizes...)} }
	return map[string]paper{
		"five":  pdf(a4(), a4(), a4(), a4(), a4()),
		"three": pdf(a4(), a4(), a4()),
		"small": pdf(a5(), a5()),
		"big":   pdf(a3()),
		"wide":  pdf(a4().lying(), a4().lying()),
		"mixed": pdf(a4(), a4().lying(), a5(), letter()),
		"label": pdf(label(), label()),
		"strip": pdf(format{62, 100}),
		"jpeg":  {"image/jpeg", markedJPEG(t, 5)},
		"png":   {"image/png", markedPNG(t, 5)},
		"text":  {"text/plain", []byte("The quick brown fox\njumps over the lazy dog\n")},
		"zpl":   {"application/vnd.zebra-zpl", []byte(zpl)},
	}
}
