package printer

import (
	"slices"
	"strings"

	"platen/gcp"
)

// The printer-states of RFC 8011, 5.4.11.
const (
	ippIdle       = 3
	ippProcessing = 4
	ippStopped    = 5
)

// stateOf translates a printer's state (RFC 8011, 5.4.11 and 5.4.12).
func stateOf(m attributes, d gcp.PrinterDescriptionSection, l Lasted) gcp.CDS {
	b := stateBuilder{described: d, s: gcp.PrinterState{State: gcp.PrinterIdle}, supplies: suppliesIn(m, d.Marker), trays: traysIn(m, d)}
	ipp := m.number("printer-state", 0)
	switch ipp {
	case ippProcessing:
		b.s.State = gcp.PrinterProcessing
	case ippStopped:
		b.s.State = gcp.PrinterStopped
	}
	b.levels()
	for _, keyword := range unique(m.texts("printer-state-reasons")) {
		b.reason(readReason(keyword), ipp == ippStopped, l)
	}
	if accepts, known := m.flag("printer-is-accepting-jobs"); known && !accepts {
		b.stopped("Not accepting jobs")
	}
	message := valid(m.text("printer-state-message"))
	switch {
	case unreachable(message) && l.Away >= awayAfter:
		b.stopped(offline(message))
	case ipp == ippStopped && message != "" && !unreachable(message):
		b.say(gcp.VendorInfo, message)
	}
	return gcp.CDS{Version: "1.0", Printer: &b.s}
}

type stateBuilder struct {
	described gcp.PrinterDescriptionSection
	supplies  []supply
	trays     []tray
	s         gcp.PrinterState
}

func (b *stateBuilder) stopped(text string) {
	b.s.State = gcp.PrinterStopped
	b.say(gcp.VendorError, text)
}

// say adds a statement in words, once; nothing that a printer says is lost. What is said
// again, such as a reason that is also the printer's message, has the worse severity.
func (b *stateBuilder) say(v gcp.VendorSeverity, text string) {
	if b.s.VendorState == nil {
		b.s.VendorState = &gcp.VendorStateSection{}
	}
	said := b.s.VendorState.Item
	i := slices.IndexFunc(said, func(o gcp.VendorStateItem) bool { return alike(o.Description, text) })
	switch {
	case i < 0:
		b.s.VendorState.Item = append(said, gcp.VendorStateItem{State: v, Description: text})
	case worse(v) > worse(said[i].State):
		said[i].State = v
	}
}

// alike reports whether two sentences differ in their case and full stop at most.
func alike(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// worse orders severities.
func worse(v gcp.VendorSeverity) int {
	return slices.Index([]gcp.VendorSeverity{gcp.VendorInfo, gcp.VendorWarning, gcp.VendorError}, v)
}

func (b *stateBuilder) reason(r reason, isStopped bool, l Lasted) {
	if silent(r.word) {
		return
	}
	text, severity := reasonText(r.word), r.severity(isStopped)
	switch {
	case r.word == connecting && l.Away >= awayAfter:
		b.stopped(offline(text))
		return
	case r.stops():
		b.s.State = gcp.PrinterStopped
	}
	b.say(severity, text)
	b.unit(r.mean, text)
}

// stops reports whether a printer prints nothing although its printer-state may
// say otherwise.
func (r reason) stops() bool {
	switch r.word {
	case "paused", "deactivated", "shutdown":
		return true
	}
	return away(r.word) && (r.suffix != gcp.VendorInfo || r.word == "offline")
}

// Offline returns the state of a printer that does not answer; why is a sentence
// for people, or "".
func Offline(why string) gcp.CDS { return Unusable(offline(why)) }

func offline(why string) string {
	if why == "" {
		return reasonText("offline")
	}
	return reasonText("offline") + ": " + why
}

// Unusable returns the state of a printer that cannot be asked, and why, as a
// sentence for people.
func Unusable(why string) gcp.CDS {
	var b stateBuilder
	b.stopped(why)
	return gcp.CDS{Version: "1.0", Printer: &b.s}
}

// AlsoOffline returns the state of a queue of which the device does not answer.
func AlsoOffline(s gcp.CDS, why string) gcp.CDS {
	var b stateBuilder
	if s.Printer != nil {
		b.s = *s.Printer
	}
	if v := b.s.VendorState; v != nil {
		b.s.VendorState = &gcp.VendorStateSection{Item: slices.Clone(v.Item)}
	}
	b.stopped(offline(why))
	return gcp.CDS{Version: "1.0", Printer: &b.s}
}

// unit sets the state of the units that a reason speaks of.
func (b *stateBuilder) unit(mean meaning, text string) {
	item := gcp.UnitStateItem{State: mean.state, VendorMessage: text}
	if mean.level > 0 {
		item.LevelPercent = &mean.level
	}
	switch mean.part {
	case partTray:
		for _, id := range b.inTrays(mean.state) {
			set(&b.s.InputTrayState, []string{id}, b.filled(item, id))
		}
	case partBin:
		set(&b.s.OutputBinState, unitIDs(b.described.OutputBinUnit), item)
	case partMarker:
		set(&b.s.MarkerState, b.affected(mean), item)
	case partCover:
		set(&b.s.CoverState, []string{unitCover}, item)
	case partDoor:
		set(&b.s.CoverState, []string{unitDoor}, item)
	case partPath:
		set(&b.s.MediaPathState, []string{unitPath}, item)
	case partNone:
	}
}

// unitIDs returns the names of all units: a reason does not say which it is of.
func unitIDs(units []gcp.Unit) []string {
	var ids []string
	for _, u := range units {
		ids = append(ids, u.VendorID)
	}
	if ids == nil {
		return []string{"auto"}
	}
	return ids
}

// set sets the state of units, adding those that are not there yet. A fault is not
// taken back by a lesser reason.
func set(s **gcp.UnitStates, ids []string, to gcp.UnitStateItem) {
	for _, id := range ids {
		if *s == nil {
			*s = &gcp.UnitStates{}
		}
		item := to
		item.VendorID = id
		i := slices.IndexFunc((*s).Item, func(u gcp.UnitStateItem) bool { return u.VendorID == id })
		if i < 0 {
			(*s).Item = append((*s).Item, item)
			continue
		}
		had := &(*s).Item[i]
		if to.State != gcp.UnitOK || had.State == gcp.UnitOK {
			had.State, had.VendorMessage = to.State, to.VendorMessage
		}
		if had.LevelPercent == nil {
			had.LevelPercent = to.LevelPercent
		}
	}
}
