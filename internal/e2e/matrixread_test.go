package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// drawn is a side of a sheet as a printer gets it.
type drawn struct {
	width, height int // in dots
	size          format
	channels      int // 1 or 3, bytes of a dot; of one bit they are bytes here too
	pix           []byte
	header        []byte // of raster
}

func (d drawn) at(x, y int) (r, g, b int) {
	i := (y*d.width + x) * d.channels
	if d.channels == 1 {
		return int(d.pix[i]), int(d.pix[i]), int(d.pix[i])
	}
	return int(d.pix[i]), int(d.pix[i+1]), int(d.pix[i+2])
}

// readDrawn reads what a printer got: PDF with poppler, raster by itself.
func readDrawn(t *testing.T, doc []byte) []drawn {
	t.Helper()
	switch {
	case bytes.HasPrefix(doc, []byte("%PDF-")):
		return readPDF(t, doc)
	case bytes.HasPrefix(doc, []byte("RaS2")):
		return readPWG(t, doc[4:])
	case bytes.HasPrefix(doc, []byte("UNIRAST\x00")):
		return readURF(t, doc)
	}
	t.Errorf("a document that begins with %q cannot be looked at", doc[:min(len(doc), 16)])
	return nil
}

// dpi that PDF is drawn at: a dot is half a millimetre.
const pdfDPI = 51

func readPDF(t *testing.T, doc []byte) []drawn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "got.pdf")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftoppm", "-r", fmt.Sprint(pdfDPI), path).Output()
	if err != nil {
		t.Errorf("pdftoppm: %v", err)
		return nil
	}
	var list []drawn
	for len(out) > 0 {
		d := drawn{channels: 3}
		var top int
		if _, err := fmt.Sscanf(string(out[:min(len(out), 40)]), "P6\n%d %d\n%d\n", &d.width, &d.height, &top); err != nil || top != 255 {
			t.Errorf("pdftoppm wrote %q: %v", out[:min(len(out), 40)], err)
			return nil
		}
		out = out[len(fmt.Sprintf("P6\n%d %d\n255\n", d.width, d.height)):]
		n := d.width * d.height * 3
		d.pix, out = out[:n], out[n:]
		d.size = format{float64(d.width) * 25.4 / pdfDPI, float64(d.height) * 25.4 / pdfDPI}
		list = append(list, d)
	}
	return list
}

// readPWG reads pages of PWG raster after the synchronization word (PWG 5102.4, 4.3).
func readPWG(t *testing.T, data []byte) []drawn {
	t.Helper()
	var list []drawn
	for len(data) >= 1796 {
		d := drawn{header: data[:1796]}
		number := func(at int) int { return int(binary.BigEndian.Uint32(d.header[at:])) }
		d.width, d.height = number(372), number(376)
		dpiX, dpiY, depth := number(276), number(280), number(388)
		d.size = format{float64(d.width) * 25.4 / float64(dpiX), float64(d.height) * 25.4 / float64(dpiY)}
		ink := number(400) == 3 // ColorSpace black: 1 is ink
		if data = d.lines(t, data[1796:], depth, ink); data == nil {
			return nil
		}
		list = append(list, d)
	}
	return list
}

// readURF reads Apple raster: a header of 12 bytes, and one of 32 for each page.
func readURF(t *testing.T, data []byte) []drawn {
	t.Helper()
	count := int(binary.BigEndian.Uint32(data[8:]))
	var list []drawn
	for data = data[12:]; len(data) >= 32; {
		d := drawn{header: data[:32]}
		d.width, d.height = int(binary.BigEndian.Uint32(data[12:])), int(binary.BigEndian.Uint32(data[16:]))
		dpi := float64(binary.BigEndian.Uint32(data[20:]))
		d.size = format{float64(d.width) * 25.4 / dpi, float64(d.height) * 25.4 / dpi}
		if data = d.lines(t, data[32:], int(data[0]), false); data == nil {
			return nil
		}
		list = append(list, d)
	}
	if len(list) != count {
		t.Errorf("the document says that it has %d sides, and has %d", count, len(list))
	}
	return list
}

// lines decodes the lines of a side, and returns what follows them.
func (d *drawn) lines(t *testing.T, data []byte, depth int, ink bool) []byte {
	t.Helper()
	unit := max(depth/8, 1)
	d.channels = unit
	length := (d.width*depth + 7) / 8
	for y := 0; y < d.height; {
		repeat := int(data[0]) + 1
		line, rest := runs(data[1:], length, unit)
		if len(line) != length {
			t.Errorf("line %d has %d bytes, want %d", y, len(line), length)
			return nil
		}
		data = rest
		if depth == 1 {
			line = dots(line, d.width)
		}
		if ink {
			for i := range line {
				line[i] = 255 - line[i]
			}
		}
		for range repeat {
			d.pix = append(d.pix, line...)
		}
		y += repeat
	}
	if len(d.pix) != d.width*d.height*unit {
		t.Errorf("a side has %d bytes of dots, want %d", len(d.pix), d.width*d.height*unit)
		return nil
	}
	return data
}

// runs decodes one line (PWG 5102.4, 4.4; in Apple raster 128 ends it with white).
func runs(data []byte, length, unit int) (line, rest []byte) {
	for len(line) < length {
		n := int(data[0])
		data = data[1:]
		switch {
		case n < 128:
			line = append(line, bytes.Repeat(data[:unit], n+1)...)
			data = data[unit:]
		case n > 128:
			line = append(line, data[:(257-n)*unit]...)
			data = data[(257-n)*unit:]
		default:
			line = append(line, bytes.Repeat([]byte{255}, length-len(line))...)
		}
	}
	return line, data
}

// dots makes a byte of each bit.
func dots(line []byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = line[i/8] >> (7 - i%8) & 1 * 255
	}
	return out
}
