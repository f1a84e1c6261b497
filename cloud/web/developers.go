package web

import (
	"net/http"

	"platen/cloud"
)

// shownArrivals is how many jobs the developers' page shows at first.
const shownArrivals = 5

// developersData is the page for those who write programs.
type developersData struct {
	Base     string // public address, without a slash at the end
	Email    string
	Printers []cloud.PrinterName
	Printer  string // the id in the example
	Jobs     []jobRow
	Live     cloud.Seq
}

func (d developersData) after() cloud.Seq { return d.Live }

// showDevelopers shows how a program prints here, with what to copy, and the jobs as
// they arrive.
func (s *site) showDevelopers(v *visit) error {
	last, err := s.cfg.Service.LastEvent(v.ctx)
	if err != nil {
		return err
	}
	data := developersData{
		Base: s.absolute(""), Email: v.caller.User.Email, Printer: s.pages.words["dev.anyprinter"], Live: last,
	}
	names, err := s.cfg.Service.PrinterNames(v.ctx, v.caller, cloud.ScopeMine)
	if err != nil {
		return err
	}
	for _, p := range names {
		if !p.Hidden {
			data.Printers = append(data.Printers, p)
		}
	}
	if len(data.Printers) > 0 {
		data.Printer = string(data.Printers[0].ID)
	}
	page, err := s.cfg.Service.Browse(v.ctx, v.caller, cloud.BrowseQuery{Scope: cloud.ScopeMine, Limit: shownArrivals})
	if err != nil {
		return err
	}
	data.Jobs = s.jobRows(page.Jobs)
	return s.show(v, http.StatusOK, "developers", s.pages.words["dev.title"], data)
}
