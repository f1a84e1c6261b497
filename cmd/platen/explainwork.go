package main

import (
	"fmt"
	"strings"

	"platen/gcp"
	"platen/internal/impose"
)

// workWords say what is done to a document before it is sent.
func workWords(w impose.Work) []string {
	var words []string
	if w.To != "" {
		words = append(words, "made into "+w.To)
	}
	words = append(words, layoutWords(w.Layout)...)
	if r := w.Raster; r.DPIX > 0 {
		words = append(words, fmt.Sprintf("drawn at %d×%d dpi as %s", r.DPIX, r.DPIY, r.Type))
	}
	if d := w.Raster.Duplex; d != "" && d != gcp.DuplexNone {
		words = append(words, "two-sided "+strings.ToLower(string(d)))
	}
	return words
}

// layoutWords say which pages come out, and how they lie on the sheets.
func layoutWords(l impose.Layout) []string {
	var words []string
	if len(l.Pages) > 0 {
		words = append(words, "pages "+strings.Join(each(l.Pages, pagesWord), " and "))
	}
	if l.Turn != "" {
		words = append(words, "orientation "+strings.ToLower(string(l.Turn)))
	}
	if l.NumberUp > 1 {
		words = append(words, fmt.Sprintf("%d pages per side", l.NumberUp))
	}
	if l.Fit != "" {
		words = append(words, strings.ToLower(string(l.Fit)))
	}
	if l.Media.Width > 0 {
		words = append(words, "on "+sheetWord(l.Media))
	}
	if l.Copies > 1 {
		order := "collated"
		if l.Uncollated {
			order = "not collated"
		}
		words = append(words, fmt.Sprintf("%d copies, %s", l.Copies, order))
	}
	if l.Reverse {
		words = append(words, "reverse order")
	}
	return words
}

// pagesWord is a range of pages.
func pagesWord(i gcp.PageInterval) string {
	switch i.End {
	case 0:
		return fmt.Sprintf("%d to the last", i.Start)
	case i.Start:
		return fmt.Sprint(i.Start)
	}
	return fmt.Sprintf("%d to %d", i.Start, i.End)
}

// sheetWord is a sheet, or a piece of a roll.
func sheetWord(m impose.Media) string {
	if m.Height == 0 {
		return "a roll of " + millimetres(m.Width) + " mm"
	}
	return millimetres(m.Width) + "×" + millimetres(m.Height) + " mm"
}
