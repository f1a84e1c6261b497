package rasterpdf

import (
	"compress/zlib"
	"fmt"
	"io"
	"strings"
)

// writer writes a PDF (ISO 32000-1) of one image a page. What it does not know before a
// page is over, such as how long its image is, stands in an object behind it.
type writer struct {
	w     io.Writer
	at    int64
	err   error
	where []int64 // of each object, from 1 on
	kids  []int
}

// The objects that each PDF has.
const (
	catalog = 1
	tree    = 2
)

func newWriter(w io.Writer) *writer {
	o := &writer{w: w, where: make([]int64, 2)}
	o.text("%%PDF-1.4\n%%\xe2\xe3\xcf\xd3\n")
	return o
}

// Write counts what is written.
func (o *writer) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.at += int64(n)
	o.err = err
	return n, err
}

func (o *writer) text(format string, args ...any) { _, _ = fmt.Fprintf(o, format, args...) } // o.err keeps it

// begin begins an object.
func (o *writer) begin(n int) {
	for len(o.where) < n {
		o.where = append(o.where, 0)
	}
	o.where[n-1] = o.at
	o.text("%d 0 obj\n", n)
}

// page writes a page whose lines draw gives.
func (o *writer) page(p page, draw func(func([]byte) error) error) error {
	first := len(o.where) + 1
	image, length, content, leaf := first, first+1, first+2, first+3
	o.begin(image)
	decode := ""
	if p.invert {
		decode = " /Decode [1 0]"
	}
	o.text("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%s /BitsPerComponent %d%s /Filter /FlateDecode /Length %d 0 R >>\nstream\n",
		p.width, p.height, p.space, p.bits, decode, length)
	from := o.at
	z, err := zlib.NewWriterLevel(o, zlib.BestSpeed)
	if err != nil {
		return err
	}
	err = draw(func(line []byte) error { _, err := z.Write(line); return err })
	if err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	size := o.at - from
	o.text("\nendstream\nendobj\n")
	o.begin(length)
	o.text("%d\nendobj\n", size)
	width, height := float64(p.width)*72/float64(p.dpiX), float64(p.height)*72/float64(p.dpiY)
	turned := placed(width, height, p)
	o.begin(content)
	o.text("<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", len(turned), turned)
	o.begin(leaf)
	o.text("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.3f %.3f] /Resources << /XObject << /I %d 0 R >> >> /Contents %d 0 R >>\nendobj\n",
		tree, width, height, image, content)
	o.kids = append(o.kids, leaf)
	return o.err
}

// placed draws the image over the whole page, and a back side as it is read.
func placed(width, height float64, p page) string {
	a, d, e, f := width, height, 0.0, 0.0
	if p.flipX {
		a, e = -width, width
	}
	if p.flipY {
		d, f = -height, height
	}
	return fmt.Sprintf("q %.3f 0 0 %.3f %.3f %.3f cm /I Do Q", a, d, e, f)
}

// close writes what stands at the end of a PDF.
func (o *writer) close() error {
	var kids strings.Builder
	for _, k := range o.kids {
		fmt.Fprintf(&kids, "%d 0 R ", k)
	}
	o.begin(tree)
	o.text("<< /Type /Pages /Count %d /Kids [%s] >>\nendobj\n", len(o.kids), kids.String())
	o.begin(catalog)
	o.text("<< /Type /Catalog /Pages %d 0 R >>\nendobj\n", tree)
	from := o.at
	o.text("xref\n0 %d\n0000000000 65535 f \n", len(o.where)+1)
	for _, at := range o.where {
		o.text("%010d 00000 n \n", at)
	}
	o.text("trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(o.where)+1, catalog, from)
	return o.err
}
