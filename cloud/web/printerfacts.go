package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// fact is one thing that a printer can do, or that is known of it.
type fact struct{ Name, Words string }

// shownSizes is how many paper sizes are named.
const shownSizes = 6

// facts tells in a few lines what a printer can do.
func (s *site) facts(p *cloud.Printer, d *gcp.PrinterDescriptionSection) []fact {
	words := s.pages.words
	var list []fact
	add := func(key, text string) {
		if text != "" {
			list = append(list, fact{words[key], text})
		}
	}
	add("fact.model", modelOf(p))
	add("fact.sizes", s.sizes(d.MediaSize))
	if d.Color != nil {
		colour := slices.ContainsFunc(d.Color.Option, func(o gcp.ColorOption) bool {
			return o.Type == gcp.ColorStandard || o.Type == gcp.ColorCustom || o.Type == gcp.ColorAuto
		})
		add("fact.colour", s.either(colour, "fact.incolour", "fact.gray"))
	}
	if d.Duplex != nil {
		both := slices.ContainsFunc(d.Duplex.Option, func(o gcp.DuplexOption) bool { return o.Type.TwoSided() })
		add("fact.duplex", s.either(both, "fact.yes", "fact.no"))
	}
	if d.Copies != nil && d.Copies.Max > 0 {
		add("fact.copies", strconv.Itoa(d.Copies.Max))
	}
	add("fact.dpi", resolutions(d.DPI))
	var types []string
	for _, t := range d.SupportedContentType {
		types = append(types, typeName(t.ContentType))
	}
	add("fact.types", strings.Join(slices.Compact(types), ", "))
	return list
}

// either returns one of two texts.
func (s *site) either(is bool, yes, no string) string {
	if is {
		return s.pages.words[yes]
	}
	return s.pages.words[no]
}

func modelOf(p *cloud.Printer) string {
	if strings.HasPrefix(strings.ToLower(p.Model), strings.ToLower(p.Manufacturer)) {
		return p.Model
	}
	return strings.TrimSpace(p.Manufacturer + " " + p.Model)
}

// sizes names the paper sizes, the usual one first.
func (s *site) sizes(m *gcp.MediaSize) string {
	if m == nil {
		return ""
	}
	options := slices.Clone(m.Option)
	slices.SortStableFunc(options, func(a, b gcp.MediaSizeOption) int {
		switch {
		case a.IsDefault == b.IsDefault:
			return 0
		case a.IsDefault:
			return -1
		}
		return 1
	})
	var names []string
	for _, o := range options {
		if name := sizeName(o); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if more := len(names) - shownSizes; more > 1 {
		words, _ := s.pages.text("fact.more", more) // a test knows that it is there
		names = append(names[:shownSizes], words)
	}
	return strings.Join(names, ", ")
}

// sizeName is what people call a size of paper.
func sizeName(o gcp.MediaSizeOption) string {
	if name := cmp.Or(localized(o.CustomDisplayNameLocalized), o.CustomDisplayName); name != "" {
		return name
	}
	if o.Name != "" && o.Name != "CUSTOM" {
		return mediaName(o.Name)
	}
	if o.WidthMicrons == 0 {
		return ""
	}
	return measures(o.WidthMicrons, o.HeightMicrons)
}

func resolutions(d *gcp.DPI) string {
	if d == nil {
		return ""
	}
	var list []string
	for _, o := range d.Option {
		text := dpiName(o)
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

// typeName is what people call a type of document.
func typeName(mime string) string {
	_, name, _ := strings.Cut(mime, "/")
	switch name {
	case "pdf", "jpeg", "png", "gif", "tiff":
		return strings.ToUpper(name)
	case "pwg-raster":
		return "PWG raster"
	case "urf":
		return "Apple raster"
	case "postscript":
		return "PostScript"
	}
	return mime
}
