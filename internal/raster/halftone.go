package raster

// halftone makes black and white of gray, by Floyd and Steinberg's diffusion of
// errors: text and lines stay as they are, for they have no grays here.
type halftone struct {
	errors []int16 // of the line above, in sixteenths; one more at each end
	bits   []byte  // 1 is white
}

func newHalftone(width int) *halftone {
	return &halftone{errors: make([]int16, width+2), bits: make([]byte, (width+7)/8)}
}

// reset begins a side.
func (h *halftone) reset() { clear(h.errors) }

// line returns a line as bits, the first pixel in the highest; they are good until
// the next call. Bits beyond the width are white.
func (h *halftone) line(gray []byte) []byte {
	var ahead, below, corner int // errors for the next pixel, and for two of the next line
	var octet byte
	for x, g := range gray {
		v := int(g) + (ahead+int(h.errors[x+1]))/16
		octet <<= 1
		if v >= 128 {
			octet |= 1
			v -= 255
		}
		ahead = 7 * v
		h.errors[x] = int16(below + 3*v)
		below, corner = corner+5*v, v
		if x&7 == 7 {
			h.bits[x>>3] = octet
		}
	}
	h.errors[len(gray)] = int16(below)
	if rest := len(gray) & 7; rest != 0 {
		h.bits[len(h.bits)-1] = octet<<(8-rest) | 0xff>>rest
	}
	return h.bits
}
