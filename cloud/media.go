package cloud

import (
	"strings"

	"platen/gcp"
	"platen/gcp/ticket"
	"platen/internal/impose"
)

// mediaOf returns the sheet that a ticket is printed on, the printer's default
// where it says none; zero if nothing is known.
func mediaOf(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) impose.Media {
	var m impose.Media
	if o, ok := mediaOption(can.MediaSize, want.MediaSize); ok {
		m.Width, m.Height = o.WidthMicrons, o.HeightMicrons
		if o.IsContinuousFeed {
			m.Height = 0
		}
		m.Name = selfDescribing(o.VendorID)
	}
	if w := want.MediaSize; w != nil && w.WidthMicrons > 0 && (w.HeightMicrons > 0 || w.IsContinuousFeed) {
		m.Width, m.Height = w.WidthMicrons, w.HeightMicrons
	}
	if m.Width <= 0 || m.Height < 0 {
		return impose.Media{}
	}
	m.Margin = marginOf(can.Margins, want.Margins)
	return m
}

// mediaOption returns the option that a ticket means, or the default one.
func mediaOption(can *gcp.MediaSize, want *gcp.MediaSizeTicketItem) (gcp.MediaSizeOption, bool) {
	if can == nil || len(can.Option) == 0 {
		return gcp.MediaSizeOption{}, false
	}
	chosen := can.Option[0]
	for _, o := range can.Option {
		if o.IsDefault {
			chosen = o
			break
		}
	}
	if want == nil || want.WidthMicrons == 0 && want.HeightMicrons == 0 && want.VendorID == "" {
		return chosen, true
	}
	for _, o := range can.Option {
		if ticket.SameMedia(o, *want) {
			return o, true
		}
	}
	return gcp.MediaSizeOption{}, false
}

// selfDescribing returns a name of PWG 5101.1, "" for what is none.
func selfDescribing(name string) string {
	if strings.Count(name, "_") < 2 || !strings.HasSuffix(name, "mm") && !strings.HasSuffix(name, "in") {
		return ""
	}
	return name
}

// marginOf returns what the printer leaves free at the edges: the margins of the
// ticket, or the printer's default ones.
func marginOf(can *gcp.Margins, want *gcp.MarginsTicketItem) impose.Margin {
	if want != nil {
		return impose.Margin{Top: want.TopMicrons, Right: want.RightMicrons, Bottom: want.BottomMicrons, Left: want.LeftMicrons}
	}
	if can == nil || len(can.Option) == 0 {
		return impose.Margin{}
	}
	o := can.Option[0]
	for _, each := range can.Option {
		if each.IsDefault {
			o = each
			break
		}
	}
	return impose.Margin{Top: o.TopMicrons, Right: o.RightMicrons, Bottom: o.BottomMicrons, Left: o.LeftMicrons}
}
