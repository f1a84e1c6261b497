package printer

import (
	"strings"

	"platen/gcp"
)

// part is the part of a printer that a reason speaks of.
type part int

const (
	partNone part = iota // said in words only
	partTray
	partBin
	partMarker
	partCover
	partDoor
	partPath
)

// meaning is what a printer-state-reason says (RFC 8011, 5.4.12).
type meaning struct {
	part  part
	state gcp.UnitState
	cause gcp.DeviceStateError // of a job that it stops; "" if it stops none
}

// reasonWord is a printer-state-reason without its severity suffix.
func reasonWord(reason string) (word string, severity gcp.VendorSeverity) {
	for suffix, s := range map[string]gcp.VendorSeverity{
		"-error": gcp.VendorError, "-warning": gcp.VendorWarning, "-report": gcp.VendorInfo,
	} {
		if w, ok := strings.CutSuffix(reason, suffix); ok && !ownError(reason) {
			return w, s
		}
	}
	return reason, ""
}

// ownError reports whether "-error" belongs to the keyword itself.
func ownError(reason string) bool {
	return strings.HasSuffix(reason, "-feed-error") || strings.HasSuffix(reason, "-unrecoverable-storage-error")
}

// meaningOf looks a reason up, whole or by the shape of its words.
func meaningOf(word string) meaning {
	switch word {
	case "media-empty", "media-path-input-empty":
		return meaning{partTray, gcp.UnitEmpty, gcp.DeviceInputTray}
	case "media-needed", "input-manual-input-request", "media-path-input-request":
		return meaning{partTray, gcp.UnitEmpty, gcp.DeviceInputTray}
	case "media-low":
		return meaning{partTray, gcp.UnitOK, ""}
	case "input-cannot-feed-size-selected", "input-media-size-change":
		return meaning{partTray, gcp.UnitFailure, gcp.DeviceMediaSize}
	case "input-media-type-change", "input-media-weight-change", "input-media-color-change",
		"input-media-form-parts-change", "media-path-cannot-duplex-media-selected":
		return meaning{partTray, gcp.UnitFailure, gcp.DeviceMediaType}
	case "input-tray-missing":
		return meaning{partTray, gcp.UnitOff, gcp.DeviceInputTray}
	case "input-media-tray-failure", "input-media-tray-feed-error", "input-tray-elevation-failure",
		"input-tray-position-failure", "input-pick-roller-failure", "input-pick-roller-missing":
		return meaning{partTray, gcp.UnitFailure, gcp.DeviceInputTray}
	case "output-area-full", "media-path-output-full", "media-path-media-tray-full":
		return meaning{partBin, gcp.UnitFull, gcp.DeviceOther}
	case "output-area-almost-full", "media-path-media-tray-almost-full":
		return meaning{partBin, gcp.UnitOK, ""}
	case "output-tray-missing", "media-path-media-tray-missing":
		return meaning{partBin, gcp.UnitOff, gcp.DeviceOther}
	case "output-media-tray-failure", "output-media-tray-feed-error", "output-mailbox-select-failure":
		return meaning{partBin, gcp.UnitFailure, gcp.DeviceOther}
	case "door-open", "interlock-open":
		return meaning{partDoor, gcp.UnitOpen, gcp.DeviceOther}
	}
	return meaningByShape(word)
}

func meaningByShape(word string) meaning {
	marker := strings.HasPrefix(word, "marker-") || strings.HasPrefix(word, "toner-") ||
		strings.HasPrefix(word, "developer-") || strings.HasPrefix(word, "opc-") ||
		strings.HasPrefix(word, "fuser-") || strings.HasPrefix(word, "cleaner-")
	switch {
	case strings.HasSuffix(word, "-jam"):
		return meaning{partPath, gcp.UnitMediaJam, gcp.DeviceMediaPath}
	case word == "cover-open", strings.HasSuffix(word, "-cover-open"):
		return meaning{partCover, gcp.UnitOpen, gcp.DeviceOther}
	case strings.HasPrefix(word, "input-tray") && strings.HasSuffix(word, "-opened"):
		return meaning{partTray, gcp.UnitOpen, gcp.DeviceInputTray}
	case strings.HasPrefix(word, "stapler-") && strings.HasSuffix(word, "empty"):
		return meaning{partMarker, gcp.UnitExhausted, gcp.DeviceMarker}
	case strings.HasPrefix(word, "media-path-") && (strings.HasSuffix(word, "-failure") || strings.HasSuffix(word, "-feed-error")):
		return meaning{partPath, gcp.UnitFailure, gcp.DeviceMediaPath}
	case !marker:
		return meaning{}
	case strings.HasSuffix(word, "almost-full"), strings.HasSuffix(word, "almost-empty"), strings.HasSuffix(word, "-low"),
		strings.HasSuffix(word, "near-eol"), strings.HasSuffix(word, "almost-over"):
		return meaning{partMarker, gcp.UnitOK, ""}
	case strings.HasSuffix(word, "-empty"), strings.HasSuffix(word, "-full"), strings.HasSuffix(word, "life-over"):
		return meaning{partMarker, gcp.UnitExhausted, gcp.DeviceMarker}
	case strings.HasSuffix(word, "-missing"):
		return meaning{partMarker, gcp.UnitRemoved, gcp.DeviceMarker}
	case strings.HasSuffix(word, "-failure"), strings.HasSuffix(word, "-over-temp"), strings.HasSuffix(word, "-under-temp"):
		return meaning{partMarker, gcp.UnitFailure, gcp.DeviceMarker}
	}
	return meaning{}
}

// silent reports whether a reason says nothing that anybody need know.
func silent(word string) bool { return word == "" || word == "none" }

// informative reports whether a reason is never a fault, whatever its suffix.
func informative(word string) bool {
	switch word {
	case "resuming", "testing", "standby", "suspend", "hibernate", "configuration-change", "identify-printer-requested",
		"media-drying", "printer-ready-to-print", "interlock-closed", "cups-waiting-for-job-completed":
		return true
	}
	return strings.HasSuffix(word, "-warming-up") || strings.HasSuffix(word, "-added")
}

// away reports whether a reason says that the printer cannot be reached.
func away(word string) bool {
	switch word {
	case "shutdown", "deactivated", "power-down", "timed-out":
		return true
	}
	return strings.HasPrefix(word, "offline")
}

// unreachable is what CUPS says, in the printer's message alone, of a printer
// that does not answer.
func unreachable(message string) bool {
	return strings.Contains(message, "may not exist or is unavailable") || strings.Contains(message, "printer is not responding")
}
