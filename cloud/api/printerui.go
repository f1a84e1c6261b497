package api

import (
	"encoding/json"
	"fmt"

	"platen/cloud"
	"platen/gcp"
)

// lowLevel is the level, in percent, from which a supply is worth a word.
const lowLevel = 10

// printerUIState derives a printer's state in words from what the device tells:
// each unit that is not OK is one issue.
func printerUIState(p *cloud.PrinterView) gcp.PrinterUIState {
	var state gcp.CDS
	if len(p.SemanticState) > 0 {
		_ = json.Unmarshal(p.SemanticState, &state) // checked when it was stored
	}
	if state.Printer == nil {
		state.Printer = &gcp.PrinterState{}
	}
	b := uiBuilder{ui: gcp.PrinterUIState{Summary: string(state.Printer.State), Severity: gcp.SeverityNone}}
	if b.ui.Summary == "" {
		b.ui.Summary = string(gcp.PrinterIdle)
	}
	if p.Connection == gcp.ConnectionOffline || p.Connection == gcp.ConnectionDormant {
		b.ui.Summary = "OFFLINE"
	}
	items := &b.ui.Printer
	items.InputTrayItem = b.units("Input tray", state.Printer.InputTrayState)
	items.OutputBinItem = b.units("Output bin", state.Printer.OutputBinState)
	items.MarkerItem = b.units("Supply", state.Printer.MarkerState)
	items.CoverItem = b.units("Cover", state.Printer.CoverState)
	items.MediaPathItem = b.units("Paper path", state.Printer.MediaPathState)
	items.VendorItem = b.vendor(state.Printer.VendorState)
	return b.ui
}

// uiBuilder counts issues while it lists them.
type uiBuilder struct{ ui gcp.PrinterUIState }

func (b *uiBuilder) issue(s gcp.Severity, text string) {
	b.ui.NumIssues++
	if rank(s) > rank(b.ui.Severity) {
		b.ui.Severity, b.ui.Caption = s, text
	}
}

func rank(s gcp.Severity) int {
	switch s {
	case gcp.SeverityLow:
		return 1
	case gcp.SeverityMedium:
		return 2
	case gcp.SeverityHigh:
		return 3
	}
	return 0
}

func (b *uiBuilder) units(kind string, states *gcp.UnitStates) []gcp.UIItem {
	if states == nil {
		return nil
	}
	var items []gcp.UIItem
	for _, u := range states.Item {
		item := gcp.UIItem{
			Severity: unitSeverity(kind, u), VendorMessage: u.VendorMessage, LevelPercent: u.LevelPercent,
		}
		if item.Severity == gcp.SeverityNone {
			continue
		}
		item.Message = unitMessage(kind, u)
		b.issue(item.Severity, item.Message)
		items = append(items, item)
	}
	return items
}

func unitSeverity(kind string, u gcp.UnitStateItem) gcp.Severity {
	switch u.State {
	case gcp.UnitOK, "":
		if kind == "Supply" && u.LevelPercent != nil && *u.LevelPercent <= lowLevel {
			return gcp.SeverityMedium
		}
		return gcp.SeverityNone
	case gcp.UnitOff:
		return gcp.SeverityMedium
	}
	return gcp.SeverityHigh
}

// words says a unit's state; one that is not listed is said as it is.
var words = map[gcp.UnitState]string{
	gcp.UnitOK: "is low", gcp.UnitEmpty: "is empty", gcp.UnitFull: "is full", gcp.UnitOpen: "is open",
	gcp.UnitOff: "is off", gcp.UnitFailure: "has failed", gcp.UnitExhausted: "is used up",
	gcp.UnitRemoved: "is missing", gcp.UnitMediaJam: "is jammed",
}

func unitMessage(kind string, u gcp.UnitStateItem) string {
	word, ok := words[u.State]
	if !ok {
		word = fmt.Sprintf("is %s", u.State)
	}
	return kind + " " + u.VendorID + " " + word
}

func (b *uiBuilder) vendor(section *gcp.VendorStateSection) []gcp.UIItem {
	if section == nil {
		return nil
	}
	var items []gcp.UIItem
	for _, v := range section.Item {
		item := gcp.UIItem{Severity: gcp.SeverityLow, Message: v.Description, VendorMessage: v.Description}
		switch v.State {
		case gcp.VendorError:
			item.Severity = gcp.SeverityHigh
		case gcp.VendorWarning:
			item.Severity = gcp.SeverityMedium
		}
		if item.Message == "" && len(v.DescriptionLocalized) > 0 {
			item.Message = v.DescriptionLocalized[0].Value
			item.VendorMessage = item.Message
		}
		b.issue(item.Severity, item.Message)
		items = append(items, item)
	}
	return items
}
