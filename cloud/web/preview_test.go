package web

import (
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/raster"
	"platen/internal/smallpdf"
)

// moduleCache keeps what children compile from one run of the tests to the next.
var moduleCache = sync.OnceValue(func() string {
	return filepath.Join(os.TempDir(), "platen-web-test-"+strconv.Itoa(os.Getuid()))
})

// startDrawing is a world whose service draws with real children; it counts them.
func startDrawing(t *testing.T) (*world, *atomic.Int32) {
	t.Helper()
	children := &atomic.Int32{}
	r, err := raster.New(raster.Config{
		CacheDir: moduleCache(), WorkDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		Memory: 6 << 30, // a child is this program, maybe with the race detector in it
		Ended:  func(*os.ProcessState) { children.Add(1) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err) // the first one compiles what children need
	}
	w := startWith(t, cloud.Rendering{Renderer: r, Folder: t.TempDir(), Path: func(context.Context, string) (string, error) {
		return "", cloud.ErrNotFound
	}})
	w.signIn()
	w.browser.Timeout = time.Minute
	children.Store(0)
	return w, children
}

// numbered is a PDF of pages that are each a point wider than the one before.
func numbered(pages int) string {
	sheets := make([]smallpdf.Sheet, pages)
	for i := range sheets {
		sheets[i] = smallpdf.Sheet{Width: float64(500 + i), Height: 842}
	}
	return string(smallpdf.Pages(sheets...))
}

// drafted keeps a document to be looked at.
func (w *world) drafted(p gcp.PrinterID, doc paper) string {
	w.t.Helper()
	text, resp := w.sendTo("/printers/"+string(p)+"/preview", "application/json", url.Values{"xsrf": {w.xsrf()}}, []paper{doc})
	var answer struct{ Drafts []string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Drafts) != 1 {
		w.t.Fatalf("%s: %s", resp.Status, text)
	}
	return answer.Drafts[0]
}

// One child draws a block of sides; those that follow the first, and going back, cost
// no other. The next block is drawn before anybody asks for it, once somebody comes near.
// Small pictures have a child of their own.
func TestPreviewsAreDrawnInBlocks(t *testing.T) {
	w, children := startDrawing(t)
	id := w.drafted(w.addPrinter("plain"), paper{"a.pdf", numbered(14)})
	side := func(file string) (int, int) {
		t.Helper()
		text, resp := w.get("/drafts/" + id + "/page/" + file)
		m, err := png.DecodeConfig(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %s: %v", file, resp.Status, err)
		}
		return m.Width, m.Height
	}
	for _, n := range []int{1, 2, 4, 3, 1} {
		// 96 dots for 72 points; parts of a dot are cut off.
		if width, _ := side(fmt.Sprintf("%d.png", n)); width != (500+n-1)*96/72 {
			t.Errorf("side %d is %d wide", n, width)
		}
	}
	ended := func(want int32) { // a child is counted when it ends, which may be after its pictures were shown
		t.Helper()
		if !lab.Eventually(time.Minute, func() bool { return children.Load() >= want }) || children.Load() != want {
			t.Errorf("%d children drew, want %d", children.Load(), want)
		}
	}
	ended(1)
	side("12.png")
	ended(2)
	side("14.png")
	for n := range 14 {
		if _, height := side(fmt.Sprintf("small-%d.png", n+1)); height < 150 || height > 200 {
			t.Errorf("a small side is %d high", height)
		}
	}
	ended(3)
	if _, resp := w.get("/drafts/" + id + "/page/15.png"); resp.StatusCode == http.StatusOK {
		t.Error("there is a fifteenth side")
	}
	if text, _ := w.get("/drafts/" + id + "?at=15"); !strings.Contains(text, `"side":1,"sides":14`) {
		t.Errorf("near side 15: %s", text)
	}
}
