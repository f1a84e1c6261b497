package raster

import (
	"compress/zlib"
	"fmt"
	"io"
	"strings"
)

// pdfFile writes a PDF (ISO 32000-1, 7.5) object by object, as they come: nothing of
// it stays in memory but where they are. The first error stays.
type pdfFile struct {
	out     io.Writer
	at      int64
	offsets []int64 // of objects, from number 1
	pages   []int   // numbers of page objects
	err     error
}

// The objects whose numbers are known before they are written.
const (
	pdfCatalog = 1
	pdfTree    = 2
)

// newPDF begins a file.
func newPDF(out io.Writer) *pdfFile {
	p := &pdfFile{out: out, offsets: make([]int64, pdfTree)}
	// Bytes above 127 in the second line tell programs that the file is not text.
	_, _ = p.Write([]byte("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")) // kept in err
	return p
}

// Write writes p as it is.
func (p *pdfFile) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.out.Write(b)
	p.at += int64(n)
	p.err = err
	return n, err
}

// reserve returns the number of an object that is written later.
func (p *pdfFile) reserve() int {
	p.offsets = append(p.offsets, 0)
	return len(p.offsets)
}

// object writes an object.
func (p *pdfFile) object(number int, format string, args ...any) {
	p.offsets[number-1] = p.at
	fmt.Fprintf(p, "%d 0 obj\n", number)
	fmt.Fprintf(p, format, args...)
	fmt.Fprint(p, "\nendobj\n")
}

// stream writes an object with what write makes; dict is of its dictionary, all but
// the length.
func (p *pdfFile) stream(number int, dict string, write func(io.Writer) error) error {
	length := p.reserve()
	p.offsets[number-1] = p.at
	fmt.Fprintf(p, "%d 0 obj\n<<%s/Length %d 0 R>>\nstream\n", number, dict, length)
	begin := p.at
	if err := write(p); err != nil {
		return err
	}
	n := p.at - begin
	fmt.Fprint(p, "\nendstream\nendobj\n")
	p.object(length, "%d", n)
	return p.err
}

// packed is stream with compression.
func (p *pdfFile) packed(number int, dict string, write func(io.Writer) error) error {
	return p.stream(number, dict+"/Filter/FlateDecode", func(out io.Writer) error {
		z := zlib.NewWriter(out)
		if err := write(z); err != nil {
			return err
		}
		return z.Close()
	})
}

// page writes a page of points with a content and resources.
func (p *pdfFile) page(width, height float64, resources, content string) error {
	text, page := p.reserve(), p.reserve()
	if err := p.packed(text, "", func(out io.Writer) error {
		_, err := io.WriteString(out, content)
		return err
	}); err != nil {
		return err
	}
	p.object(page, "<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.4f %.4f]/Contents %d 0 R/Resources<<%s>>>>", pdfTree, width, height, text, resources)
	p.pages = append(p.pages, page)
	return p.err
}

// close writes what ends the file.
func (p *pdfFile) close() error {
	var kids strings.Builder
	for _, page := range p.pages {
		fmt.Fprintf(&kids, "%d 0 R ", page)
	}
	p.object(pdfTree, "<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(p.pages))
	p.object(pdfCatalog, "<</Type/Catalog/Pages %d 0 R>>", pdfTree)
	table := p.at
	fmt.Fprintf(p, "xref\n0 %d\n0000000000 65535 f \n", len(p.offsets)+1)
	for _, at := range p.offsets {
		fmt.Fprintf(p, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(p, "trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(p.offsets)+1, pdfCatalog, table)
	return p.err
}
