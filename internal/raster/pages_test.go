package raster

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"platen/internal/impose"
	"platen/internal/smallpdf"
)

// sharedCache keeps the compiled module from one test to the next: compiling takes
// seconds.
var sharedCache = sync.OnceValue(func() string {
	dir := filepath.Join(os.TempDir(), "platen-raster-test-"+strconv.Itoa(os.Getuid()))
	if warm(context.Background(), dir) != nil {
		return "" // compiled each time, then
	}
	return dir
})

// warm has a child compile the module into a cache, unless it is there.
func warm(ctx context.Context, dir string) error {
	if cached(dir) {
		return nil
	}
	r, err := New(Config{CacheDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = r.Check(ctx)
	return err
}

// made has a child process do work, and returns the path of what it wrote.
func made(t *testing.T, in, format string, w impose.Work) (string, impose.Result, error) {
	t.Helper()
	r, err := New(Config{CacheDir: sharedCache(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	result, err := r.Render(t.Context(), in, format, w, out)
	return out, result, err
}

// mustMake is made without an error.
func mustMake(t *testing.T, in, format string, w impose.Work) (string, impose.Result) {
	t.Helper()
	out, result, err := made(t, in, format, w)
	if err != nil {
		t.Fatalf("%s to %+v: %v", format, w, err)
	}
	return out, result
}

// written is the path of a new file.
func written(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tool runs a foreign reader and returns what it says.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, stderr.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("%s %v complains: %s", name, args, stderr.String())
	}
	return string(out)
}

// pictures are the pages of a PDF as poppler draws them, a pixel a point.
func pictures(t *testing.T, path string) []image.Image {
	t.Helper()
	dir := t.TempDir()
	tool(t, "pdftoppm", "-r", "72", path, filepath.Join(dir, "page"))
	names, err := filepath.Glob(filepath.Join(dir, "page-*.ppm"))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]image.Image, 0, len(names))
	for _, name := range names {
		all = append(all, ppm(t, name))
	}
	return all
}

// ppm reads a portable pixmap.
func ppm(t *testing.T, name string) image.Image {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var w, h, top int
	if _, err := fmt.Sscanf(string(text[:min(len(text), 40)]), "P6\n%d %d\n%d\n", &w, &h, &top); err != nil || top != 255 {
		t.Fatalf("%s: %v, %d", name, err, top)
	}
	pix := text[len(text)-3*w*h:]
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = pix[3*i], pix[3*i+1], pix[3*i+2], 255
	}
	return m
}

var (
	red   = color.NRGBA{255, 0, 0, 255}
	green = color.NRGBA{0, 255, 0, 255}
	blue  = color.NRGBA{0, 0, 255, 255}
)

// patch is the smallest rectangle around everything of a colour.
func patch(m image.Image, c color.Color) image.Rectangle {
	var r image.Rectangle
	want := color.NRGBAModel.Convert(c).(color.NRGBA)
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			got := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			if apart8(got.R, want.R) < 24 && apart8(got.G, want.G) < 24 && apart8(got.B, want.B) < 24 {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func apart8(a, b uint8) int { return max(int(a), int(b)) - min(int(a), int(b)) }

// wantPatch checks where a colour is, to a pixel.
func wantPatch(t *testing.T, what string, m image.Image, c color.Color, want image.Rectangle) {
	t.Helper()
	if got := patch(m, c); !about(got, want, 1) {
		t.Errorf("%s: %v is at %v, want %v of %v", what, c, got, want, m.Bounds())
	}
}

// wantAbout checks where a colour is in an image, whose edges poppler blurs.
func wantAbout(t *testing.T, what string, m image.Image, c color.Color, want image.Rectangle) {
	t.Helper()
	if got := patch(m, c); !about(got, want, 3) {
		t.Errorf("%s: %v is at %v, want %v of %v", what, c, got, want, m.Bounds())
	}
}

// about reports whether two rectangles are the same to some pixels.
func about(got, want image.Rectangle, off int) bool {
	for _, d := range []int{got.Min.X - want.Min.X, got.Min.Y - want.Min.Y, got.Max.X - want.Max.X, got.Max.Y - want.Max.Y} {
		if d < -off || d > off {
			return false
		}
	}
	return true
}

// sample is a page of a test's PDF.
type sample struct {
	w, h    int
	extra   string // of the page's dictionary
	content string
}

// corners has a red square of 50 points at the lower left, green at the lower right
// and blue at the upper left.
func corners(w, h int, words string) string {
	return fmt.Sprintf("1 0 0 rg 0 0 50 50 re f 0 1 0 rg %d 0 50 50 re f 0 0 1 rg 0 %d 50 50 re f 0 g BT /F 20 Tf 60 60 Td (%s) Tj ET", w-50, h-50, words)
}

// samplePDF is a PDF; shared is an object that all pages have as /X.
func samplePDF(shared string, pages ...sample) []byte {
	var kids strings.Builder
	objects := []string{"", "", or(shared, "<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 0>>stream\n\nendstream")}
	for _, p := range pages {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]%s/Contents %d 0 R/Resources<</XObject<</X 3 0 R>>/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>", p.w, p.h, p.extra, n+1),
			smallpdf.Stream(p.content))
	}
	objects[0] = "<</Type/Catalog/Pages 2 0 R>>"
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(pages))
	return smallpdf.File(objects...)
}
