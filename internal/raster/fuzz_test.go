package raster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium/requests"

	"platen/internal/impose"
)

// workbench is PDFium for many documents, made anew now and then as a child is for each.
type workbench struct {
	e     *engine
	end   context.CancelFunc
	count int
}

// engine is one that works and has room.
func (b *workbench) engine(t testing.TB) *engine {
	if b.e != nil && (b.count > 500 || b.e.guest.full()) {
		b.drop()
	}
	if b.e == nil {
		ctx, cancel := context.WithCancel(context.Background())
		e, err := openEngine(ctx, setup{cache: sharedCache(), memory: 256 << 20, checked: true})
		if err != nil {
			t.Fatal(err)
		}
		b.e, b.end, b.count = e, cancel, 0
	}
	b.count++
	return b.e
}

func (b *workbench) drop() {
	b.end()
	func() {
		defer func() { _ = recover() }() // of a guest that was ended
		b.e.close()
	}()
	b.e = nil
}

// FuzzPDF reads and draws what might be a PDF: an error has a cause, and a guest
// that is broken breaks nothing else.
func FuzzPDF(f *testing.F) {
	f.Add(numbered(2, 100, 100))
	f.Add(samplePDF("<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Length 30>>stream\n1 0 0 rg 10 10 20 20 re f     \nendstream", sample{100, 100, "/Rotate 90/Annots[<</Type/Annot/Subtype/Square/Rect[1 1 9 9]/C[1 0 0]>>]", "/X Do"}))
	f.Add(nested("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 50 50]>>"))
	var b workbench
	b.engine(f) // compiled before the first document: one may take ten seconds, no more
	f.Fuzz(func(t *testing.T, doc []byte) {
		if len(doc) > 64<<10 {
			return
		}
		e := b.engine(t)
		alarm := time.AfterFunc(5*time.Second, b.end)
		defer alarm.Stop()
		err := drawAll(e, doc)
		if err == nil {
			return
		}
		var known *impose.Error
		if !errors.As(err, &known) {
			t.Errorf("%v has no cause", err)
		}
		if known.Err != nil && (strings.Contains(known.Err.Error(), "wasm error") || strings.Contains(known.Err.Error(), "closed")) {
			b.drop() // the guest has stopped
		}
	})
}

// drawAll draws the first pages of a document, as a child does.
func drawAll(e *engine, doc []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("wasm error: %v", p))
		}
	}()
	d, err := e.read(bytes.NewReader(doc), int64(len(doc)))
	if err != nil {
		return err
	}
	d.pages = d.pages[:min(len(d.pages), 3)]
	sides, err := impose.Sides(d.pages, impose.Layout{})
	if err != nil {
		return err
	}
	w := impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 20, DPIY: 20, Type: "SRGB_8"}}
	if err := writeRaster(d, sides, w, io.Discard); err != nil {
		return err
	}
	d.unload()
	_, err = d.pdf.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: d.ref})
	return err
}
