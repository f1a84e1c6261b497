package frontdoor

import (
	"bytes"
	"encoding/binary"
)

// pwg is a document in PWG raster (PWG 5102.4): so many pages, gray or colour, with a dark
// bar across each.
func pwg(kind string, width, height, dpi, pages int) []byte {
	colors, bits, space := 1, 8, uint32(18)
	switch kind {
	case "srgb-8":
		colors, space = 3, 19
	case "srgb-16":
		colors, bits, space = 3, 16, 19
	case "cmyk-8":
		colors, space = 4, 6
	case "black-1":
		bits, space = 1, 3
	}
	line := (width*bits*colors + 7) / 8
	unit := max(1, bits*colors/8)
	var b bytes.Buffer
	b.WriteString("RaS2")
	for range pages {
		h := make([]byte, 1796)
		copy(h, "PwgRaster")
		for at, v := range map[int]uint32{
			276: uint32(dpi), 280: uint32(dpi), 340: 1, 352: uint32(width * 72 / dpi), 356: uint32(height * 72 / dpi),
			372: uint32(width), 376: uint32(height), 384: uint32(bits), 388: uint32(bits * colors), 392: uint32(line),
			400: space, 420: uint32(colors), 452: uint32(pages), 456: 1, 460: 1,
		} {
			binary.BigEndian.PutUint32(h[at:], v)
		}
		b.Write(h)
		for y := 0; y < height; {
			n := min(256, height-y)
			b.WriteByte(byte(n - 1))
			shade := byte(255)
			if y > height/2 && y < height/2+256 {
				shade = 0
			}
			for x := 0; x < line; {
				run := min(128, (line-x)/unit)
				b.WriteByte(byte(run - 1))
				b.Write(bytes.Repeat([]byte{shade}, unit))
				x += run * unit
			}
			y += n
		}
	}
	return b.Bytes()
}

// urf is a document in Apple raster: so many white pages in colour.
func urf(width, height, dpi, pages int) []byte {
	var b bytes.Buffer
	b.WriteString("UNIRAST\x00")
	_ = binary.Write(&b, binary.BigEndian, uint32(pages)) // a buffer takes everything
	for range pages {
		h := make([]byte, 32)
		h[0], h[1], h[2], h[3] = 24, 1, 1, 4
		for at, v := range map[int]int{12: width, 16: height, 20: dpi} {
			binary.BigEndian.PutUint32(h[at:], uint32(v))
		}
		b.Write(h)
		for y := 0; y < height; y += 256 {
			b.WriteByte(byte(min(256, height-y) - 1))
			b.WriteByte(128) // white to the end of the line
		}
	}
	return b.Bytes()
}
