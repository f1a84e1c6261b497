package printer

import (
	"slices"

	"platen/gcp"
)

// The printer-states of RFC 8011, 5.4.11.
const (
	ippIdle       = 3
	ippProcessing = 4
	ippStopped    = 5
)

// stateOf translates a printer's state (RFC 8011, 5.4.11 and 5.4.12).
func stateOf(m attributes, d gcp.PrinterDescriptionSection) gcp.CDS {
	b := stateBuilder{described: d, s: gcp.PrinterState{State: gcp.PrinterIdle}}
	ipp := m.number("printer-state", 0)
	switch ipp {
	case ippProcessing:
		b.s.State = gcp.PrinterProcessing
	case ippStopped:
		b.s.State = gcp.PrinterStopped
	}
	b.markerLevels(m)
	for _, reason := range unique(m.texts("printer-state-reasons")) {
		b.reason(reason, ipp == ippStopped)
	}
	if accepts, known := m.flag("printer-is-accepting-jobs"); known && !accepts {
		b.stopped(gcp.VendorError, "Not accepting jobs")
	}
	if text := valid(m.text("printer-state-message")); unreachable(text) {
		b.stopped(gcp.VendorError, text)
	}
	return gcp.CDS{Version: "1.0", Printer: &b.s}
}

type stateBuilder struct {
	described gcp.PrinterDescriptionSection
	s         gcp.PrinterState
}

func (b *stateBuilder) stopped(v gcp.VendorSeverity, text string) {
	b.s.State = gcp.PrinterStopped
	b.say(v, text)
}

// say adds a statement in words; nothing that a printer says is lost.
func (b *stateBuilder) say(v gcp.VendorSeverity, text string) {
	if b.s.VendorState == nil {
		b.s.VendorState = &gcp.VendorStateSection{}
	}
	b.s.VendorState.Item = append(b.s.VendorState.Item, gcp.VendorStateItem{State: v, Description: text})
}

func (b *stateBuilder) reason(reason string, isStopped bool) {
	word, severity := reasonWord(reason)
	if silent(word) {
		return
	}
	switch {
	case informative(word):
		severity = gcp.VendorInfo
	case severity == "" && isStopped:
		severity = gcp.VendorError
	case severity == "":
		// The standard says error; CUPS and ippeveprinter mean less by it.
		severity = gcp.VendorWarning
	}
	if away(word) || word == "paused" {
		b.s.State = gcp.PrinterStopped
	}
	b.say(severity, reasonText(word))
	mean := meaningOf(word)
	if severity == gcp.VendorInfo && mean.state != gcp.UnitOK {
		return
	}
	b.unit(mean, reasonText(word))
}

// unit sets the state of the units that a reason speaks of.
func (b *stateBuilder) unit(mean meaning, text string) {
	switch mean.part {
	case partTray:
		b.s.InputTrayState = setAll(b.s.InputTrayState, unitIDs(b.described.InputTrayUnit, "auto"), mean.state, text)
	case partBin:
		b.s.OutputBinState = setAll(b.s.OutputBinState, unitIDs(b.described.OutputBinUnit, "auto"), mean.state, text)
	case partMarker:
		b.s.MarkerState = setAll(b.s.MarkerState, b.spent(), mean.state, text)
	case partCover:
		b.s.CoverState = setAll(b.s.CoverState, []string{unitCover}, mean.state, text)
	case partDoor:
		b.s.CoverState = setAll(b.s.CoverState, []string{unitDoor}, mean.state, text)
	case partPath:
		b.s.MediaPathState = setAll(b.s.MediaPathState, []string{unitPath}, mean.state, text)
	case partNone:
	}
}

// spent returns the markers that are known to be exhausted, or else all.
func (b *stateBuilder) spent() []string {
	var all, empty []string
	for _, k := range b.described.Marker {
		all = append(all, k.VendorID)
	}
	if b.s.MarkerState != nil {
		for _, i := range b.s.MarkerState.Item {
			if i.State == gcp.UnitExhausted {
				empty = append(empty, i.VendorID)
			}
		}
	}
	if empty != nil {
		return empty
	}
	return all
}

// markerLevels tells how much is left. Negative levels are unknown
// (PWG 5100.9); a marker is exhausted at its low mark.
func (b *stateBuilder) markerLevels(m attributes) {
	levels, low := m.numbers("marker-levels"), m.numbers("marker-low-levels")
	if len(levels) != len(b.described.Marker) {
		return
	}
	var s gcp.UnitStates
	types := m.texts("marker-types")
	for i, k := range b.described.Marker {
		item := gcp.UnitStateItem{VendorID: k.VendorID, State: gcp.UnitOK}
		if n := levels[i]; n >= 0 && n <= 100 {
			item.LevelPercent = &n
			mark := 1
			if len(low) == len(levels) && low[i] >= 0 {
				mark = low[i]
			}
			fills := i < len(types) && len(types[i]) > 5 && types[i][:5] == "waste"
			if n <= mark && !fills {
				item.State = gcp.UnitExhausted
			}
		}
		s.Item = append(s.Item, item)
	}
	if s.Item != nil {
		b.s.MarkerState = &s
	}
}

func unitIDs(units []gcp.Unit, otherwise string) []string {
	var ids []string
	for _, u := range units {
		ids = append(ids, u.VendorID)
	}
	if ids == nil {
		return []string{otherwise}
	}
	return ids
}

// setAll sets the state of units, adding those that are not there yet. A fault
// is not taken back by a lesser reason.
func setAll(s *gcp.UnitStates, ids []string, state gcp.UnitState, text string) *gcp.UnitStates {
	if s == nil {
		s = &gcp.UnitStates{}
	}
	for _, id := range ids {
		i := slices.IndexFunc(s.Item, func(u gcp.UnitStateItem) bool { return u.VendorID == id })
		if i < 0 {
			s.Item = append(s.Item, gcp.UnitStateItem{VendorID: id, State: state, VendorMessage: text})
			continue
		}
		if state != gcp.UnitOK {
			s.Item[i].State = state
		}
		s.Item[i].VendorMessage = text
	}
	return s
}

// reasonText says a reason in English.
func reasonText(word string) string {
	switch word {
	case "media-empty":
		return "Out of paper"
	case "media-needed":
		return "Paper needed"
	case "media-low":
		return "Paper is low"
	case "media-jam":
		return "Paper jam"
	case "cover-open":
		return "A cover is open"
	case "door-open":
		return "A door is open"
	case "toner-empty", "marker-supply-empty":
		return "Out of toner or ink"
	case "toner-low", "marker-supply-low":
		return "Toner or ink is low"
	case "output-area-full":
		return "The output bin is full"
	case "input-tray-missing":
		return "A paper tray is missing"
	case "connecting-to-device":
		return "Connecting to the printer"
	case "spool-area-full":
		return "The printer's memory is full"
	case "offline":
		return "The printer is offline"
	}
	return readable(word)
}
