package raster

import (
	"fmt"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// show opens a page to draw it.
func (d *document) show(number int) (requests.Page, error) {
	fresh := d.open != number
	page, err := d.load(number)
	if err != nil || !fresh {
		return page, err
	}
	if err := d.showFields(page); err != nil {
		return page, damaged(fmt.Errorf("page %d: %w", number+1, err))
	}
	return page, nil
}

// maxAnnotations of a page are looked at: more than any form has.
const maxAnnotations = 20_000

// showFields has the fields of a form on a page drawn. PDFium leaves those to its
// form filler, which lays them on whole pixels, draws them as they look on a
// screen, and runs what the document says is to be done; it draws all other
// annotations with the page, as they print. So fields are made stamps, in memory:
// like theirs, their appearance is drawn, and no more.
func (d *document) showFields(page requests.Page) error {
	count, err := d.pdf.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil {
		return err
	}
	first := true
	for i := range min(count.Count, maxAnnotations) {
		a, err := d.pdf.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: page, Index: i})
		if err != nil {
			continue // it is no annotation
		}
		if err := d.showField(page, a.Annotation, &first); err != nil {
			return err
		}
		if _, err := d.pdf.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation}); err != nil {
			return err
		}
	}
	return nil
}

// showField makes a stamp of a field.
func (d *document) showField(page requests.Page, a references.FPDF_ANNOTATION, first *bool) error {
	kind, err := d.pdf.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a})
	if err != nil || kind.Subtype != enums.FPDF_ANNOT_SUBTYPE_WIDGET {
		return err
	}
	if *first {
		*first = false
		if err := d.makeAppearances(page); err != nil {
			return err
		}
	}
	_, err = d.pdf.FPDFAnnot_SetStringValue(&requests.FPDFAnnot_SetStringValue{Annotation: a, Key: "Subtype", Value: "Stamp"})
	return err
}

// makeAppearances has PDFium make the appearances of fields that have none, where
// the document asks for it (NeedAppearances): it does when it draws.
func (d *document) makeAppearances(page requests.Page) error {
	b, err := d.pdf.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{Width: 1, Height: 1, Format: gray.format(), Pointer: uint64(0)})
	if err != nil {
		return err
	}
	if _, err := d.pdf.FPDF_RenderPageBitmapWithMatrix(&requests.FPDF_RenderPageBitmapWithMatrix{
		Bitmap: b.Bitmap, Page: page, Matrix: matrix{a: 1, d: 1}.pdfium(0), Clipping: frame{0, 0, 1, 1}.pdfium(0), Flags: gray.flags(),
	}); err != nil {
		return err
	}
	_, err = d.pdf.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: b.Bitmap})
	return err
}
