package rasterpdf

import (
	"bufio"
	"encoding/binary"
	"io"
)

// pwgSync begins a PWG raster document (PWG 5102.4, 4.1).
const pwgSync = "RaS2"

// pwgHeader is the length of a page's header, and the places of its fields (4.3).
const (
	pwgHeader       = 1796
	pwgResolution   = 276
	pwgWidth        = 372
	pwgHeight       = 376
	pwgBitsPerColor = 384
	pwgBitsPerPixel = 388
	pwgBytesPerLine = 392
	pwgColorOrder   = 396
	pwgColorSpace   = 400
	pwgCrossFeed    = 456
	pwgFeed         = 460
)

// pwgReader reads PWG raster.
type pwgReader struct{ in *bufio.Reader }

func (r *pwgReader) next() (page, error) {
	h := make([]byte, pwgHeader)
	if _, err := io.ReadFull(r.in, h); err != nil {
		return page{}, err
	}
	number := func(at int) int { return int(int32(binary.BigEndian.Uint32(h[at:]))) }
	p := page{
		width: number(pwgWidth), height: number(pwgHeight), dpiX: number(pwgResolution), dpiY: number(pwgResolution + 4),
		line: number(pwgBytesPerLine), bits: number(pwgBitsPerColor), flipX: number(pwgCrossFeed) < 0, flipY: number(pwgFeed) < 0,
	}
	colors := 0
	switch number(pwgColorSpace) { // PWG 5102.4, table 5
	case 0, 18: // gray, sGray
		p.space, colors = "DeviceGray", 1
	case 3: // black
		p.space, colors, p.invert = "DeviceGray", 1, true
	case 1, 19, 20: // RGB, sRGB, AdobeRGB
		p.space, colors = "DeviceRGB", 3
	case 6: // CMYK
		p.space, colors = "DeviceCMYK", 4
	default:
		return p, wrong("the colour space %d", number(pwgColorSpace))
	}
	if number(pwgColorOrder) != 0 || p.bits != 1 && p.bits != 8 && p.bits != 16 || number(pwgBitsPerPixel) != p.bits*colors {
		return p, wrong("pixels of %d bits", number(pwgBitsPerPixel))
	}
	return p.measured(colors)
}

// measured checks a page whose header was read.
func (p page) measured(colors int) (page, error) {
	p.unit = max(1, p.bits*colors/8)
	if p.width > 0 && p.width <= maxSide && p.line != (p.width*p.bits*colors+7)/8 {
		return p, wrong("lines of %d bytes", p.line)
	}
	return p, p.check()
}

// urfSync begins an Apple raster document; after it stands how many pages there are.
const (
	urfSync   = "UNIRAST\x00"
	urfStart  = 12
	urfHeader = 32
)

// urfReader reads Apple raster.
type urfReader struct{ in *bufio.Reader }

func (r *urfReader) next() (page, error) {
	h := make([]byte, urfHeader)
	if _, err := io.ReadFull(r.in, h); err != nil {
		return page{}, err
	}
	number := func(at int) int { return int(int32(binary.BigEndian.Uint32(h[at:]))) }
	p := page{width: number(12), height: number(16), dpiX: number(20), dpiY: number(20), bits: 8, fill: true, white: 255}
	colors := 0
	switch h[1] {
	case 0, 4:
		p.space, colors = "DeviceGray", 1
	case 1, 3, 5:
		p.space, colors = "DeviceRGB", 3
	case 6:
		p.space, colors, p.white = "DeviceCMYK", 4, 0
	default:
		return p, wrong("the colour space %d", h[1])
	}
	p.bits = int(h[0]) / colors
	if p.bits != 8 && p.bits != 16 || p.bits*colors != int(h[0]) {
		return p, wrong("pixels of %d bits", h[0])
	}
	if p.width > 0 && p.width <= maxSide {
		p.line = p.width * p.bits * colors / 8
	}
	return p.measured(colors)
}
