// Package smallpdf writes small PDF files (ISO 32000-1): the test pages of both programs,
// and what tests print.
package smallpdf

import (
	"bytes"
	"fmt"
	"strings"
)

// File writes a file of objects, which are numbered from 1: the first is the catalog
// (ISO 32000-1, 7.5).
func File(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	offsets := make([]int, 0, len(objects))
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// Stream is the object that holds a page's content.
func Stream(content string) string {
	return fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content)
}

// Sheet is a page of a file. Its sides are in points, of which an inch has 72; in its
// content the font F1 is Helvetica, which every reader has.
type Sheet struct {
	Width, Height float64
	Content       string
}

// Page writes a file of one page.
func Page(width, height float64, content string) []byte { return Pages(Sheet{width, height, content}) }

// Pages writes a file of pages.
func Pages(sheets ...Sheet) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"}
	var kids strings.Builder
	for _, s := range sheets {
		page := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", page)
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.3f %.3f]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>", s.Width, s.Height, page+1),
			Stream(s.Content))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(sheets))
	return File(objects...)
}

// Text returns what stands between the parentheses of a literal string (ISO 32000-1,
// 7.3.4.2), in WinAnsiEncoding (Annex D). What that lacks becomes a question mark;
// control characters are left out.
func Text(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune(`()\`, r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= 0x20 && r < 0x7f:
			b.WriteRune(r)
		case r >= 0xa0 && r <= 0xff:
			fmt.Fprintf(&b, `\%03o`, r)
		case r >= 0x20:
			b.WriteByte('?')
		}
	}
	return b.String()
}
