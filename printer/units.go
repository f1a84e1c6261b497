package printer

import (
	"cmp"
	"slices"
	"strings"

	"platen/gcp"
)

// The units that every printer is described with, for its states.
const (
	unitCover = "cover"
	unitDoor  = "door"
	unitPath  = "media-path"
)

func trayType(source string) gcp.UnitType {
	switch {
	case source == "by-pass-tray":
		return gcp.UnitBypassTray
	case source == "manual":
		return gcp.UnitManualFeedTray
	case source == "large-capacity":
		return gcp.UnitLCT
	case source == "envelope":
		return gcp.UnitEnvelopeTray
	case source == "main-roll", source == "alternate-roll", strings.HasPrefix(source, "roll-"):
		return gcp.UnitRoll
	case strings.HasPrefix(source, "tray-"):
		return gcp.UnitInputTray
	case slices.Contains([]string{"main", "alternate", "top", "middle", "bottom", "side", "left", "right", "center", "rear"}, source):
		return gcp.UnitInputTray
	}
	return gcp.UnitCustom
}

func inputTrays(m attributes) []gcp.Unit {
	return units(m.texts("media-source-supported"), trayType)
}

func binType(bin string) gcp.UnitType {
	switch {
	case bin == "my-mailbox", strings.HasPrefix(bin, "mailbox-"):
		return gcp.UnitMailbox
	case bin == "large-capacity", strings.HasPrefix(bin, "stacker-"):
		return gcp.UnitStacker
	case strings.HasPrefix(bin, "tray-"):
		return gcp.UnitOutputBin
	case slices.Contains([]string{"top", "middle", "bottom", "side", "left", "right", "center", "rear", "face-up", "face-down"}, bin):
		return gcp.UnitOutputBin
	}
	return gcp.UnitCustom
}

func outputBins(m attributes) []gcp.Unit {
	return units(m.texts("output-bin-supported"), binType)
}

// units lists the units with these keywords; "auto" is no unit.
func units(keywords []string, kind func(string) gcp.UnitType) []gcp.Unit {
	var out []gcp.Unit
	for _, k := range unique(keywords) {
		if k == "auto" {
			continue
		}
		i := gcp.Index(len(out))
		u := gcp.Unit{VendorID: k, Type: kind(k), Index: &i}
		if u.Type == gcp.UnitCustom {
			u.CustomDisplayName = readable(k)
		}
		out = append(out, u)
	}
	return out
}

func markerType(t string) gcp.MarkerType {
	switch t {
	case "toner", "toner-cartridge":
		return gcp.MarkerToner
	case "ink", "ink-cartridge", "ink-ribbon", "solid-wax":
		return gcp.MarkerInk
	case "staples":
		return gcp.MarkerStaples
	}
	return gcp.MarkerCustom
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

func markers(m attributes) []gcp.Marker {
	names, types, tints := markerNames(m), m.texts("marker-types"), m.texts("marker-colors")
	if len(names) != len(types) {
		return nil // which is which cannot be told
	}
	var out []gcp.Marker
	for i, n := range names {
		k := gcp.Marker{VendorID: n, Type: markerType(types[i]), CustomDisplayName: n}
		if len(tints) == len(names) && k.Type != gcp.MarkerStaples {
			c := markerColor(tints[i], n)
			k.Color = &c
		}
		out = append(out, k)
	}
	return out
}

// markerColor names a supply's colour by its value, or else by its name.
func markerColor(value, name string) gcp.MarkerColor {
	exact := map[string]gcp.MarkerColorType{
		"#000000": gcp.MarkerColorBlack, "#00FFFF": gcp.MarkerColorCyan, "#FF00FF": gcp.MarkerColorMagenta,
		"#FFFF00": gcp.MarkerColorYellow, "#808080": gcp.MarkerColorGray, "#FF0000": gcp.MarkerColorRed,
		"#00FF00": gcp.MarkerColorGreen, "#0000FF": gcp.MarkerColorBlue,
	}
	if c, ok := exact[strings.ToUpper(value)]; ok {
		return gcp.MarkerColor{Type: c}
	}
	if strings.Count(value, "#") > 1 {
		return gcp.MarkerColor{Type: gcp.MarkerColorColor}
	}
	low := strings.ToLower(name)
	for _, c := range []gcp.MarkerColorType{
		gcp.MarkerColorLightMagenta, gcp.MarkerColorLightCyan, gcp.MarkerColorLightGray, gcp.MarkerColorPigmentBlack,
		gcp.MarkerColorMatteBlack, gcp.MarkerColorPhotoCyan, gcp.MarkerColorPhotoMagenta, gcp.MarkerColorPhotoYellow,
		gcp.MarkerColorPhotoGray, gcp.MarkerColorBlack, gcp.MarkerColorCyan, gcp.MarkerColorMagenta,
		gcp.MarkerColorYellow, gcp.MarkerColorGray, gcp.MarkerColorRed, gcp.MarkerColorGreen, gcp.MarkerColorBlue,
	} {
		word := strings.ToLower(strings.ReplaceAll(string(c), "_", ""))
		if strings.HasPrefix(strings.NewReplacer(" ", "", "-", "").Replace(low), word) {
			return gcp.MarkerColor{Type: c}
		}
	}
	return gcp.MarkerColor{Type: gcp.MarkerColorCustom, CustomDisplayName: cmp.Or(name, value)}
}
