package impose

import "platen/gcp"

// The formats that Work can ask for.
const (
	PDF  = "application/pdf"
	PWG  = "image/pwg-raster" // PWG 5102.4
	URF  = "image/urf"        // Apple raster
	PNG  = "image/png"        // a preview: of one side, or of each side of a block
	JPEG = "image/jpeg"
)

// Work is what is done to a document before a printer gets it. The zero Work
// leaves it as it is. It is written as JSON to the process that does it.
type Work struct {
	To     string `json:"to,omitempty"` // the format that is wanted; "" with an empty Layout: nothing is done
	Layout Layout `json:"layout,omitzero"`
	Raster Raster `json:"raster,omitzero"` // for PWG, URF and PNG
}

// IsZero reports whether there is nothing to do.
func (w Work) IsZero() bool { return w.To == "" && w.Layout.IsZero() }

// Layout says which pages come out, how they lie on the sides of the sheets, and in
// which order. An item that the printer carries out itself must not be here.
type Layout struct {
	Pages      []gcp.PageInterval  `json:"pages,omitempty"`       // of the document, ascending; none: all
	Reverse    bool                `json:"reverse,omitempty"`     // the last sheet comes first
	Copies     int                 `json:"copies,omitempty"`      // 0 is 1
	Uncollated bool                `json:"uncollated,omitempty"`  // 1 1 2 2 instead of 1 2 1 2
	NumberUp   int                 `json:"number_up,omitempty"`   // pages on a side: 0 and 1, 2, 4, 6, 9, 16
	Fit        gcp.FitToPageType   `json:"fit,omitempty"`         // "" is SHRINK_TO_PAGE
	Turn       gcp.OrientationType `json:"orientation,omitempty"` // "" is AUTO
	Media      Media               `json:"media,omitzero"`        // the sheet; zero: each page's own size
	TwoSided   bool                `json:"two_sided,omitempty"`   // each copy begins on a new sheet
}

// Media is a sheet of paper in microns, as it is fed: width across the feed.
type Media struct {
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"` // 0 on a roll: as long as the page is
	Margin Margin `json:"margin,omitzero"`  // that the printer cannot print on
	Name   string `json:"name,omitempty"`   // PWG 5101.1 name for raster headers, may be ""
}

// Margin is the unprintable edge of a sheet in microns.
type Margin struct {
	Top    int `json:"top,omitempty"`
	Right  int `json:"right,omitempty"`
	Bottom int `json:"bottom,omitempty"`
	Left   int `json:"left,omitempty"`
}

// Raster says how pages are drawn.
type Raster struct {
	DPIX      int              `json:"dpi_x,omitempty"` // across the feed
	DPIY      int              `json:"dpi_y,omitempty"` // along the feed
	Type      gcp.PWGType      `json:"type,omitempty"`  // SRGB_8, SGRAY_8, BLACK_1 …; a PNG is gray for a gray type
	Duplex    gcp.DuplexType   `json:"duplex,omitempty"`
	SheetBack gcp.PWGSheetBack `json:"sheet_back,omitempty"` // how the back sides must be turned
	Source    string           `json:"source,omitempty"`     // media-source keyword for the header
	MediaType string           `json:"media_type,omitempty"` // media-type keyword for the header
	Quality   int              `json:"quality,omitempty"`    // print-quality 3, 4 or 5; 0: the printer's
	Side      int              `json:"side,omitempty"`       // of a PNG: which side is drawn, from 1; 0 is 1
	Block     int              `json:"block,omitempty"`      // of a PNG: sides are drawn in blocks of so many; 0: the one side
}

// IsZero reports whether the pages come out as they are in the document.
func (l Layout) IsZero() bool {
	return len(l.Pages) == 0 && !l.Reverse && l.Copies <= 1 && l.NumberUp <= 1 && l.Fit == "" && l.Turn == "" && l.Media == Media{}
}

// Result is what came of Work.
type Result struct {
	Format string `json:"format"` // MIME type of what was written
	Pages  int    `json:"pages"`  // of the document
	Sides  int    `json:"sides"`  // that were written, all copies counted
}
