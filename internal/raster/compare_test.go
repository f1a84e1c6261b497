package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"platen/gcp"
	"platen/internal/impose"
)

// drawing is a document that fpdf writes, of A5 pages.
func drawing(t *testing.T, draw func(p *fpdf.Fpdf)) string {
	t.Helper()
	p := fpdf.New("P", "mm", "A5", "")
	p.AddPage()
	draw(p)
	path := filepath.Join(t.TempDir(), "drawing.pdf")
	if err := p.OutputFileAndClose(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// photo is a picture with gradients and edges.
func photo(p *fpdf.Fpdf, name string) {
	m := image.NewRGBA(image.Rect(0, 0, 200, 150))
	for y := range 150 {
		for x := range 200 {
			c := color.RGBA{uint8(x), uint8(y), uint8(x + y), 255}
			if (x/25+y/25)%4 == 0 {
				c = color.RGBA{255, 220, 0, 255}
			}
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // into memory
	p.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "PNG"}, &b)
}

// drawings are documents of each kind.
func drawings(t *testing.T) map[string]string {
	return map[string]string{
		"text": drawing(t, func(p *fpdf.Fpdf) {
			for i, font := range []string{"Helvetica", "Times", "Courier"} {
				p.SetFont(font, "", float64(8+4*i))
				p.SetXY(10, 10+float64(i)*50)
				p.MultiCell(120, 6, "The quick brown fox jumps over the lazy dog; 0123456789. And again, and again, until the line is full.", "", "L", false)
			}
		}),
		"lines": drawing(t, func(p *fpdf.Fpdf) {
			for i := range 30 {
				p.SetLineWidth(0.1 + float64(i)*0.05)
				p.SetDrawColor(i*8, 255-i*8, i*4)
				p.Line(10, 10+float64(i)*3, 130, 10+float64(i)*5)
			}
			p.SetFillColor(200, 30, 30)
			p.Circle(70, 170, 20, "DF")
			p.SetDashPattern([]float64{2, 1}, 0)
			p.Rect(20, 150, 100, 45, "D")
		}),
		"image": drawing(t, func(p *fpdf.Fpdf) {
			photo(p, "photo")
			p.ImageOptions("photo", 10, 10, 120, 0, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		}),
		"turned things": drawing(t, func(p *fpdf.Fpdf) {
			photo(p, "photo")
			p.TransformBegin()
			p.TransformRotate(33, 70, 100)
			p.ImageOptions("photo", 40, 70, 70, 0, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
			p.SetFont("Helvetica", "B", 20)
			p.Text(30, 60, "Turned by 33 degrees")
			p.TransformEnd()
		}),
		"transparency": drawing(t, func(p *fpdf.Fpdf) {
			photo(p, "photo")
			p.ImageOptions("photo", 10, 10, 100, 0, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
			for i, mode := range []string{"Normal", "Multiply", "Screen"} {
				p.SetAlpha(0.5, mode)
				p.SetFillColor(0, 100, 200)
				p.Circle(40+float64(i)*20, 80, 30, "F")
			}
		}),
		"gradient": drawing(t, func(p *fpdf.Fpdf) {
			p.LinearGradient(10, 10, 120, 80, 250, 80, 20, 20, 80, 250, 0, 0, 1, 1)
			p.RadialGradient(10, 100, 100, 100, 255, 255, 255, 0, 0, 0, .25, .75, .25, .75, 1)
		}),
		"turned page":   written(t, samplePDF("", sample{300, 400, "/Rotate 90", corners(300, 400, "Rotate")})),
		"cropped page":  written(t, samplePDF("", sample{300, 400, "/CropBox[30 40 260.5 350.5]", corners(300, 400, "Crop")})),
		"turned, crop":  written(t, samplePDF("", sample{300, 400, "/Rotate 270/CropBox[30 40 260.5 350.5]", corners(300, 400, "Crop")})),
		"uneven origin": written(t, samplePDF("", sample{300, 400, "/MediaBox[-20.25 -30.75 250.6 380.3]", corners(250, 380, "Origin")})),
	}
}

// The tolerance of a comparison: two renderers smooth edges each in its own way,
// and no more.
const (
	meanTolerance = 3.0  // levels of 255, over all pixels
	farTolerance  = 0.02 // share of pixels that differ by more than a third of the scale

	blockTolerance   = 24  // levels, over a block of a halftone
	foreignTolerance = 5.0 // rastertopdf gives gray a profile, which poppler applies
)

// What we draw looks as poppler draws it.
func TestLikePoppler(t *testing.T) {
	for name, in := range drawings(t) {
		for _, kind := range []gcp.PWGType{"SRGB_8", "SGRAY_8"} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				w := impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 150, DPIY: 150, Type: kind}}
				out, _ := mustMake(t, in, impose.PDF, w)
				compare(t, readRaster(t, out)[0], poppler(t, in, 150), meanTolerance)
			})
		}
	}
}

// poppler is the first page as poppler draws it.
func poppler(t *testing.T, path string, dpi int) image.Image {
	t.Helper()
	root := filepath.Join(t.TempDir(), "page")
	tool(t, "pdftoppm", "-r", fmt.Sprint(dpi), "-cropbox", "-f", "1", "-l", "1", "-singlefile", path, root)
	return ppm(t, root+".ppm")
}

// compare checks that a side looks like a picture.
func compare(t *testing.T, s sheet, want image.Image, tolerance float64) {
	t.Helper()
	b := want.Bounds()
	if apartBy(s.width, b.Dx()) > 1 || apartBy(s.height, b.Dy()) > 1 {
		t.Fatalf("the side has %d by %d pixels, want %d by %d", s.width, s.height, b.Dx(), b.Dy())
	}
	colors := max(s.bits/8, 1)
	sum, far, count := 0, 0, 0
	for y := range min(s.height, b.Dy()) {
		for x := range min(s.width, b.Dx()) {
			c := color.NRGBAModel.Convert(want.At(x, y)).(color.NRGBA)
			levels := []int{int(c.R), int(c.G), int(c.B)}
			if colors == 1 {
				levels = []int{(30*int(c.R) + 59*int(c.G) + 11*int(c.B)) / 100}
			}
			for i, l := range levels {
				d := apartBy(s.level(x, y, i), l)
				sum += d
				count++
				if d > 85 {
					far++
				}
			}
		}
	}
	mean, share := float64(sum)/float64(count), float64(far)/float64(count)
	t.Logf("mean %.2f, far %.2f %%", mean, 100*share)
	if mean > tolerance || share > farTolerance {
		t.Errorf("it differs by %.2f levels in the mean, and by much in %.2f %% of the pixels", mean, 100*share)
	}
}

// compareBlocks checks that a side in black and white is as dark as a picture,
// everywhere.
func compareBlocks(t *testing.T, s sheet, want image.Image) {
	t.Helper()
	const block = 16
	for y := 0; y+block <= min(s.height, want.Bounds().Dy()); y += block {
		for x := 0; x+block <= min(s.width, want.Bounds().Dx()); x += block {
			sum := 0
			for i := range block * block {
				c := color.GrayModel.Convert(want.At(x+i%block, y+i/block)).(color.Gray)
				sum += s.level(x+i%block, y+i/block, 0) - int(c.Y)
			}
			if mean := sum / (block * block); mean < -blockTolerance || mean > blockTolerance {
				t.Errorf("the block at %d, %d differs by %d levels", x, y, mean)
			}
		}
	}
}

func apartBy(a, b int) int { return max(a, b) - min(a, b) }

// A halftone is as dark as the grays it stands for.
func TestHalftone(t *testing.T) {
	for _, name := range []string{"gradient", "image"} {
		in := drawings(t)[name]
		out, _ := mustMake(t, in, impose.PDF, impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 150, DPIY: 150, Type: "SGRAY_1"}})
		gray, _ := mustMake(t, in, impose.PDF, impose.Work{To: impose.PNG, Raster: impose.Raster{DPIX: 150, DPIY: 150, Type: "SGRAY_8"}})
		f, err := os.Open(gray)
		if err != nil {
			t.Fatal(err)
		}
		want, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		compareBlocks(t, readRaster(t, out)[0], want)
	}
}

// The reader is OpenPrinting's, which printers' vendors test against.
func TestForeignReader(t *testing.T) {
	const rastertopdf = "/usr/lib/cups/filter/rastertopdf"
	if _, err := os.Stat(rastertopdf); err != nil {
		t.Skip("cups-filters is not installed")
	}
	in := drawings(t)["transparency"]
	for _, c := range []struct {
		to   string
		kind gcp.PWGType
	}{{impose.PWG, "SRGB_8"}, {impose.PWG, "SGRAY_8"}, {impose.PWG, "BLACK_1"}, {impose.PWG, "BLACK_8"}, {impose.URF, "SRGB_8"}, {impose.URF, "SGRAY_8"}} {
		t.Run(c.to+" "+string(c.kind), func(t *testing.T) {
			w := impose.Work{To: c.to, Layout: impose.Layout{Copies: 2}, Raster: impose.Raster{DPIX: 100, DPIY: 100, Type: c.kind}}
			out, _ := mustMake(t, in, impose.PDF, w)
			cmd := exec.CommandContext(t.Context(), rastertopdf, "1", "user", "title", "1", "", out)
			cmd.Env = append(os.Environ(), "PPD=")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			pdf, err := cmd.Output()
			if err != nil || bytes.Contains(stderr.Bytes(), []byte("ERROR")) {
				t.Fatalf("rastertopdf: %v: %s", err, stderr.String())
			}
			if got := bytes.Count(stderr.Bytes(), []byte("INFO: Starting page")); got < 2 {
				t.Errorf("it found %d pages: %s", got, stderr.String())
			}
			root := filepath.Join(t.TempDir(), "back")
			// It complains of the colour profile that rastertopdf puts in.
			if err := exec.CommandContext(t.Context(), "pdftoppm", "-r", "100", "-f", "2", "-singlefile", written(t, pdf), root).Run(); err != nil {
				t.Fatal(err)
			}
			side := readRaster(t, out)[1]
			if strings.HasPrefix(string(c.kind), "BLACK") {
				for i := range side.pix {
					side.pix[i] ^= 255
				}
			}
			if side.bits == 1 {
				compareBlocks(t, side, ppm(t, root+".ppm"))
				return
			}
			compare(t, side, ppm(t, root+".ppm"), foreignTolerance)
		})
	}
}
