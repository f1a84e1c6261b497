package gcp

// UnitType is the type of an input tray, an output bin or a cover.
type UnitType string

// The unit types: trays, bins and covers, in this order.
const (
	UnitCustom         UnitType = "CUSTOM"
	UnitInputTray      UnitType = "INPUT_TRAY"
	UnitBypassTray     UnitType = "BYPASS_TRAY"
	UnitManualFeedTray UnitType = "MANUAL_FEED_TRAY"
	UnitLCT            UnitType = "LCT" // large capacity tray
	UnitEnvelopeTray   UnitType = "ENVELOPE_TRAY"
	UnitRoll           UnitType = "ROLL"
	UnitOutputBin      UnitType = "OUTPUT_BIN"
	UnitMailbox        UnitType = "MAILBOX"
	UnitStacker        UnitType = "STACKER"
	UnitDoor           UnitType = "DOOR"
	UnitCover          UnitType = "COVER"
)

// MarkerType is the type of a supply.
type MarkerType string

// The marker types.
const (
	MarkerCustom  MarkerType = "CUSTOM"
	MarkerToner   MarkerType = "TONER"
	MarkerInk     MarkerType = "INK"
	MarkerStaples MarkerType = "STAPLES"
)

// MarkerColorType is the colour of a supply.
type MarkerColorType string

// The marker colours.
const (
	MarkerColorCustom       MarkerColorType = "CUSTOM"
	MarkerColorBlack        MarkerColorType = "BLACK"
	MarkerColorColor        MarkerColorType = "COLOR"
	MarkerColorCyan         MarkerColorType = "CYAN"
	MarkerColorMagenta      MarkerColorType = "MAGENTA"
	MarkerColorYellow       MarkerColorType = "YELLOW"
	MarkerColorLightCyan    MarkerColorType = "LIGHT_CYAN"
	MarkerColorLightMagenta MarkerColorType = "LIGHT_MAGENTA"
	MarkerColorGray         MarkerColorType = "GRAY"
	MarkerColorLightGray    MarkerColorType = "LIGHT_GRAY"
	MarkerColorPigmentBlack MarkerColorType = "PIGMENT_BLACK"
	MarkerColorMatteBlack   MarkerColorType = "MATTE_BLACK"
	MarkerColorPhotoCyan    MarkerColorType = "PHOTO_CYAN"
	MarkerColorPhotoMagenta MarkerColorType = "PHOTO_MAGENTA"
	MarkerColorPhotoYellow  MarkerColorType = "PHOTO_YELLOW"
	MarkerColorPhotoGray    MarkerColorType = "PHOTO_GRAY"
	MarkerColorRed          MarkerColorType = "RED"
	MarkerColorGreen        MarkerColorType = "GREEN"
	MarkerColorBlue         MarkerColorType = "BLUE"
)

// VendorCapabilityType is the shape of a vendor capability.
type VendorCapabilityType string

// The vendor capability types.
const (
	VendorRange      VendorCapabilityType = "RANGE"
	VendorSelect     VendorCapabilityType = "SELECT"
	VendorTypedValue VendorCapabilityType = "TYPED_VALUE"
)

// ValueType is the type of a range's or typed value's values.
type ValueType string

// The value types; ranges know FLOAT and INTEGER only.
const (
	ValueBoolean ValueType = "BOOLEAN"
	ValueFloat   ValueType = "FLOAT"
	ValueInteger ValueType = "INTEGER"
	ValueString  ValueType = "STRING"
)

// ColorType is a colour mode.
type ColorType string

// The colour modes.
const (
	ColorStandard         ColorType = "STANDARD_COLOR"
	ColorMonochrome       ColorType = "STANDARD_MONOCHROME"
	ColorCustom           ColorType = "CUSTOM_COLOR"
	ColorCustomMonochrome ColorType = "CUSTOM_MONOCHROME"
	ColorAuto             ColorType = "AUTO"
)

// DuplexType is a way to print on the sides of a sheet.
type DuplexType string

// The duplex types.
const (
	DuplexNone      DuplexType = "NO_DUPLEX"
	DuplexLongEdge  DuplexType = "LONG_EDGE"
	DuplexShortEdge DuplexType = "SHORT_EDGE"
)

// TwoSided reports whether both sides of a sheet are printed on.
func (t DuplexType) TwoSided() bool { return t == DuplexLongEdge || t == DuplexShortEdge }

// OrientationType is a page orientation.
type OrientationType string

// The page orientations.
const (
	OrientationPortrait  OrientationType = "PORTRAIT"
	OrientationLandscape OrientationType = "LANDSCAPE"
	OrientationAuto      OrientationType = "AUTO"
)

// MarginsType is a kind of margins.
type MarginsType string

// The kinds of margins.
const (
	MarginsBorderless MarginsType = "BORDERLESS"
	MarginsStandard   MarginsType = "STANDARD"
	MarginsCustom     MarginsType = "CUSTOM"
)

// FitToPageType is a way to fit a page to the media.
type FitToPageType string

// The ways to fit a page.
const (
	FitNone   FitToPageType = "NO_FITTING"
	FitPage   FitToPageType = "FIT_TO_PAGE"
	FitGrow   FitToPageType = "GROW_TO_PAGE"
	FitShrink FitToPageType = "SHRINK_TO_PAGE"
	FitFill   FitToPageType = "FILL_PAGE"
)

// PWGSheetBack says how the back sides of PWG raster are turned.
type PWGSheetBack string

// The sheet back values; absent means ROTATED.
const (
	SheetBackNormal       PWGSheetBack = "NORMAL"
	SheetBackRotated      PWGSheetBack = "ROTATED"
	SheetBackManualTumble PWGSheetBack = "MANUAL_TUMBLE"
	SheetBackFlipped      PWGSheetBack = "FLIPPED"
)

// PWGType is a colour space and depth of PWG raster, such as SRGB_8: the
// keyword of PWG 5102.4 in upper case with underscores.
type PWGType string

// MediaSizeName is the name of a media size, such as ISO_A4; CUSTOM sizes have a
// display name instead.
type MediaSizeName string
