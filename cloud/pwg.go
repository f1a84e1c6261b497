package cloud

import (
	"cmp"
	"slices"

	"platen/gcp"
	"platen/internal/impose"
)

// plainDPI is the resolution of PWG raster for a printer that tells none.
const plainDPI = 300

// rasterOf says how pages are drawn for a printer (the CDD's pwg_raster_config).
func rasterOf(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) impose.Raster {
	var c gcp.PWGRasterConfig
	if can.PWGRasterConfig != nil {
		c = *can.PWGRasterConfig
	}
	dpi := impose.NearestResolution(c.DocumentResolutionSupported, dotsOf(can.DPI, want.DPI))
	return impose.Raster{
		DPIX: dpi.CrossFeedDir, DPIY: dpi.FeedDir, Type: rasterType(c.DocumentTypeSupported, inColor(can.Color, want.Color)),
		Duplex: sidesOf(can.Duplex, want.Duplex), SheetBack: cmp.Or(c.DocumentSheetBack, gcp.SheetBackRotated),
	}
}

// dotsOf returns the resolution that a ticket asks for, or the printer's default.
func dotsOf(can *gcp.DPI, want *gcp.DPITicketItem) gcp.PWGResolution {
	if want != nil && want.HorizontalDPI > 0 && want.VerticalDPI > 0 {
		return gcp.PWGResolution{CrossFeedDir: want.HorizontalDPI, FeedDir: want.VerticalDPI}
	}
	if can != nil {
		for _, o := range can.Option {
			if chosen := o.IsDefault && want == nil || want != nil && want.VendorID == o.VendorID; chosen && o.HorizontalDPI > 0 && o.VerticalDPI > 0 {
				return gcp.PWGResolution{CrossFeedDir: o.HorizontalDPI, FeedDir: o.VerticalDPI}
			}
		}
	}
	return gcp.PWGResolution{CrossFeedDir: plainDPI, FeedDir: plainDPI}
}

// inColor reports whether a job is to be in colour: as its ticket says, or the
// printer's default; a printer that says nothing is not known to have none.
func inColor(can *gcp.Color, want *gcp.ColorTicketItem) bool {
	gray := func(t gcp.ColorType) bool { return t == gcp.ColorMonochrome || t == gcp.ColorCustomMonochrome }
	if want != nil && want.Type != "" {
		return !gray(want.Type)
	}
	if can == nil || len(can.Option) == 0 {
		return true
	}
	for _, o := range can.Option {
		if want != nil && want.VendorID != "" && want.VendorID == o.VendorID || want == nil && o.IsDefault {
			return !gray(o.Type)
		}
	}
	return !gray(can.Option[0].Type)
}

// rasterType returns the colour space for a printer: one that lists none takes
// SRGB_8 and SGRAY_8.
func rasterType(have []gcp.PWGType, color bool) gcp.PWGType {
	wanted := []gcp.PWGType{"SGRAY_8", "BLACK_8", "SGRAY_1", "BLACK_1", "SRGB_8"}
	if color {
		wanted = []gcp.PWGType{"SRGB_8", "SGRAY_8", "BLACK_8", "SGRAY_1", "BLACK_1"}
	}
	for _, t := range wanted {
		if len(have) == 0 || slices.Contains(have, t) {
			return t
		}
	}
	return have[0]
}
