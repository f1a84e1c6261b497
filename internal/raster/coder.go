package raster

import (
	"bytes"
	"io"
	"slices"

	"platen/gcp"
)

// colorspace is how PWG and Apple raster call a colour space.
type colorspace struct {
	pwg uint32 // PWG 5102.4, table of ColorSpace
	urf byte
}

// depth is how the pixels of a type are written.
type depth struct {
	space  colorspace
	colors uint32 // numbers of a pixel
	bits   uint32 // of a number
	kind   pixels
	invert byte // 255: black is the large number
}

// depths lists the types that can be written. Types of PWG 5102.4 whose numbers
// are longer or of more inks are not among them: no printer that speaks IPP
// Everywhere or AirPrint needs them, SRGB_8 or SGRAY_8 is always beside them.
func depths(t gcp.PWGType) (depth, bool) {
	switch t {
	case "SRGB_8", "":
		return depth{space: colorspace{19, 1}, colors: 3, bits: 8, kind: colour}, true
	case "RGB_8":
		return depth{space: colorspace{1, 5}, colors: 3, bits: 8, kind: colour}, true
	case "SGRAY_8":
		return depth{space: colorspace{18, 0}, colors: 1, bits: 8, kind: gray}, true
	case "BLACK_8":
		return depth{space: colorspace{3, noURF}, colors: 1, bits: 8, kind: gray, invert: 255}, true
	case "SGRAY_1":
		return depth{space: colorspace{18, noURF}, colors: 1, bits: 1, kind: crisp}, true
	case "BLACK_1":
		return depth{space: colorspace{3, noURF}, colors: 1, bits: 1, kind: crisp, invert: 255}, true
	}
	return depth{}, false
}

// noURF marks what Apple raster has no word for.
const noURF = 255

// line is how many bytes a line of so many pixels has when it is written plainly.
func (d depth) line(width int) int { return (width*int(d.colors*d.bits) + 7) / 8 }

// mirror says whether the lines of a side begin at the right.
type mirror int

// The ways a line is written.
const (
	plain mirror = iota
	mirrored
)

// coder writes the lines of a side.
type coder struct {
	w     io.Writer
	depth depth
	width int
	order direction
	turn  mirror

	halftone *halftone // for one bit
	out      []byte    // coded, not yet written
	line     []byte    // as it is coded, if it is not the bitmap's
	white    []byte    // code of a white line
}

func newCoder(w io.Writer, d depth, width int) *coder {
	c := &coder{w: w, depth: d, width: width}
	if d.bits == 1 {
		c.halftone = newHalftone(width)
	}
	blank := bytes.Repeat([]byte{255}, width*d.kind.bytes())
	if d.bits == 1 {
		blank = blank[:d.line(width)]
	}
	c.white = slices.Clone(c.pack(nil, blank))
	return c
}

// begin is called before each side.
func (c *coder) begin(order direction, turn mirror) {
	c.order, c.turn = order, turn
	if c.halftone != nil {
		c.halftone.reset()
	}
}

// maxRepeat is how many equal lines are written as one.
const maxRepeat = 256

// take writes a band.
func (c *coder) take(b band) error {
	c.out = c.out[:0]
	if b.pix == nil {
		c.repeat(b.lines, c.white)
		if c.halftone != nil {
			c.halftone.reset()
		}
		return c.flush()
	}
	count := c.width * c.depth.kind.bytes()
	at := func(i int) []byte {
		if c.order == up {
			i = b.lines - 1 - i
		}
		return b.line(i, count)
	}
	for i := 0; i < b.lines; {
		this, n := at(i), 1
		if c.halftone == nil {
			for i+n < b.lines && n < maxRepeat && bytes.Equal(this, at(i+n)) {
				n++
			}
		}
		c.out = append(c.out, byte(n-1))
		c.out = c.pack(c.out, c.prepare(this))
		i += n
		if len(c.out) > 1<<20 {
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	return c.flush()
}

// repeat writes a line that comes so many times.
func (c *coder) repeat(lines int, code []byte) {
	for ; lines > 0; lines -= maxRepeat {
		c.out = append(append(c.out, byte(min(lines, maxRepeat)-1)), code...)
	}
}

func (c *coder) flush() error {
	_, err := c.w.Write(c.out)
	c.out = c.out[:0]
	if err != nil {
		return unwritten(err)
	}
	return nil
}

// prepare turns a line of the bitmap into what is coded.
func (c *coder) prepare(line []byte) []byte {
	if c.turn == mirrored {
		c.line = append(c.line[:0], line...)
		reverse(c.line, c.depth.kind)
		line = c.line
	}
	if c.halftone != nil {
		return c.halftone.line(line)
	}
	return line
}

// pack codes a line.
func (c *coder) pack(dst, line []byte) []byte {
	if c.depth.kind == colour {
		return packBGR(dst, line)
	}
	return packBytes(dst, line, c.depth.invert)
}

// reverse turns the pixels of a line around.
func reverse(line []byte, kind pixels) {
	if kind != colour {
		slices.Reverse(line)
		return
	}
	for i, j := 0, len(line)-3; i < j; i, j = i+3, j-3 {
		line[i], line[i+1], line[i+2], line[j], line[j+1], line[j+2] = line[j], line[j+1], line[j+2], line[i], line[i+1], line[i+2]
	}
}
