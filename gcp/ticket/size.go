package ticket

import (
	"fmt"
	"strconv"

	"platen/gcp"
)

// tolerance is how far two media sizes may differ and still be one, in microns.
// Points and hundredths of millimetres round the same sheet differently.
const tolerance = 500

func checkMediaSize(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	m, w := can.MediaSize, want.MediaSize
	if m == nil || w == nil || w.WidthMicrons == 0 && w.HeightMicrons == 0 && w.VendorID == "" {
		return nil
	}
	if len(m.Option) == 0 && m.MaxWidthMicrons == 0 {
		return nil // an empty section offers no choice
	}
	for _, o := range m.Option {
		if sameMedia(o, *w) {
			return nil
		}
	}
	if customMedia(*m, *w) {
		return nil
	}
	if w.WidthMicrons == 0 && w.HeightMicrons == 0 {
		return impossible("media_size", "The printer does not offer the media size %q.", w.VendorID)
	}
	return impossible("media_size", "The printer does not offer the media size %s.", sizeText(w.WidthMicrons, w.HeightMicrons))
}

// sameMedia takes either the name or the dimensions for the size. The length of
// a continuous feed is the job's own.
func sameMedia(o gcp.MediaSizeOption, w gcp.MediaSizeTicketItem) bool {
	if w.WidthMicrons == 0 && w.HeightMicrons == 0 {
		return w.VendorID == o.VendorID
	}
	if o.IsContinuousFeed {
		return o.WidthMicrons != 0 && near(o.WidthMicrons, w.WidthMicrons) ||
			o.HeightMicrons != 0 && near(o.HeightMicrons, w.HeightMicrons)
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
	mm := func(microns int) string { return strconv.FormatFloat(float64(microns)/1000, 'f', -1, 64) }
	return fmt.Sprintf("%s × %s mm", mm(width), mm(height))
}

// checkMargins refuses what no printer can do. Which margins a section lists is
// where the printer cannot print; a ticket may ask for wider ones.
func checkMargins(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	if can.Margins == nil || want.Margins == nil {
		return nil
	}
	w := want.Margins
	if w.TopMicrons < 0 || w.RightMicrons < 0 || w.BottomMicrons < 0 || w.LeftMicrons < 0 {
		return impossible("margins", "A margin cannot be negative.")
	}
	return nil
}

func checkDPI(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) error {
	d, w := can.DPI, want.DPI
	if d == nil || w == nil || *w == (gcp.DPITicketItem{}) || len(d.Option) == 0 && d.MaxHorizontalDPI == 0 {
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
		return impossible("dpi", "The printer does not offer the resolution %q.", w.VendorID)
	}
	return impossible("dpi", "The printer does not offer %d × %d dpi.", w.HorizontalDPI, w.VerticalDPI)
}

func sameDPI(o gcp.DPIOption, w gcp.DPITicketItem) bool {
	if w.HorizontalDPI == 0 && w.VerticalDPI == 0 {
		return w.VendorID == o.VendorID
	}
	return o.HorizontalDPI == w.HorizontalDPI && o.VerticalDPI == w.VerticalDPI
}
