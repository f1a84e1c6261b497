package e2e

import (
	"testing"
)

// monoCells are of a laser that prints PDF as it is and nothing more: what the ticket
// asks for is done to the document, and the printer is not asked for it again.
func monoCells() []cell {
	return append(impossible(), append(monoPages(), monoSheets()...)...)
}

func monoPages() []cell {
	pages := func(ticket string, numbers ...int) cell {
		return cell{doc: "five", ticket: ticket, sides: allOf(a4(), numbers...)}
	}
	three := func(ticket string, numbers ...int) cell {
		return cell{doc: "three", ticket: ticket, sides: allOf(a4(), numbers...)}
	}
	sided := func(edge string, c cell) cell {
		c.attrs = []string{edge}
		return c
	}
	return []cell{
		{doc: "five", same: true},
		{doc: "mixed", same: true},
		{doc: "wide", ticket: colour("MONOCHROME"), same: true, attrs: []string{"print-color-mode=monochrome"}},
		{doc: "five", ticket: duplex("LONG_EDGE"), same: true, attrs: []string{longEdge}},
		{doc: "five", ticket: duplex("SHORT_EDGE"), same: true, attrs: []string{shortEdge}},
		{doc: "five", ticket: sizeA5(), same: true, attrs: []string{col(14800, 21000)}},
		{doc: "five", ticket: vendor("job-password", "1234", "finishings/staple", "20"), same: true},
		pages(pageRange(`{"start":2,"end":3}`), 2, 3),
		pages(pageRange(`{"start":4}`), 4, 5),
		pages(pageRange(`{"start":4,"end":9}`), 4, 5),
		pages(pageRange(`{"start":4,"end":4},{"start":1,"end":2}`), 1, 2, 4),
		pages(pageRange(`{"start":2,"end":3},{"start":3,"end":4}`), 2, 3, 4),
		{doc: "five", ticket: pageRange(`{"start":9,"end":12}`), aborted: "page"},
		pages(backwards, 5, 4, 3, 2, 1),
		pages(backwards+","+pageRange(`{"start":2,"end":4}`), 4, 3, 2),
		three(copiesOf(2, true), 1, 2, 3, 1, 2, 3),
		three(copiesOf(2, false), 1, 1, 2, 2, 3, 3),
		three(copiesOf(2, true)+","+pageRange(`{"start":2}`), 2, 3, 2, 3),
		three(copiesOf(2, true)+","+backwards, 3, 2, 1, 3, 2, 1),
		// Each copy begins on a sheet of its own, and sheets are what is reversed.
		sided(longEdge, three(copiesOf(2, true)+","+duplex("LONG_EDGE"), 1, 2, 3, 0, 1, 2, 3)),
		sided(shortEdge, three(copiesOf(2, false)+","+duplex("SHORT_EDGE"), 1, 2, 1, 2, 3, 0, 3)),
		sided(longEdge, pages(backwards+","+duplex("LONG_EDGE"), 5, 0, 3, 4, 1, 2)),
		{doc: "mixed", ticket: pageRange(`{"start":2,"end":3}`), sides: []side{wholePage(a4().lying(), 2), wholePage(a5(), 3)}},
	}
}

// monoSheets are of pages on sheets. The laser does not print 5 mm at each edge.
func monoSheets() []cell {
	sheet := func(doc, ticket string, sides ...side) cell { return cell{doc: doc, ticket: ticket, sides: sides} }
	upright := func(page int, x, y, w, h float64) side { return on(a4(), part{page, x, y, w, h, 0}) }
	lying := func(page int, x, y, w, h float64) side { return on(a4(), part{page, x, y, w, h, 1}) }
	return []cell{
		sheet("five", vendor("number-up", "2"), twoUp(5, 1, 2), twoUp(5, 3, 4), twoUp(5, 5)),
		sheet("five", vendor("number-up", "4"), fourUp(5, 1, 2, 3, 4), fourUp(5, 5)),
		sheet("five", vendor("number-up", "4")+","+pageRange(`{"start":2}`), fourUp(5, 2, 3, 4, 5)),
		sheet("three", vendor("number-up", "2")+","+copiesOf(2, true), twoUp(5, 1, 2), twoUp(5, 3), twoUp(5, 1, 2), twoUp(5, 3)),
		sheet("three", vendor("number-up", "2")+","+backwards, twoUp(5, 3), twoUp(5, 1, 2)),
		sheet("small", fit("NO_FITTING"), upright(1, 31, 43.5, 148, 210), upright(2, 31, 43.5, 148, 210)),
		sheet("small", fit("SHRINK_TO_PAGE"), upright(1, 31, 43.5, 148, 210), upright(2, 31, 43.5, 148, 210)),
		sheet("small", fit("FIT_TO_PAGE"), upright(1, 5, 6.6, 200, 283.8), upright(2, 5, 6.6, 200, 283.8)),
		sheet("small", fit("FILL_PAGE"), upright(1, 0, -0.5, 210, 298), upright(2, 0, -0.5, 210, 298)),
		sheet("big", fit("NO_FITTING"), upright(1, -43.5, -61.5, 297, 420)),
		sheet("big", fit("SHRINK_TO_PAGE"), upright(1, 5, 7.1, 200, 282.8)),
		sheet("big", fit("FIT_TO_PAGE"), upright(1, 5, 7.1, 200, 282.8)),
		sheet("big", fit("FILL_PAGE"), upright(1, 0, 0, 210, 297)),
		sheet("wide", fit("NO_FITTING"), lying(1, 0, 0, 210, 297), lying(2, 0, 0, 210, 297)),
		sheet("wide", turn("LANDSCAPE"), lying(1, 0, 0, 210, 297), lying(2, 0, 0, 210, 297)),
		// A lying page on an upright sheet that may not be turned is made smaller.
		sheet("wide", turn("PORTRAIT"), upright(1, 5, 77.8, 200, 141.4), upright(2, 5, 77.8, 200, 141.4)),
		sheet("big", turn("LANDSCAPE"), lying(1, 5, 77.8, 200, 141.4)),
		{
			doc: "big", ticket: fit("FIT_TO_PAGE") + "," + sizeA5(), attrs: []string{col(14800, 21000)},
			sides: []side{on(a5(), part{1, 5, 7.3, 138, 195.4, 0})},
		},
		sheet("jpeg", fit("FIT_TO_PAGE"), lying(5, 9.3, 5, 191.3, 287)),
		sheet("png", "", lying(5, 54.2, 72.3, 101.6, 152.4)),
		{doc: "text", words: "The quick brown fox\njumps over the lazy dog"},

		{doc: "five", ticket: sizeA3(), refused: "297"},
		{doc: "five", ticket: colour("COLOR"), refused: "COLOR"},
		{doc: "five", ticket: vendor("number-up", "5"), refused: "5"},
	}
}

// raster says what the headers of all sides must be.
func raster(t *testing.T, r receipt, want func(t *testing.T, header []byte)) {
	t.Helper()
	for _, d := range readDrawn(t, r.doc) {
		want(t, d.header)
	}
}

// urf returns a check of Apple raster's page headers: bits of a dot, colour space
// (0 gray, 1 sRGB), sides (1 one, 2 short edge, 3 long edge) and resolution.
func urf(bits, space, duplex, dpi int) func(*testing.T, receipt) {
	return func(t *testing.T, r receipt) {
		t.Helper()
		raster(t, r, func(t *testing.T, h []byte) {
			t.Helper()
			if int(h[0]) != bits || int(h[1]) != space || int(h[2]) != duplex || be(h, 20) != dpi {
				t.Errorf("a page is of %d bits, space %d, sides %d, %d dpi; want %d, %d, %d, %d", h[0], h[1], h[2], be(h, 20), bits, space, duplex, dpi)
			}
		})
	}
}

// airCells are of a printer that takes Apple raster alone, on A5 unless asked.
func airCells() []cell {
	// A4 on A5 with edges of 3 mm.
	onA5 := func(numbers ...int) (list []side) {
		for _, n := range numbers {
			list = append(list, on(a5(), part{n, 3, 4.6, 142, 200.8, 0}))
		}
		return list
	}
	onA4 := func(numbers ...int) []side { return allOf(a4(), numbers...) }
	plain := urf(24, 1, 1, 150)
	size := col(21000, 29700)
	attrs := func(list ...string) []string { return list }
	return append(impossible(), []cell{
		{doc: "five", sides: onA5(1, 2, 3, 4, 5), look: plain},
		{doc: "small", sides: allOf(a5(), 1, 2), look: plain},
		{doc: "three", ticket: sizeA4(), attrs: attrs(size), sides: onA4(1, 2, 3), look: plain},
		{doc: "three", ticket: sizeA4() + "," + colour("MONOCHROME"), attrs: attrs(size, "print-color-mode=monochrome"), sides: onA4(1, 2, 3), look: urf(8, 0, 1, 150)},
		{doc: "five", ticket: pageRange(`{"start":2,"end":3}`), sides: onA5(2, 3)},
		{doc: "five", ticket: pageRange(`{"start":5}`), sides: onA5(5)},
		{doc: "three", ticket: copiesOf(2, true), sides: onA5(1, 2, 3, 1, 2, 3)},
		{doc: "three", ticket: copiesOf(2, false), sides: onA5(1, 1, 2, 2, 3, 3)},
		{doc: "three", ticket: backwards, sides: onA5(3, 2, 1)},
		{doc: "three", ticket: duplex("LONG_EDGE"), attrs: attrs(longEdge), sides: onA5(1, 2, 3), look: urf(24, 1, 3, 150)},
		{doc: "three", ticket: duplex("LONG_EDGE") + "," + backwards + "," + sizeA4(), attrs: attrs(longEdge, size), sides: onA4(3, 0, 1, 2)},
		{doc: "five", ticket: vendor("number-up", "4") + "," + sizeA4(), attrs: attrs(size), sides: []side{fourUp(3, 1, 2, 3, 4), fourUp(3, 5)}},
		{doc: "five", ticket: vendor("number-up", "2") + "," + sizeA4(), attrs: attrs(size), sides: []side{twoUp(3, 1, 2), twoUp(3, 3, 4), twoUp(3, 5)}},
		{
			doc: "small", ticket: fit("NO_FITTING") + "," + sizeA4() + "," + pageRange(`{"start":1,"end":1}`), attrs: attrs(size),
			sides: []side{on(a4(), part{1, 31, 43.5, 148, 210, 0})},
		},
		{doc: "big", ticket: fit("FILL_PAGE"), sides: allOf(a5(), 1)},
		{doc: "wide", ticket: sizeA4(), attrs: attrs(size), sides: []side{
			on(a4(), part{1, 0, 0, 210, 297, 1}), on(a4(), part{2, 0, 0, 210, 297, 1}),
		}},
		{doc: "jpeg", ticket: fit("FIT_TO_PAGE"), sides: []side{on(a5(), part{5, 6, 3, 136, 204, 1})}},
		{doc: "png", sides: []side{on(a5(), part{5, 23.2, 28.8, 101.6, 152.4, 1})}},
		{doc: "text", look: hasInk},
		{doc: "five", ticket: duplex("SHORT_EDGE"), refused: "SHORT_EDGE"},
		{doc: "five", ticket: sizeA3(), refused: "297"},
	}...)
}

// hasInk: text is one side, with something at the top.
func hasInk(t *testing.T, r receipt) {
	t.Helper()
	list := readDrawn(t, r.doc)
	if len(list) != 1 {
		t.Fatalf("the text has %d sides", len(list))
	}
	if box, blank := list[0].inked(); blank || box.y > 40 || box.h > 30 {
		t.Errorf("the text is at %+v, blank %v", box, blank)
	}
}
