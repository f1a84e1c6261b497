package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"platen/gcp"
	"platen/internal/impose"
)

// flag is 64 × 32 pixels: red at the upper left, green at the upper right, blue at
// the lower left, the rest white.
func flag(m draw.Image) draw.Image {
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(0, 0, 16, 16), image.NewUniform(red), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(48, 0, 64, 16), image.NewUniform(green), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(0, 16, 16, 32), image.NewUniform(blue), image.Point{}, draw.Src)
	return m
}

var flagSize = image.Rect(0, 0, 64, 32)

func encoded(t testing.TB, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
}

func jpegOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, &jpeg.Options{Quality: 100}) })
}

// withPHYs adds a resolution of 72 dpi to a PNG.
func withPHYs(file []byte) []byte {
	const perMetre = 2835
	var c bytes.Buffer
	content := binary.BigEndian.AppendUint32(nil, perMetre)
	if err := pngPiece(&c, "pHYs", append(binary.BigEndian.AppendUint32(content, perMetre), 1)); err != nil {
		panic(err)
	}
	const head = 8 + 25 // the start and IHDR
	return append(append(bytes.Clone(file[:head]), c.Bytes()...), file[head:]...)
}

// withSegment adds a segment to a JPEG.
func withSegment(file []byte, marker byte, content []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(2+len(content)))
	return append(append(bytes.Clone(file[:2]), append(segment, content...)...), file[2:]...)
}

// exifTurned is an EXIF segment that says how the camera was held.
func exifTurned(turn int) []byte {
	b := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	b = binary.BigEndian.AppendUint16(b, uint16(turn))
	return append(b, 0, 0, 0, 0, 0, 0)
}

// jfif is the segment that gives dots per inch.
func jfif(dpi uint16) []byte {
	b := binary.BigEndian.AppendUint16([]byte("JFIF\x00\x01\x02\x01"), dpi)
	return append(binary.BigEndian.AppendUint16(b, dpi), 0, 0)
}

// tiffPages joins TIFF files of one image each into one, by hand: the library writes
// single images only.
func tiffPages(t testing.TB, images ...image.Image) []byte {
	t.Helper()
	file := []byte("II*\x00\x00\x00\x00\x00")
	link := 4
	for _, m := range images {
		one := encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, m, &tiff.Options{Compression: tiff.Deflate}) })
		base := uint32(len(file))
		at := binary.LittleEndian.Uint32(one[4:])
		n := int(binary.LittleEndian.Uint16(one[at:]))
		for i := range n {
			e := one[int(at)+2+12*i:]
			size := map[uint16]uint32{1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[binary.LittleEndian.Uint16(e[2:])] * binary.LittleEndian.Uint32(e[4:])
			// Offsets move along with the file; so does what points to the strips.
			if tag := binary.LittleEndian.Uint16(e); size > 4 || tag == 273 {
				binary.LittleEndian.PutUint32(e[8:], binary.LittleEndian.Uint32(e[8:])+base)
			}
			if tag := binary.LittleEndian.Uint16(e); tag == 273 && binary.LittleEndian.Uint32(e[4:]) != 1 {
				t.Fatal("more than one strip")
			}
		}
		binary.LittleEndian.PutUint32(file[link:], base+at)
		link = len(file) + int(at) + 2 + 12*n
		file = append(file, one...)
		if len(file) < link+4 {
			file = append(file, make([]byte, link+4-len(file))...)
		}
		binary.LittleEndian.PutUint32(file[link:], 0)
	}
	return file
}

// Images become pages of their own size, at 72 dpi a point for each pixel, whatever
// their format.
func TestImages(t *testing.T) {
	rgb := flag(image.NewRGBA(flagSize))
	clear := flag(image.NewNRGBA(flagSize)).(*image.NRGBA)
	draw.Draw(clear, image.Rect(16, 16, 64, 32), image.Transparent, image.Point{}, draw.Src)
	few := image.NewPaletted(flagSize, color.Palette{color.White, red, green, blue})
	flag(few)
	gifed := encoded(t, func(b *bytes.Buffer) error {
		// The first picture takes only the left half of the screen; a second follows.
		left := image.NewPaletted(image.Rect(0, 0, 32, 32), few.Palette)
		draw.Draw(left, left.Rect, few, image.Point{}, draw.Src)
		return gif.EncodeAll(b, &gif.GIF{
			Image: []*image.Paletted{left, few}, Delay: []int{1, 1}, Config: image.Config{ColorModel: few.Palette, Width: 64, Height: 32},
		})
	})
	for name, c := range map[string]struct {
		format string
		file   []byte
		left   bool // without green
	}{
		"JPEG":             {impose.JPEG, withSegment(jpegOf(t, rgb), jpegAPP0, jfif(72)), false},
		"JPEG by EXIF":     {impose.JPEG, withSegment(withSegment(jpegOf(t, rgb), jpegAPP1, exifTurned(1)), jpegAPP0, jfif(72)), false},
		"PNG":              {impose.PNG, withPHYs(pngOf(t, rgb)), false},
		"PNG, transparent": {impose.PNG, withPHYs(pngOf(t, clear)), false},
		"PNG, palette":     {impose.PNG, withPHYs(pngOf(t, few)), false},
		"PNG, 16 bits":     {impose.PNG, withPHYs(pngOf(t, flag(image.NewRGBA64(flagSize)))), false},
		"TIFF":             {"image/tiff", tiffPages(t, rgb), false},
		"TIFF, palette":    {"image/tiff", tiffPages(t, few), false},
		"GIF":              {"image/gif", gifed, true},
	} {
		out, result := mustMake(t, written(t, c.file), c.format, impose.Work{To: impose.PDF})
		if want := (impose.Result{Format: impose.PDF, Pages: 1, Sides: 1}); result != want {
			t.Errorf("%s: got %+v", name, result)
		}
		k := 1.
		if c.format == "image/gif" {
			k = 72. / imageDPI // it says nothing
		}
		size := fmt.Sprintf("Page size:       %g x %g pts", 64*k, 32*k)
		if got := tool(t, "pdfinfo", out); !strings.Contains(got, size) {
			t.Errorf("%s: want %s in %s", name, size, got)
			continue
		}
		m := pictures(t, out)[0]
		at := func(x0, y0, x1, y1 float64) image.Rectangle {
			return image.Rect(int(x0*k), int(y0*k), int(x1*k), int(y1*k))
		}
		wantAbout(t, name, m, red, at(0, 0, 16, 16))
		wantAbout(t, name, m, blue, at(0, 16, 16, 32))
		if c.left {
			wantAbout(t, name, m, green, image.Rectangle{})
		} else {
			wantAbout(t, name, m, green, at(48, 0, 64, 16))
		}
	}
}

// A JPEG file is in the PDF byte for byte.
func TestJPEGStays(t *testing.T) {
	file := withSegment(jpegOf(t, flag(image.NewRGBA(flagSize))), jpegAPP0, jfif(144))
	out, _ := mustMake(t, written(t, file), impose.JPEG, impose.Work{To: impose.PDF})
	pdf, err := os.ReadFile(out)
	if err != nil || !bytes.Contains(pdf, file) {
		t.Errorf("%d bytes of JPEG are not in %d bytes of PDF: %v", len(file), len(pdf), err)
	}
	if list := tool(t, "pdfimages", "-list", out); !strings.Contains(list, "jpeg") || !strings.Contains(list, "   144   144 ") {
		t.Errorf("pdfimages says %s", list)
	}
}

// EXIF 2.3, 4.6.4 A: where the first line and the first column are seen.
func TestOrientation(t *testing.T) {
	file := withSegment(jpegOf(t, flag(image.NewRGBA(flagSize))), jpegAPP0, jfif(72))
	wide, high := image.Pt(64, 32), image.Pt(32, 64)
	topLeft, topRight, bottomLeft, bottomRight := image.Pt(0, 0), image.Pt(1, 0), image.Pt(0, 1), image.Pt(1, 1)
	for turn, c := range map[int]struct {
		size             image.Point
		red, green, blue image.Point // corners
	}{
		1: {wide, topLeft, topRight, bottomLeft},
		2: {wide, topRight, topLeft, bottomRight},
		3: {wide, bottomRight, bottomLeft, topRight},
		4: {wide, bottomLeft, bottomRight, topLeft},
		5: {high, topLeft, bottomLeft, topRight},
		6: {high, topRight, bottomRight, topLeft},
		7: {high, bottomRight, topRight, bottomLeft},
		8: {high, bottomLeft, topLeft, bottomRight},
	} {
		out, _ := mustMake(t, written(t, withSegment(file, jpegAPP1, exifTurned(turn))), impose.JPEG, impose.Work{To: impose.PDF})
		m := pictures(t, out)[0]
		if m.Bounds().Size() != c.size {
			t.Errorf("%d: %v, want %v", turn, m.Bounds(), c.size)
			continue
		}
		corner := func(at image.Point) image.Rectangle {
			x, y := at.X*(c.size.X-16), at.Y*(c.size.Y-16)
			return image.Rect(x, y, x+16, y+16)
		}
		name := fmt.Sprintf("orientation %d", turn)
		wantAbout(t, name, m, red, corner(c.red))
		wantAbout(t, name, m, green, corner(c.green))
		wantAbout(t, name, m, blue, corner(c.blue))
	}
}

func TestTIFFPages(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 30, 40))
	file := tiffPages(t, flag(image.NewRGBA(flagSize)), gray, flag(image.NewRGBA(flagSize)))
	out, result := mustMake(t, written(t, file), "image/tiff", impose.Work{To: impose.PDF, Layout: impose.Layout{Pages: []gcp.PageInterval{{Start: 2, End: 3}}}})
	if result.Pages != 3 || result.Sides != 2 {
		t.Errorf("got %+v", result)
	}
	all := pictures(t, out)
	if len(all) != 2 || all[0].Bounds().Size() != image.Pt(30, 40) || patch(all[0], color.Black) != image.Rect(0, 0, 30, 40) {
		t.Fatalf("got %d pages, the first %v", len(all), all[0].Bounds())
	}
	wantAbout(t, "third page", all[1], red, image.Rect(0, 0, 16, 16))
}

// testdata/cmyk.jpg is Ghostscript's (jpegcmyk, without its colour profile): the left
// half magenta and yellow, which is red, the right cyan. Adobe's CMYK is stored the
// wrong way round.
func TestJPEGInCMYK(t *testing.T) {
	out, _ := mustMake(t, filepath.Join("testdata", "cmyk.jpg"), impose.JPEG, impose.Work{To: impose.PDF})
	for name, m := range map[string]image.Image{
		"poppler": pictures(t, out)[0],
		"PDFium":  preview(t, out, impose.Work{Raster: impose.Raster{DPIX: 72}}),
	} {
		b := m.Bounds()
		left := color.NRGBAModel.Convert(m.At(b.Dx()/4, b.Dy()/2)).(color.NRGBA)
		right := color.NRGBAModel.Convert(m.At(3*b.Dx()/4, b.Dy()/2)).(color.NRGBA)
		if left.R < 180 || left.G > 80 || left.B > 80 || right.R > 80 || right.G < 120 || right.B < 180 {
			t.Errorf("%s: left %v, right %v", name, left, right)
		}
	}
}

// The largest JPEG that is taken is drawn, and not left out for want of memory.
func TestLargeJPEG(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	m := image.NewGray(image.Rect(0, 0, 10_000, 10_000))
	draw.Draw(m, m.Rect, image.NewUniform(color.Gray{128}), image.Point{}, draw.Src)
	file := withSegment(jpegOf(t, m), jpegAPP0, jfif(1200))
	out, _ := mustMake(t, written(t, file), impose.JPEG, impose.Work{To: impose.PNG, Raster: impose.Raster{DPIX: 72}})
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	got, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if c := color.GrayModel.Convert(got.At(300, 300)).(color.Gray); got.Bounds().Dx() != 600 || c.Y < 120 || c.Y > 136 {
		t.Errorf("got %v, %v in the middle", got.Bounds(), c)
	}
}

// An image is fitted like any page.
func TestImageFits(t *testing.T) {
	file := withPHYs(pngOf(t, flag(image.NewRGBA(flagSize))))
	w := impose.Work{To: impose.PDF, Layout: impose.Layout{Media: impose.Media{Width: 25_400, Height: 50_800}, Fit: gcp.FitPage}}
	out, _ := mustMake(t, written(t, file), impose.PNG, w)
	m := pictures(t, out)[0]
	// 64 × 32 points, turned, on 72 × 144: 2.25 times. The upper left is at the lower left.
	wantAbout(t, "fitted", m, red, image.Rect(0, 108, 36, 144))
	wantAbout(t, "fitted", m, blue, image.Rect(36, 108, 72, 144))
	wantAbout(t, "fitted", m, green, image.Rect(0, 0, 36, 36))
}

// hugePNG is a PNG that says it is large.
func hugePNG(t testing.TB, width, height uint32, kind byte) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		z.Close(),
		pngPiece(&b, "IHDR", append(head, 8, kind, 0, 0, 0)),
		pngPiece(&b, "IDAT", packed.Bytes()),
		pngPiece(&b, "IEND", nil),
	); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// resized is a JPEG that says it has another size.
func resized(file []byte, width, height uint16) []byte {
	file = bytes.Clone(file)
	at := max(bytes.Index(file, []byte{0xff, 0xc0}), bytes.Index(file, []byte{0xff, 0xc2}))
	binary.BigEndian.PutUint16(file[at+5:], height)
	binary.BigEndian.PutUint16(file[at+7:], width)
	return file
}

// Images that are damaged, or hostile, end with a cause.
func TestImagesRefused(t *testing.T) {
	whole := pngOf(t, flag(image.NewRGBA(flagSize)))
	photo := jpegOf(t, flag(image.NewRGBA(flagSize)))
	lossless := bytes.Replace(photo, []byte{0xff, 0xc0}, []byte{0xff, 0xc3}, 1)
	loop := tiffPages(t, flag(image.NewRGBA(flagSize)))
	at := binary.LittleEndian.Uint32(loop[4:])
	binary.LittleEndian.PutUint32(loop[int(at)+2+12*int(binary.LittleEndian.Uint16(loop[at:])):], at)
	for name, c := range map[string]struct {
		format string
		file   []byte
		want   impose.Cause
	}{
		"nothing":               {impose.PNG, nil, impose.CauseDamaged},
		"a text as PNG":         {impose.PNG, []byte("hello"), impose.CauseDamaged},
		"a PNG cut off":         {impose.PNG, whole[:len(whole)-30], impose.CauseDamaged},
		"a large PNG":           {impose.PNG, hugePNG(t, 60_000, 60_000, byte(pngRGB)), impose.CauseTooBig},
		"a large clear PNG":     {impose.PNG, hugePNG(t, 8_000, 8_000, byte(pngRGBAlpha)), impose.CauseTooBig},
		"a PNG with less in it": {impose.PNG, hugePNG(t, 1_000, 1_000, byte(pngRGB)), impose.CauseDamaged},
		"a JPEG cut off":        {impose.JPEG, photo[:100], impose.CauseDamaged},
		"a lossless JPEG":       {impose.JPEG, lossless, impose.CauseUnsupported},
		"a large JPEG":          {impose.JPEG, resized(photo, 20_000, 20_000), impose.CauseTooBig},
		"a large progressive":   {impose.JPEG, resized(bytes.Replace(photo, []byte{0xff, 0xc0}, []byte{0xff, 0xc2}, 1), 8_000, 8_000), impose.CauseTooBig},
		"a text as GIF":         {"image/gif", []byte("hello"), impose.CauseDamaged},
		"a text as TIFF":        {"image/tiff", []byte("hello, world"), impose.CauseDamaged},
		"a BigTIFF":             {"image/tiff", []byte("II+\x00\x08\x00\x00\x00"), impose.CauseUnsupported},
		"a TIFF without an end": {"image/tiff", loop, impose.CauseDamaged},
		"nobody's":              {"image/x-unknown", whole, impose.CauseUnsupported},
	} {
		_, _, err := made(t, written(t, c.file), c.format, impose.Work{To: impose.PDF})
		var e *impose.Error
		if !errors.As(err, &e) || e.Cause != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}
