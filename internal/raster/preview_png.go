package raster

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
)

// pngWriter writes a picture as PNG (ISO/IEC 15948) while it is drawn: the
// standard library's wants all of it in memory.
type pngWriter struct {
	width  int
	kind   pixels
	out    io.Writer
	chunks *bufio.Writer // of IDAT
	zip    *zlib.Writer
	above  []byte // the line before, as it is in the file
	line   []byte
	coded  []byte // the line with its filter
}

// pngUp is the filter that keeps only what differs from the line above: most lines
// of documents do not.
const pngUp = 2

// pngChunk is how long a piece of the picture may be.
const pngChunk = 64 << 10

// newPNG begins a picture for a canvas.
func newPNG(out io.Writer, c canvas, dpiX, dpiY int) (*pngWriter, error) {
	colours, bytes := byte(0), 1 // gray
	if c.kind == colour {
		colours, bytes = 2, 3 // red, green, blue
	}
	p := &pngWriter{width: c.width, kind: c.kind, out: out}
	p.above, p.line = make([]byte, c.width*bytes), make([]byte, c.width*bytes)
	p.coded = make([]byte, 1+c.width*bytes)
	p.coded[0] = pngUp
	p.chunks = bufio.NewWriterSize(idat{out}, pngChunk)
	fast, err := zlib.NewWriterLevel(p.chunks, zlib.BestSpeed) // somebody waits for it, once
	if err != nil {
		return nil, err
	}
	p.zip = fast
	if _, err := out.Write([]byte("\x89PNG\r\n\x1a\n")); err != nil {
		return nil, err
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(c.width))
	header = binary.BigEndian.AppendUint32(header, uint32(c.height))
	if err := pngPiece(out, "IHDR", append(header, 8, colours, 0, 0, 0)); err != nil {
		return nil, err
	}
	metre := binary.BigEndian.AppendUint32(nil, uint32(math.Round(float64(dpiX)/0.0254)))
	metre = binary.BigEndian.AppendUint32(metre, uint32(math.Round(float64(dpiY)/0.0254)))
	return p, pngPiece(out, "pHYs", append(metre, 1))
}

// take writes a band.
func (p *pngWriter) take(b band) error {
	for i := range b.lines {
		switch {
		case b.pix == nil:
			for j := range p.line {
				p.line[j] = 255
			}
		case p.kind == colour:
			for j, pix := 0, b.line(i, 3*p.width); j < len(pix); j += 3 {
				p.line[j], p.line[j+1], p.line[j+2] = pix[j+2], pix[j+1], pix[j]
			}
		default:
			copy(p.line, b.line(i, p.width))
		}
		for j, v := range p.line {
			p.coded[1+j] = v - p.above[j]
		}
		p.above, p.line = p.line, p.above
		if _, err := p.zip.Write(p.coded); err != nil {
			return unwritten(err)
		}
	}
	return nil
}

// close ends the picture.
func (p *pngWriter) close() error {
	if err := p.zip.Close(); err != nil {
		return err
	}
	if err := p.chunks.Flush(); err != nil {
		return err
	}
	return pngPiece(p.out, "IEND", nil)
}

// idat writes pieces of the picture.
type idat struct{ out io.Writer }

// Write writes p as one of them.
func (w idat) Write(p []byte) (int, error) {
	if err := pngPiece(w.out, "IDAT", p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// pngPiece writes a chunk.
func pngPiece(out io.Writer, kind string, content []byte) error {
	piece := binary.BigEndian.AppendUint32(make([]byte, 0, 12+len(content)), uint32(len(content)))
	piece = append(append(piece, kind...), content...)
	piece = binary.BigEndian.AppendUint32(piece, crc32.ChecksumIEEE(piece[4:]))
	_, err := out.Write(piece)
	return err
}
