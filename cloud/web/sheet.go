package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"platen/internal/smallpdf"
)

// A device that asks to be claimed has paper, and prints the sheets that the service
// writes for it: it asks for them with the size of its paper.

// The paper of a sheet, in points: ISO A4, and what a device may ask for.
const (
	a4Width, a4Height  = 595.28, 841.89
	minPaper, maxPaper = 72, 3370 // of ISO A0 the longer side
)

// maxSheetText bounds what an address puts on a sheet, in characters.
const maxSheetText = 100

// onPaper reports whether a page is asked for as a file to print: dpi and pagesize,
// which is "WIDTH,HEIGHT" in microns.
func onPaper(r *http.Request) bool {
	q := r.URL.Query()
	return q.Has("dpi") || q.Has("pagesize")
}

// sheetSize returns the size that a device asks for, in points.
func sheetSize(pagesize string) (width, height float64) {
	w, h, _ := strings.Cut(pagesize, ",")
	side := func(text string, usual float64) float64 {
		microns, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		points := microns * pointsPerMicron
		if err == nil && points >= minPaper && points <= maxPaper {
			return points
		}
		return usual
	}
	return side(w, a4Width), side(h, a4Height)
}

// printSheet answers with a PDF of one page that has a few lines of text.
func (s *site) printSheet(v *visit, lines ...string) error {
	width, height := sheetSize(v.r.URL.Query().Get("pagesize"))
	var ink strings.Builder
	size := width / 30
	for i, line := range lines {
		fmt.Fprintf(&ink, "BT /F1 %.1f Tf %.2f %.2f Td (%s) Tj ET\n", size, width/12, height-width/6-2*size*float64(i), smallpdf.Text(line))
	}
	v.w.Header().Set("Content-Type", "application/pdf")
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(smallpdf.Page(width, height, ink.String())) // the device may be gone
	return nil
}

// showInvitation is the sheet that a device prints, or shows, for its owner to be.
func (s *site) showInvitation(v *visit) error {
	token := short(v.r.URL.Query().Get("t"))
	if onPaper(v.r) {
		words := s.pages.words
		return s.printSheet(v, words["claim.title"], words["claim.visit"], s.absolute("/claimprinter.html"), token)
	}
	return s.show(v, http.StatusOK, "invitation", s.pages.words["claim.title"], claimData{token})
}

// showRegistered is the sheet that a device prints once somebody has claimed it.
func (s *site) showRegistered(v *visit) error {
	q := v.r.URL.Query()
	name := cmp.Or(short(q.Get("printername")), s.pages.words["claim.theprinter"])
	words, err := s.pages.text("claim.registered", name, short(q.Get("email")))
	if err != nil {
		return err
	}
	if onPaper(v.r) {
		return s.printSheet(v, s.pages.words["claim.title"], words)
	}
	return s.show(v, http.StatusOK, "message", s.pages.words["claim.title"], words)
}

// short cuts what an address says to what fits on a sheet.
func short(text string) string {
	if r := []rune(text); len(r) > maxSheetText {
		return string(r[:maxSheetText])
	}
	return text
}
