package ipp

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

// describeAsked tells what a job asks for: its ticket, however it came, as job template
// attributes (RFC 8011, 4.3.4.2).
func describeAsked(l *ippserver.List, j *cloud.Job) {
	var t gcp.CJT
	if json.Unmarshal(j.Ticket, &t) != nil {
		return // of version 1.0 of the protocol, which has no attributes of its own
	}
	p := t.Print
	if p.Copies != nil {
		l.Integers("copies", p.Copies.Copies)
	}
	if p.Duplex != nil {
		if sides := ippwords.Sides(p.Duplex.Type); sides != "" {
			l.Strings("sides", goipp.TagKeyword, sides)
		}
	}
	if p.Color != nil {
		if mode := colorMode(gcp.ColorOption{VendorID: p.Color.VendorID, Type: p.Color.Type}); mode != "" {
			l.Words("print-color-mode", mode)
		}
	}
	if p.FitToPage != nil {
		if way := ippwords.Scaling(p.FitToPage.Type); way != "" {
			l.Strings("print-scaling", goipp.TagKeyword, way)
		}
	}
	if p.PageOrientation != nil {
		switch p.PageOrientation.Type {
		case gcp.OrientationPortrait:
			l.Enums("orientation-requested", ippwords.Portrait)
		case gcp.OrientationLandscape:
			l.Enums("orientation-requested", ippwords.Landscape)
		case gcp.OrientationAuto:
		}
	}
	describeOrder(l, p)
	if m := p.MediaSize; m != nil && m.WidthMicrons > 0 && m.HeightMicrons > 0 {
		l.Words("media", mediaName(gcp.MediaSizeOption{WidthMicrons: m.WidthMicrons, HeightMicrons: m.HeightMicrons, VendorID: m.VendorID}))
	}
	if d := p.DPI; d != nil && d.HorizontalDPI > 0 {
		l.Add("printer-resolution", goipp.TagResolution, goipp.Resolution{Xres: d.HorizontalDPI, Yres: d.VerticalDPI, Units: goipp.UnitsDpi})
	}
	describeVendor(l, p.VendorTicketItem)
}

// describeOrder tells which pages come, and in which order.
func describeOrder(l *ippserver.List, p gcp.PrintTicketSection) {
	if p.Collate != nil {
		handling := ippwords.Uncollated
		if p.Collate.Collate {
			handling = ippwords.Collated
		}
		l.Strings("multiple-document-handling", goipp.TagKeyword, handling)
	}
	if p.ReverseOrder != nil && p.ReverseOrder.ReverseOrder {
		l.Strings("page-delivery", goipp.TagKeyword, "reverse-order")
	}
	if p.PageRange == nil {
		return
	}
	var ranges []goipp.Value
	for _, i := range p.PageRange.Interval {
		if i.End == 0 {
			i.End = math.MaxInt32
		}
		ranges = append(ranges, goipp.Range{Lower: i.Start, Upper: i.End})
	}
	l.Add("page-ranges", goipp.TagRange, ranges...)
}

// describeVendor tells what is asked for of the printer's own choices.
func describeVendor(l *ippserver.List, items []gcp.VendorTicketItem) {
	var finishings []int
	for _, item := range items {
		n, err := strconv.Atoi(string(item.Value))
		switch {
		case strings.HasPrefix(item.ID, finishingPrefix) && err == nil:
			finishings = append(finishings, n)
		case item.ID == "print-quality" && err == nil:
			l.Enums(item.ID, n)
		case item.ID == "number-up" && err == nil:
			l.Integers(item.ID, n)
		case slices.Contains(vendorKeywords(), item.ID):
			l.Words(item.ID, string(item.Value))
		}
	}
	l.Enums("finishings", finishings...)
}
