package main

import (
	"fmt"
	"strings"

	"platen/internal/smallpdf"
)

// document is a guide of six pages, with colour on each.
func document() []byte {
	pages := [][]string{
		{"Visitor guide", "Welcome. This guide tells you where things are,", "whom to ask, and how to print while you are here."},
		{"Where things are", "Reception is on the ground floor, beside the main door.", "Meeting rooms are on the first floor."},
		{"Printing", "Scan the sticker on a printer, or open its page.", "What you send waits until you release it."},
		{"Network", "Guests use the network called visitors.", "The password is at the reception."},
		{"Safety", "In case of an alarm leave by the nearest stairs.", "The meeting point is the car park."},
		{"Contact", "Reception: extension 100", "House service: extension 112"},
	}
	var sheets []smallpdf.Sheet
	for i, lines := range pages {
		sheets = append(sheets, smallpdf.Sheet{Width: 595, Height: 842, Content: content(i, lines)})
	}
	return smallpdf.Pages(sheets...)
}

// content draws a page: a coloured bar with a title, text, and a chart.
func content(page int, lines []string) string {
	var b strings.Builder
	hue := [][3]float64{{.04, .34, .82}, {.08, .42, .18}, {.70, .35, .02}, {.45, .10, .55}, {.70, .15, .12}, {.10, .40, .45}}[page]
	fmt.Fprintf(&b, "%.2f %.2f %.2f rg 0 702 595 140 re f 1 1 1 rg BT /F1 40 Tf 56 752 Td (%s) Tj ET 0.15 0.17 0.2 rg\n", hue[0], hue[1], hue[2], smallpdf.Text(lines[0]))
	for i, line := range lines[1:] {
		fmt.Fprintf(&b, "BT /F1 17 Tf 56 %d Td (%s) Tj ET\n", 640-i*28, smallpdf.Text(line))
	}
	for i := range 14 { // what a page of text looks like from afar
		fmt.Fprintf(&b, "0.80 0.82 0.85 rg 56 %d %d 9 re f\n", 540-i*22, 480-(i*i*37+page*53)%150)
	}
	for i := range 6 {
		fmt.Fprintf(&b, "%.2f %.2f %.2f rg %d 70 52 %d re f\n", hue[0], hue[1], hue[2], 56+i*82, 30+(i*47+page*29)%120)
	}
	return b.String()
}
