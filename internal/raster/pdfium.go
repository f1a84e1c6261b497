package raster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"platen/internal/impose"
)

// engine is PDFium in its sandbox.
type engine struct {
	pool  pdfium.Pool
	pdf   pdfium.Pdfium
	guest guest
}

// guest says how much memory PDFium took, where that is known.
type guest struct{ size, limit int64 }

// full reports whether more was hardly to be had: then that is why something
// failed, for PDFium stops when it gets none.
func (g guest) full() bool { return g.size > g.limit/4*3 }

// setup says how PDFium is started.
type setup struct {
	cache     string // folder of its compiled form, "" if there is none
	memory    int64  // that it may use
	interpret bool   // it is not compiled at all
	checked   bool   // it ends when its context does, at a fifth of the speed
}

// pageSize is the unit of a guest's memory.
const pageSize = 64 << 10

// openEngine starts PDFium. It sees no files and writes nowhere: its standard
// output must be given, since a Windows service has none to inherit.
func openEngine(ctx context.Context, s setup) (*engine, error) {
	rc := wazero.NewRuntimeConfig()
	if s.interpret {
		rc = wazero.NewRuntimeConfigInterpreter()
	}
	rc = rc.WithMemoryLimitPages(uint32(min(s.memory, 2<<30) / pageSize)).WithDebugInfoEnabled(false)
	if s.checked { // for tests; whoever wants to end a child ends the process
		rc = rc.WithCloseOnContextDone(true)
	}
	if s.cache != "" && !s.interpret {
		if !cached(s.cache) {
			defer tidy(s.cache)
		}
		c, err := wazero.NewCompilationCacheWithDir(cacheOf(s.cache))
		if err != nil {
			return nil, fmt.Errorf("open the compiled module: %w", err)
		}
		rc = rc.WithCompilationCache(c)
	}
	e := &engine{guest: guest{limit: s.memory}}
	pool, err := webassembly.Init(webassembly.Config{
		Context: experimental.WithMemoryAllocator(ctx, allocator(&e.guest)),
		MaxIdle: 1, MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), RuntimeConfig: rc, Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		if damagedCache(err) {
			_ = os.RemoveAll(cacheOf(s.cache)) // else nothing is ever drawn again; the next child compiles
		}
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	pdf, err := pool.GetInstance(time.Minute)
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	e.pool, e.pdf = pool, pdf
	return e, nil
}

// close ends it.
func (e *engine) close() { _ = e.pool.Close() } // what it holds ends with the process

// document is an open PDF.
type document struct {
	pdf   pdfium.Pdfium
	ref   references.FPDF_DOCUMENT
	pages []impose.Page

	open int                  // number of the page that is open, -1: none
	page references.FPDF_PAGE // it
	on   *easel               // bitmaps of the last side

	poppler string // path of pdftoppm, if that draws
	limit   int64  // bytes of memory that it may use
}

// maxDocument is what PDFium's 32-bit offsets allow, with room to spare.
const maxDocument = 2 << 30

// maxPages is more than anybody prints.
const maxPages = 200_000

// document opens a PDF; it reads from f as it needs to.
func (e *engine) document(f *os.File) (*document, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, failed("The document could not be opened.", err)
	}
	return e.read(f, info.Size())
}

// read opens a PDF of so many bytes.
func (e *engine) read(f io.ReaderAt, size int64) (*document, error) {
	if size == 0 {
		return nil, damaged(io.ErrUnexpectedEOF)
	}
	if size > maxDocument {
		return nil, tooBig(fmt.Errorf("%d bytes", size))
	}
	doc, err := e.pdf.FPDF_LoadCustomDocument(&requests.FPDF_LoadCustomDocument{Reader: newWindow(f, size), Size: size})
	switch {
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		return nil, &impose.Error{Cause: impose.CausePassword, Text: "The document is protected: it opens with a password only.", Err: err}
	case err != nil:
		return nil, damaged(err)
	}
	d := &document{pdf: e.pdf, ref: doc.Document, open: -1}
	return d, d.measure()
}

// measure learns the sizes of all pages.
func (d *document) measure() error {
	count, err := d.pdf.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.ref})
	if err != nil {
		return damaged(err)
	}
	switch {
	case count.PageCount <= 0:
		return &impose.Error{Cause: impose.CauseEmpty, Text: "The document has no pages."}
	case count.PageCount > maxPages:
		return tooBig(fmt.Errorf("%d pages", count.PageCount))
	}
	d.pages = make([]impose.Page, count.PageCount)
	for i := range d.pages {
		size, err := d.pdf.FPDF_GetPageSizeByIndexF(&requests.FPDF_GetPageSizeByIndexF{Document: d.ref, Index: i})
		if err != nil {
			return damaged(fmt.Errorf("page %d: %w", i+1, err))
		}
		d.pages[i] = impose.Page{Width: float64(size.Size.Width), Height: float64(size.Size.Height)}
	}
	return nil
}

// load opens a page, and closes the one before.
func (d *document) load(number int) (requests.Page, error) {
	if d.open != number {
		d.unload()
		p, err := d.pdf.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.ref, Index: number})
		if err != nil {
			return requests.Page{}, damaged(fmt.Errorf("page %d: %w", number+1, err))
		}
		d.open, d.page = number, p.Page
	}
	return requests.Page{ByReference: &d.page}, nil
}

// unload closes the page that is open.
func (d *document) unload() {
	if d.open < 0 {
		return
	}
	// A guest that cannot close a page fails at the next call, too.
	_, _ = d.pdf.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: d.page})
	d.open = -1
}
