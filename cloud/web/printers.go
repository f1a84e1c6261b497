package web

import (
	"net/http"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// recentJobs is how many jobs a printer's page shows.
const recentJobs = 10

type printerRow struct {
	ID     gcp.PrinterID
	Name   string
	State  string
	Online bool
	Queued int
}

type printerData struct {
	printerRow
	Jobs []jobRow
	Live cloud.Seq
}

func (d printerData) after() cloud.Seq { return d.Live }

func (s *site) showPrinters(v *visit) error {
	found, err := s.cfg.Service.Search(v.ctx, v.caller, cloud.PrinterQuery{Connection: gcp.ConnectionAll})
	if err != nil {
		return err
	}
	rows := make([]printerRow, len(found))
	for i := range found {
		rows[i] = s.printerRow(&found[i])
	}
	return s.show(v, http.StatusOK, "printers", s.pages.words["printers.title"], rows)
}

func (s *site) showPrinter(v *visit) error {
	last, err := s.cfg.Service.LastEvent(v.ctx) // before what it tells of is read
	if err != nil {
		return err
	}
	id := gcp.PrinterID(v.r.PathValue("id"))
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, id)
	if err != nil {
		return err
	}
	jobs, _, err := s.cfg.Service.Jobs(v.ctx, v.caller, cloud.JobQuery{Printer: id, Limit: recentJobs})
	if err != nil {
		return err
	}
	row := s.printerRow(&p)
	return s.show(v, http.StatusOK, "printer", row.Name, printerData{row, s.jobRows(jobs), last})
}

func (s *site) printerRow(p *cloud.PrinterView) printerRow {
	return printerRow{
		ID: p.ID, Name: displayName(p.Printer), State: s.printerWords(p),
		Online: p.Connection == gcp.ConnectionOnline, Queued: p.Queued,
	}
}

// displayName is what a person called the printer, or else what its connector did.
func displayName(p cloud.Printer) string {
	for _, name := range []string{p.DisplayName, p.DefaultDisplayName, p.Name} {
		if name != "" {
			return name
		}
	}
	return string(p.ID)
}

// printerWords says how the printer is: first whether its connector is there,
// then what the printer last said of itself.
func (s *site) printerWords(p *cloud.PrinterView) string {
	words := s.pages.words
	switch p.Connection {
	case gcp.ConnectionOffline:
		return words["state.offline"]
	case gcp.ConnectionUnknown:
		return words["state.unknown"]
	case gcp.ConnectionDormant:
		return words["state.dormant"]
	}
	var state gcp.CDS
	if len(p.SemanticState) == 0 || gcp.DecodeLenient(p.SemanticState, &state) != nil || state.Printer == nil {
		return words["state.online"]
	}
	said := words["state.online"]
	switch state.Printer.State {
	case gcp.PrinterIdle:
		said = words["state.ready"]
	case gcp.PrinterProcessing:
		said = words["state.printing"]
	case gcp.PrinterStopped:
		said = words["state.stopped"]
	}
	return strings.Join(append([]string{said}, s.issues(state.Printer)...), " · ")
}

// issues lists what is wrong: the device's own words where it has some.
func (s *site) issues(p *gcp.PrinterState) []string {
	var issues []string
	units := []*gcp.UnitStates{p.InputTrayState, p.OutputBinState, p.MarkerState, p.CoverState, p.MediaPathState}
	for _, u := range units {
		if u == nil {
			continue
		}
		for _, item := range u.Item {
			switch {
			case item.State == gcp.UnitOK:
			case item.VendorMessage != "":
				issues = append(issues, item.VendorMessage)
			default:
				issues = append(issues, s.pages.words["unit."+string(item.State)])
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
		text := item.Description
		for _, l := range item.DescriptionLocalized {
			if text == "" || l.Locale == "EN" {
				text = l.Value
			}
		}
		if text != "" {
			issues = append(issues, text)
		}
	}
	return issues
}
