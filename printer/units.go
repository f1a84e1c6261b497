package printer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// The units that every printer is described with, for its states.
const (
	unitCover = "cover"
	unitDoor  = "door"
	unitPath  = "media-path"
)

// isRoll reports whether a media-source is a roll.
func isRoll(source string) bool {
	return source == "main-roll" || source == "alternate-roll" || strings.HasPrefix(source, "roll-")
}

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
	case isRoll(source):
		return gcp.UnitRoll
	case strings.HasPrefix(source, "tray-"):
		return gcp.UnitInputTray
	case slices.Contains([]string{"main", "alternate", "top", "middle", "bottom", "side", "left", "right", "center", "rear"}, source):
		return gcp.UnitInputTray
	}
	return gcp.UnitCustom
}

// inputTrays lists the sources of media as units.
func inputTrays(p papers) []gcp.Unit {
	if list := units(sourceID, p.sources(), trayType, trayNames(p.m, "media-source-supported", "printer-input-tray")); list != nil {
		return list
	}
	return unnamedUnits(p.m["printer-input-tray"], gcp.UnitInputTray)
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
	list := units("output-bin", first(m.texts("output-bin-supported")), binType, trayNames(m, "output-bin-supported", "printer-output-tray"))
	if list != nil {
		return list
	}
	return unnamedUnits(m["printer-output-tray"], gcp.UnitOutputBin)
}

// units lists the units with these keywords; "auto" is no unit.
func units(attribute string, keywords []string, kind func(string) gcp.UnitType, names map[string]string) []gcp.Unit {
	var out []gcp.Unit
	for _, k := range unique(keywords) {
		if k == "auto" {
			continue
		}
		i := gcp.Index(len(out))
		out = append(out, gcp.Unit{
			VendorID: k, Type: kind(k), Index: &i,
			CustomDisplayName: cmp.Or(names[k], valueText(attribute, k)),
		})
	}
	return out
}

// trayNames returns the names that a printer's table of trays (PWG 5100.13, 5.6.9) has
// for keywords: the table is in the order of the keywords.
func trayNames(m attributes, keywords, trays string) map[string]string {
	list, rows := m.texts(keywords), m[trays]
	if len(list) != len(rows) {
		return nil
	}
	names, taken := map[string]string{}, map[string]bool{}
	for i, k := range list {
		name := valid(fields(rows[i].V)["name"])
		// Many a printer repeats the keyword, or has one name for two.
		if name != "" && k != "auto" && !strings.EqualFold(name, k) && !taken[name] {
			taken[name] = true
			names[valid(k)] = name
		}
	}
	return names
}

// unnamedUnits lists the trays of a printer that has no keywords for them: they can be
// seen, but not be chosen.
func unnamedUnits(rows goipp.Values, kind gcp.UnitType) []gcp.Unit {
	var out []gcp.Unit
	for _, v := range first(rows) {
		row := fields(v.V)
		name := valid(row["name"])
		if strings.EqualFold(name, "auto") || len(row) == 0 {
			continue
		}
		i := gcp.Index(len(out))
		u := gcp.Unit{VendorID: "tray-" + strconv.Itoa(len(out)+1), Type: kind, Index: &i, CustomDisplayName: name}
		if row["type"] == "sheetFeedManual" {
			u.Type = gcp.UnitManualFeedTray
		}
		out = append(out, u)
	}
	return out
}
