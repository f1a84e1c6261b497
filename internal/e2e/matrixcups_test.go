package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"platen/internal/lab"
)

// manualCopies has the filters make the copies, which are seen then.
const manualCopies = "*cupsManualCopies: True\n"

// vendorOptions are options of a PPD that IPP does not know (ipp.md 8, trap 22).
const vendorOptions = manualCopies + `*OpenUI *LabMark/Mark: PickOne
*OrderDependency: 30 AnySetup *LabMark
*DefaultLabMark: None
*LabMark None/None: ""
*LabMark Draft/Draft: ""
*CloseUI: *LabMark
*OpenUI *LabEconomy/Economy: Boolean
*OrderDependency: 31 AnySetup *LabEconomy
*DefaultLabEconomy: False
*LabEconomy True/On: ""
*LabEconomy False/Off: ""
*CloseUI: *LabEconomy
`

// faceUp is a bin in which the last page must be printed first (trap 19).
const faceUp = manualCopies + `*DefaultOutputOrder: Reverse
*OpenUI *OutputBin/Bin: PickOne
*OrderDependency: 30 AnySetup *OutputBin
*DefaultOutputBin: FaceUp
*OutputBin FaceUp/Face up: ""
*CloseUI: *OutputBin
*PageStackOrder FaceUp: Reverse
`

// twoUpByCUPS is a side of CUPS with two pages, which it turns the other way round than
// one that lies.
func twoUpByCUPS(pages ...int) side {
	s := side{size: a4()}
	const margin = 4.23
	w, h := a4().h/2-margin, a4().w-2*margin
	for i, p := range pages {
		b := inBox(p, margin+float64(i)*w, margin, w, h)
		s.parts = append(s.parts, part{page: p, x: a4().w - b.y - b.h, y: b.x, w: b.h, h: b.w, turn: 3})
	}
	return s
}

// withPPD adds a queue with the lab's PPD and something more.
func withPPD(t *testing.T, c *lab.CUPSServer, queue, more string) {
	t.Helper()
	ppd, err := os.ReadFile(filepath.Join(c.Dir, "etc", "lab.ppd"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.Dir, "etc", queue+".ppd")
	if err := os.WriteFile(path, append(ppd, more...), 0o644); err != nil {
		t.Fatal(err)
	}
	c.AddPPDFile(queue, "", path)
}

// ppdCells are of a queue of CUPS, whose filters do everything: they are told, and
// the document that comes out shows that they were told once.
func ppdCells() []cell {
	five := func(ticket string, numbers ...int) cell {
		return cell{doc: "five", ticket: ticket, sides: allOf(a4(), numbers...)}
	}
	three := func(ticket string, numbers ...int) cell {
		return cell{doc: "three", ticket: ticket, sides: allOf(a4(), numbers...)}
	}
	told := func(c cell, attrs ...string) cell {
		c.attrs = attrs
		return c
	}
	const loose = 9 // CUPS lays pages out with borders of its own
	return append(impossible(), []cell{
		told(five("", 1, 2, 3, 4, 5), "copies=1"),
		told(five(pageRange(`{"start":2,"end":3}`), 2, 3), "page-ranges=2-3"),
		five(pageRange(`{"start":4}`), 4, 5),
		five(pageRange(`{"start":4,"end":5},{"start":1,"end":2}`), 1, 2, 4, 5),
		five(backwards, 5, 4, 3, 2, 1),
		five(backwards+","+pageRange(`{"start":2,"end":4}`), 4, 3, 2),
		three(copiesOf(2, true), 1, 2, 3, 1, 2, 3),
		three(copiesOf(2, false), 1, 1, 2, 2, 3, 3),
		told(five(duplex("LONG_EDGE"), 1, 2, 3, 4, 5), "sides=two-sided-long-edge"),
		told(five(duplex("SHORT_EDGE"), 1, 2, 3, 4, 5), "sides=two-sided-short-edge"),
		told(five(colour("MONOCHROME"), 1, 2, 3, 4, 5), "print-color-mode=monochrome"),
		{doc: "five", ticket: vendor("number-up", "4"), sides: []side{fourUp(4.23, 1, 2, 3, 4), fourUp(4.23, 5)}, within: loose},
		{doc: "five", ticket: vendor("number-up", "2"), sides: []side{twoUpByCUPS(1, 2), twoUpByCUPS(3, 4), twoUpByCUPS(5)}, within: loose},
		{doc: "small", ticket: fit("NO_FITTING"), sides: []side{on(a4(), part{1, 31, 43.5, 148, 210, 0}), on(a4(), part{2, 31, 43.5, 148, 210, 0})}},
		{doc: "small", ticket: fit("FIT_TO_PAGE"), sides: []side{on(a4(), part{1, 4.2, 5.2, 201.6, 286, 0}), on(a4(), part{2, 4.2, 5.2, 201.6, 286, 0})}},
		{doc: "big", ticket: fit("SHRINK_TO_PAGE"), sides: []side{on(a4(), part{1, 4.2, 6, 201.6, 285, 0})}},
		{doc: "three", ticket: mediaSize(215900, 279400), sides: []side{
			on(letter(), part{1, 9, 4, 198, 271, 0}), on(letter(), part{2, 9, 4, 198, 271, 0}), on(letter(), part{3, 9, 4, 198, 271, 0}),
		}, within: loose},
		// CUPS has A4 as 209.9 × 297.04 mm (trap 18): a ticket has it as it is.
		told(three(sizeA4(), 1, 2, 3), "PageSize=A4"),
		told(three(vendor("ppd:LabMark", "Draft"), 1, 2, 3), "LabMark=Draft"),
		told(three(vendor("ppd:LabEconomy", "true", "ppd:LabMark", "None"), 1, 2, 3), "LabEconomy=True", "LabMark=None"),
		{doc: "jpeg", ticket: fit("FIT_TO_PAGE"), sides: []side{on(a4(), part{5, 9, 4, 192, 288, 1})}, within: loose},
		{doc: "png", ticket: fit("FIT_TO_PAGE"), sides: []side{on(a4(), part{5, 9, 4, 192, 288, 1})}, within: loose},
		{doc: "text", look: hasInk},
		// A size that CUPS does not know would be printed on its default (trap 9).
		{doc: "five", ticket: sizeA3(), refused: "297"},
		{doc: "five", ticket: mediaSize(148000, 210000), refused: "148"},
		{doc: "five", ticket: vendor("ppd:LabMark", "Sideways"), refused: "Sideways"},
	}...)
}

// faceUpCells: CUPS reverses by itself, and nobody does it again.
func faceUpCells() []cell {
	three := func(ticket string, numbers ...int) cell {
		return cell{doc: "three", ticket: ticket, sides: allOf(a4(), numbers...)}
	}
	return []cell{
		three("", 3, 2, 1),
		three(pageRange(`{"start":2}`), 3, 2),
		three(copiesOf(2, true), 3, 2, 1, 3, 2, 1),
	}
}

// everywhereCells are of a driverless queue with the copier behind it. CUPS asks the
// printer for some things of its own.
func everywhereCells() []cell {
	return []cell{
		{doc: "five", sides: allOf(a4(), 1, 2, 3, 4, 5), attrs: []string{"!page-ranges", "!number-up"}},
		{doc: "five", ticket: pageRange(`{"start":2,"end":3}`), sides: allOf(a4(), 2, 3), attrs: []string{"!page-ranges"}},
		{doc: "five", ticket: pageRange(`{"start":4}`) + "," + duplex("LONG_EDGE"), sides: allOf(a4(), 4, 5), attrs: []string{"!page-ranges", longEdge}},
		{doc: "three", ticket: copiesOf(2, true) + "," + colour("MONOCHROME"), sides: allOf(a4(), 1, 2, 3), attrs: []string{"copies=2", "print-color-mode=monochrome"}},
		{doc: "three", ticket: backwards, sides: allOf(a4(), 3, 2, 1)},
		{doc: "five", ticket: vendor("number-up", "4"), sides: []side{fourUp(4.23, 1, 2, 3, 4), fourUp(4.23, 5)}, within: 9, attrs: []string{"!number-up"}},
		{
			doc: "three", ticket: vendor("finishings/staple", "20", "output-bin", "stacker-1"), sides: allOf(a4(), 1, 2, 3),
			attrs: []string{"finishings=staple-top-left", "output-bin=stacker-1"},
		},
		{doc: "big", ticket: sizeA3(), sides: allOf(a3(), 1)},
		{doc: "five", ticket: mediaSize(900000, 1500000), refused: "900"},
	}
}

// The same for queues of CUPS: with a PPD and its own options, with a printer that
// wants its pages reversed, and without a driver.
func TestMatrixOfQueues(t *testing.T) {
	lab.Need(t, "pdftoppm", "pdftotext")
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	behind := lab.IPPEve(t, lab.EveOptions{Name: "behind cups", Attributes: conf(t, "mfp")})
	withPPD(t, c, "ppd", vendorOptions)
	withPPD(t, c, "faceup", faceUp)
	c.AddEverywhere("everywhere", behind.URI)
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{c.Socket}})
	s.Start()
	prints(t, s, []station{
		{name: "ppd", cups: c, some: true, cells: ppdCells()},
		{name: "faceup", cups: c, some: true, cells: faceUpCells()},
		{name: "everywhere", eve: behind, some: true, cells: everywhereCells()},
	})
	if out := s.Platen("printer", "explain", "ppd", "--json"); strings.Count(out, `"ISO_A4"`) != 1 {
		t.Errorf("A4 is there %d times", strings.Count(out, `"ISO_A4"`))
	}
}
