package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"platen/gcp"
	"platen/internal/impose"
	"platen/internal/raster"
)

// drawn is what it took to draw a document.
type drawn struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

func (d drawn) String() string {
	return fmt.Sprintf("%.2f s (%.2f s of processors), %d MB", d.wall.Seconds(), d.cpu.Seconds(), d.peak>>20)
}

// measureRaster draws ten pages of A4 at 300 dpi as PWG raster, and has pdftoppm
// draw the same, in turns, so that what else the machine does meets both.
func measureRaster(b *bench) {
	doc := filepath.Join(b.TempDir(), "ten.pdf")
	if err := tenPages(doc); err != nil {
		b.Fatalf("%v", err)
	}
	cache := b.TempDir()
	for _, c := range []struct {
		name string
		kind gcp.PWGType
		args []string
	}{{"gray", "SGRAY_8", []string{"-gray"}}, {"colour", "SRGB_8", nil}} {
		cold := b.ours(doc, c.kind, b.TempDir())
		b.ours(doc, c.kind, cache) // compiles it, the first time
		var ours, theirs []drawn
		for range b.scale(7) {
			ours = append(ours, b.ours(doc, c.kind, cache))
			theirs = append(theirs, b.pdftoppm(doc, c.args))
		}
		we, they := middle(ours), middle(theirs)
		what := "10 pages A4, 300 dpi, " + c.name
		b.add(what+", to PWG raster", we.String(), "<= 100 MB", "")
		b.add(what+", pdftoppm", they.String(), "beside", "")
		b.add(what+", ratio of the times", fmt.Sprintf("%.2f", we.wall.Seconds()/they.wall.Seconds()), "<= 1.7", "1.2")
		b.add(what+", module not yet compiled", cold.String(), "", "")
	}
}

// middle is the run of the median time.
func middle(runs []drawn) drawn {
	slices.SortFunc(runs, func(a, b drawn) int { return int(a.wall - b.wall) })
	return runs[len(runs)/2]
}

// ours draws it in a child process of the real program.
func (b *bench) ours(doc string, kind gcp.PWGType, cache string) drawn {
	var d drawn
	r, err := raster.New(raster.Config{
		Program: filepath.Join(b.bin, "platen"), CacheDir: cache, Log: slog.New(slog.DiscardHandler),
		Ended: func(s *os.ProcessState) { d = used(s) },
	})
	if err != nil {
		b.Fatalf("%v", err)
	}
	w := impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 300, DPIY: 300, Type: kind}}
	begin := time.Now()
	if _, err := r.Render(context.Background(), doc, impose.PDF, w, filepath.Join(b.TempDir(), "out")); err != nil {
		b.Fatalf("%v", err)
	}
	d.wall = time.Since(begin)
	return d
}

// pdftoppm draws it into a file, as patiently as our child does.
func (b *bench) pdftoppm(doc string, args []string) drawn {
	out, err := os.Create(filepath.Join(b.TempDir(), "out"))
	if err != nil {
		b.Fatalf("%v", err)
	}
	defer func() { _ = out.Close() }()                       // nobody reads it
	now, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0) // 20 less the niceness
	if err != nil {
		b.Fatalf("%v", err)
	}
	patience := fmt.Sprint(max(0, 10-(20-now)))
	cmd := exec.Command("nice", append([]string{"-n", patience, "pdftoppm", "-r", "300"}, append(args, doc)...)...)
	cmd.Stdout = out
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("pdftoppm: %v", err)
	}
	d := used(cmd.ProcessState)
	d.wall = time.Since(begin)
	return d
}

// used is what a process has used.
func used(s *os.ProcessState) drawn {
	d := drawn{cpu: s.UserTime() + s.SystemTime()}
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		d.peak = u.Maxrss << 10
	}
	return d
}

// tenPages writes pages of text, 200 lines and a picture each.
func tenPages(path string) error {
	r := rand.New(rand.NewPCG(1, 2))
	p := fpdf.New("P", "mm", "A4", "")
	for page := range 10 {
		p.AddPage()
		p.SetFont("Helvetica", "", 11)
		for line := range 40 {
			p.Text(20, 20+float64(line)*4, fmt.Sprintf("Page %d, line %d: the quick brown fox jumps over the lazy dog, again and again.", page, line))
		}
		for range 200 {
			p.SetDrawColor(r.IntN(256), r.IntN(256), r.IntN(256))
			p.Line(20+r.Float64()*170, 190+r.Float64()*90, 20+r.Float64()*170, 190+r.Float64()*90)
		}
		m := image.NewRGBA(image.Rect(0, 0, 400, 300))
		for y := range 300 {
			for x := range 400 {
				m.Set(x, y, color.RGBA{uint8(x + page*10), uint8(y), uint8(r.IntN(64) + x/4), 255})
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			return err
		}
		name, o := fmt.Sprint("picture", page), fpdf.ImageOptions{ImageType: "PNG"}
		p.RegisterImageOptionsReader(name, o, &b)
		p.ImageOptions(name, 120, 190, 70, 0, false, o, 0, "")
	}
	return p.OutputFileAndClose(path)
}
