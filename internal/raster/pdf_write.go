package raster

import (
	"fmt"
	"io"
	"math"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"platen/internal/impose"
)

// writePDF writes sides of a document as a PDF. Text and lines stay what they are,
// what several pages use is written once, and copies are pages that share all of
// their content.
func writePDF(d *document, sides []impose.Side, _ impose.Work, out io.Writer) error {
	a := assemble(d, sides)
	if a.whole() {
		return save(d.pdf, d.ref, out)
	}
	if err := a.flatten(); err != nil {
		return err
	}
	var err error
	var made references.FPDF_DOCUMENT
	if a.plain() {
		made, err = a.pick()
	} else {
		made, err = a.lay()
	}
	if err != nil {
		return err
	}
	return save(d.pdf, made, out)
}

// assembly is a PDF that is put together of the pages of another.
type assembly struct {
	*document
	distinct []impose.Side // each side once
	order    []int         // of them
}

// assemble finds the sides that are the same: those of later copies share the parts
// of the first.
func assemble(d *document, sides []impose.Side) *assembly {
	a := &assembly{document: d, order: make([]int, 0, len(sides))}
	seen := map[*impose.Part]int{}
	blank := map[[2]float64]int{}
	for _, s := range sides {
		var at int
		var known bool
		if len(s.Parts) == 0 {
			at, known = blank[[2]float64{s.Width, s.Height}]
		} else {
			at, known = seen[&s.Parts[0]]
		}
		if !known {
			at = len(a.distinct)
			a.distinct = append(a.distinct, s)
			if len(s.Parts) == 0 {
				blank[[2]float64{s.Width, s.Height}] = at
			} else {
				seen[&s.Parts[0]] = at
			}
		}
		a.order = append(a.order, at)
	}
	return a
}

// used is the pages on the distinct sides, one after the other.
func (a *assembly) used() []int {
	var pages []int
	for _, s := range a.distinct {
		for _, p := range s.Parts {
			pages = append(pages, p.Page)
		}
	}
	return pages
}

// flatten makes annotations and the fields of forms, as they print, part of the
// pages: they do not come along otherwise.
func (a *assembly) flatten() error {
	for _, number := range a.used() {
		page, err := a.load(number)
		if err != nil {
			return err
		}
		if _, err := a.pdf.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: page, Usage: requests.FPDFPage_FlattenUsagePrint}); err != nil {
			return damaged(fmt.Errorf("flatten page %d: %w", number+1, err))
		}
	}
	a.unload()
	return nil
}

// hair is a difference in points that nobody sees.
const hair = 0.05

// plain reports whether each side is just a page as it is.
func (a *assembly) plain() bool {
	for _, s := range a.distinct {
		if len(s.Parts) == 0 {
			continue
		}
		p := s.Parts[0]
		page := a.pages[p.Page]
		still := p.A == 1 && p.D == 1 && math.Abs(p.E) < hair && math.Abs(p.F) < hair
		same := math.Abs(page.Width-s.Width) < hair && math.Abs(page.Height-s.Height) < hair
		if len(s.Parts) > 1 || !still || !same || p.Clip != (impose.Rect{}) {
			return false
		}
	}
	return true
}

// whole reports whether the sides are all pages of the document as they are.
func (a *assembly) whole() bool {
	if len(a.order) != len(a.pages) || !a.plain() {
		return false
	}
	for i, at := range a.order {
		if s := a.distinct[at]; len(s.Parts) == 0 || s.Parts[0].Page != i {
			return false
		}
	}
	return true
}

// pick makes a PDF of pages as they are, in the order that is wanted.
func (a *assembly) pick() (references.FPDF_DOCUMENT, error) {
	made, err := a.chosen(a.used())
	if err != nil {
		return made, err
	}
	for i, s := range a.distinct {
		if len(s.Parts) > 0 {
			continue
		}
		page, err := a.pdf.FPDFPage_New(&requests.FPDFPage_New{Document: made, PageIndex: i, Width: s.Width, Height: s.Height})
		if err != nil {
			return made, damaged(fmt.Errorf("make a blank side: %w", err))
		}
		if err := closePage(a.pdf, page.Page); err != nil {
			return made, err
		}
	}
	return a.ordered(made)
}

// chosen is a new PDF of some pages.
func (a *assembly) chosen(pages []int) (references.FPDF_DOCUMENT, error) {
	return imported(a.pdf, a.ref, pages)
}

// ordered is a PDF of the distinct sides in the order of all sides. It closes what
// it does not return.
func (a *assembly) ordered(distinct references.FPDF_DOCUMENT) (references.FPDF_DOCUMENT, error) {
	straight := len(a.order) == len(a.distinct)
	for i, at := range a.order {
		straight = straight && i == at
	}
	if straight {
		return distinct, nil
	}
	made, err := imported(a.pdf, distinct, a.order)
	if err != nil {
		return made, err
	}
	return made, closeDocument(a.pdf, distinct)
}

// imported is a new PDF of pages of another; one can come several times, and then
// shares its content.
func imported(pdf pdfium.Pdfium, from references.FPDF_DOCUMENT, pages []int) (references.FPDF_DOCUMENT, error) {
	made, err := pdf.FPDF_CreateNewDocument(&requests.FPDF_CreateNewDocument{})
	if err != nil {
		return "", tooBig(fmt.Errorf("make a PDF: %w", err))
	}
	_, err = pdf.FPDF_ImportPagesByIndex(&requests.FPDF_ImportPagesByIndex{Source: from, Destination: made.Document, PageIndices: pages})
	if err != nil {
		return "", damaged(fmt.Errorf("take %d pages: %w", len(pages), err))
	}
	return made.Document, nil
}

func closeDocument(pdf pdfium.Pdfium, ref references.FPDF_DOCUMENT) error {
	if _, err := pdf.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: ref}); err != nil {
		return damaged(fmt.Errorf("close a PDF: %w", err))
	}
	return nil
}

func closePage(pdf pdfium.Pdfium, ref references.FPDF_PAGE) error {
	if _, err := pdf.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: ref}); err != nil {
		return damaged(fmt.Errorf("close a page: %w", err))
	}
	return nil
}

// save writes a PDF.
func save(pdf pdfium.Pdfium, ref references.FPDF_DOCUMENT, out io.Writer) error {
	w := &remembering{w: out}
	_, err := pdf.FPDF_SaveAsCopy(&requests.FPDF_SaveAsCopy{Document: ref, FileWriter: w, Flags: requests.SaveFlagRemoveSecurity})
	switch {
	case w.err != nil:
		return unwritten(w.err)
	case err != nil:
		return damaged(fmt.Errorf("write the PDF: %w", err))
	}
	return nil
}

// remembering keeps the error of a writer, which PDFium makes a mere no of.
type remembering struct {
	w   io.Writer
	err error
}

// Write writes p.
func (r *remembering) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.w.Write(p)
	r.err = err
	return n, err
}
