package printer

import (
	"strings"

	"platen/gcp"
)

// meaningOf looks a reason up. What is in no table is said in words only.
func meaningOf(word string) meaning {
	for _, table := range []func(string) meaning{trayMeaning, binMeaning, pathMeaning, supplyMeaning, coverMeaning} {
		if m := table(word); m.part != partNone {
			return m
		}
	}
	return meaning{}
}

func trayMeaning(word string) meaning {
	tray := func(s gcp.UnitState, c gcp.DeviceStateError) meaning {
		return meaning{part: partTray, state: s, cause: c}
	}
	switch word {
	case "media-empty", "media-path-input-empty", "media-needed", "input-manual-input-request", "media-path-input-request":
		return tray(gcp.UnitEmpty, gcp.DeviceInputTray)
	case "media-low":
		return meaning{part: partTray, state: gcp.UnitOK, harmless: true}
	case "input-cannot-feed-size-selected", "input-media-size-change":
		return tray(gcp.UnitFailure, gcp.DeviceMediaSize)
	case "input-media-type-change", "input-media-weight-change", "input-media-color-change",
		"input-media-form-parts-change", "media-path-cannot-duplex-media-selected":
		return tray(gcp.UnitFailure, gcp.DeviceMediaType)
	case "input-tray-missing":
		return tray(gcp.UnitOff, gcp.DeviceInputTray)
	case "input-media-tray-failure", "input-media-tray-feed-error", "input-tray-elevation-failure",
		"input-tray-position-failure", "input-pick-roller-failure", "input-pick-roller-missing", "input-pick-roller-life-over":
		return tray(gcp.UnitFailure, gcp.DeviceInputTray)
	case "input-pick-roller-life-warn":
		return meaning{part: partTray, state: gcp.UnitOK, harmless: true}
	}
	if !strings.HasPrefix(word, "input-tray") && !strings.HasPrefix(word, "input-media-tray") {
		return meaning{}
	}
	switch {
	case hasSuffix(word, "opened", "-open"):
		return tray(gcp.UnitOpen, gcp.DeviceInputTray)
	case strings.HasSuffix(word, "-empty"):
		return tray(gcp.UnitEmpty, gcp.DeviceInputTray)
	}
	return meaning{}
}

func binMeaning(word string) meaning {
	bin := func(s gcp.UnitState) meaning { return meaning{part: partBin, state: s, cause: gcp.DeviceOther} }
	switch word {
	case "output-area-full", "media-path-output-full", "media-path-media-tray-full":
		return bin(gcp.UnitFull)
	case "output-area-almost-full", "media-path-media-tray-almost-full":
		return meaning{part: partBin, state: gcp.UnitOK, level: 90, harmless: true}
	case "output-tray-missing", "media-path-media-tray-missing":
		return bin(gcp.UnitOff)
	case "output-media-tray-failure", "output-media-tray-feed-error", "output-mailbox-select-failure":
		return bin(gcp.UnitFailure)
	}
	return meaning{}
}

// finishers are the subunits of PWG 5100.9, 8.1, whose jams are jams of the paper's
// path.
func finisher(word string) bool {
	for _, f := range []string{
		"bander", "binder", "die-cutter", "folder", "imprinter", "inserter", "make-envelope", "perforater", "puncher",
		"separation-cutter", "sheet-rotator", "slitter", "stacker", "stapler", "stitcher", "subunit", "trimmer", "wrapper",
	} {
		if strings.HasPrefix(word, f+"-") {
			return true
		}
	}
	return false
}

func pathMeaning(word string) meaning {
	failed := meaning{part: partPath, state: gcp.UnitFailure, cause: gcp.DeviceMediaPath}
	switch word {
	case "media-jam", "input-media-tray-jam", "output-media-tray-jam":
		return meaning{part: partPath, state: gcp.UnitMediaJam, cause: gcp.DeviceMediaPath}
	case "media-path-failure", "media-path-input-feed-error", "media-path-output-feed-error", "motor-failure":
		return failed
	case "media-path-pick-roller-life-warn":
		return meaning{part: partPath, state: gcp.UnitOK, harmless: true}
	}
	switch {
	case strings.HasSuffix(word, "-jam") && (strings.HasPrefix(word, "media-path-") || finisher(word)):
		return meaning{part: partPath, state: gcp.UnitMediaJam, cause: gcp.DeviceMediaPath}
	case strings.HasPrefix(word, "media-path-pick-roller-"),
		strings.HasPrefix(word, "transport-") && strings.HasSuffix(word, "failure"):
		return failed
	}
	return meaning{}
}

func supplyMeaning(word string) meaning {
	kind, ours := suppliesOf(word)
	if !ours {
		return meaning{}
	}
	bad := func(s gcp.UnitState) meaning {
		return meaning{part: partMarker, state: s, cause: gcp.DeviceMarker, supplies: kind}
	}
	switch {
	case hasSuffix(word, "-almost-empty", "-almost-full", "-low", "-near-eol", "-almost-over"):
		return meaning{part: partMarker, state: gcp.UnitOK, supplies: kind, harmless: true}
	case hasSuffix(word, "-empty"), kind != staples && hasSuffix(word, "-full", "-life-over"):
		return bad(gcp.UnitExhausted)
	case kind == staples:
		return meaning{} // the stapler itself, not what it staples with
	case hasSuffix(word, "-missing"):
		return bad(gcp.UnitRemoved)
	case hasSuffix(word, "-failure", "-over-temp", "-under-temp", "-at-eol"):
		return bad(gcp.UnitFailure)
	}
	return meaning{}
}

func coverMeaning(word string) meaning {
	switch {
	case word == "cover-open", strings.HasSuffix(word, "-cover-open"):
		return meaning{part: partCover, state: gcp.UnitOpen, cause: gcp.DeviceOther}
	case word == "door-open", word == "interlock-open", strings.HasSuffix(word, "-interlock-open"):
		return meaning{part: partDoor, state: gcp.UnitOpen, cause: gcp.DeviceOther}
	}
	return meaning{}
}
