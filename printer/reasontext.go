package printer

import "strings"

// reasonText says a reason in English.
func reasonText(word string) string {
	if s := mediaText(word); s != "" {
		return s
	}
	if s := supplyText(word); s != "" {
		return s
	}
	if s := conditionText(word); s != "" {
		return s
	}
	if s := cupsText(word); s != "" {
		return s
	}
	return readable(word)
}

// cupsText says what CUPS found out about the printer behind a queue: the faults of
// its IPP, and how a job fares there.
func cupsText(word string) string {
	missing, lacks := strings.CutPrefix(word, "cups-ipp-missing-")
	other, fault := strings.CutPrefix(word, "cups-ipp-")
	switch {
	case word == "cups-ipp-conformance-failure":
		return "CUPS found that the printer does not follow IPP in everything"
	case word == "cups-ipp-wrong-http-version":
		return "CUPS found that the printer speaks an old version of HTTP"
	case lacks:
		return "CUPS found that the printer's IPP has no \"" + strings.ToLower(readable(missing)) + "\""
	case fault:
		return "CUPS found a fault in the printer's IPP: " + strings.ToLower(readable(other))
	case word == "cups-waiting-for-job-completed":
		return "Waiting for the printer to finish the job"
	}
	return ""
}

func mediaText(word string) string {
	switch word {
	case "media-empty", "media-path-input-empty":
		return "Out of paper"
	case "media-needed", "media-path-input-request":
		return "Paper needed"
	case "input-manual-input-request":
		return "Feed paper by hand"
	case "media-low":
		return "Paper is low"
	case "media-jam", "media-path-jam":
		return "Paper jam"
	case "media-path-input-jam", "input-media-tray-jam":
		return "Paper jam at the paper tray"
	case "media-path-output-jam", "output-media-tray-jam":
		return "Paper jam at the output bin"
	case "media-drying":
		return "The paper is drying"
	case "input-tray-missing":
		return "A paper tray is missing"
	case "input-cannot-feed-size-selected":
		return "The tray cannot feed the chosen paper size"
	case "media-path-cannot-duplex-media-selected":
		return "The chosen paper cannot be printed on both sides"
	case "output-area-full", "media-path-output-full", "media-path-media-tray-full":
		return "The output bin is full"
	case "output-area-almost-full", "media-path-media-tray-almost-full":
		return "The output bin is almost full"
	case "output-tray-missing", "media-path-media-tray-missing":
		return "The output bin is missing"
	}
	return ""
}

func supplyText(word string) string {
	switch word {
	case "toner-empty":
		return "Out of toner"
	case "marker-supply-empty":
		return "Out of toner or ink"
	case "marker-ink-empty":
		return "Out of ink"
	case "toner-low":
		return "Toner is low"
	case "marker-supply-low", "marker-supply-almost-empty":
		return "Toner or ink is low"
	case "marker-ink-almost-empty":
		return "Ink is low"
	case "marker-waste-full":
		return "The waste container is full"
	case "marker-waste-almost-full":
		return "The waste container is almost full"
	case "opc-life-over":
		return "The drum is worn out"
	case "opc-near-eol":
		return "The drum is almost worn out"
	case "marker-opc-missing":
		return "The drum is missing"
	case "fuser-over-temp":
		return "The fuser is too hot"
	case "fuser-under-temp":
		return "The fuser is too cold"
	case "lamp-at-eol", "laser-at-eol":
		return readable(word[:len(word)-len("-at-eol")]) + " worn out"
	case "lamp-near-eol", "laser-near-eol":
		return readable(word[:len(word)-len("-near-eol")]) + " almost worn out"
	}
	return ""
}

func conditionText(word string) string {
	switch word {
	case "cover-open":
		return "A cover is open"
	case "door-open":
		return "A door is open"
	case "interlock-open":
		return "A safety switch is open"
	case connecting:
		return "Connecting to the printer"
	case "spool-area-full", "storage-full":
		return "The printer's memory is full"
	case "offline":
		return "The printer is offline"
	case "shutdown", "power-down":
		return "The printer is switched off"
	case "timed-out":
		return "The printer does not answer"
	case "wifi-not-configured":
		return "Wi-Fi is not set up"
	case "paused":
		return "Paused"
	case "moving-to-paused":
		return "About to pause"
	case "deactivated":
		return "The printer is deactivated"
	case "hold-new-jobs":
		return "New jobs are held"
	case "stopped-partly":
		return "Partly stopped"
	case "other":
		return "Something is wrong with the printer"
	case "unknown":
		return "The printer does not know its state"
	case "printer-nms-reset":
		return "Reset over the network"
	case "printer-manual-reset":
		return "Reset by hand"
	case "alert-removal-of-binary-change-entry":
		return "An alert was removed"
	case "identify-printer-requested":
		return "Asked to identify itself"
	}
	return ""
}
