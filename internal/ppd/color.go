package ppd

import (
	"strings"

	"platen/gcp"
)

// ColorKeyword returns the keyword of the option that chooses colour, "" if there
// is none.
func (f *File) ColorKeyword() string {
	for _, k := range []string{"ColorModel", "CMAndResolution", "SelectColor"} {
		if o := f.Option(k); o != nil && o.UI == PickOne && len(f.Possible(*o)) > 0 {
			return k
		}
	}
	return ""
}

// Color lists the colour modes; the vendor_id is prefix and Keyword:Choice. A mode
// that is the only one of its kind is the standard one. Nil without any.
func (f *File) Color(prefix string) *gcp.Color {
	o := f.Option(f.ColorKeyword())
	if o == nil {
		return nil
	}
	var c gcp.Color
	count := map[int]int{}
	for _, choice := range f.Possible(*o) {
		count[colorSort(choice.Keyword)]++
		c.Option = append(c.Option, gcp.ColorOption{
			VendorID: prefix + o.Keyword + ":" + choice.Keyword, Type: colorKind(choice.Keyword),
			CustomDisplayName: choice.Text, IsDefault: choice.Keyword == o.Default,
		})
	}
	for i := range c.Option {
		sort := colorSort(keywordOf(c.Option[i].VendorID))
		switch {
		case count[sort] != 1:
		case sort == sortColor:
			c.Option[i].Type = gcp.ColorStandard
		case sort == sortMono:
			c.Option[i].Type = gcp.ColorMonochrome
		}
	}
	gcp.OneDefault(c.Option, func(o *gcp.ColorOption) *bool { return &o.IsDefault })
	return &c
}

func keywordOf(vendorID string) string { return vendorID[strings.LastIndexByte(vendorID, ':')+1:] }

// The sorts of colour modes that keywords tell.
const (
	sortNone = iota
	sortMono
	sortColor
)

func colorSort(keyword string) int {
	low := strings.ToLower(keyword)
	for _, p := range []string{"gray", "grey", "black", "mono"} {
		if strings.HasPrefix(low, p) {
			return sortMono
		}
	}
	for _, p := range []string{"cmy", "rgb", "color", "colour"} {
		if strings.HasPrefix(low, p) {
			return sortColor
		}
	}
	return sortNone
}

func colorKind(keyword string) gcp.ColorType {
	if colorSort(keyword) == sortColor {
		return gcp.ColorCustom
	}
	return gcp.ColorCustomMonochrome
}

// DuplexKeyword returns the keyword of the option that chooses the sides to print
// on, "" if there is none.
func (f *File) DuplexKeyword() string {
	for _, k := range []string{"Duplex", "JCLDuplex", "EFDuplex", "EFDuplexing", "KD03Duplex", "BRDuplex", "KMDuplex"} {
		if o := f.Option(k); o != nil && len(f.Possible(*o)) > 0 {
			return k
		}
	}
	return ""
}

// Sides returns the way to print on sides that a choice of the option of
// DuplexKeyword is; "" for one that is none of the protocol's.
func Sides(choice string) gcp.DuplexType {
	switch strings.ToLower(choice) {
	case "none", "false", "off", "single", "1", "simplex":
		return gcp.DuplexNone
	case "duplexnotumble", "true", "double", "2", "on", "longedge":
		return gcp.DuplexLongEdge
	case "duplextumble", "booklet", "shortedge":
		return gcp.DuplexShortEdge
	}
	return ""
}

// duplex lists the ways to print on sides, each once; nil without any.
func (f *File) duplex() *gcp.Duplex {
	o := f.Option(f.DuplexKeyword())
	if o == nil {
		return nil
	}
	var d gcp.Duplex
	seen := map[gcp.DuplexType]bool{}
	for _, c := range f.Possible(*o) {
		if t := Sides(c.Keyword); t != "" && !seen[t] {
			seen[t] = true
			d.Option = append(d.Option, gcp.DuplexOption{Type: t, IsDefault: c.Keyword == o.Default})
		}
	}
	if d.Option == nil {
		return nil
	}
	gcp.OneDefault(d.Option, func(o *gcp.DuplexOption) *bool { return &o.IsDefault })
	return &d
}
