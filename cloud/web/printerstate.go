package web

import (
	"cmp"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// The tones of states: each goes with words that say the same.
const (
	toneGood = "good"
	toneBusy = "busy"
	toneWarn = "warn"
	toneBad  = "bad"
	toneOff  = "off"
)

// printerWords says how the printer is: first whether a person paused it and
// whether its connector is there, then what the printer last said of itself. A
// paused one is not called ready: nothing prints there.
func (s *site) printerWords(p *cloud.PrinterView) (words, tone string) {
	said, issues, tone := s.deviceWords(p)
	all := append([]string{said}, issues...)
	if p.Paused {
		if said == s.pages.words["state.ready"] || said == s.pages.words["state.online"] {
			all = issues
		}
		all, tone = append([]string{s.pages.words["state.paused"]}, all...), toneWarn
	}
	return strings.Join(all, " · "), tone
}

// deviceWords says how the device is, and what is wrong with it.
func (s *site) deviceWords(p *cloud.PrinterView) (said string, issues []string, tone string) {
	words := s.pages.words
	switch p.Connection {
	case gcp.ConnectionOffline:
		return words["state.offline"], nil, toneOff
	case gcp.ConnectionUnknown:
		return words["state.unknown"], nil, toneOff
	case gcp.ConnectionDormant:
		return words["state.dormant"], nil, toneOff
	}
	said, tone = words["state.online"], toneGood
	state := stateOf(&p.Printer)
	if state == nil {
		return said, nil, tone
	}
	switch state.State {
	case gcp.PrinterIdle:
		said = words["state.ready"]
	case gcp.PrinterProcessing:
		said, tone = words["state.printing"], toneBusy
	case gcp.PrinterStopped:
		said, tone = words["state.stopped"], toneBad
	}
	issues = s.issues(state)
	if len(issues) > 0 && tone != toneBad {
		tone = toneWarn
	}
	return said, issues, tone
}

// stateOf is what the printer last said of itself; nil for nothing.
func stateOf(p *cloud.Printer) *gcp.PrinterState {
	var state gcp.CDS
	if len(p.SemanticState) == 0 || gcp.DecodeLenient(p.SemanticState, &state) != nil {
		return nil
	}
	return state.Printer
}

// issues lists what is wrong, each once: the device's own words where it has some.
func (s *site) issues(p *gcp.PrinterState) []string {
	var issues []string
	units := []*gcp.UnitStates{p.InputTrayState, p.OutputBinState, p.MarkerState, p.CoverState, p.MediaPathState}
	for _, u := range units {
		if u == nil {
			continue
		}
		for _, item := range u.Item {
			words := cmp.Or(item.VendorMessage, s.pages.words["unit."+string(item.State)])
			if item.State != gcp.UnitOK && !slices.Contains(issues, words) {
				issues = append(issues, words)
			}
		}
	}
	if p.VendorState == nil {
		return issues
	}
	for _, item := range p.VendorState.Item {
		if item.State == gcp.VendorInfo {
			continue
		}
		if text := cmp.Or(localized(item.DescriptionLocalized), item.Description); text != "" && !slices.Contains(issues, text) {
			issues = append(issues, text)
		}
	}
	return issues
}

// unitRow is a tray or a supply.
type unitRow struct {
	Name  string
	State string // in words
	Level int    // percent; -1 if it is not known
	Low   bool
}

// lowLevel is from which percentage on people are told to get more.
const lowLevel = 10

// supplies lists ink, toner and the like, with the names that its capabilities give them.
func (s *site) supplies(p *gcp.PrinterState, d *gcp.PrinterDescriptionSection) []unitRow {
	if p == nil || p.MarkerState == nil {
		return nil
	}
	names := map[string]string{}
	for _, m := range d.Marker {
		name := cmp.Or(localized(m.CustomDisplayNameLocalized), m.CustomDisplayName)
		if name == "" && m.Color != nil {
			name = cmp.Or(localized(m.Color.CustomDisplayNameLocalized), m.Color.CustomDisplayName, kindName(string(m.Color.Type)))
		}
		names[m.VendorID] = cmp.Or(name, kindName(string(m.Type)))
	}
	return s.units(p.MarkerState, names)
}

// trays lists where paper comes from.
func (s *site) trays(p *gcp.PrinterState, d *gcp.PrinterDescriptionSection) []unitRow {
	if p == nil || p.InputTrayState == nil {
		return nil
	}
	names := map[string]string{}
	for _, u := range d.InputTrayUnit {
		names[u.VendorID] = cmp.Or(localized(u.CustomDisplayNameLocalized), u.CustomDisplayName, kindName(string(u.Type)))
	}
	return s.units(p.InputTrayState, names)
}

func (s *site) units(u *gcp.UnitStates, names map[string]string) []unitRow {
	rows := make([]unitRow, 0, len(u.Item))
	for _, item := range u.Item {
		row := unitRow{Name: cmp.Or(names[item.VendorID], item.VendorID), Level: -1}
		row.State = cmp.Or(item.VendorMessage, s.pages.words["unit."+string(item.State)])
		if l := item.LevelPercent; l != nil && *l >= 0 && *l <= 100 {
			row.Level, row.Low = *l, *l <= lowLevel
			words, _ := s.pages.text("unit.level", *l) // a test knows that it is there
			if item.State == gcp.UnitOK {
				row.State = words
			} else {
				row.State = words + " · " + row.State
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// lowestSupply tells of the supply that ends first.
func (s *site) lowestSupply(p *cloud.PrinterView) string {
	state := stateOf(&p.Printer)
	if state == nil || state.MarkerState == nil {
		return ""
	}
	lowest := 101
	for _, item := range state.MarkerState.Item {
		if l := item.LevelPercent; l != nil && *l >= 0 && *l < lowest {
			lowest = *l
		}
	}
	if lowest > 100 {
		return ""
	}
	key := "supply.level"
	if lowest <= lowLevel {
		key = "supply.low"
	}
	words, _ := s.pages.text(key, lowest) // a test knows that they are there
	return words
}
