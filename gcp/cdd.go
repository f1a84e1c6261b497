package gcp

// CDD is a Cloud Device Description: what a printer can do.
type CDD struct {
	Version string                    `json:"version"`
	Printer PrinterDescriptionSection `json:"printer"`
}

// PrinterDescriptionSection is the printer member of a CDD. A nil or empty
// section means that the printer does not offer the choice.
type PrinterDescriptionSection struct {
	SupportedContentType []SupportedContentType `json:"supported_content_type,omitempty"` // in order of preference
	PrintingSpeed        *PrintingSpeed         `json:"printing_speed,omitempty"`
	PWGRasterConfig      *PWGRasterConfig       `json:"pwg_raster_config,omitempty"`
	InputTrayUnit        []Unit                 `json:"input_tray_unit,omitempty"`
	OutputBinUnit        []Unit                 `json:"output_bin_unit,omitempty"`
	Marker               []Marker               `json:"marker,omitempty"`
	Cover                []Unit                 `json:"cover,omitempty"`
	MediaPath            []MediaPath            `json:"media_path,omitempty"`
	VendorCapability     []VendorCapability     `json:"vendor_capability,omitempty"`
	Color                *Color                 `json:"color,omitempty"`
	Duplex               *Duplex                `json:"duplex,omitempty"`
	PageOrientation      *PageOrientation       `json:"page_orientation,omitempty"`
	Copies               *Copies                `json:"copies,omitempty"`
	Margins              *Margins               `json:"margins,omitempty"`
	DPI                  *DPI                   `json:"dpi,omitempty"`
	FitToPage            *FitToPage             `json:"fit_to_page,omitempty"`
	PageRange            *PageRange             `json:"page_range,omitempty"`
	MediaSize            *MediaSize             `json:"media_size,omitempty"`
	Collate              *Collate               `json:"collate,omitempty"`
	ReverseOrder         *ReverseOrder          `json:"reverse_order,omitempty"`
}

// SupportedContentType is one MIME type that the printer takes as it is.
type SupportedContentType struct {
	ContentType string `json:"content_type"`
	MinVersion  string `json:"min_version,omitempty"`
	MaxVersion  string `json:"max_version,omitempty"`
}

// PrintingSpeed lists how fast the printer prints.
type PrintingSpeed struct {
	Option []PrintingSpeedOption `json:"option,omitempty"`
}

// PrintingSpeedOption is one speed, in pages per minute.
type PrintingSpeedOption struct {
	SpeedPPM      float64         `json:"speed_ppm"`
	ColorType     []ColorType     `json:"color_type,omitempty"`
	MediaSizeName []MediaSizeName `json:"media_size_name,omitempty"`
}

// PWGRasterConfig says how PWG raster must be made for the printer.
type PWGRasterConfig struct {
	DocumentResolutionSupported []PWGResolution     `json:"document_resolution_supported,omitempty"`
	DocumentTypeSupported       []PWGType           `json:"document_type_supported,omitempty"`
	DocumentSheetBack           PWGSheetBack        `json:"document_sheet_back,omitempty"`
	ReverseOrderStreaming       bool                `json:"reverse_order_streaming,omitempty"`
	RotateAllPages              bool                `json:"rotate_all_pages,omitempty"`
	Transformation              []PWGTransformation `json:"transformation,omitempty"` // of old devices
}

// PWGResolution is a resolution in dots per inch.
type PWGResolution struct {
	CrossFeedDir int `json:"cross_feed_dir"`
	FeedDir      int `json:"feed_dir"`
}

// PWGTransformation is an old device's way to say how back sides are turned.
type PWGTransformation struct {
	Operation  string       `json:"operation,omitempty"`
	Operand    string       `json:"operand,omitempty"`
	DuplexType []DuplexType `json:"duplex_type,omitempty"`
}

// Unit is an input tray, an output bin or a cover.
type Unit struct {
	VendorID                   string            `json:"vendor_id"`
	Type                       UnitType          `json:"type"`
	Index                      *Index            `json:"index,omitempty"`
	CustomDisplayName          string            `json:"custom_display_name,omitempty"`
	CustomDisplayNameLocalized []LocalizedString `json:"custom_display_name_localized,omitempty"`
}

// Marker is a supply: toner, ink or staples.
type Marker struct {
	VendorID                   string            `json:"vendor_id"`
	Type                       MarkerType        `json:"type"`
	Color                      *MarkerColor      `json:"color,omitempty"`
	CustomDisplayName          string            `json:"custom_display_name,omitempty"`
	CustomDisplayNameLocalized []LocalizedString `json:"custom_display_name_localized,omitempty"`
}

// MarkerColor is a supply's colour.
type MarkerColor struct {
	Type                       MarkerColorType   `json:"type"`
	CustomDisplayName          string            `json:"custom_display_name,omitempty"`
	CustomDisplayNameLocalized []LocalizedString `json:"custom_display_name_localized,omitempty"`
}

// MediaPath is a way of the paper through the device.
type MediaPath struct {
	VendorID string `json:"vendor_id"`
}

// VendorCapability is a choice that has no section of its own.
type VendorCapability struct {
	ID                   string               `json:"id"`
	DisplayName          string               `json:"display_name,omitempty"`
	DisplayNameLocalized []LocalizedString    `json:"display_name_localized,omitempty"`
	Type                 VendorCapabilityType `json:"type"`
	RangeCap             *RangeCap            `json:"range_cap,omitempty"`
	SelectCap            *SelectCap           `json:"select_cap,omitempty"`
	TypedValueCap        *TypedValueCap       `json:"typed_value_cap,omitempty"`
}

// RangeCap is a number between two limits, both included.
type RangeCap struct {
	ValueType ValueType `json:"value_type"`
	Default   Text      `json:"default,omitempty"`
	Min       Text      `json:"min,omitempty"`
	Max       Text      `json:"max,omitempty"`
}

// SelectCap is one of several values.
type SelectCap struct {
	Option []SelectCapOption `json:"option,omitempty"`
}

// SelectCapOption is one value of a SelectCap.
type SelectCapOption struct {
	Value                Text              `json:"value"`
	DisplayName          string            `json:"display_name,omitempty"`
	DisplayNameLocalized []LocalizedString `json:"display_name_localized,omitempty"`
	IsDefault            bool              `json:"is_default,omitempty"`
}

// TypedValueCap is a free value of one type.
type TypedValueCap struct {
	ValueType ValueType `json:"value_type"`
	Default   Text      `json:"default,omitempty"`
}

// Color lists colour modes.
type Color struct {
	Option []ColorOption `json:"option,omitempty"`
}

// ColorOption is one colour mode.
type ColorOption struct {
	VendorID                   string            `json:"vendor_id,omitempty"`
	Type                       ColorType         `json:"type"`
	CustomDisplayName          string            `json:"custom_display_name,omitempty"`
	CustomDisplayNameLocalized []LocalizedString `json:"custom_display_name_localized,omitempty"`
	IsDefault                  bool              `json:"is_default,omitempty"`
}

// Duplex lists ways to print on the sides of a sheet.
type Duplex struct {
	Option []DuplexOption `json:"option,omitempty"`
}

// DuplexOption is one way; an absent type means NO_DUPLEX.
type DuplexOption struct {
	Type      DuplexType `json:"type,omitempty"`
	IsDefault bool       `json:"is_default,omitempty"`
}

// PageOrientation lists orientations.
type PageOrientation struct {
	Option []OrientationOption `json:"option,omitempty"`
}

// OrientationOption is one orientation.
type OrientationOption struct {
	Type      OrientationType `json:"type"`
	IsDefault bool            `json:"is_default,omitempty"`
}

// Copies says how many copies the printer makes itself.
type Copies struct {
	Default int `json:"default,omitempty"`
	Max     int `json:"max,omitempty"`
}

// Margins lists margins.
type Margins struct {
	Option []MarginsOption `json:"option,omitempty"`
}

// MarginsOption is one set of margins, in microns.
type MarginsOption struct {
	Type          MarginsType `json:"type"`
	TopMicrons    int         `json:"top_microns"`
	RightMicrons  int         `json:"right_microns"`
	BottomMicrons int         `json:"bottom_microns"`
	LeftMicrons   int         `json:"left_microns"`
	IsDefault     bool        `json:"is_default,omitempty"`
}

// DPI lists resolutions; the limits allow others between them.
type DPI struct {
	Option           []DPIOption `json:"option,omitempty"`
	MinHorizontalDPI int         `json:"min_horizontal_dpi,omitempty"`
	MaxHorizontalDPI int         `json:"max_horizontal_dpi,omitempty"`
	MinVerticalDPI   int         `json:"min_vertical_dpi,omitempty"`
	MaxVerticalDPI   int         `json:"max_vertical_dpi,omitempty"`
}

// DPIOption is one resolution in dots per inch.
type DPIOption struct {
	HorizontalDPI              int               `json:"horizontal_dpi"`
	VerticalDPI                int               `json:"vertical_dpi"`
	IsDefault                  bool              `json:"is_default,omitempty"`
	CustomDisplayName          string            `json:"custom_display_name,omitempty"`
	CustomDisplayNameLocalized []LocalizedString `json:"custom_display_name_localized,omitempty"`
	VendorID                   string            `json:"vendor_id,omitempty"`
}

// FitToPage lists ways to fit a page to the media.
type FitToPage struct {
	Option []FitToPageOption `json:"option,omitempty"`
}

// FitToPageOption is one way.
type FitToPageOption struct {
	Type      FitToPageType `json:"type"`
	IsDefault bool          `json:"is_default,omitempty"`
}

// PageRange means, by being present, that any pages may be chosen. Devices name the
// default "default" or "interval"; both are kept.
type PageRange struct {
	Default  []PageInterval `json:"default,omitempty"`
	Interval []PageInterval `json:"interval,omitempty"`
}

// MediaSize lists media sizes; the limits, in microns, allow others between them.
type MediaSize struct {
	Option           []MediaSizeOption `json:"option,omitempty"`
	MinWidthMicrons  int               `json:"min_width_microns,omitempty"`
	MaxWidthMicrons  int               `json:"max_width_microns,omitempty"`
	MinHeightMicrons int               `json:"min_height_microns,omitempty"`
	MaxHeightMicrons int               `json:"max_height_microns,omitempty"`
}

// MediaSizeOption is one media size, in microns. An absent name means CUSTOM.
type MediaSizeOption struct {
	Name                       MediaSizeName     `json:"name,omitempty"`
	WidthMicrons               int               `json:"width_microns,omitempty"`
	HeightMicrons              int               `json:"height_microns,omitempty"`
	IsContinuousFeed           bool              `json:"is_continuous_feed,omitempty"`
	IsDefault                  bool              `json:"is_default,omitempty"`
	CustomDisplayName          string            `json:"custom_display_name,omitempty"`
	CustomDisplayNameLocalized []LocalizedString `json:"custom_display_name_localized,omitempty"`
	VendorID                   string            `json:"vendor_id,omitempty"`
}

// Collate says that copies can be sorted or not; Default nil means true.
type Collate struct {
	Default *bool `json:"default,omitempty"`
}

// ReverseOrder says that the last page can come first.
type ReverseOrder struct {
	Default bool `json:"default,omitempty"`
}
