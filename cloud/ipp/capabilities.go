package ipp

import (
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/impose"
	"platen/internal/ippwords"
)

// documentFormats are the types of documents that are taken: those of the printer, what
// the service makes into them, and raster, which is made into PDF on its way in.
func (d *description) documentFormats() []string {
	list := []string{impose.PDF, impose.JPEG, impose.PWG, impose.URF}
	for _, kind := range d.f.Accepts {
		if !slices.Contains(list, kind) && !strings.Contains(kind, "*") && strings.Contains(kind, "/") && kind != impose.OctetStream {
			list = append(list, kind)
		}
	}
	pdf := d.f.Takes(impose.PDF)
	return slices.DeleteFunc(list, func(kind string) bool {
		raster := kind == impose.PWG || kind == impose.URF
		return !d.f.Takes(kind) && (!raster || !pdf)
	})
}

func (d *description) formats() {
	list := d.documentFormats()
	d.Strings("document-format-supported", goipp.TagMimeType, append([]string{impose.OctetStream}, list...)...)
	d.Strings("document-format-default", goipp.TagMimeType, impose.OctetStream)
	if len(list) > 0 {
		d.Strings("document-format-preferred", goipp.TagMimeType, list[0])
	}
	if slices.Contains(list, impose.PDF) {
		d.Strings("pdf-versions-supported", goipp.TagKeyword, "adobe-1.3", "adobe-1.4", "adobe-1.5", "adobe-1.6", "iso-32000-1_2008")
	}
}

// colorMode returns the print-color-mode keyword of an option, "" for one that IPP
// has no word for.
func colorMode(o gcp.ColorOption) string {
	if mode, ok := strings.CutPrefix(o.VendorID, "print-color-mode:"); ok {
		return mode
	}
	switch o.Type {
	case gcp.ColorStandard:
		return "color"
	case gcp.ColorMonochrome:
		return "monochrome"
	case gcp.ColorAuto:
		return "auto"
	case gcp.ColorCustom, gcp.ColorCustomMonochrome:
	}
	return ""
}

// named is a list of keywords with a default.
type named struct {
	words []string
	usual string
}

func (n *named) add(word string, usual bool) {
	if word == "" || slices.Contains(n.words, word) {
		return
	}
	n.words = append(n.words, word)
	if usual || n.usual == "" {
		n.usual = word
	}
}

func (d *description) keywords(name string, n named) {
	d.Words(name+"-supported", n.words...)
	d.Words(name+"-default", n.usual)
}

func colorModes(can gcp.PrinterDescriptionSection) named {
	var n named
	if can.Color != nil {
		for _, o := range can.Color.Option {
			n.add(colorMode(o), o.IsDefault)
		}
	}
	n.add("auto", false)
	return n
}

func sidesList(can gcp.PrinterDescriptionSection) named {
	var n named
	if can.Duplex != nil {
		for _, o := range can.Duplex.Option {
			n.add(ippwords.Sides(o.Type), o.IsDefault)
		}
	}
	if !slices.Contains(n.words, "one-sided") {
		n.add("one-sided", false)
	}
	return n
}

func scalings(can gcp.PrinterDescriptionSection) named {
	n := named{words: []string{"auto"}, usual: "auto"}
	if can.FitToPage != nil {
		for _, o := range can.FitToPage.Option {
			n.add(ippwords.Scaling(o.Type), false)
		}
	}
	return n
}

// choices are the items of capabilities that have sections of their own.
func (d *description) choices() {
	most, usual := 1, 1
	if c := d.can.Copies; c != nil {
		most, usual = max(1, c.Max), max(1, c.Default)
	}
	d.Add("copies-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: most})
	d.Integers("copies-default", min(usual, most))
	handling := named{}
	if c := d.can.Collate; c != nil {
		yes := c.Default == nil || *c.Default
		handling.add(ippwords.Collated, yes)
		handling.add(ippwords.Uncollated, !yes)
	} else {
		handling.add(ippwords.Collated, true)
	}
	d.keywords("multiple-document-handling", handling)
	modes := colorModes(d.can)
	d.keywords("print-color-mode", modes)
	d.Flag("color-supported", slices.Contains(modes.words, "color"))
	d.keywords("sides", sidesList(d.can))
	d.keywords("print-scaling", scalings(d.can))
	d.Flag("page-ranges-supported", d.can.PageRange != nil)
	d.orientation()
	d.resolutions()
	delivery := named{}
	delivery.add("system-specified", true)
	if d.can.ReverseOrder != nil {
		delivery.add("same-order", false)
		delivery.add("reverse-order", false)
	}
	d.keywords("page-delivery", delivery)
	d.Strings("overrides-supported", goipp.TagKeyword, "none")
	if s := d.can.PrintingSpeed; s != nil {
		d.speed(s.Option)
	}
}

func (d *description) orientation() {
	var have []int
	usual := 0
	if o := d.can.PageOrientation; o != nil {
		for _, option := range o.Option {
			n := map[gcp.OrientationType]int{gcp.OrientationPortrait: ippwords.Portrait, gcp.OrientationLandscape: ippwords.Landscape}[option.Type]
			if n != 0 {
				have = append(have, n)
			}
			if n != 0 && option.IsDefault {
				usual = n
			}
		}
	}
	if len(have) == 0 {
		have = []int{ippwords.Portrait}
	}
	d.Enums("orientation-requested-supported", have...)
	if usual == 0 {
		d.NoValue("orientation-requested-default")
		return
	}
	d.Enums("orientation-requested-default", usual)
}

func (d *description) speed(options []gcp.PrintingSpeedOption) {
	gray, color := 0, 0
	for _, o := range options {
		n := int(o.SpeedPPM)
		if len(o.ColorType) == 0 || slices.Contains(o.ColorType, gcp.ColorMonochrome) {
			gray = max(gray, n)
		}
		if slices.Contains(o.ColorType, gcp.ColorStandard) {
			color = max(color, n)
		}
	}
	if gray > 0 {
		d.Integers("pages-per-minute", gray)
	}
	if color > 0 {
		d.Integers("pages-per-minute-color", color)
	}
}

// plainDPI is the resolution of a printer that tells none.
const plainDPI = 300

// dots returns the printer's resolutions, the default first.
func dots(can gcp.PrinterDescriptionSection) []goipp.Resolution {
	var list []goipp.Resolution
	if can.DPI != nil {
		for _, o := range can.DPI.Option {
			r := goipp.Resolution{Xres: o.HorizontalDPI, Yres: o.VerticalDPI, Units: goipp.UnitsDpi}
			switch {
			case r.Xres <= 0 || r.Yres <= 0 || slices.Contains(list, r):
			case o.IsDefault:
				list = slices.Insert(list, 0, r)
			default:
				list = append(list, r)
			}
		}
	}
	if len(list) == 0 {
		list = []goipp.Resolution{{Xres: plainDPI, Yres: plainDPI, Units: goipp.UnitsDpi}}
	}
	return list
}

func (d *description) resolutions() {
	list := dots(d.can)
	var values []goipp.Value
	for _, r := range list {
		values = append(values, r)
	}
	d.Add("printer-resolution-supported", goipp.TagResolution, values...)
	d.Add("printer-resolution-default", goipp.TagResolution, list[0])
}

// The vendor capabilities that IPP has attributes for, and that this package
// understands; the connector names them by their attributes.
func vendorKeywords() []string {
	return []string{"output-bin", "print-content-optimize", "print-rendering-intent", "presentation-direction-number-up"}
}

// vendorOf returns a choice of the printer's own, nil if it has none of that name.
func vendorOf(can gcp.PrinterDescriptionSection, id string) *gcp.SelectCap {
	for i := range can.VendorCapability {
		if v := &can.VendorCapability[i]; v.ID == id && v.SelectCap != nil && len(v.SelectCap.Option) > 0 {
			return v.SelectCap
		}
	}
	return nil
}

// vendorWords returns the values of a choice, and otherwise where it has none.
func vendorWords(can gcp.PrinterDescriptionSection, id, otherwise string) named {
	var n named
	if s := vendorOf(can, id); s != nil {
		for _, o := range s.Option {
			n.add(string(o.Value), o.IsDefault)
		}
	}
	if len(n.words) == 0 {
		n.add(otherwise, true)
	}
	return n
}

// vendorNumbers returns the values of a choice of numbers, and the usual one.
func vendorNumbers(can gcp.PrinterDescriptionSection, id string, otherwise int) (list []int, usual int) {
	usual = otherwise
	for _, word := range vendorWords(can, id, strconv.Itoa(otherwise)).words {
		if n, err := strconv.Atoi(word); err == nil {
			list = append(list, n)
		}
	}
	if n, err := strconv.Atoi(vendorWords(can, id, strconv.Itoa(otherwise)).usual); err == nil {
		usual = n
	}
	return list, usual
}

// noFinishing is the value of finishings for none (RFC 8011, 5.2.6).
const noFinishing = 3

// finishingPrefix begins the names of the choices of finishings.
const finishingPrefix = "finishings/"

// normalQuality is the value of print-quality for normal (RFC 8011, 5.2.13).
const normalQuality = 4

// vendorChoices are choices that the protocol has no sections for.
func (d *description) vendorChoices() {
	quality, usual := vendorNumbers(d.can, "print-quality", normalQuality)
	d.Enums("print-quality-supported", quality...)
	d.Enums("print-quality-default", usual)
	up, usual := vendorNumbers(d.can, "number-up", 1)
	d.Integers("number-up-supported", up...)
	d.Integers("number-up-default", usual)
	for _, id := range vendorKeywords() {
		otherwise := "auto"
		if id == "presentation-direction-number-up" {
			otherwise = "toright-tobottom"
		}
		d.keywords(id, vendorWords(d.can, id, otherwise))
	}
	finishings := []int{noFinishing}
	usuals := []int{}
	for _, v := range d.can.VendorCapability {
		if !strings.HasPrefix(v.ID, finishingPrefix) {
			continue
		}
		list, usual := vendorNumbers(d.can, v.ID, noFinishing)
		for _, n := range list {
			if !slices.Contains(finishings, n) {
				finishings = append(finishings, n)
			}
		}
		if usual != noFinishing {
			usuals = append(usuals, usual)
		}
	}
	if len(usuals) == 0 {
		usuals = []int{noFinishing}
	}
	d.Enums("finishings-supported", finishings...)
	d.Enums("finishings-default", usuals...)
}

// creation lists what a job can ask for here.
func (d *description) creation() []string {
	list := []string{
		"copies", "media", "media-col", "multiple-document-handling", "orientation-requested", "page-delivery",
		"print-color-mode", "print-quality", "print-scaling", "printer-resolution", "sides", "number-up", "finishings",
	}
	list = append(list, vendorKeywords()...)
	if d.can.PageRange != nil {
		list = append(list, "page-ranges")
	}
	slices.Sort(list)
	return list
}
