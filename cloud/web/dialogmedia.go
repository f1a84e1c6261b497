package web

import (
	"cmp"
	"fmt"
	"strings"

	"platen/gcp"
)

// media offers the sizes, and a size of one's own between the printer's limits.
func (b *builder) media(m *gcp.MediaSize) {
	if m == nil {
		return
	}
	f := listed(field{Name: nameMedia, Item: "media_size", Label: b.words["print.media"]}, m.Option, func(o gcp.MediaSizeOption) listing {
		return listing{fieldChoice{mediaKey(o), b.mediaLabel(o)}, o.IsDefault}
	})
	own := m.MaxWidthMicrons > 0 && m.MaxHeightMicrons > 0
	if own {
		f.Choices = append(f.Choices, fieldChoice{valueCustom, b.words["print.media.custom"]})
		f.Default = cmp.Or(f.Default, valueCustom)
	}
	b.add(f)
	if !own || len(f.Choices) < 2 {
		return
	}
	b.add(field{
		Name: nameWidth, Label: b.words["print.media.width"], Kind: fieldNumber, With: valueCustom,
		Min: millimetres(m.MinWidthMicrons), Max: millimetres(m.MaxWidthMicrons), Step: "any",
	})
	b.add(field{
		Name: nameHeight, Label: b.words["print.media.height"], Kind: fieldNumber, With: valueCustom,
		Min: millimetres(m.MinHeightMicrons), Max: millimetres(m.MaxHeightMicrons), Step: "any",
	})
}

// mediaKey names a size in the form.
func mediaKey(o gcp.MediaSizeOption) string {
	return cmp.Or(o.VendorID, fmt.Sprintf("%dx%d", o.WidthMicrons, o.HeightMicrons))
}

// mediaLabel is what people call a size, and how large it is.
func (b *builder) mediaLabel(o gcp.MediaSizeOption) string {
	own := cmp.Or(o.CustomDisplayName, localized(o.CustomDisplayNameLocalized))
	name := own
	if name == "" && o.Name != "CUSTOM" {
		name = mediaName(o.Name)
	}
	size := measures(o.WidthMicrons, o.HeightMicrons)
	if o.IsContinuousFeed {
		size = fmt.Sprintf(b.words["print.media.roll"], millimetres(max(o.WidthMicrons, o.HeightMicrons)))
	}
	switch {
	case name == "":
		return size
	case strings.ContainsRune(own, '×') || o.WidthMicrons == 0 && o.HeightMicrons == 0:
		return name
	}
	return name + " (" + size + ")"
}

func (b *builder) margins(m *gcp.Margins) {
	if m == nil {
		return
	}
	names := map[gcp.MarginsType]string{
		gcp.MarginsBorderless: b.words["print.margins.none"], gcp.MarginsStandard: b.words["print.margins.standard"],
		gcp.MarginsCustom: b.words["print.margins.custom"],
	}
	b.add(listed(field{Name: nameMargins, Item: "margins", Label: b.words["print.margins"], Rare: true}, m.Option, func(o gcp.MarginsOption) listing {
		label := cmp.Or(names[o.Type], readable(string(o.Type)))
		if o.Type != gcp.MarginsBorderless {
			label += fmt.Sprintf(" (%s, %s, %s, %s mm)", millimetres(o.TopMicrons), millimetres(o.RightMicrons), millimetres(o.BottomMicrons), millimetres(o.LeftMicrons))
		}
		return listing{fieldChoice{marginsKey(o), label}, o.IsDefault}
	}))
}

// marginsKey names margins in the form.
func marginsKey(o gcp.MarginsOption) string {
	return fmt.Sprintf("%d,%d,%d,%d", o.TopMicrons, o.RightMicrons, o.BottomMicrons, o.LeftMicrons)
}

func (b *builder) dpi(d *gcp.DPI) {
	if d == nil {
		return
	}
	b.add(listed(field{Name: nameDPI, Item: "dpi", Label: b.words["print.dpi"], Rare: true}, d.Option, func(o gcp.DPIOption) listing {
		label := cmp.Or(o.CustomDisplayName, localized(o.CustomDisplayNameLocalized), dpiName(o))
		return listing{fieldChoice{dpiKey(o), label}, o.IsDefault}
	}))
}

// dpiKey names a resolution in the form.
func dpiKey(o gcp.DPIOption) string {
	return cmp.Or(o.VendorID, fmt.Sprintf("%dx%d", o.HorizontalDPI, o.VerticalDPI))
}
