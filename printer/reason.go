package printer

import (
	"slices"
	"strings"

	"platen/gcp"
)

// reason is one printer-state-reason (RFC 8011, 5.4.12).
type reason struct {
	word   string             // the keyword without the suffix of its severity
	suffix gcp.VendorSeverity // what the suffix says, "" if there is none
	mean   meaning
}

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

// meaning is what a reason says.
type meaning struct {
	part     part
	state    gcp.UnitState
	cause    gcp.DeviceStateError // of a job that it stops; "" is OTHER
	supplies supplyKind           // of partMarker: which
	level    int                  // how full the unit is in percent, 0 if that is not said
	harmless bool                 // it stops no job
}

// readReason takes a printer-state-reason apart.
func readReason(keyword string) reason {
	word, suffix := splitSuffix(keyword)
	return reason{word: word, suffix: suffix, mean: meaningOf(word)}
}

// splitSuffix takes the severity's suffix off a keyword, unless it belongs to the
// keyword itself.
func splitSuffix(keyword string) (word string, severity gcp.VendorSeverity) {
	if ownSuffix(keyword) {
		return keyword, ""
	}
	for _, s := range []struct {
		suffix   string
		severity gcp.VendorSeverity
	}{{"-error", gcp.VendorError}, {"-warning", gcp.VendorWarning}, {"-report", gcp.VendorInfo}} {
		if w, ok := strings.CutSuffix(keyword, s.suffix); ok && w != "" {
			return w, s.severity
		}
	}
	// ippeveprinter writes keywords into 32 bytes: its marker-waste-almost-full-warning
	// ends without the g.
	if w, ok := strings.CutSuffix(keyword, "-warnin"); ok && len(keyword) == 31 {
		return w, gcp.VendorWarning
	}
	return keyword, ""
}

// ownSuffix reports whether "-error" belongs to the keyword itself (PWG 5100.9, 8).
func ownSuffix(keyword string) bool {
	return strings.HasSuffix(keyword, "-feed-error") || strings.HasSuffix(keyword, "recoverable-storage-error")
}

// severity returns how bad it is. The standard takes a keyword without a suffix for
// an error; CUPS and ippeveprinter mean less by it while they print.
func (r reason) severity(isStopped bool) gcp.VendorSeverity {
	switch {
	case informative(r.word):
		return gcp.VendorInfo
	case calm(r.word):
		return gcp.VendorWarning
	case spaceless(r.word):
		return gcp.VendorError
	case away(r.word) && r.suffix != gcp.VendorInfo:
		return gcp.VendorError
	case r.suffix != "":
		return r.suffix
	case quiet(r.word):
		return gcp.VendorInfo
	case isStopped && (!r.mean.harmless || r.mean.part == partNone):
		return gcp.VendorError
	}
	return gcp.VendorWarning
}

// silent reports whether a reason says nothing that anybody need know.
func silent(word string) bool { return word == "" || word == "none" }

// informative reports whether a reason is never a fault, whatever its suffix.
func informative(word string) bool {
	switch word {
	case "none", "resuming", "testing", "standby", "suspend", "hibernate", "configuration-change", "identify-printer-requested",
		"media-drying", "printer-ready-to-print", "interlock-closed", "cups-waiting-for-job-completed":
		return true
	}
	// CUPS says with "cups-ipp-…" what a printer's IPP lacks, for as long as the queue is there.
	return strings.HasPrefix(word, "cups-ipp-") || hasSuffix(word, "-warming-up", "-added", "-resource-removed")
}

// quiet reports whether a reason that says nothing of its severity is no more than
// news: something is as it should be, or saves power.
func quiet(word string) bool {
	switch word {
	case "power-up", "connecting-to-device", "interpreter-memory-increase", "alert-removal-of-binary-change-entry",
		"printer-manual-reset", "printer-nms-reset", "marker-adjusting-print-quality":
		return true
	}
	return hasSuffix(word, "-closed", "-turned-on", "-power-saver", "-configuration-change", "-cooling", "-heating", "-cooling-down")
}

// calm reports whether a reason tells that a person holds the printer up.
func calm(word string) bool {
	return slices.Contains([]string{"paused", "moving-to-paused", "stopping", "stopped-partly", "deactivated", "hold-new-jobs"}, word)
}

// spaceless reports whether the printer can take no more data.
func spaceless(word string) bool { return word == "spool-area-full" || word == "storage-full" }

// away reports whether a reason says that the printer cannot be reached.
func away(word string) bool {
	switch word {
	case "shutdown", "power-down", "timed-out", "wifi-not-configured":
		return true
	}
	return strings.HasPrefix(word, "offline")
}

const connecting = "connecting-to-device"

// unreachable is what CUPS says, in the printer's message alone, of a device that
// does not answer.
func unreachable(message string) bool {
	return strings.Contains(message, "may not exist or is unavailable") || strings.Contains(message, "printer is not responding")
}

// unreached reports whether a printer says that it does not reach its device.
func unreached(m attributes) bool {
	return unreachable(m.text("printer-state-message")) ||
		slices.ContainsFunc(m.texts("printer-state-reasons"), func(k string) bool { return readReason(k).word == connecting })
}

// faultOf returns what of a device keeps a job from printing, "" for nothing.
// Something that is named goes before OTHER.
func faultOf(m attributes, l Lasted) gcp.DeviceStateError {
	isStopped := m.number("printer-state", 0) == ippStopped
	var fault gcp.DeviceStateError
	for _, keyword := range m.texts("printer-state-reasons") {
		c := readReason(keyword).fault(isStopped, l)
		if c != "" && (fault == "" || fault == gcp.DeviceOther) {
			fault = c
		}
	}
	return fault
}

// fault returns the cause of a job that the reason stops, "" if it stops none.
func (r reason) fault(isStopped bool, l Lasted) gcp.DeviceStateError {
	severity := r.severity(isStopped)
	switch {
	case r.word == connecting:
		if l.Away < awayAfter {
			return ""
		}
	case strings.HasPrefix(r.word, "offline"):
	case silent(r.word), r.mean.harmless, calm(r.word), severity == gcp.VendorInfo:
		return ""
	case severity == gcp.VendorWarning && !isStopped:
		return ""
	case r.mean.cause != "":
		return r.mean.cause
	}
	return gcp.DeviceOther
}

func hasSuffix(s string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(x string) bool { return strings.HasSuffix(s, x) })
}
