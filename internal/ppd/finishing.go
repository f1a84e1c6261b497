package ppd

import "strings"

// mapped are the choices that CUPS asks for by finishings where a file does not say
// which it does (cupsIPPFinishings): an option and its choices a line.
const mapped = `
StapleLocation SinglePortrait UpperLeft UpperRight SingleLandscape DualLandscape
RIPunch Left2 Left3 Left4 Right2 Right3 Right4 Upper2 Upper3 Upper4
BindEdge Left Right Top Bottom
FoldType ZFold Saddle DoubleGate LeftGate RightGate Letter XFold
RIFoldType OutsideTwoFold
`

// finishing keeps *cupsIPPFinishings 4/staple: "*StapleLocation SinglePortrait".
func (p *parser) finishing(value string) {
	for _, t := range terms(value) {
		if t.choice != "" && len(p.file.finishings) < maxOptions {
			p.file.finishings[Choosing{t.option, t.choice}] = true
		}
	}
}

// usualFinishings takes the choices that CUPS knows where the file tells of none.
func (p *parser) usualFinishings() {
	if len(p.file.finishings) > 0 {
		return
	}
	for line := range strings.Lines(strings.TrimSpace(mapped)) {
		words := strings.Fields(line)
		for _, choice := range words[1:] {
			p.file.finishings[Choosing{words[0], choice}] = true
		}
	}
}
