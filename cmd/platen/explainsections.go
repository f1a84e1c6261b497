package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"platen/gcp"
)

// sectionRows are the capabilities.
func sectionRows(p gcp.PrinterDescriptionSection) [][]string {
	rows := section("documents", each(p.SupportedContentType, func(t gcp.SupportedContentType) string { return t.ContentType })...)
	rows = append(rows, sizeRows(p.MediaSize)...)
	rows = append(rows, optionRows(p)...)
	rows = append(rows, pageRows(p)...)
	for _, v := range p.VendorCapability {
		rows = append(rows, vendorRows(v)...)
	}
	return append(rows, partRows(p)...)
}

func sizeRows(m *gcp.MediaSize) [][]string {
	if m == nil {
		return nil
	}
	rows := section("media size", each(m.Option, func(o gcp.MediaSizeOption) string {
		height := millimetres(o.HeightMicrons)
		if o.IsContinuousFeed {
			height = "roll"
		}
		name := cmp.Or(o.CustomDisplayName, string(o.Name), o.VendorID)
		return starred(fmt.Sprintf("%s %s×%s mm", name, millimetres(o.WidthMicrons), height), o.IsDefault)
	})...)
	if m.MaxWidthMicrons > 0 {
		rows = append(rows, []string{"any size", fmt.Sprintf("%s–%s × %s–%s mm", millimetres(m.MinWidthMicrons), millimetres(m.MaxWidthMicrons),
			millimetres(m.MinHeightMicrons), millimetres(m.MaxHeightMicrons))})
	}
	return rows
}

// optionRows are the sections in which one of several is chosen.
func optionRows(p gcp.PrinterDescriptionSection) [][]string {
	var rows [][]string
	add := func(name string, options []string) { rows = append(rows, section(name, options...)...) }
	if p.Color != nil {
		add("color", each(p.Color.Option, func(o gcp.ColorOption) string {
			if o.CustomDisplayName != "" {
				return starred(withID(o.CustomDisplayName, o.VendorID), o.IsDefault)
			}
			return starred(strings.ToLower(string(o.Type)), o.IsDefault)
		}))
	}
	if p.Duplex != nil {
		add("two-sided", each(p.Duplex.Option, func(o gcp.DuplexOption) string { return starred(strings.ToLower(string(o.Type)), o.IsDefault) }))
	}
	if p.PageOrientation != nil {
		add("orientation", each(p.PageOrientation.Option, func(o gcp.OrientationOption) string {
			return starred(strings.ToLower(string(o.Type)), o.IsDefault)
		}))
	}
	if p.FitToPage != nil {
		add("fit to page", each(p.FitToPage.Option, func(o gcp.FitToPageOption) string {
			return starred(strings.ToLower(string(o.Type)), o.IsDefault)
		}))
	}
	if p.DPI != nil {
		add("resolution", each(p.DPI.Option, func(o gcp.DPIOption) string {
			return starred(fmt.Sprintf("%d×%d dpi", o.HorizontalDPI, o.VerticalDPI), o.IsDefault)
		}))
	}
	if p.Margins != nil {
		add("margins", each(p.Margins.Option, func(o gcp.MarginsOption) string {
			return starred(fmt.Sprintf("%s %s/%s/%s/%s mm", strings.ToLower(string(o.Type)), millimetres(o.TopMicrons), millimetres(o.RightMicrons),
				millimetres(o.BottomMicrons), millimetres(o.LeftMicrons)), o.IsDefault)
		}))
	}
	return rows
}

// pageRows are the sections about pages and copies.
func pageRows(p gcp.PrinterDescriptionSection) [][]string {
	var rows [][]string
	if p.Copies != nil {
		rows = append(rows, []string{"copies", fmt.Sprintf("1 to %d, *%d", p.Copies.Max, max(1, p.Copies.Default))})
	}
	if p.Collate != nil {
		rows = append(rows, []string{"collate", starred("yes", p.Collate.Default == nil || *p.Collate.Default) + ", " +
			starred("no", p.Collate.Default != nil && !*p.Collate.Default)})
	}
	if p.ReverseOrder != nil {
		rows = append(rows, []string{"reverse order", starred("yes", p.ReverseOrder.Default) + ", " + starred("no", !p.ReverseOrder.Default)})
	}
	if p.PageRange != nil {
		rows = append(rows, []string{"page range", "yes"})
	}
	return rows
}

// vendorRows is an option with the id and the values by which a ticket chooses it.
func vendorRows(v gcp.VendorCapability) [][]string {
	name := withID(cmp.Or(v.DisplayName, v.ID), v.ID)
	switch {
	case v.SelectCap != nil:
		return section(name, each(v.SelectCap.Option, func(o gcp.SelectCapOption) string {
			return starred(withID(cmp.Or(o.DisplayName, string(o.Value)), string(o.Value)), o.IsDefault)
		})...)
	case v.RangeCap != nil:
		return [][]string{{name, fmt.Sprintf("%s to %s, *%s", v.RangeCap.Min, v.RangeCap.Max, v.RangeCap.Default)}}
	case v.TypedValueCap != nil:
		return [][]string{{name, strings.ToLower(string(v.TypedValueCap.ValueType))}}
	}
	return nil
}

// withID is a name for people, and what a ticket says instead where that differs.
func withID(name, id string) string {
	if id == "" || id == name {
		return name
	}
	return name + " [" + id + "]"
}

// partRows are what the printer is made of.
func partRows(p gcp.PrinterDescriptionSection) [][]string {
	unit := func(u gcp.Unit) string { return cmp.Or(u.CustomDisplayName, u.VendorID) }
	rows := section("trays", each(p.InputTrayUnit, unit)...)
	rows = append(rows, section("bins", each(p.OutputBinUnit, unit)...)...)
	rows = append(rows, section("markers", each(p.Marker, func(m gcp.Marker) string { return cmp.Or(m.CustomDisplayName, m.VendorID) })...)...)
	if p.PrintingSpeed != nil {
		rows = append(rows, section("speed", speeds(p.PrintingSpeed.Option)...)...)
	}
	if c := p.PWGRasterConfig; c != nil {
		rows = append(rows, section("raster", append(
			each(c.DocumentResolutionSupported, func(r gcp.PWGResolution) string { return fmt.Sprintf("%d×%d dpi", r.CrossFeedDir, r.FeedDir) }),
			each(c.DocumentTypeSupported, func(t gcp.PWGType) string { return string(t) })...)...)...)
	}
	return rows
}

// speeds are said once each; where they differ, of which colours.
func speeds(list []gcp.PrintingSpeedOption) []string {
	words := each(list, func(o gcp.PrintingSpeedOption) string { return fmt.Sprintf("%g pages a minute", o.SpeedPPM) })
	if len(slices.Compact(slices.Clone(words))) == 1 {
		return words[:1]
	}
	for i, o := range list {
		if len(o.ColorType) > 0 {
			words[i] += " (" + strings.ToLower(strings.Join(each(o.ColorType, func(t gcp.ColorType) string { return string(t) }), ", ")) + ")"
		}
	}
	return words
}
