package ipp

import (
	"encoding/json"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// The printer-states of RFC 8011, 5.4.11.
const (
	printerIdle       = 3
	printerProcessing = 4
	printerStopped    = 5
)

// condition is how a printer is: printer-state, -reasons and -message.
type condition struct {
	state   int
	reasons []string
	message string
}

// conditionOf says how the printer itself is, by what its connector says and whether
// that is there.
func conditionOf(p *cloud.PrinterView) condition {
	var cds gcp.CDS
	_ = json.Unmarshal(p.SemanticState, &cds) // it was checked when it was reported; none is none
	c := condition{state: printerIdle}
	stopped := false
	if cds.Printer != nil {
		stopped = cds.Printer.State == gcp.PrinterStopped
		if cds.Printer.State == gcp.PrinterProcessing {
			c.state = printerProcessing
		}
		c.units(cds.Printer, stopped)
	}
	if p.Paused {
		stopped = true
		c.say("paused", "The printer is paused: jobs wait until it is resumed.")
	}
	if p.Connection != gcp.ConnectionOnline {
		stopped = true
		c.say("offline-report", "The printer's connector is not there: jobs wait for it.")
	}
	if stopped {
		c.state = printerStopped
	}
	c.conclude()
	return c
}

// conclude gives a condition without reasons one.
func (c *condition) conclude() {
	switch {
	case len(c.reasons) == 0 && c.state == printerStopped:
		c.reasons = []string{"other-error"}
	case len(c.reasons) == 0:
		c.reasons = []string{"none"}
	}
}

// reduce leaves what strangers are shown: not the supplies, and not whether somebody prints.
func (c *condition) reduce() {
	c.reasons = slices.DeleteFunc(c.reasons, func(r string) bool { return strings.HasPrefix(r, "marker-") })
	if c.state == printerProcessing {
		c.state = printerIdle
	}
	c.conclude()
}

func (c *condition) say(reason, message string) {
	if !slices.Contains(c.reasons, reason) {
		c.reasons = append(c.reasons, reason)
	}
	if c.message == "" {
		c.message = message
	}
}

// units adds what is wrong with parts of the printer.
func (c *condition) units(s *gcp.PrinterState, stopped bool) {
	if v := s.VendorState; v != nil {
		for _, item := range v.Item {
			if item.State != gcp.VendorInfo && c.message == "" {
				c.message = item.Description
			}
		}
	}
	suffix := "-warning"
	if stopped {
		suffix = "-error"
	}
	for _, part := range []struct {
		kind  string
		units *gcp.UnitStates
	}{
		{"tray", s.InputTrayState}, {"bin", s.OutputBinState}, {"marker", s.MarkerState}, {"cover", s.CoverState}, {"path", s.MediaPathState},
	} {
		if part.units == nil {
			continue
		}
		for _, u := range part.units.Item {
			switch reason := unitReason(part.kind, u); reason {
			case "":
			case supplyLow: // which stops no printer
				c.say(reason+"-warning", u.VendorMessage)
			default:
				c.say(reason+suffix, u.VendorMessage)
			}
		}
	}
}

// supplyLow is the reason for a supply that is low.
const supplyLow = "marker-supply-low"

// lowLevel is the level in percent from which on a supply is low.
const lowLevel = 10

// unitReason returns the printer-state-reasons keyword for the state of a unit, "" if
// nothing is wrong with it (RFC 8011, 5.4.12; the reverse of the connector's table).
func unitReason(kind string, u gcp.UnitStateItem) string {
	switch kind + "/" + string(u.State) {
	case "tray/EMPTY":
		return "media-empty"
	case "tray/OPEN", "tray/OFF":
		return "input-tray-missing"
	case "tray/FAILURE":
		return "input-media-tray-failure"
	case "bin/FULL":
		return "output-area-full"
	case "bin/OPEN", "bin/OFF":
		return "output-tray-missing"
	case "bin/FAILURE":
		return "output-media-tray-failure"
	case "marker/EXHAUSTED":
		return "marker-supply-empty"
	case "marker/REMOVED":
		return "marker-supply-missing"
	case "marker/FAILURE":
		return "marker-failure"
	case "cover/OPEN":
		if u.VendorID == "door" {
			return "door-open"
		}
		return "cover-open"
	case "cover/FAILURE":
		return "interlock-open"
	case "path/MEDIA_JAM":
		return "media-jam"
	case "path/FAILURE":
		return "media-path-failure"
	case "marker/OK":
		if u.LevelPercent != nil && *u.LevelPercent <= lowLevel {
			return supplyLow
		}
	}
	return ""
}
