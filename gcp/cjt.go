package gcp

// CJT is a Cloud Job Ticket: what the sender asked for. Absent sections mean the
// printer's default.
type CJT struct {
	Version string             `json:"version"`
	Print   PrintTicketSection `json:"print"`
}

// PrintTicketSection is the print member of a CJT.
type PrintTicketSection struct {
	VendorTicketItem []VendorTicketItem     `json:"vendor_ticket_item,omitempty"`
	Color            *ColorTicketItem       `json:"color,omitempty"`
	Duplex           *DuplexTicketItem      `json:"duplex,omitempty"`
	PageOrientation  *OrientationTicketItem `json:"page_orientation,omitempty"`
	Copies           *CopiesTicketItem      `json:"copies,omitempty"`
	Margins          *MarginsTicketItem     `json:"margins,omitempty"`
	DPI              *DPITicketItem         `json:"dpi,omitempty"`
	FitToPage        *FitToPageTicketItem   `json:"fit_to_page,omitempty"`
	PageRange        *PageRangeTicketItem   `json:"page_range,omitempty"`
	MediaSize        *MediaSizeTicketItem   `json:"media_size,omitempty"`
	Collate          *CollateTicketItem     `json:"collate,omitempty"`
	ReverseOrder     *ReverseTicketItem     `json:"reverse_order,omitempty"`
}

// VendorTicketItem asks for a vendor capability.
type VendorTicketItem struct {
	ID    string `json:"id"`
	Value Text   `json:"value"`
}

// ColorTicketItem asks for a colour mode.
type ColorTicketItem struct {
	VendorID string    `json:"vendor_id,omitempty"`
	Type     ColorType `json:"type"`
}

// DuplexTicketItem asks for one or two sides.
type DuplexTicketItem struct {
	Type DuplexType `json:"type"`
}

// OrientationTicketItem asks for a page orientation.
type OrientationTicketItem struct {
	Type OrientationType `json:"type"`
}

// CopiesTicketItem asks for a number of copies.
type CopiesTicketItem struct {
	Copies int `json:"copies"`
}

// MarginsTicketItem asks for margins, in microns.
type MarginsTicketItem struct {
	TopMicrons    int `json:"top_microns"`
	RightMicrons  int `json:"right_microns"`
	BottomMicrons int `json:"bottom_microns"`
	LeftMicrons   int `json:"left_microns"`
}

// DPITicketItem asks for a resolution, in dots per inch.
type DPITicketItem struct {
	HorizontalDPI int    `json:"horizontal_dpi"`
	VerticalDPI   int    `json:"vertical_dpi"`
	VendorID      string `json:"vendor_id,omitempty"`
}

// FitToPageTicketItem asks how a page is fitted to the media.
type FitToPageTicketItem struct {
	Type FitToPageType `json:"type"`
}

// PageRangeTicketItem asks for some pages only.
type PageRangeTicketItem struct {
	Interval []PageInterval `json:"interval,omitempty"`
}

// PageInterval is a run of pages, counted from 1, both ends included. End 0
// means the last page.
type PageInterval struct {
	Start int `json:"start"`
	End   int `json:"end,omitempty"`
}

// MediaSizeTicketItem asks for a media size, in microns.
type MediaSizeTicketItem struct {
	WidthMicrons     int    `json:"width_microns,omitempty"`
	HeightMicrons    int    `json:"height_microns,omitempty"`
	IsContinuousFeed bool   `json:"is_continuous_feed,omitempty"`
	VendorID         string `json:"vendor_id,omitempty"`
}

// CollateTicketItem asks for sorted copies or not.
type CollateTicketItem struct {
	Collate bool `json:"collate"`
}

// ReverseTicketItem asks for the last page first.
type ReverseTicketItem struct {
	ReverseOrder bool `json:"reverse_order"`
}
