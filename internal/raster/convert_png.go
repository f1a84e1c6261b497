package raster

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image/png"
	"io"
)

// pngFile is what a PNG file says before its picture (ISO/IEC 15948).
type pngFile struct {
	picture
	depth     int // bits of a sample
	kind      pngKind
	interlace byte
	palette   []byte
	clear     bool // it is transparent in places
}

// pngKind is a colour type.
type pngKind byte

// The colour types, ISO/IEC 15948, 11.2.2.
const (
	pngGray      pngKind = 0
	pngRGB       pngKind = 2
	pngPalette   pngKind = 3
	pngGrayAlpha pngKind = 4
	pngRGBAlpha  pngKind = 6
)

// readPNG makes a page of a PNG file. A picture that PDF can take as it is, because
// it is neither interlaced nor transparent, is passed on as it is packed.
func readPNG(in source, f *pdfFile) error {
	p, err := parsePNG(bufio.NewReader(in))
	if err != nil {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return failed("The document could not be read.", err)
	}
	if p.clear || p.interlace != 0 {
		if err := p.check(maxDecoded); err != nil {
			return err
		}
		m, err := png.Decode(bufio.NewReader(in))
		if err != nil {
			return err
		}
		return p.draw(f, m)
	}
	if err := p.check(maxPassed); err != nil {
		return err
	}
	if err := p.whole(in); err != nil {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return failed("The document could not be read.", err)
	}
	object := f.reserve()
	if err := f.stream(object, p.dict(), func(out io.Writer) error {
		_, err := io.Copy(out, newIDAT(bufio.NewReader(in)))
		return err
	}); err != nil {
		return err
	}
	return p.place(f, object)
}

// colours is how many samples a pixel has, none of them its transparency.
func (p *pngFile) colours() int {
	if p.kind == pngRGB {
		return 3
	}
	return 1
}

// dict describes the picture to PDF, whose predictors 10 to 15 are PNG's filters.
func (p *pngFile) dict() string {
	space := "/DeviceGray"
	switch p.kind {
	case pngRGB:
		space = "/DeviceRGB"
	case pngPalette:
		space = fmt.Sprintf("[/Indexed/DeviceRGB %d<%x>]", len(p.palette)/3-1, p.palette)
	}
	return fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent %d/ColorSpace%s/Filter/FlateDecode"+
		"/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent %d/Columns %d>>",
		p.width, p.height, p.depth, space, p.colours(), p.depth, p.width)
}

// whole checks that the picture can be unpacked, and that all of it is there: what
// is broken must not print as a white page.
func (p *pngFile) whole(in io.Reader) error {
	z, err := zlib.NewReader(newIDAT(bufio.NewReader(in)))
	if err != nil {
		return fmt.Errorf("unpack the picture: %w", err)
	}
	line := 1 + (int64(p.width)*int64(p.colours()*p.depth)+7)/8 // with its filter
	if n, err := io.CopyN(io.Discard, z, line*int64(p.height)); err != nil {
		return fmt.Errorf("unpack the picture: %d bytes: %w", n, err)
	}
	return nil
}

// parsePNG reads the chunks before the picture.
func parsePNG(in *bufio.Reader) (*pngFile, error) {
	if err := pngStart(in); err != nil {
		return nil, err
	}
	p := &pngFile{}
	for first := true; ; first = false {
		kind, length, err := pngChunkHead(in)
		if err != nil {
			return nil, err
		}
		if (kind == "IHDR") != first {
			return nil, errors.New("the header is not where it must be")
		}
		switch {
		case kind == "IDAT":
			return p, p.sane()
		case kind == "IEND":
			return nil, errors.New("no picture")
		case length > maxPNGChunk || kind != "IHDR" && kind != "PLTE" && kind != "tRNS" && kind != "pHYs":
			if _, err := io.CopyN(io.Discard, in, int64(length)+crc32.Size); err != nil {
				return nil, fmt.Errorf("read a chunk: %w", err)
			}
		default:
			content := make([]byte, length+crc32.Size)
			if _, err := io.ReadFull(in, content); err != nil {
				return nil, fmt.Errorf("read a chunk: %w", err)
			}
			if err := p.chunk(kind, content[:length]); err != nil {
				return nil, err
			}
		}
	}
}

// maxPNGChunk is more than any chunk that is of interest here has.
const maxPNGChunk = 4096

// pngStart reads what each PNG file begins with.
func pngStart(in io.Reader) error {
	var start [8]byte
	if _, err := io.ReadFull(in, start[:]); err != nil || string(start[:]) != "\x89PNG\r\n\x1a\n" {
		return errors.New("not a PNG file")
	}
	return nil
}

// pngChunkHead reads the beginning of a chunk.
func pngChunkHead(in io.Reader) (kind string, length uint32, err error) {
	var h [8]byte
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return "", 0, fmt.Errorf("read a chunk: %w", err)
	}
	return string(h[4:]), binary.BigEndian.Uint32(h[:]), nil
}

// chunk takes over what one says.
func (p *pngFile) chunk(kind string, c []byte) error {
	switch kind {
	case "IHDR":
		if len(c) != 13 {
			return errors.New("a header of another length")
		}
		w, h := binary.BigEndian.Uint32(c), binary.BigEndian.Uint32(c[4:])
		if w > 1<<30 || h > 1<<30 {
			return tooBig(fmt.Errorf("%d by %d pixels", w, h))
		}
		p.width, p.height = int(w), int(h)
		p.depth, p.kind, p.interlace = int(c[8]), pngKind(c[9]), c[12]
		p.clear = p.kind == pngGrayAlpha || p.kind == pngRGBAlpha
	case "PLTE":
		p.palette = c
	case "tRNS":
		p.clear = true
	case "pHYs":
		if len(c) == 9 && c[8] == 1 {
			p.dpiX, p.dpiY = perInch(binary.BigEndian.Uint32(c)), perInch(binary.BigEndian.Uint32(c[4:]))
		}
	}
	return nil
}

// sane checks that the header makes sense.
func (p *pngFile) sane() error {
	ok := false
	switch p.kind {
	case pngGray:
		ok = p.depth == 1 || p.depth == 2 || p.depth == 4 || p.depth == 8 || p.depth == 16
	case pngPalette:
		n := len(p.palette)
		ok = (p.depth == 1 || p.depth == 2 || p.depth == 4 || p.depth == 8) && n > 0 && n%3 == 0 && n <= 768
	case pngRGB, pngGrayAlpha, pngRGBAlpha:
		ok = p.depth == 8 || p.depth == 16
	}
	if !ok {
		return fmt.Errorf("no such picture: type %d with %d bits", p.kind, p.depth)
	}
	return nil
}

// idatReader reads the picture of a PNG file as it is packed.
type idatReader struct {
	in   *bufio.Reader
	left int64 // of the chunk
	end  bool
	err  error
}

// newIDAT reads from the beginning of a file.
func newIDAT(in *bufio.Reader) io.Reader {
	r := &idatReader{in: in}
	r.err = pngStart(in)
	return r
}

// Read reads on.
func (r *idatReader) Read(b []byte) (int, error) {
	for r.err == nil && r.left == 0 {
		r.next()
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(b[:min(int64(len(b)), r.left)])
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if r.left -= int64(n); r.left == 0 && err == nil {
		_, err = r.in.Discard(crc32.Size)
	}
	r.err = err
	return n, err
}

// next goes to the next chunk of the picture; after the last comes io.EOF.
func (r *idatReader) next() {
	kind, length, err := pngChunkHead(r.in)
	switch {
	case err != nil:
		r.err = err
	case kind == "IDAT" && length > 0:
		r.left, r.end = int64(length), true
	case kind != "IDAT" && r.end:
		r.err = io.EOF
	default:
		_, r.err = io.CopyN(io.Discard, r.in, int64(length)+crc32.Size)
	}
}
