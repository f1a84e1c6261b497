package e2e

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pdfText returns the text of a PDF.
func pdfText(t *testing.T, doc []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "got.pdf")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", path, "-").Output()
	if err != nil {
		t.Errorf("pdftotext: %v", err)
	}
	return string(out)
}

func mediaSize(w, h int) string {
	return fmt.Sprintf(`"media_size":{"width_microns":%d,"height_microns":%d}`, w, h)
}

// sizeA4 and the others are tickets for sizes.
func sizeA3() string { return mediaSize(297000, 420000) }
func sizeA4() string { return mediaSize(210000, 297000) }
func sizeA5() string { return mediaSize(148000, 210000) }

// col is media-col as the printer writes it down: in 1/100 mm.
func col(w, h int, more ...string) string {
	members := append([]string{fmt.Sprintf("media-size={x-dimension=%d y-dimension=%d}", w, h)}, more...)
	return "media-col={" + strings.Join(members, " ") + "}"
}

func pageRange(intervals string) string { return `"page_range":{"interval":[` + intervals + `]}` }

func fit(kind string) string    { return `"fit_to_page":{"type":"` + kind + `"}` }
func colour(kind string) string { return `"color":{"type":"STANDARD_` + kind + `"}` }
func turn(kind string) string   { return `"page_orientation":{"type":"` + kind + `"}` }
func duplex(kind string) string { return `"duplex":{"type":"` + kind + `"}` }

func vendor(pairs ...string) string {
	var items []string
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, fmt.Sprintf(`{"id":%q,"value":%q}`, pairs[i], pairs[i+1]))
	}
	return `"vendor_ticket_item":[` + strings.Join(items, ",") + "]"
}

func copiesOf(n int, collate bool) string {
	return fmt.Sprintf(`"copies":{"copies":%d},"collate":{"collate":%v}`, n, collate)
}

const (
	backwards  = `"reverse_order":{"reverse_order":true}`
	collated   = "multiple-document-handling=separate-documents-collated-copies"
	uncollated = "multiple-document-handling=separate-documents-uncollated-copies"
	longEdge   = "sides=two-sided-long-edge"
	shortEdge  = "sides=two-sided-short-edge"
)

// impossible are tickets that no printer of the matrix but a roll of paper could
// carry out: each is refused with a sentence that names what is wrong.
func impossible() []cell {
	return []cell{
		{doc: "five", ticket: mediaSize(900000, 1500000), refused: "900"},
		{doc: "five", ticket: copiesOf(1000000, true), refused: "copies"},
		{doc: "five", ticket: `"copies":{"copies":-1}`, refused: "copies"},
		{doc: "five", ticket: pageRange(`{"start":3,"end":2}`), refused: "page"},
		{doc: "five", ticket: pageRange(`{"start":-1,"end":2}`), refused: "page"},
		{doc: "five", ticket: duplex("SIDEWAYS"), refused: "SIDEWAYS"},
		{doc: "five", ticket: fit("STRETCH"), refused: "STRETCH"},
		{doc: "five", ticket: turn("UPSIDE_DOWN"), refused: "UPSIDE_DOWN"},
		{doc: "five", ticket: vendor("number-up", "3"), refused: "3"},
	}
}

// mfpCells are of a copier that does everything itself but reverse order: documents
// arrive as they were sent, and the attributes say the rest.
func mfpCells() []cell {
	as := func(doc, ticket string, attrs ...string) cell {
		return cell{doc: doc, ticket: ticket, attrs: attrs, same: true}
	}
	refuse := func(ticket, word string) cell { return cell{doc: "five", ticket: ticket, refused: word} }
	return append(impossible(), []cell{
		as("five", ""), as("mixed", ""), as("wide", ""), as("jpeg", ""),
		as("five", copiesOf(2, true), "copies=2", collated),
		as("three", copiesOf(3, false), "copies=3", uncollated),
		as("five", copiesOf(1, false)),
		as("five", duplex("LONG_EDGE"), longEdge),
		as("five", duplex("SHORT_EDGE"), shortEdge),
		as("five", colour("COLOR"), "print-color-mode=color"),
		as("five", colour("MONOCHROME"), "print-color-mode=monochrome"),
		as("five", pageRange(`{"start":2,"end":3}`), "page-ranges=2-3"),
		as("five", pageRange(`{"start":4}`), "page-ranges=4-2147483647"),
		as("five", pageRange(`{"start":4,"end":5},{"start":1,"end":2}`), "page-ranges=1-2,4-5"),
		as("five", vendor("number-up", "2"), "number-up=2"),
		as("five", vendor("number-up", "4"), "number-up=4"),
		as("small", fit("NO_FITTING"), "print-scaling=none"),
		as("small", fit("FIT_TO_PAGE"), "print-scaling=fit"),
		as("small", fit("FILL_PAGE"), "print-scaling=fill"),
		as("big", fit("SHRINK_TO_PAGE"), "print-scaling=auto-fit"),
		as("five", turn("LANDSCAPE"), "orientation-requested=landscape"),
		as("five", turn("PORTRAIT"), "orientation-requested=portrait"),
		as("five", turn("AUTO")),
		as("five", sizeA3(), col(29700, 42000)),
		as("five", mediaSize(215900, 279400), col(21590, 27940)),
		as("five", mediaSize(200000, 300000), col(20000, 30000)),
		as("five", sizeA3()+","+vendor("media-source", "tray-2"), col(29700, 42000, "media-source=tray-2")),
		as("five", sizeA4()+","+vendor("media-type", "labels"), col(21000, 29700, "media-type=labels")),
		as("five", vendor("output-bin", "stacker-1"), "output-bin=stacker-1"),
		as("five", vendor("finishings/staple", "20"), "finishings=staple-top-left"),
		as("five", vendor("finishings/punch", "74", "finishings/staple", "28"), "finishings=punch-dual-left,staple-dual-left"),
		as("five", vendor("print-quality", "5"), "print-quality=high"),
		as("five", `"dpi":{"horizontal_dpi":600,"vertical_dpi":600}`, "printer-resolution=600dpi"),
		as("five", `"dpi":{"horizontal_dpi":1200,"vertical_dpi":600}`, "printer-resolution=1200x600dpi"),
		as("jpeg", fit("FILL_PAGE")+","+copiesOf(4, true), "print-scaling=fill", "copies=4", collated),
		as("five", vendor("unheard-of", "1")),
		as("five", pageRange(`{"start":1,"end":4}`)+","+duplex("LONG_EDGE")+","+copiesOf(3, true)+","+colour("MONOCHROME")+","+sizeA3()+","+
			vendor("number-up", "2", "finishings/staple", "20", "media-source", "tray-2", "output-bin", "mailbox-2"),
			"page-ranges=1-4", longEdge, "copies=3", collated, "print-color-mode=monochrome", "number-up=2", "finishings=staple-top-left",
			"output-bin=mailbox-2", col(29700, 42000, "media-source=tray-2")),
		{doc: "five", ticket: vendor("job-password", "1234"), same: true, look: hasPIN},
		// The CDD has no room for the length of a text: the connector says it.
		{doc: "five", ticket: vendor("job-password", "123456789"), aborted: "8"},

		{doc: "five", ticket: backwards, sides: allOf(a4(), 5, 4, 3, 2, 1)},
		{
			doc: "five", ticket: backwards + "," + pageRange(`{"start":2,"end":4}`) + "," + copiesOf(2, true),
			attrs: []string{"copies=2", collated}, sides: allOf(a4(), 4, 3, 2),
		},
		{doc: "mixed", ticket: backwards, sides: []side{wholePage(letter(), 4), wholePage(a5(), 3), wholePage(a4().lying(), 2), wholePage(a4(), 1)}},
		{
			doc: "five", ticket: backwards + "," + vendor("number-up", "4"), attrs: []string{"print-scaling=none"},
			sides: []side{fourUp(4.23, 5), fourUp(4.23, 1, 2, 3, 4)},
		},
		{doc: "png", sides: []side{on(a4(), part{5, 54.2, 72.3, 101.6, 152.4, 1})}},
		{doc: "png", ticket: fit("FILL_PAGE"), attrs: []string{"print-scaling=fill"}, sides: []side{wholePage(format{152.4, 101.6}, 5)}},
		{doc: "text", words: "The quick brown fox\njumps over the lazy dog"},

		refuse(mediaSize(210000, 500000), "500"),
		refuse(copiesOf(1000, true), "copies"),
		refuse(vendor("finishings/staple", "24"), "24"),
		refuse(vendor("output-bin", "no-such-bin"), "no-such-bin"),
		refuse(`"dpi":{"horizontal_dpi":1234,"vertical_dpi":1234}`, "1234"),
		refuse(vendor("number-up", "6"), "6"),
		refuse(colour("PURPLE"), "PURPLE"),
		refuse(`"margins":{"top_microns":0,"right_microns":0,"bottom_microns":0,"left_microns":0}`, "margins"),
	}...)
}

// hasPIN: a password is an attribute of the operation, which a print command is not
// told; the printer's log shows it.
func hasPIN(t *testing.T, r receipt) {
	t.Helper()
	if n := strings.Count(r.log, "job-password (octetString) 1234\n"); n == 0 {
		t.Error("the printer got no password")
	}
}

// fourUp is a side of A4 with four pages in rows, each as large as its quarter of
// what is inside the margins.
func fourUp(margin float64, pages ...int) side {
	s := side{size: a4()}
	w, h := a4().w/2-margin, a4().h/2-margin
	for i, p := range pages {
		s.parts = append(s.parts, inBox(p, margin+float64(i%2)*w, margin+float64(i/2)*h, w, h))
	}
	return s
}

// inBox is an upright page of A4 in the middle of a box.
func inBox(page int, x, y, w, h float64) part {
	k := min(w/a4().w, h/a4().h)
	return part{page: page, x: x + (w-k*a4().w)/2, y: y + (h-k*a4().h)/2, w: k * a4().w, h: k * a4().h}
}

// twoUp is a side of A4 with two pages that lie on it turned: the first is on the left
// when it is read.
func twoUp(margin float64, pages ...int) side {
	s := side{size: a4()}
	w, h := a4().h/2-margin, a4().w-2*margin
	for i, p := range pages {
		s.parts = append(s.parts, turned(inBox(p, margin+float64(i)*w, margin, w, h), a4()))
	}
	return s
}

// turned carries a box of a lying sheet to the sheet as it is fed.
func turned(p part, sheet format) part {
	return part{page: p.page, x: p.y, y: sheet.h - p.x - p.w, w: p.h, h: p.w, turn: 1}
}

// be is a number of a header.
func be(header []byte, at int) int { return int(binary.BigEndian.Uint32(header[at:])) }
