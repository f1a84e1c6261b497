package printer

import (
	"slices"

	"platen/gcp"
	"platen/internal/ippwords"
)

// maxCopies is how many copies the renderer puts into one document.
const maxCopies = 99

// faceUpBin is where sheets come to lie with the print up.
const faceUpBin = "face-up"

// lastFirst returns the output bins for which CUPS begins with the last page, so that
// the first lies on top.
func lastFirst(m attributes, src Source) []string {
	if src != SourceCUPS || !slices.Contains(m.texts("output-bin-supported"), faceUpBin) {
		return nil
	}
	if m.text("output-bin-default") == faceUpBin {
		return []string{"", faceUpBin}
	}
	return []string{faceUpBin}
}

// nativeItems returns what the printer does itself: each item that it lists. CUPS does
// all of them before the printer, whatever that lists (cups-filters: pdftopdf), but
// reverses pages only where its page-delivery is there.
func nativeItems(m attributes, src Source, c Capabilities) Items {
	i := Items{
		Reverse: slices.Contains(m.texts("page-delivery-supported"), "reverse-order"),
		Fit:     nativeFits(m, src),
	}
	if src == SourceCUPS {
		i.Pages, i.Copies, i.Collate, i.NumberUp, i.Orientation = true, true, true, true, true
		return i
	}
	i.Pages, _ = m.flag("page-ranges-supported")
	i.Copies = c.takes("copies") && m.upper("copies-supported") > 1
	i.Collate = i.Copies && collates(m)
	i.NumberUp = c.takes("number-up") && m.upper("number-up-supported") > 1
	turns := m.numbers("orientation-requested-supported")
	i.Orientation = slices.Contains(turns, ippwords.Portrait) && slices.Contains(turns, ippwords.Landscape)
	return i
}

// nativeFits returns the ways to fit a page that the printer lists; CUPS has all.
func nativeFits(m attributes, src Source) []gcp.FitToPageType {
	have := m.texts("print-scaling-supported")
	var out []gcp.FitToPageType
	for _, t := range fitTypes() {
		if src == SourceCUPS || slices.Contains(have, ippwords.Scaling(t)) {
			out = append(out, t)
		}
	}
	return out
}

// fitTypes are the ways to fit a page that have a keyword of their own.
func fitTypes() []gcp.FitToPageType {
	return []gcp.FitToPageType{gcp.FitNone, gcp.FitPage, gcp.FitFill, gcp.FitShrink}
}

// others returns the items that are not among these: the renderer's.
func (i Items) others() Items {
	r := Items{
		Pages: !i.Pages, Reverse: !i.Reverse, Copies: !i.Copies, Collate: !i.Collate,
		NumberUp: !i.NumberUp, Orientation: !i.Orientation,
	}
	for _, t := range fitTypes() {
		if !slices.Contains(i.Fit, t) {
			r.Fit = append(r.Fit, t)
		}
	}
	return r
}
