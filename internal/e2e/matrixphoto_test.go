package e2e

import (
	"bytes"
	"testing"
)

// pwg returns a check of PWG raster's page headers (PWG 5102.4, 4.3): resolution, bits
// of a dot, ColorSpace (3 black, 18 sgray, 19 srgb), and the media type.
func pwg(dpi, bits, space int, kind string) func(*testing.T, receipt) {
	return func(t *testing.T, r receipt) {
		t.Helper()
		raster(t, r, func(t *testing.T, h []byte) {
			t.Helper()
			got, _, _ := bytes.Cut(h[128:192], []byte{0})
			if be(h, 276) != dpi || be(h, 280) != dpi || be(h, 388) != bits || be(h, 400) != space || string(got) != kind {
				t.Errorf("a page is %d×%d dpi, %d bits, space %d, of %q; want %d, %d, %d, %q",
					be(h, 276), be(h, 280), be(h, 388), be(h, 400), got, dpi, bits, space, kind)
			}
		})
	}
}

// photoCells are of a photo printer that takes JPEG as it is, and everything else as
// raster.
func photoCells() []cell {
	as := func(ticket string, attrs ...string) cell {
		return cell{doc: "jpeg", ticket: ticket, attrs: attrs, same: true}
	}
	const edgeless = `"margins":{"top_microns":0,"right_microns":0,"bottom_microns":0,"left_microns":0}`
	const noMargins = "media-bottom-margin=0 media-left-margin=0 media-right-margin=0 media-top-margin=0"
	size := mediaSize(127000, 177800)
	finished := "print-scaling=none" // the sheets are drawn: nothing may scale them again
	return append(impossible(), []cell{
		as(""),
		as(copiesOf(3, true), "copies=3", collated),
		as(fit("FILL_PAGE"), "print-scaling=fill"),
		as(fit("FIT_TO_PAGE"), "print-scaling=fit"),
		as(fit("NO_FITTING"), "print-scaling=none"),
		as(size+","+edgeless, col(12700, 17780, noMargins)),
		as(edgeless, col(10160, 15240, noMargins)),
		as(size+","+vendor("media-type", "photographic-glossy", "media-source", "photo", "print-quality", "5"),
			col(12700, 17780, "media-source=photo", "media-type=photographic-glossy"), "print-quality=high"),
		as(colour("MONOCHROME"), "print-color-mode=monochrome"),
		as(turn("LANDSCAPE"), "orientation-requested=landscape"),
		as(`"dpi":{"horizontal_dpi":300,"vertical_dpi":300}`, "printer-resolution=300dpi"),
		as(duplex("NO_DUPLEX"), "sides=one-sided"),

		{doc: "label", attrs: []string{finished}, sides: allOf(label(), 1, 2), look: pwg(150, 24, 19, "")},
		{doc: "label", ticket: copiesOf(2, true), attrs: []string{finished, "copies=2", collated}, sides: allOf(label(), 1, 2)},
		{doc: "label", ticket: pageRange(`{"start":2}`), attrs: []string{finished}, sides: allOf(label(), 2)},
		{doc: "label", ticket: backwards, attrs: []string{finished}, sides: allOf(label(), 2, 1)},
		{
			doc: "label", ticket: colour("MONOCHROME"), attrs: []string{finished, "print-color-mode=monochrome"},
			sides: allOf(label(), 1, 2), look: pwg(150, 8, 18, ""),
		},
		{
			doc: "label", ticket: `"dpi":{"horizontal_dpi":300,"vertical_dpi":300}` + "," + vendor("media-type", "photographic-glossy"),
			attrs: []string{finished, "printer-resolution=300dpi", col(10160, 15240, "media-type=photographic-glossy")},
			sides: allOf(label(), 1, 2), look: pwg(300, 24, 19, "photographic-glossy"),
		},
		{
			doc: "three", ticket: sizeA4() + "," + pageRange(`{"start":3,"end":3}`),
			attrs: []string{finished, col(21000, 29700)}, sides: allOf(a4(), 3),
		},
		// A4 on 4 × 6 inches: inside edges of 3 mm, or over all of it.
		{
			doc: "three", ticket: fit("FIT_TO_PAGE") + "," + pageRange(`{"start":1,"end":1}`), attrs: []string{finished},
			sides: []side{on(label(), part{1, 3, 8.6, 95.6, 135.2, 0})},
		},
		{
			doc: "three", ticket: edgeless + "," + fit("FIT_TO_PAGE") + "," + pageRange(`{"start":1,"end":1}`),
			attrs: []string{finished, col(10160, 15240, noMargins)}, sides: []side{on(label(), part{1, 0, 4.4, 101.6, 143.7, 0})},
		},
		{doc: "png", ticket: fit("FILL_PAGE"), attrs: []string{finished}, sides: []side{on(label(), part{5, 0, 0, 101.6, 152.4, 1})}},
		// What the printer does not do to a JPEG is done before, in raster.
		{doc: "jpeg", ticket: vendor("number-up", "4"), attrs: []string{finished}, look: hasFormat("image/pwg-raster")},

		{doc: "five", ticket: duplex("LONG_EDGE"), refused: "LONG_EDGE"},
		{doc: "five", ticket: vendor("print-quality", "3"), refused: "3"},
	}...)
}

func hasFormat(kind string) func(*testing.T, receipt) {
	return func(t *testing.T, r receipt) {
		t.Helper()
		if r.kind != kind {
			t.Errorf("the printer got %s, want %s", r.kind, kind)
		}
	}
}

// labelCells are of a label printer with rolls, 203 dpi, black or not.
func labelCells() []cell {
	roll := format{62, 100}
	const endless = `"media_size":{"width_microns":62000,"is_continuous_feed":true}`
	return []cell{
		{doc: "label", sides: allOf(label(), 1, 2), look: pwg(203, 1, 3, "")},
		{doc: "label", ticket: colour("MONOCHROME"), attrs: []string{"print-color-mode=monochrome"}, sides: allOf(label(), 1, 2), look: pwg(203, 8, 18, "")},
		{doc: "label", ticket: copiesOf(3, true), attrs: []string{"copies=3", collated}, sides: allOf(label(), 1, 2)},
		{doc: "label", ticket: pageRange(`{"start":2,"end":2}`), sides: allOf(label(), 2)},
		{doc: "label", ticket: backwards, sides: allOf(label(), 2, 1)},
		{doc: "strip", ticket: endless, attrs: []string{"media=roll_label-62_62x0mm"}, sides: allOf(roll, 1)},
		{doc: "strip", ticket: mediaSize(62000, 100000), attrs: []string{col(6200, 10000)}, sides: allOf(roll, 1)},
		{
			doc: "strip", ticket: endless + "," + vendor("media-source", "alternate-roll"), sides: allOf(roll, 1),
			attrs: []string{col(6200, 6200, "media-source=alternate-roll")},
		},
		{doc: "zpl", refused: "own language"}, // its owner has not allowed that
		{doc: "label", ticket: mediaSize(62000, 2000000), aborted: "2000"},
		{doc: "label", ticket: mediaSize(80000, 100000), refused: "80"},
		{doc: "label", ticket: `"media_size":{"width_microns":80000,"is_continuous_feed":true}`, refused: "80"},
		{doc: "label", ticket: duplex("LONG_EDGE"), refused: "LONG_EDGE"},
	}
}
