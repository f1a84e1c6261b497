package raster

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"platen/gcp"
	"platen/internal/impose"
)

// sheet is a side as a reader of raster sees it.
type sheet struct {
	header        []byte
	width, height int
	bits          int // of a pixel
	pix           []byte
}

// number is a field of a PWG header.
func (s sheet) number(at int) uint32 { return binary.BigEndian.Uint32(s.header[at:]) }

// word is a keyword of a PWG header.
func (s sheet) word(at int) string {
	field := s.header[at : at+64]
	return string(field[:bytes.IndexByte(field, 0)])
}

// level is a pixel's number i, 0 to 255, whatever its bits are.
func (s sheet) level(x, y, i int) int {
	line := s.pix[y*s.line():]
	if s.bits == 1 {
		return int(line[x/8]>>(7-x%8)&1) * 255
	}
	return int(line[x*s.bits/8+i])
}

func (s sheet) line() int { return (s.width*s.bits + 7) / 8 }

// readRaster reads PWG or Apple raster as PWG 5102.4 and the AirPrint header
// describe it, strictly: it shares nothing with the writer.
func readRaster(t *testing.T, path string) []sheet {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var sheets []sheet
	switch {
	case bytes.HasPrefix(data, []byte("RaS2")):
		for data = data[4:]; len(data) > 0; {
			s := sheet{header: data[:1796]}
			s.width, s.height, s.bits = int(s.number(372)), int(s.number(376)), int(s.number(388))
			if got := int(s.number(392)); got != s.line() {
				t.Fatalf("BytesPerLine is %d, want %d", got, s.line())
			}
			data = s.decode(t, data[1796:])
			sheets = append(sheets, s)
		}
	case bytes.HasPrefix(data, []byte("UNIRAST\x00")):
		count := binary.BigEndian.Uint32(data[8:])
		for data = data[12:]; len(data) > 0; {
			s := sheet{header: data[:32], bits: int(data[0])}
			s.width, s.height = int(binary.BigEndian.Uint32(data[12:])), int(binary.BigEndian.Uint32(data[16:]))
			data = s.decode(t, data[32:])
			sheets = append(sheets, s)
		}
		if int(count) != len(sheets) {
			t.Errorf("the file says %d sides and has %d", count, len(sheets))
		}
	default:
		t.Fatalf("this is not raster: %q", data[:min(len(data), 16)])
	}
	return sheets
}

// decode reads the lines, and returns what comes after them.
func (s *sheet) decode(t *testing.T, data []byte) []byte {
	t.Helper()
	unit := max(s.bits/8, 1)
	for y := 0; y < s.height; {
		repeat := int(data[0]) + 1
		data = data[1:]
		var line []byte
		for len(line) < s.line() {
			n := int(data[0])
			switch {
			case n < 128:
				for range n + 1 {
					line = append(line, data[1:1+unit]...)
				}
				data = data[1+unit:]
			case n > 128:
				line = append(line, data[1:1+(257-n)*unit]...)
				data = data[1+(257-n)*unit:]
			default:
				t.Fatal("the code 128 is in the file")
			}
		}
		if len(line) != s.line() {
			t.Fatalf("line %d has %d bytes, want %d", y, len(line), s.line())
		}
		if y += repeat; y > s.height {
			t.Fatalf("there are more than %d lines", s.height)
		}
		for range repeat {
			s.pix = append(s.pix, line...)
		}
	}
	return data
}

// The values are those of PWG 5102.4-2012, 4.3 and of the attributes there.
func TestPWGHeader(t *testing.T) {
	w := impose.Work{
		To: impose.PWG,
		Layout: impose.Layout{
			TwoSided: true,
			Media:    impose.Media{Width: 210000, Height: 297000, Name: "iso_a4_210x297mm"},
		},
		Raster: impose.Raster{
			DPIX: 300, DPIY: 600, Type: "SRGB_8", Duplex: gcp.DuplexShortEdge, SheetBack: gcp.SheetBackRotated,
			Source: "tray-2", MediaType: "stationery", Quality: 5,
		},
	}
	out, result := mustMake(t, written(t, numbered(3, 595, 842)), impose.PDF, w)
	sheets := readRaster(t, out)
	if len(sheets) != result.Sides || len(sheets) < 3 || result.Pages != 3 || result.Format != impose.PWG {
		t.Fatalf("there are %d sides; the result says %+v", len(sheets), result)
	}
	s := sheets[0]
	if got := s.word(0); got != "PwgRaster" {
		t.Errorf("it begins with %q", got)
	}
	for at, want := range map[int]string{64: "", 128: "stationery", 1732: "iso_a4_210x297mm", 1668: ""} {
		if got := s.word(at); got != want {
			t.Errorf("the keyword at %d is %q, want %q", at, got, want)
		}
	}
	for _, f := range []struct {
		name     string
		at, want int
	}{
		{"Duplex", 272, 1},
		{"Tumble", 368, 1},
		{"HWResolution x", 276, 300},
		{"HWResolution y", 280, 600},
		{"MediaPosition Tray2", 324, 21},
		{"PageSize x", 352, 595},
		{"PageSize y", 356, 842},
		{"Width", 372, 2480},
		{"Height", 376, 7015},
		{"BitsPerColor", 384, 8},
		{"BitsPerPixel", 388, 24},
		{"BytesPerLine", 392, 7440},
		{"ColorOrder chunky", 396, 0},
		{"ColorSpace sRGB", 400, 19},
		{"NumColors", 420, 3},
		{"TotalPageCount", 452, len(sheets)},
		{"ImageBoxRight", 472, 2480},
		{"ImageBoxBottom", 476, 7015},
		{"PrintQuality high", 484, 5},
		{"CrossFeedTransform", 456, 1},
		{"FeedTransform", 460, 1},
		{"LeadingEdge", 308, 0},
	} {
		if got := int(s.number(f.at)); got != f.want {
			t.Errorf("%s is %d, want %d", f.name, got, f.want)
		}
	}
}

// The numbers of colour spaces are those of PWG 5102.4, 4.3.2.3.
func TestPWGTypes(t *testing.T) {
	in := written(t, samplePDF("", sample{144, 144, "", "94 94 50 50 re f"}))
	for _, c := range []struct {
		kind                gcp.PWGType
		space, bits, colors uint32
		white, black        int
	}{
		{"SRGB_8", 19, 8, 3, 255, 0},
		{"SGRAY_8", 18, 8, 1, 255, 0},
		{"BLACK_8", 3, 8, 1, 0, 255},
		{"BLACK_1", 3, 1, 1, 0, 255},
		{"SGRAY_1", 18, 1, 1, 255, 0},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			out, _ := mustMake(t, in, impose.PDF, impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 150, DPIY: 150, Type: c.kind}})
			s := readRaster(t, out)[0]
			if s.number(400) != c.space || s.number(384) != c.bits || s.number(420) != c.colors {
				t.Errorf("ColorSpace %d, BitsPerColor %d, NumColors %d", s.number(400), s.number(384), s.number(420))
			}
			if got := s.level(150, 150, 0); got != c.white {
				t.Errorf("white is %d, want %d", got, c.white)
			}
			if got := s.level(300-4, 4, 0); got != c.black {
				t.Errorf("black is %d, want %d", got, c.black)
			}
		})
	}
}

// The table is PWG 5102.4, 5.3 (Feed and cross feed transforms of back sides).
func TestSheetBack(t *testing.T) {
	in := written(t, samplePDF("", sample{200, 300, "", corners(200, 300, "Sheet")}, sample{200, 300, "", corners(200, 300, "Sheet")}))
	for _, c := range []struct {
		back        gcp.PWGSheetBack
		duplex      gcp.DuplexType
		cross, feed int32
	}{
		{gcp.SheetBackNormal, gcp.DuplexLongEdge, 1, 1},
		{gcp.SheetBackNormal, gcp.DuplexShortEdge, 1, 1},
		{gcp.SheetBackFlipped, gcp.DuplexLongEdge, 1, -1},
		{gcp.SheetBackFlipped, gcp.DuplexShortEdge, -1, 1},
		{gcp.SheetBackRotated, gcp.DuplexLongEdge, -1, -1},
		{gcp.SheetBackRotated, gcp.DuplexShortEdge, 1, 1},
		{gcp.SheetBackManualTumble, gcp.DuplexLongEdge, 1, 1},
		{gcp.SheetBackManualTumble, gcp.DuplexShortEdge, -1, -1},
		{gcp.SheetBackFlipped, gcp.DuplexNone, 1, 1},
	} {
		for _, kind := range []gcp.PWGType{"SRGB_8", "SGRAY_8"} {
			t.Run(string(c.back)+" "+string(c.duplex)+" "+string(kind), func(t *testing.T) {
				w := impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 72, DPIY: 72, Type: kind, Duplex: c.duplex, SheetBack: c.back}}
				out, _ := mustMake(t, in, impose.PDF, w)
				s := readRaster(t, out)
				if cross, feed := int32(s[1].number(456)), int32(s[1].number(460)); cross != c.cross || feed != c.feed {
					t.Errorf("the back is turned by %d, %d, want %d, %d", cross, feed, c.cross, c.feed)
				}
				front, back := s[0], s[1]
				for y := range front.height {
					for x := range front.width {
						bx, by := x, y
						if c.cross < 0 {
							bx = back.width - 1 - x
						}
						if c.feed < 0 {
							by = back.height - 1 - y
						}
						if got, want := back.level(bx, by, 0), front.level(x, y, 0); got != want {
							t.Fatalf("the back's pixel %d, %d is %d, want %d", bx, by, got, want)
						}
					}
				}
			})
		}
	}
}

func TestAppleRaster(t *testing.T) {
	w := impose.Work{To: impose.URF, Raster: impose.Raster{DPIX: 300, DPIY: 300, Type: "SGRAY_8", Duplex: gcp.DuplexLongEdge, Quality: 4}}
	in := written(t, numbered(2, 300, 400))
	out, _ := mustMake(t, in, impose.PDF, w)
	sheets := readRaster(t, out)
	want := []byte{8, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x04, 0xe2, 0, 0, 0x06, 0x82, 0, 0, 0x01, 0x2c, 0, 0, 0, 0, 0, 0, 0, 0}
	for i, s := range sheets {
		if !bytes.Equal(s.header, want) {
			t.Errorf("side %d has the header\n%x, want\n%x", i, s.header, want)
		}
	}
	pwg := w
	pwg.To = impose.PWG
	same, _ := mustMake(t, in, impose.PDF, pwg)
	for i, s := range readRaster(t, same) {
		if !bytes.Equal(s.pix, sheets[i].pix) {
			t.Errorf("side %d is not the same as in PWG raster", i)
		}
	}
}

// Copies are the same, and drawn once.
func TestCopies(t *testing.T) {
	in := written(t, numbered(3, 144, 144))
	w := impose.Work{
		To:     impose.PWG,
		Layout: impose.Layout{Copies: 3, TwoSided: true},
		Raster: impose.Raster{DPIX: 72, DPIY: 72, Type: "SRGB_8", Duplex: gcp.DuplexLongEdge, SheetBack: gcp.SheetBackRotated},
	}
	out, result := mustMake(t, in, impose.PDF, w)
	sheets := readRaster(t, out)
	if len(sheets) != 11 || result.Sides != 11 { // two sheets each; the last needs no back
		t.Fatalf("there are %d sides, %+v", len(sheets), result)
	}
	for i := 4; i < len(sheets); i++ {
		if !bytes.Equal(sheets[i].pix, sheets[i%4].pix) || !bytes.Equal(sheets[i].header, sheets[i%4].header) {
			t.Errorf("side %d is not like side %d", i, i%4)
		}
	}
	if bytes.Equal(sheets[0].pix, sheets[2].pix) {
		t.Error("pages 1 and 3 look the same")
	}
}
