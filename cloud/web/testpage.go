package web

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/smallpdf"
)

// printTest sends a page of our own making to a printer.
func (s *site) printTest(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, gcp.PrinterID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	const kind = "application/pdf"
	page, err := s.testPage(&p, v.caller.User.Email, time.Now())
	if err != nil {
		return err
	}
	doc, err := s.cfg.Blobs.Save(v.ctx, bytes.NewReader(page), s.cfg.MaxDocument, kind)
	if err != nil {
		return err
	}
	sub := cloud.Submission{
		Printer: p.ID, Title: s.pages.words["test.title"], ContentType: kind, Document: doc, Received: time.Now(),
	}
	sub.Key = onceKey(form.Get("key"), string(sub.Printer), sub.Title, doc.Digest)
	j, err := s.cfg.Service.Submit(v.ctx, v.caller, sub)
	if err != nil {
		s.cfg.Service.Discard(v.ctx, doc)
		return err
	}
	return v.redirect("/jobs/" + string(j.ID))
}

// pointsPerMicron turns microns into the points of PDF, of which an inch has 72.
const pointsPerMicron = 72.0 / 25400

// testPage writes a PDF of one page, as large as the printer's usual paper, with
// a frame that shows what the printer cuts off.
func (s *site) testPage(p *cloud.PrinterView, sender string, now time.Time) ([]byte, error) {
	width, height := a4Width, a4Height
	d := descriptionOf(&p.Printer)
	if d.MediaSize != nil {
		for _, o := range d.MediaSize.Option {
			if o.IsDefault && o.WidthMicrons > 0 && o.HeightMicrons > 0 {
				width, height = float64(o.WidthMicrons)*pointsPerMicron, float64(o.HeightMicrons)*pointsPerMicron
			}
		}
	}
	sent, err := s.pages.text("test.sent", sender, minute(now))
	if err != nil {
		return nil, err
	}
	var ink strings.Builder
	fmt.Fprintf(&ink, "0.5 w 18 18 %.2f %.2f re S\n", width-36, height-36)
	for i := range 11 { // from white to black
		fmt.Fprintf(&ink, "%.1f g %.2f %.2f %.2f 18 re f\n", 1-float64(i)/10, 36+float64(i)*(width-72)/11, height-150, (width-72)/11)
	}
	size := min(22, width/18)
	fmt.Fprintf(&ink, "0 g BT /F1 %.1f Tf 36 %.2f Td (%s) Tj ET\n", size, height-66, smallpdf.Text(p.ShownName()))
	lines := []string{s.pages.words["test.title"], sent, p.Place(), modelOf(&p.Printer), s.pages.words["test.frame"]}
	for i, line := range lines {
		fmt.Fprintf(&ink, "BT /F1 %.1f Tf 36 %.2f Td (%s) Tj ET\n", size/2, height-90-float64(i)*11, smallpdf.Text(line))
	}
	return smallpdf.Page(width, height, ink.String()), nil
}
