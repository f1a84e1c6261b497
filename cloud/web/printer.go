package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// recentJobs is how many jobs a printer's page shows: of those that wait, and of
// those that have ended.
const recentJobs = 10

// printerData is a printer's page.
type printerData struct {
	printerRow
	Description string
	Paused      bool
	Holds       bool
	Owns        bool
	Twins       []twinData
	Queue       jobsData
	Recent      jobsData
	Supplies    []unitRow
	Trays       []unitRow
	Facts       []fact
	Quota       string
	Seen        time.Time // its connector
	Connector   *connectorRow
	Live        cloud.Seq
}

func (d printerData) after() cloud.Seq { return d.Live }

func (s *site) showPrinter(v *visit) error {
	last, err := s.cfg.Service.LastEvent(v.ctx) // before what it tells of is read
	if err != nil {
		return err
	}
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, gcp.PrinterID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	data := printerData{
		printerRow: s.printerRow(&p), Description: p.Description, Paused: p.Paused, Holds: p.HoldJobs, Owns: p.Role == gcp.RoleOwner,
		Quota: s.quotaWords(&p), Seen: p.Seen, Live: last,
	}
	description, state := descriptionOf(&p.Printer), stateOf(&p.Printer)
	data.Supplies, data.Trays = s.supplies(state, &description), s.trays(state, &description)
	data.Facts = s.facts(&p.Printer, &description)
	if err := s.addJobs(v, p.ID, &data); err != nil {
		return err
	}
	if err := s.addConnector(v, &p, &data); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "printer", data.Name, data)
}

// addJobs adds those of the person, or everybody's if the person manages the printer.
func (s *site) addJobs(v *visit, id gcp.PrinterID, data *printerData) error {
	for _, part := range []struct {
		into   *jobsData
		status []gcp.JobStatus
		sort   string
	}{
		{&data.Queue, []gcp.JobStatus{gcp.StatusHeld, gcp.StatusQueued, gcp.StatusInProgress}, "CREATE_TIME"},
		{&data.Recent, []gcp.JobStatus{gcp.StatusDone, gcp.StatusError}, ""},
	} {
		jobs, _, err := s.cfg.Service.Jobs(v.ctx, v.caller, cloud.JobQuery{Printer: id, Status: part.status, Sort: part.sort, Limit: recentJobs})
		if err != nil {
			return err
		}
		*part.into = jobsData{Jobs: s.jobRows(jobs)}
	}
	return nil
}

// addConnector tells the owner of the printer about its connector.
func (s *site) addConnector(v *visit, p *cloud.PrinterView, data *printerData) error {
	if !data.Owns || p.Robot == "" {
		return nil
	}
	found, err := s.cfg.Service.ConnectorsBrief(v.ctx, v.caller)
	if err != nil {
		return err
	}
	data.Twins = s.twinsOf(found, p.Robot)
	for i := range found {
		if found[i].Robot == p.Robot {
			row := s.connectorRow(&found[i])
			data.Connector = &row
		}
	}
	return nil
}

func (s *site) quotaWords(p *cloud.PrinterView) string {
	var words []string
	if p.QuotaEnabled {
		all, _ := s.pages.text("printer.quota", p.UsedToday, p.DailyQuota) // a test knows that it is there
		words = append(words, all)
	}
	if p.PersonQuota > 0 {
		each, _ := s.pages.text("printer.quotaeach", p.PersonQuota) // likewise
		words = append(words, each)
	}
	return strings.Join(words, "; ")
}

// descriptionOf is what the printer can do; empty where it cannot be read.
func descriptionOf(p *cloud.Printer) gcp.PrinterDescriptionSection {
	var cdd gcp.CDD
	if p.CapsFormat != "" {
		if d, err := p.Legacy(); err == nil {
			return d.CDD.Printer
		}
		return cdd.Printer
	}
	_ = json.Unmarshal(p.Capabilities, &cdd) // it was checked when it was registered
	return cdd.Printer
}
