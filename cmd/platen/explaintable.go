package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"platen/connector/control"
	"platen/gcp"
	"platen/internal/cli"
)

// printExplanation writes what the cloud sees and what would be sent, for people.
func printExplanation(w io.Writer, e control.Explanation) error {
	rows := [][]string{{"PRINTER", cmp.Or(e.Info, string(e.Name), "(without a name)")}}
	if e.Kind != "" {
		rows = append(rows, []string{"kind", string(e.Kind) + " queue"})
	}
	rows = append(append(rows, stateRows(e.State)...), []string{""}, []string{"WHAT THE CLOUD SEES", "* marks the default; what a ticket says instead of a name is in [ ]"})
	rows = append(append(rows, sectionRows(e.CDD.Printer)...), []string{""})
	if e.Error != "" {
		rows = append(rows, []string{"THE JOB IS REFUSED", e.Error})
	} else {
		rows = append(rows, sentRows(e)...)
	}
	return cli.Table(w, rows)
}

// stateRows are what the printer says of itself.
func stateRows(s gcp.CDS) [][]string {
	if s.Printer == nil {
		return nil
	}
	rows := [][]string{{"state", strings.ToLower(string(s.Printer.State))}}
	if v := s.Printer.VendorState; v != nil {
		for _, i := range v.Item {
			rows = append(rows, []string{strings.ToLower(string(i.State)), i.Description})
		}
	}
	return append(rows, unitRows(s.Printer)...)
}

// unitRows are the units that are not all right, and levels.
func unitRows(s *gcp.PrinterState) [][]string {
	var rows [][]string
	for _, u := range []struct {
		name   string
		states *gcp.UnitStates
	}{
		{"tray", s.InputTrayState}, {"bin", s.OutputBinState}, {"marker", s.MarkerState}, {"cover", s.CoverState}, {"path", s.MediaPathState},
	} {
		if u.states == nil {
			continue
		}
		for _, i := range u.states.Item {
			words := strings.ToLower(string(i.State))
			if i.LevelPercent != nil {
				words += fmt.Sprintf(", %d %%", *i.LevelPercent)
			} else if i.State == gcp.UnitOK {
				continue
			}
			if i.VendorMessage != "" {
				words += ", " + i.VendorMessage
			}
			rows = append(rows, []string{u.name + " " + i.VendorID, words})
		}
	}
	return rows
}

// sentRows are what a job would send.
func sentRows(e control.Explanation) [][]string {
	rows := [][]string{{"WHAT IS SENT", e.Format}}
	for _, a := range e.JobAttributes {
		rows = append(rows, []string{a.Name, strings.Join(a.Values, ", ") + " (" + a.Type + ")"})
	}
	if len(e.JobAttributes) == 0 {
		rows = append(rows, []string{"job attributes", "none: the printer's defaults"})
	}
	done := section("done before", "nothing: it goes as it is")
	if e.Work != nil {
		done = section("done before", workWords(*e.Work)...)
	}
	rows = append(rows, done...)
	for _, n := range e.Notes {
		rows = append(rows, []string{"note", n})
	}
	return rows
}

// wide is how many characters of options stand in a line.
const wide = 100

// section returns a section's options in as many lines as they need; none for none.
func section(name string, options ...string) [][]string {
	var rows [][]string
	line := ""
	for _, o := range options {
		if line != "" && len(line)+len(o) > wide {
			rows = append(rows, []string{name, line})
			name, line = "", ""
		}
		if line != "" {
			line += ", "
		}
		line += o
	}
	if line != "" {
		rows = append(rows, []string{name, line})
	}
	return rows
}

// each turns a list into words.
func each[T any](list []T, word func(T) string) []string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = word(v)
	}
	return words
}

// starred marks a default.
func starred(word string, isDefault bool) string {
	if isDefault {
		return "*" + word
	}
	return word
}

func millimetres(microns int) string {
	return strconv.FormatFloat(float64(microns)/1000, 'f', -1, 64)
}
