package raster

import (
	"encoding/binary"
	"math/bits"
)

// The coding of a line, PWG 5102.4, 4.4 (Apple raster has the same): a byte n of 0
// to 127 and a unit that comes n+1 times, or a byte n of 129 to 255 and 257-n units.
// A unit is a pixel, or a byte of several.

// maxUnits is how many units one byte speaks for.
const maxUnits = 128

// packBytes appends the code of a line whose unit is a byte; each byte is changed
// by the mask, which makes white of black.
func packBytes(dst, line []byte, mask byte) []byte {
	for i := 0; i < len(line); {
		n := byteRun(line[i:])
		if n == 1 {
			n = byteLiterals(line[i:])
			if n > 1 {
				dst = append(dst, byte(257-n))
				for _, b := range line[i : i+n] {
					dst = append(dst, b^mask)
				}
				i += n
				continue
			}
		}
		b := line[i] ^ mask
		for i += n; n > maxUnits; n -= maxUnits {
			dst = append(dst, maxUnits-1, b)
		}
		dst = append(dst, byte(n-1), b)
	}
	return dst
}

// byteRun is how many equal bytes a line begins with.
func byteRun(line []byte) int {
	want := uint64(line[0]) * 0x0101010101010101
	n := 1
	for ; n+8 <= len(line); n += 8 {
		if differ := binary.LittleEndian.Uint64(line[n:]) ^ want; differ != 0 {
			return n + bits.TrailingZeros64(differ)/8
		}
	}
	for n < len(line) && line[n] == line[0] {
		n++
	}
	return n
}

// byteLiterals is how many bytes come before three equal ones, at most maxUnits.
func byteLiterals(line []byte) int {
	limit := min(len(line), maxUnits)
	for n := 1; n+2 < limit; n++ {
		if line[n] == line[n+1] && line[n] == line[n+2] {
			return n
		}
	}
	return limit
}

// packBGR appends the code of a line of colour pixels, as red, green and blue.
func packBGR(dst, line []byte) []byte {
	for i := 0; i < len(line); {
		n := pixelRun(line[i:])
		if n == 1 {
			n = pixelLiterals(line[i:])
			if n > 1 {
				dst = append(dst, byte(257-n))
				for end := i + 3*n; i < end; i += 3 {
					p := line[i : i+3 : i+3]
					dst = append(dst, p[2], p[1], p[0])
				}
				continue
			}
		}
		p := line[i : i+3 : i+3]
		r, g, b := p[2], p[1], p[0]
		for i += 3 * n; n > maxUnits; n -= maxUnits {
			dst = append(dst, maxUnits-1, r, g, b)
		}
		dst = append(dst, byte(n-1), r, g, b)
	}
	return dst
}

// pixelRun is how many equal pixels a line begins with: as long as each byte is the
// same as the third after it.
func pixelRun(line []byte) int {
	n := 0
	for ; n+11 <= len(line); n += 8 {
		if differ := binary.LittleEndian.Uint64(line[n:]) ^ binary.LittleEndian.Uint64(line[n+3:]); differ != 0 {
			return (n+bits.TrailingZeros64(differ)/8)/3 + 1
		}
	}
	for n+3 < len(line) && line[n] == line[n+3] {
		n++
	}
	return n/3 + 1
}

// pixelLiterals is how many pixels come before two equal ones, at most maxUnits.
func pixelLiterals(line []byte) int {
	limit := min(len(line)/3, maxUnits)
	for n := 1; n+1 < limit; n++ {
		if p := line[3*n : 3*n+6 : 3*n+6]; p[0] == p[3] && p[1] == p[4] && p[2] == p[5] {
			return n
		}
	}
	return limit
}
