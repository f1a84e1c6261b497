package raster

import (
	"errors"
	"fmt"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"

	"platen/internal/impose"
)

// perStock is how many pages lie on one page of the stock, in rows and columns.
const perStock = 2

// lay makes a PDF of sides on which pages lie as form objects.
//
// PDFium makes form objects of pages one at a time, each with its own copy of every
// font, or of all pages of a document at once, in a grid, and then they share. So all
// that are used are laid out in a grid, and moved from there to their sides. The
// form of a page has the coordinates of impose.Part: turned, cropped, from the lower
// left.
func (a *assembly) lay() (references.FPDF_DOCUMENT, error) {
	pages, err := a.chosen(a.used())
	if err != nil {
		return pages, err
	}
	matrices, err := a.crop(pages)
	if err != nil {
		return pages, err
	}
	grid, err := a.pdf.FPDF_ImportNPagesToOne(&requests.FPDF_ImportNPagesToOne{
		Source: pages, OutputWidth: 1000, OutputHeight: 1000, NumPagesOnXAxis: perStock, NumPagesOnYAxis: perStock,
	})
	if err != nil {
		return pages, damaged(fmt.Errorf("lay out %d pages: %w", len(matrices), err))
	}
	if err := closeDocument(a.pdf, pages); err != nil {
		return pages, err
	}
	s := &stock{assembly: a, ref: grid.Document, matrices: matrices}
	s.sheets = (len(matrices) + perStock*perStock - 1) / (perStock * perStock)
	if err := s.fill(); err != nil {
		return s.ref, err
	}
	return a.ordered(s.ref)
}

// stock is a PDF that begins with sheets full of form objects.
type stock struct {
	*assembly
	ref      references.FPDF_DOCUMENT
	matrices []structs.FPDF_FS_MATRIX // of the objects
	sheets   int
	taken    int // objects

	loaded bool
	page   references.FPDF_PAGE // of the stock, the one that objects are taken from
}

// fill makes the distinct sides, and removes what the objects came from.
func (s *stock) fill() error {
	for i, side := range s.distinct {
		page, err := s.pdf.FPDFPage_New(&requests.FPDFPage_New{Document: s.ref, PageIndex: s.sheets + i, Width: side.Width, Height: side.Height})
		if err != nil {
			return damaged(fmt.Errorf("make side %d: %w", i+1, err))
		}
		on := requests.Page{ByReference: &page.Page}
		for range side.Parts {
			if err := s.move(on); err != nil {
				return damaged(fmt.Errorf("side %d: %w", i+1, err))
			}
		}
		if _, err := s.pdf.FPDFPage_GenerateContent(&requests.FPDFPage_GenerateContent{Page: on}); err != nil {
			return damaged(fmt.Errorf("side %d: %w", i+1, err))
		}
		if err := closePage(s.pdf, page.Page); err != nil {
			return err
		}
	}
	if s.loaded {
		if err := closePage(s.pdf, s.page); err != nil {
			return err
		}
	}
	for range s.sheets {
		if _, err := s.pdf.FPDFPage_Delete(&requests.FPDFPage_Delete{Document: s.ref}); err != nil {
			return damaged(err)
		}
	}
	return nil
}

// move takes the next object of the stock to a side.
func (s *stock) move(to requests.Page) error {
	if s.taken%(perStock*perStock) == 0 {
		if err := s.next(); err != nil {
			return err
		}
	}
	m := s.matrices[s.taken]
	s.taken++
	from := requests.Page{ByReference: &s.page}
	object, err := s.pdf.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: from})
	if err != nil {
		return err
	}
	if _, err := s.pdf.FPDFPage_RemoveObject(&requests.FPDFPage_RemoveObject{Page: from, PageObject: object.PageObject}); err != nil {
		return err
	}
	if _, err := s.pdf.FPDFPageObj_SetMatrix(&requests.FPDFPageObj_SetMatrix{PageObject: object.PageObject, Transform: m}); err != nil {
		return err
	}
	_, err = s.pdf.FPDFPage_InsertObject(&requests.FPDFPage_InsertObject{Page: to, PageObject: object.PageObject})
	return err
}

// next opens the next sheet of the stock.
func (s *stock) next() error {
	if s.loaded {
		if err := closePage(s.pdf, s.page); err != nil {
			return err
		}
		s.loaded = false
	}
	p, err := s.pdf.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: s.ref, Index: s.taken / (perStock * perStock)})
	if err != nil {
		return err
	}
	s.loaded, s.page = true, p.Page
	count, err := s.pdf.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: requests.Page{ByReference: &s.page}})
	if err != nil {
		return err
	}
	// Were one missing, the pages behind it would come on wrong sides.
	if want := min(perStock*perStock, len(s.matrices)-s.taken); count.Count != want {
		return fmt.Errorf("%d objects of %d pages", count.Count, want)
	}
	return nil
}

// crop cuts the pages that are used to what their parts show, and returns the
// matrices of what is left.
func (a *assembly) crop(pages references.FPDF_DOCUMENT) ([]structs.FPDF_FS_MATRIX, error) {
	var matrices []structs.FPDF_FS_MATRIX
	for _, s := range a.distinct {
		for _, p := range s.Parts {
			m := matrix{p.A, p.B, p.C, p.D, p.E, p.F}
			if p.Clip != (impose.Rect{}) {
				shown := m.back(p.Clip)
				if err := a.cropPage(pages, len(matrices), shown); err != nil {
					return nil, damaged(fmt.Errorf("crop page %d: %w", p.Page+1, err))
				}
				m = matrix{a: 1, d: 1, e: max(shown.X, 0), f: max(shown.Y, 0)}.then(m)
			}
			matrices = append(matrices, structs.FPDF_FS_MATRIX{
				A: float32(m.a), B: float32(m.b), C: float32(m.c), D: float32(m.d), E: float32(m.e), F: float32(m.f),
			})
		}
	}
	return matrices, nil
}

// back is where a rectangle comes from that m, which turns by quarters and scales,
// carries somewhere.
func (m matrix) back(r impose.Rect) impose.Rect {
	det := m.a*m.d - m.b*m.c
	x0, y0 := (m.d*(r.X-m.e)-m.c*(r.Y-m.f))/det, (m.a*(r.Y-m.f)-m.b*(r.X-m.e))/det
	x1, y1 := (m.d*(r.X+r.Width-m.e)-m.c*(r.Y+r.Height-m.f))/det, (m.a*(r.Y+r.Height-m.f)-m.b*(r.X+r.Width-m.e))/det
	return impose.Rect{X: min(x0, x1), Y: min(y0, y1), Width: max(x0, x1) - min(x0, x1), Height: max(y0, y1) - min(y0, y1)}
}

// cropPage sets the crop box of a page to what is shown of it, given in points of
// the page as it is seen.
func (a *assembly) cropPage(pages references.FPDF_DOCUMENT, index int, shown impose.Rect) error {
	loaded, err := a.pdf.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: pages, Index: index})
	if err != nil {
		return err
	}
	page := requests.Page{ByReference: &loaded.Page}
	box, err := a.pdf.FPDF_GetPageBoundingBox(&requests.FPDF_GetPageBoundingBox{Page: page})
	if err != nil {
		return err
	}
	turn, err := a.pdf.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: page})
	if err != nil {
		return err
	}
	r := untwist(box.Rect, turn.PageRotation, shown)
	r.Left, r.Bottom = max(r.Left, box.Rect.Left), max(r.Bottom, box.Rect.Bottom)
	r.Right, r.Top = min(r.Right, box.Rect.Right), min(r.Top, box.Rect.Top)
	if r.Left >= r.Right || r.Bottom >= r.Top {
		return errors.New("nothing is left")
	}
	if _, err := a.pdf.FPDFPage_SetCropBox(&requests.FPDFPage_SetCropBox{Page: page, Left: r.Left, Bottom: r.Bottom, Right: r.Right, Top: r.Top}); err != nil {
		return err
	}
	return closePage(a.pdf, loaded.Page)
}

// untwist carries a rectangle of a page as it is seen to the page's own coordinates.
func untwist(box structs.FPDF_FS_RECTF, turn enums.FPDF_PAGE_ROTATION, r impose.Rect) structs.FPDF_FS_RECTF {
	x0, y0, x1, y1 := float32(r.X), float32(r.Y), float32(r.X+r.Width), float32(r.Y+r.Height)
	switch turn {
	case enums.FPDF_PAGE_ROTATION_90_CW:
		return structs.FPDF_FS_RECTF{Left: box.Right - y1, Right: box.Right - y0, Bottom: box.Bottom + x0, Top: box.Bottom + x1}
	case enums.FPDF_PAGE_ROTATION_180_CW:
		return structs.FPDF_FS_RECTF{Left: box.Right - x1, Right: box.Right - x0, Bottom: box.Top - y1, Top: box.Top - y0}
	case enums.FPDF_PAGE_ROTATION_270_CW:
		return structs.FPDF_FS_RECTF{Left: box.Left + y0, Right: box.Left + y1, Bottom: box.Top - x1, Top: box.Top - x0}
	case enums.FPDF_PAGE_ROTATION_NONE:
	}
	return structs.FPDF_FS_RECTF{Left: box.Left + x0, Right: box.Left + x1, Bottom: box.Bottom + y0, Top: box.Bottom + y1}
}
