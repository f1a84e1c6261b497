package raster

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"platen/gcp"
	"platen/internal/impose"
)

var grayWork = impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 72, DPIY: 72, Type: "SGRAY_8"}}

// cause is why a document was refused, "" if it was not.
func cause(t *testing.T, err error) impose.Cause {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *impose.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *impose.Error", err)
	}
	if !strings.HasSuffix(e.Text, ".") {
		t.Errorf("%q is no sentence", e.Text)
	}
	t.Logf("%s: %s (%v)", e.Cause, e.Text, e.Err)
	return e.Cause
}

// bomb is a stream of so many zero bytes that are spaces.
func bomb(t *testing.T, size int) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	piece := bytes.Repeat([]byte(" "), 1<<20)
	for range size >> 20 {
		if _, err := z.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// protected is a PDF with a password.
func protected(t *testing.T) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.SetProtection(0, "secret", "owner")
	p.AddPage()
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nested is a PDF of objects without a table of them, which readers look for.
func nested(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("trailer<</Root 1 0 R>>\n%%EOF\n")
	return b.Bytes()
}

// Each of these ends with its cause, and in bounded time; the process that reads it
// is not this one.
func TestHostile(t *testing.T) {
	good := numbered(3, 300, 400)
	many := strings.Repeat("3 0 R ", 100_000)
	for _, c := range []struct {
		name string
		doc  []byte
		want []impose.Cause // one of them
	}{
		{"empty", nil, []impose.Cause{impose.CauseDamaged}},
		{"no PDF", []byte(strings.Repeat("no PDF at all\n", 100)), []impose.Cause{impose.CauseDamaged}},
		{"only a header", []byte("%PDF-1.7\n"), []impose.Cause{impose.CauseDamaged}},
		{"cut off", good[:len(good)/2], []impose.Cause{"", impose.CauseDamaged, impose.CauseEmpty}},
		{"password", protected(t), []impose.Cause{impose.CausePassword}},
		{"no pages", nested("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), []impose.Cause{impose.CauseEmpty, impose.CauseDamaged}},
		{"pages in a circle", nested("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"), []impose.Cause{impose.CauseEmpty, impose.CauseDamaged}},
		{"deep arrays", nested("<</Type/Catalog/Pages 2 0 R>>", strings.Repeat("[", 1<<20)), []impose.Cause{impose.CauseEmpty, impose.CauseDamaged}},
		{"deep content", samplePDF("", sample{100, 100, "", strings.Repeat("q ", 1<<20)}), []impose.Cause{"", impose.CauseDamaged}},
		{"deep arrays in content", samplePDF("", sample{100, 100, "", strings.Repeat("[", 1<<20)}), []impose.Cause{"", impose.CauseDamaged}},
		{"a form in itself", samplePDF("<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</X 3 0 R>>>>/Length 12>>stream\n/X Do /X Do \nendstream", sample{100, 100, "", "/X Do"}), []impose.Cause{"", impose.CauseDamaged, impose.CauseTooBig}},
		{"100000 pages that are one", nested("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids["+many+"]/Count 100000>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"), []impose.Cause{"", impose.CauseDamaged, impose.CauseEmpty, impose.CauseTooBig, impose.CauseTimeout}},
		{"a count that lies", nested("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"), []impose.Cause{impose.CauseTooBig, impose.CauseDamaged, ""}},
		{"stream that grows", nested("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
			fmt.Sprintf("<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream", len(bomb(t, 1<<30)), bomb(t, 1<<30))), []impose.Cause{"", impose.CauseTooBig, impose.CauseDamaged}},
		{"huge picture", samplePDF("<</Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8/Length 3>>stream\nabc\nendstream", sample{100, 100, "", "100 0 0 100 0 0 cm /X Do"}), []impose.Cause{"", impose.CauseTooBig, impose.CauseDamaged}},
		{"numbers without sense", samplePDF("", sample{100, 100, "/Rotate 37/UserUnit -1e30/CropBox[1e38 -1e38 nan inf]", "1e38 w 1e38 0 0 -1e38 1e38 0 cm 0 0 m 1e38 1e38 l S"}), []impose.Cause{"", impose.CauseDamaged, impose.CauseTooBig}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := limitedTo(t, Config{Timeout: 20 * time.Second, PerPage: time.Millisecond, Memory: 192 << 20}, c.doc, grayWork)
			got := cause(t, err)
			if slices.Contains(c.want, got) {
				return
			}
			t.Errorf("the cause is %q, want one of %q", got, c.want)
		})
	}
}

// limitedTo renders a document within limits; nothing is left of one that failed.
func limitedTo(t *testing.T, c Config, doc []byte, w impose.Work) (string, error) {
	t.Helper()
	c.Log, c.CacheDir = slog.New(slog.DiscardHandler), sharedCache()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	_, err = r.Render(t.Context(), written(t, doc), impose.PDF, w, out)
	if _, missing := os.Stat(out); err != nil && !os.IsNotExist(missing) {
		t.Errorf("something is left of a document that failed: %v", missing)
	}
	return out, err
}

// A page of 200 by 200 inches is PDF's largest. Its memory is that of its bands.
func TestHugePage(t *testing.T) {
	doc := samplePDF("", sample{14400, 14400, "", corners(14400, 14400, "huge")})
	w := grayWork
	w.Raster.DPIX, w.Raster.DPIY = 150, 150 // 30000 by 30000 pixels
	out, err := limitedTo(t, Config{Memory: 128 << 20}, doc, w)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(out)
	if err != nil || info.Size() > 1<<20 {
		t.Errorf("the result has %d bytes, %v", info.Size(), err)
	}
	w.Raster.DPIX, w.Raster.DPIY = 600, 600
	_, err = limitedTo(t, Config{}, doc, w)
	if got := cause(t, err); got != impose.CauseTooBig {
		t.Errorf("at 600 dpi the cause is %q", got)
	}
}

// slowPDF takes many seconds to draw.
func slowPDF() []byte {
	return samplePDF("", sample{500, 500, "", strings.Repeat("0 0 m 500 1 l 1 500 l 499 499 l 0 3 l f*\n", 200_000)})
}

func TestLimits(t *testing.T) {
	w := grayWork
	w.Raster.DPIX, w.Raster.DPIY = 1200, 1200
	t.Run("time", func(t *testing.T) {
		begin := time.Now()
		_, err := limitedTo(t, Config{Timeout: time.Second, PerPage: time.Millisecond}, slowPDF(), w)
		if got := cause(t, err); got != impose.CauseTimeout || time.Since(begin) > 30*time.Second {
			t.Errorf("the cause is %q after %v", got, time.Since(begin))
		}
	})
	t.Run("memory", func(t *testing.T) {
		_, err := limitedTo(t, Config{Memory: 40 << 20}, slowPDF(), w)
		if got := cause(t, err); got != impose.CauseTooBig {
			t.Errorf("the cause is %q", got)
		}
	})
	t.Run("output", func(t *testing.T) {
		_, err := limitedTo(t, Config{Output: 1000}, numbered(1, 500, 500), w)
		if got := cause(t, err); got != impose.CauseTooBig {
			t.Errorf("the cause is %q", got)
		}
	})
	t.Run("context", func(t *testing.T) {
		r, err := New(Config{Log: slog.New(slog.DiscardHandler), CacheDir: sharedCache()})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Render(ctx, written(t, slowPDF()), impose.PDF, w, filepath.Join(t.TempDir(), "out")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
	})
}

// What cannot be done is said, not tried.
func TestUnsupported(t *testing.T) {
	for name, w := range map[string]impose.Work{
		"a type of no printer":     {To: impose.PWG, Raster: impose.Raster{DPIX: 72, DPIY: 72, Type: gcp.PWGType("CMYK_16")}},
		"no resolution":            {To: impose.PWG, Raster: impose.Raster{Type: "SGRAY_8"}},
		"a format":                 {To: "application/postscript"},
		"Apple raster at two dpi":  {To: impose.URF, Raster: impose.Raster{DPIX: 300, DPIY: 600, Type: "SGRAY_8"}},
		"Apple raster of one bit":  {To: impose.URF, Raster: impose.Raster{DPIX: 300, DPIY: 300, Type: "BLACK_1"}},
		"a resolution beyond that": {To: impose.PWG, Raster: impose.Raster{DPIX: 99999, DPIY: 72, Type: "SGRAY_8"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := limitedTo(t, Config{}, numbered(1, 99, 99), w)
			if got := cause(t, err); got != impose.CauseUnsupported {
				t.Errorf("the cause is %q", got)
			}
		})
	}
}
