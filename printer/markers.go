package printer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"platen/gcp"
)

// markerType returns the type of a marker-types keyword (PWG 5100.9, 5.2).
func markerType(t string) gcp.MarkerType {
	switch t {
	case "toner", "toner-cartridge", "matte-toner":
		return gcp.MarkerToner
	case "ink", "ink-cartridge", "ink-ribbon", "solid-wax", "ribbon-wax":
		return gcp.MarkerInk
	case "staples":
		return gcp.MarkerStaples
	}
	return gcp.MarkerCustom
}

// markers lists the supplies: of marker-names with their types and colours, else of
// the printer's table of supplies. Their order is that of marker-levels.
func markers(m attributes) []gcp.Marker {
	names, types, tints := markerNames(m), m.texts("marker-types"), m.texts("marker-colors")
	if len(names) == 0 || len(types) != 0 && len(names) != len(types) {
		// Which is which cannot be told.
		return supplyMarkers(m)
	}
	var out []gcp.Marker
	for i, n := range first(names) {
		k := gcp.Marker{Type: gcp.MarkerCustom, CustomDisplayName: n}
		if len(types) > 0 {
			k.Type = markerType(types[i])
		}
		tint := ""
		if len(tints) == len(names) {
			tint = tints[i]
		}
		out = append(out, coloured(k, tint))
	}
	return distinct(out)
}

// supplyMarkers lists the supplies of printer-supply and printer-supply-description
// (PWG 5100.13, 5.6.13).
func supplyMarkers(m attributes) []gcp.Marker {
	rows, texts := m["printer-supply"], m.texts("printer-supply-description")
	var out []gcp.Marker
	for i, v := range first(rows) {
		row := fields(v.V)
		kind := kebab(row["type"])
		tint := valid(row["colorantname"])
		if tint == "none" || tint == "unknown" {
			tint = ""
		}
		name := strings.TrimSpace(readable(tint) + " " + strings.ToLower(readable(kind)))
		if len(texts) == len(rows) {
			name = cmp.Or(valid(texts[i]), name)
		}
		k := gcp.Marker{Type: markerType(kind), CustomDisplayName: cmp.Or(name, "Supply "+strconv.Itoa(i+1))}
		out = append(out, coloured(k, tint))
	}
	return distinct(out)
}

// coloured gives what makes the print its colour.
func coloured(k gcp.Marker, tint string) gcp.Marker {
	if k.Type == gcp.MarkerToner || k.Type == gcp.MarkerInk {
		c := markerColor(tint, k.CustomDisplayName)
		k.Color = &c
	}
	return k
}

// distinct names the markers. Two of one name are told apart by a number.
func distinct(list []gcp.Marker) []gcp.Marker {
	count := map[string]int{}
	for i := range list {
		k := &list[i]
		k.CustomDisplayName = cmp.Or(k.CustomDisplayName, "Supply")
		k.VendorID = k.CustomDisplayName
		for count[k.VendorID] > 0 {
			count[k.CustomDisplayName]++
			k.VendorID = k.CustomDisplayName + " " + strconv.Itoa(count[k.CustomDisplayName])
		}
		count[k.VendorID]++
	}
	return list
}

// kebab writes a name of the Printer MIB as IPP does: "tonerCartridge" is
// "toner-cartridge".
func kebab(s string) string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) {
			if i > 0 {
				b.WriteByte('-')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// markerNames returns marker-names. CUPS cuts a name at its comma: a value that
// begins with a blank belongs to the one before.
func markerNames(m attributes) []string {
	var names []string
	for _, n := range m.texts("marker-names") {
		if len(names) > 0 && strings.HasPrefix(n, " ") {
			names[len(names)-1] += "," + n
			continue
		}
		names = append(names, n)
	}
	for i := range names {
		names[i] = valid(names[i])
	}
	return names
}

// markerColor names a supply's colour by its value, or else by a name.
func markerColor(value, name string) gcp.MarkerColor {
	if c, ok := tintColor(value); ok {
		return gcp.MarkerColor{Type: c}
	}
	for _, s := range []string{name, value} {
		if c, ok := namedColor(s); ok {
			return gcp.MarkerColor{Type: c}
		}
	}
	if value == "none" {
		value = ""
	}
	return gcp.MarkerColor{Type: gcp.MarkerColorCustom, CustomDisplayName: valid(cmp.Or(name, value))}
}

// tintColor reads "#RRGGBB" (PWG 5100.9, 5.3); several are a supply of many colours.
func tintColor(value string) (gcp.MarkerColorType, bool) {
	if strings.Count(value, "#") > 1 {
		return gcp.MarkerColorColor, true
	}
	switch strings.ToUpper(value) {
	case "#000000":
		return gcp.MarkerColorBlack, true
	case "#00FFFF":
		return gcp.MarkerColorCyan, true
	case "#FF00FF":
		return gcp.MarkerColorMagenta, true
	case "#FFFF00":
		return gcp.MarkerColorYellow, true
	case "#808080":
		return gcp.MarkerColorGray, true
	case "#FF0000":
		return gcp.MarkerColorRed, true
	case "#00FF00":
		return gcp.MarkerColorGreen, true
	case "#0000FF":
		return gcp.MarkerColorBlue, true
	}
	return "", false
}

// namedColor returns the colour that a name begins with; the longest comes first.
func namedColor(name string) (gcp.MarkerColorType, bool) {
	name = strings.NewReplacer(" ", "", "-", "", "_", "", "grey", "gray").Replace(strings.ToLower(name))
	list := []gcp.MarkerColorType{
		gcp.MarkerColorLightMagenta, gcp.MarkerColorLightCyan, gcp.MarkerColorLightGray, gcp.MarkerColorPigmentBlack,
		gcp.MarkerColorMatteBlack, gcp.MarkerColorPhotoCyan, gcp.MarkerColorPhotoMagenta, gcp.MarkerColorPhotoYellow,
		gcp.MarkerColorPhotoGray, gcp.MarkerColorBlack, gcp.MarkerColorCyan, gcp.MarkerColorMagenta,
		gcp.MarkerColorYellow, gcp.MarkerColorGray, gcp.MarkerColorRed, gcp.MarkerColorGreen, gcp.MarkerColorBlue,
	}
	i := slices.IndexFunc(list, func(c gcp.MarkerColorType) bool {
		return strings.HasPrefix(name, strings.ToLower(strings.ReplaceAll(string(c), "_", "")))
	})
	if i < 0 {
		return "", false
	}
	return list[i], true
}
