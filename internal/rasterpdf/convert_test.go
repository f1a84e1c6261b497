package rasterpdf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"platen/internal/lab"
	"platen/internal/rasterpdf"
)

// kind is a colour space as the headers of both forms have it.
type kind struct {
	name         string
	colors, bits int
	pwg          uint32
	urf          byte // 255: Apple raster has none
}

var kinds = []kind{
	{"sgray_8", 1, 8, 18, 0},
	{"srgb_8", 3, 8, 19, 1},
	{"black_1", 1, 1, 3, 255},
	{"sgray_1", 1, 1, 18, 255},
	{"cmyk_8", 4, 8, 6, 6},
	{"srgb_16", 3, 16, 19, 255},
}

func (k kind) line(width int) int { return (width*k.colors*k.bits + 7) / 8 }

// pwgPage writes a page's header (PWG 5102.4, 4.3).
func (k kind) pwgPage(b *bytes.Buffer, width, height, dpi int) {
	h := make([]byte, 1796)
	copy(h, "PwgRaster")
	for at, v := range map[int]uint32{
		276: uint32(dpi), 280: uint32(dpi), 372: uint32(width), 376: uint32(height), 384: uint32(k.bits),
		388: uint32(k.bits * k.colors), 392: uint32(k.line(width)), 400: k.pwg, 420: uint32(k.colors), 456: 1, 460: 1,
	} {
		binary.BigEndian.PutUint32(h[at:], v)
	}
	b.Write(h)
}

// pack writes a line as literals and runs, n times.
func pack(b *bytes.Buffer, line []byte, unit, n int) {
	b.WriteByte(byte(n - 1))
	for x := 0; x < len(line); {
		run := 1
		for x+(run+1)*unit <= len(line) && run < 128 && bytes.Equal(line[x:x+unit], line[x+run*unit:x+(run+1)*unit]) {
			run++
		}
		b.WriteByte(byte(run - 1))
		b.Write(line[x : x+unit])
		x += run * unit
	}
}

// half is a page of which the upper half is white and the lower one dark.
func half(k kind, width, height int) *bytes.Buffer {
	var b bytes.Buffer
	white, dark := byte(255), byte(0)
	if k.pwg == 3 || k.pwg == 6 {
		white, dark = dark, white
	}
	for y := 0; y < height; y++ {
		shade := white
		if y >= height/2 {
			shade = dark
		}
		pack(&b, bytes.Repeat([]byte{shade}, k.line(width)), max(1, k.bits*k.colors/8), 1)
	}
	return &b
}

// A PDF reader of somebody else sees the pages as they were drawn.
func TestPagesLookAlike(t *testing.T) {
	lab.Need(t, "pdftoppm")
	for _, k := range kinds {
		for _, form := range []string{"pwg", "urf"} {
			if form == "urf" && k.urf == 255 {
				continue
			}
			t.Run(k.name+" "+form, func(t *testing.T) {
				var doc bytes.Buffer
				if form == "pwg" {
					doc.WriteString("RaS2")
				} else {
					doc.WriteString("UNIRAST\x00\x00\x00\x00\x02")
				}
				for range 2 {
					if form == "pwg" {
						k.pwgPage(&doc, 144, 72, 72)
					} else {
						h := make([]byte, 32)
						h[0], h[1] = byte(k.bits*k.colors), k.urf
						binary.BigEndian.PutUint32(h[12:], 144)
						binary.BigEndian.PutUint32(h[16:], 72)
						binary.BigEndian.PutUint32(h[20:], 72)
						doc.Write(h)
					}
					doc.Write(half(k, 144, 72).Bytes())
				}
				look(t, doc.Bytes())
			})
		}
	}
}

// look draws a document of two pages of 144 x 72 points, and looks at them.
func look(t *testing.T, raster []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := rasterpdf.Convert(&out, bytes.NewReader(raster)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "d.pdf")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("pdftoppm", "-gray", "-r", "72", file, filepath.Join(dir, "p")).CombinedOutput()
	if err != nil || len(bytes.TrimSpace(said)) > 0 {
		t.Fatalf("pdftoppm: %v: %s", err, said)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "p-*.pgm"))
	if err != nil || len(pages) != 2 {
		t.Fatalf("%d pages (%v), want 2", len(pages), err)
	}
	for _, p := range pages {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		pixels, ok := bytes.CutPrefix(text, []byte("P5\n144 72\n255\n"))
		if !ok {
			t.Fatalf("the page begins %q", text[:20])
		}
		if up, down := pixels[10*144+70], pixels[60*144+70]; up < 250 || down > 40 {
			t.Errorf("above it is %d and below %d, want white and dark", up, down)
		}
	}
}

// What is no raster, or says more than it has, is refused, and writes nothing endless.
func TestBrokenRaster(t *testing.T) {
	page := func(width, height int) []byte {
		var b bytes.Buffer
		b.WriteString("RaS2")
		kinds[0].pwgPage(&b, width, height, 300)
		return b.Bytes()
	}
	whole := append(page(8, 2), half(kinds[0], 8, 2).Bytes()...)
	for name, doc := range map[string][]byte{
		"nothing": nil, "text": []byte("hello, world"), "no page": []byte("RaS2"), "half a header": whole[:900], "no line": page(8, 2),
		"half a line": whole[:len(whole)-1], "a huge page": page(1<<30, 1<<30), "a negative page": page(-5, 8), "no pixels": page(0, 0),
		"a code too many": append(page(8, 2), 1, 100, 0), "more lines than the page": append(page(8, 2), 200, 7, 0),
		"a code that means nothing": append(page(8, 2), 0, 128),
	} {
		if err := rasterpdf.Convert(io.Discard, bytes.NewReader(doc)); !errors.Is(err, rasterpdf.ErrRaster) {
			t.Errorf("%s: %v, want ErrRaster", name, err)
		}
	}
	if err := rasterpdf.Convert(io.Discard, bytes.NewReader(whole)); err != nil {
		t.Errorf("a whole document: %v", err)
	}
}

// endless is a document of one page of so many lines that no memory would hold it.
type endless struct {
	head io.Reader
	line []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); n > 0 || err != io.EOF {
		return n, err
	}
	for i := range p {
		p[i] = e.line[e.at%len(e.line)]
		e.at++
	}
	return len(p), nil
}

// A page is never in memory: not even one of 200 MB.
func TestMemoryIsBounded(t *testing.T) {
	k := kinds[1]
	const width, height = 16384, 4096
	var head, line bytes.Buffer
	head.WriteString("RaS2")
	k.pwgPage(&head, width, height, 600)
	white := bytes.Repeat([]byte{200}, k.line(width))
	pack(&line, white, 3, 256)
	src := io.LimitReader(&endless{head: &head, line: line.Bytes()}, 4+1796+int64(line.Len())*height/256)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := rasterpdf.Convert(io.Discard, src); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 16 {
		t.Errorf("%d MiB were allocated", used)
	}
}

// A few bytes that stand for many pages cost what a few pages cost: the work is bounded by
// what came.
func TestWorkIsBounded(t *testing.T) {
	k := kinds[0]
	const width, height = 8000, 4000 // 32 MB of lines in 4 kB
	var doc bytes.Buffer
	doc.WriteString("RaS2")
	k.pwgPage(&doc, width, height, 600)
	var line bytes.Buffer
	pack(&line, make([]byte, k.line(width)), 1, 256)
	doc.Write(bytes.Repeat(line.Bytes(), height/256))
	pack(&doc, make([]byte, k.line(width)), 1, height%256)
	if err := rasterpdf.Convert(io.Discard, bytes.NewReader(doc.Bytes())); err != nil {
		t.Errorf("some blank pages: %v", err)
	}
	err := rasterpdf.ConvertFree(io.Discard, &doc, 1<<20)
	if !errors.Is(err, rasterpdf.ErrRaster) || !strings.Contains(err.Error(), "so few bytes") {
		t.Errorf("%v, want ErrRaster for too much of too little", err)
	}
	doc.Reset()
	doc.WriteString("RaS2")
	k.pwgPage(&doc, 8, 120_000, 300) // ten metres and sixteen centimetres
	if err := rasterpdf.Convert(io.Discard, &doc); !errors.Is(err, rasterpdf.ErrRaster) || !strings.Contains(err.Error(), "no paper") {
		t.Errorf("%v, want ErrRaster for a page of ten metres", err)
	}
}

func FuzzConvert(f *testing.F) {
	for _, k := range kinds {
		var b bytes.Buffer
		b.WriteString("RaS2")
		k.pwgPage(&b, 16, 4, 300)
		b.Write(half(k, 16, 4).Bytes())
		f.Add(b.Bytes())
	}
	f.Add([]byte("UNIRAST\x00\x00\x00\x00\x01" + strings.Repeat("\x08", 64)))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if len(doc) > 4<<10 {
			return
		}
		// A line of a few bytes may stand for 256 of a megabyte each.
		if err := rasterpdf.Convert(&bounded{left: 8 << 20}, bytes.NewReader(doc)); err != nil && !errors.Is(err, rasterpdf.ErrRaster) && !errors.Is(err, errFull) {
			t.Errorf("%v", err)
		}
	})
}

var errFull = errors.New("full")

// bounded ends a conversion that writes much.
type bounded struct{ left int }

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// Documents at random: whatever comes, Convert ends.
func TestRandomDocuments(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var b bytes.Buffer
		b.WriteString("RaS2")
		kinds[r.IntN(len(kinds))].pwgPage(&b, 1+r.IntN(64), 1+r.IntN(64), 300)
		for range r.IntN(400) {
			b.WriteByte(byte(r.IntN(256)))
		}
		if err := rasterpdf.Convert(io.Discard, &b); err != nil && !errors.Is(err, rasterpdf.ErrRaster) {
			t.Fatal(err)
		}
	}
}
