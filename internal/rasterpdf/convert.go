package rasterpdf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// ErrRaster is returned for what is no raster, breaks off, or is larger than anything
// that is printed.
var ErrRaster = errors.New("not a raster document")

// Bounds of a document.
const (
	maxPages  = 5000
	maxSide   = 1 << 17        // pixels along one side of a page
	maxLine   = 1 << 20        // bytes of a line
	maxPixels = int64(1) << 35 // bytes of all lines: three hundred pages at 600 dpi in colour

	// A few bytes may stand for 256 lines: how many bytes of lines come of one byte of the
	// document, on top of twenty pages at 600 dpi in colour that may be blank.
	maxGrowth = 1000
	freeBytes = int64(1) << 31

	// The sides of a page: what the widest rolls hold.
	maxShortMM = 1_200
	maxLongMM  = 10_000
)

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRaster, fmt.Sprintf(format, args...))
}

// page is what a header says of a page.
type page struct {
	width, height int // pixels
	dpiX, dpiY    int
	line          int // bytes of a line
	unit          int // bytes that repeat together: a pixel, or a byte of several
	space         string
	bits          int  // of a colour
	invert        bool // the large number is dark
	flipX, flipY  bool // how a back side lies
	fill          bool // code 128 ends a line in white (Apple raster)
	white         byte
}

func (p page) check() error {
	switch {
	case p.width <= 0 || p.height <= 0 || p.width > maxSide || p.height > maxSide:
		return wrong("a page of %d x %d pixels", p.width, p.height)
	case p.dpiX <= 0 || p.dpiY <= 0 || p.dpiX > 10_000 || p.dpiY > 10_000:
		return wrong("a resolution of %d x %d", p.dpiX, p.dpiY)
	case !p.fits():
		return wrong("a page of %d x %d pixels at %d x %d dpi, which no paper has", p.width, p.height, p.dpiX, p.dpiY)
	case p.line <= 0 || p.line > maxLine || p.line%p.unit != 0:
		return wrong("lines of %d bytes", p.line)
	}
	return nil
}

// fits reports whether there is paper of the page's size.
func (p page) fits() bool {
	const inch = 25.4 // mm
	x, y := float64(p.width)*inch/float64(p.dpiX), float64(p.height)*inch/float64(p.dpiY)
	return min(x, y) <= maxShortMM && max(x, y) <= maxLongMM
}

// counted counts the bytes of a document that were read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// reader gives the pages of a document.
type reader interface {
	// next reads the header of the next page; io.EOF after the last.
	next() (page, error)
}

// Convert reads a document of either kind and writes it as a PDF. Errors of the document
// are ErrRaster; those of r and w are returned as they are, wrapped.
func Convert(w io.Writer, r io.Reader) error { return convert(w, r, freeBytes) }

func convert(w io.Writer, r io.Reader, free int64) error {
	src := &counted{r: r}
	in := bufio.NewReaderSize(src, 64<<10)
	pages, err := open(in)
	if err != nil {
		return err
	}
	out := newWriter(w)
	var pixels, drawn int64
	for n := 0; ; n++ {
		p, err := pages.next()
		if errors.Is(err, io.EOF) && n > 0 {
			break
		}
		if err != nil {
			return brokenOff(err)
		}
		pixels += int64(p.line) * int64(p.height)
		if n >= maxPages || pixels > maxPixels {
			return wrong("too many pages")
		}
		err = out.page(p, func(line func([]byte) error) error {
			return lines(in, p, func(l []byte) error {
				if drawn += int64(len(l)); drawn > free+maxGrowth*src.n {
					return wrong("more lines than so few bytes stand for")
				}
				return line(l)
			})
		})
		if err != nil {
			return err
		}
	}
	return out.close()
}

// brokenOff says of an end in the middle what it is.
func brokenOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return wrong("it breaks off")
	}
	return err
}

func open(in *bufio.Reader) (reader, error) {
	head, err := in.Peek(8)
	if err != nil {
		return nil, brokenOff(err)
	}
	switch {
	case string(head[:4]) == pwgSync:
		_, err = in.Discard(4)
		return &pwgReader{in: in}, err
	case string(head) == urfSync:
		_, err = in.Discard(urfStart)
		return &urfReader{in: in}, brokenOff(err)
	}
	return nil, wrong("it does not begin as one")
}

// lines unpacks the lines of a page (PWG 5102.4, 4.4): before each stands how often it
// comes, and in it runs of equal units and of different ones.
func lines(in *bufio.Reader, p page, line func([]byte) error) error {
	buf := make([]byte, p.line)
	for y := 0; y < p.height; {
		n, err := in.ReadByte()
		if err != nil {
			return brokenOff(err)
		}
		if err := unpack(in, p, buf); err != nil {
			return brokenOff(err)
		}
		for range int(n) + 1 {
			if y++; y > p.height {
				return wrong("more lines than the page has")
			}
			if err := line(buf); err != nil {
				return err
			}
		}
	}
	return nil
}

func unpack(in *bufio.Reader, p page, buf []byte) error {
	for x := 0; x < len(buf); {
		n, err := in.ReadByte()
		if err != nil {
			return err
		}
		switch {
		case n == 128 && p.fill:
			for ; x < len(buf); x++ {
				buf[x] = p.white
			}
		case n == 128:
			return wrong("a code that means nothing")
		case n > 128: // 257-n different units
			size := (257 - int(n)) * p.unit
			if x+size > len(buf) {
				return wrong("a line that is too long")
			}
			if _, err := io.ReadFull(in, buf[x:x+size]); err != nil {
				return err
			}
			x += size
		default: // n+1 equal units
			size := (int(n) + 1) * p.unit
			if x+size > len(buf) {
				return wrong("a line that is too long")
			}
			if _, err := io.ReadFull(in, buf[x:x+p.unit]); err != nil {
				return err
			}
			for i := p.unit; i < size; i++ {
				buf[x+i] = buf[x+i-p.unit]
			}
			x += size
		}
	}
	return nil
}
