package ticket

import (
	"fmt"
	"strconv"
	"strings"

	"platen/gcp"
)

// tolerance is how far two measures may differ and still be one, in microns.
const tolerance = gcp.SizeTolerance

func checkMediaSize(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if !hasMedia(can) || !wantsMedia(want) {
		return nil
	}
	m, w := can.MediaSize, want.MediaSize
	for _, o := range m.Option {
		if SameMedia(o, *w) {
			return nil
		}
	}
	if customMedia(*m, *w) {
		return nil
	}
	if w.WidthMicrons == 0 && w.HeightMicrons == 0 {
		return impossible(ItemMediaSize, "The printer does not offer the media size %q.", w.VendorID)
	}
	return impossible(ItemMediaSize, "The printer does not offer the media size %s.", sizeText(w.WidthMicrons, w.HeightMicrons))
}

// SameMedia reports whether a ticket means an option: by its dimensions, or by
// its name where it has none. The length of a continuous feed is the job's own.
func SameMedia(o gcp.MediaSizeOption, w gcp.MediaSizeTicketItem) bool {
	switch {
	case w.WidthMicrons == 0 && w.HeightMicrons == 0:
		return w.VendorID == o.VendorID
	case w.WidthMicrons < 0 || w.HeightMicrons < 0:
		return false
	case o.IsContinuousFeed && o.WidthMicrons != 0:
		return near(o.WidthMicrons, w.WidthMicrons)
	case o.IsContinuousFeed:
		return o.HeightMicrons != 0 && near(o.HeightMicrons, w.HeightMicrons)
	}
	return near(o.WidthMicrons, w.WidthMicrons) && near(o.HeightMicrons, w.HeightMicrons)
}

func customMedia(m gcp.MediaSize, w gcp.MediaSizeTicketItem) bool {
	return m.MaxWidthMicrons > 0 && m.MaxHeightMicrons > 0 &&
		between(w.WidthMicrons, m.MinWidthMicrons, m.MaxWidthMicrons) &&
		between(w.HeightMicrons, m.MinHeightMicrons, m.MaxHeightMicrons)
}

func near(a, b int) bool { return a-b <= tolerance && b-a <= tolerance }

func between(n, lo, hi int) bool { return n > 0 && n >= lo-tolerance && n <= hi+tolerance }

// sizeText writes a size in millimetres, as people say it.
func sizeText(width, height int) string {
	return fmt.Sprintf("%s × %s mm", mm(width), mm(height))
}

func mm(microns int) string { return strconv.FormatFloat(float64(microns)/1000, 'f', -1, 64) }

// checkMargins refuses what no printer can do, and what is nearer to the edge
// than this one prints. A ticket may ask for wider margins than the section lists.
func checkMargins(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.Margins == nil || want.Margins == nil {
		return nil
	}
	w := *want.Margins
	if w.TopMicrons < 0 || w.RightMicrons < 0 || w.BottomMicrons < 0 || w.LeftMicrons < 0 {
		return impossible(ItemMargins, "A margin cannot be negative.")
	}
	for _, o := range can.Margins.Option {
		if insideMargins(o, w) {
			return nil
		}
	}
	switch {
	case len(can.Margins.Option) == 0:
		return nil
	case w == gcp.MarginsTicketItem{}:
		return impossible(ItemMargins, "The printer cannot print without margins.")
	}
	return impossible(ItemMargins, "The printer cannot print as near to the edges as margins of %s mm (top, right, bottom, left).",
		strings.Join([]string{mm(w.TopMicrons), mm(w.RightMicrons), mm(w.BottomMicrons), mm(w.LeftMicrons)}, ", "))
}

// insideMargins reports whether margins are nowhere narrower than an option's. A
// member that is 0 beside others that are not was not said.
func insideMargins(o gcp.MarginsOption, w gcp.MarginsTicketItem) bool {
	all := w == gcp.MarginsTicketItem{}
	for _, m := range [][2]int{
		{w.TopMicrons, o.TopMicrons},
		{w.RightMicrons, o.RightMicrons},
		{w.BottomMicrons, o.BottomMicrons},
		{w.LeftMicrons, o.LeftMicrons},
	} {
		if (m[0] != 0 || all) && m[0] < m[1]-tolerance {
			return false
		}
	}
	return true
}

func checkDPI(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	d, w := can.DPI, want.DPI
	if !hasDPI(can) || w == nil || *w == (gcp.DPITicketItem{}) {
		return nil
	}
	for _, o := range d.Option {
		if sameDPI(o, *w) {
			return nil
		}
	}
	if d.MaxHorizontalDPI > 0 && d.MaxVerticalDPI > 0 &&
		w.HorizontalDPI >= max(1, d.MinHorizontalDPI) && w.HorizontalDPI <= d.MaxHorizontalDPI &&
		w.VerticalDPI >= max(1, d.MinVerticalDPI) && w.VerticalDPI <= d.MaxVerticalDPI {
		return nil
	}
	if w.HorizontalDPI == 0 && w.VerticalDPI == 0 {
		return impossible(ItemDPI, "The printer does not offer the resolution %q.", w.VendorID)
	}
	return impossible(ItemDPI, "The printer does not offer %d × %d dpi.", w.HorizontalDPI, w.VerticalDPI)
}

func sameDPI(o gcp.DPIOption, w gcp.DPITicketItem) bool {
	if w.HorizontalDPI == 0 && w.VerticalDPI == 0 {
		return w.VendorID == o.VendorID
	}
	return o.HorizontalDPI == w.HorizontalDPI && o.VerticalDPI == w.VerticalDPI
}
