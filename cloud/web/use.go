package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/ipp"
	"platen/cloud/oauth"
	"platen/gcp"
)

// useData is the page "Use on this device" of a printer.
type useData struct {
	printerRow
	Systems   []choice
	Label     string
	Problem   string
	Common    string // the printer's address for whoever signs in there
	Email     string // by which that is
	Addresses []addressRow
	Visitor   bool // who has no addresses of the own
}

// addressRow is one personal address.
type addressRow struct {
	ID, Label     string
	Printer       string // its name, where the list is of all printers
	Revoke        string // the address of its form
	Created, Used time.Time
}

func rowOf(a *oauth.Address) addressRow {
	return addressRow{ID: a.ID, Label: a.Label, Created: a.CreateTime, Used: a.UsedTime, Revoke: "/printers/" + string(a.Printer) + "/use/" + a.ID + "/revoke"}
}

// addressRows are a person's addresses at all printers, also at those that they may not use
// any more: a right that comes back makes their addresses good again.
func (s *site) addressRows(v *visit) ([]addressRow, error) {
	list, err := s.cfg.OAuth.Addresses(v.ctx, v.caller.User.ID, "")
	if err != nil {
		return nil, err
	}
	var ids []gcp.PrinterID
	for _, a := range list {
		ids = append(ids, a.Printer)
	}
	printers, err := s.cfg.Service.PrintersFor(v.ctx, ids, v.caller)
	if err != nil {
		return nil, err
	}
	rows := make([]addressRow, 0, len(list))
	for _, a := range list {
		row := rowOf(&a)
		row.Printer = s.pages.words["use.noprinter"]
		for _, p := range printers {
			if p.ID == a.Printer {
				row.Printer = p.ShownName()
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// system is what a device runs, as the form names it.
type system string

// The systems that the page has steps for.
const (
	systemWindows system = "windows"
	systemApple   system = "apple"
	systemAndroid system = "android"
	systemCUPS    system = "cups"
)

// systemOf guesses what a browser runs on; whoever asks can choose another.
func systemOf(agent string) system {
	switch {
	case strings.Contains(agent, "Android"), strings.Contains(agent, "CrOS"):
		return systemAndroid
	case strings.Contains(agent, "iPhone"), strings.Contains(agent, "iPad"), strings.Contains(agent, "Macintosh"):
		return systemApple
	case strings.Contains(agent, "Linux"), strings.Contains(agent, "BSD"):
		return systemCUPS
	}
	return systemWindows
}

func (s *site) showUse(v *visit) error { return s.useForm(v, http.StatusOK, useData{}) }

func (s *site) useForm(v *visit, status int, data useData) error {
	p, err := s.usable(v)
	if err != nil {
		return err
	}
	data.printerRow = s.printerRow(&p)
	chosen := systemOf(v.r.UserAgent())
	words := s.pages.words
	data.Systems = []choice{
		{string(systemWindows), words["use.windows"], chosen == systemWindows},
		{string(systemApple), words["use.apple"], chosen == systemApple},
		{string(systemAndroid), words["use.android"], chosen == systemAndroid},
		{string(systemCUPS), words["use.cups"], chosen == systemCUPS},
	}
	data.Common, data.Email, data.Visitor = ipp.PrinterURI(s.cfg.BaseURL, p.ID, ""), v.caller.User.Email, v.caller.User.Visitor()
	list, err := s.cfg.OAuth.Addresses(v.ctx, v.caller.User.ID, p.ID)
	if err != nil {
		return err
	}
	for _, a := range list {
		data.Addresses = append(data.Addresses, rowOf(&a))
	}
	return s.show(v, status, "use", words["use.title"], data)
}

// usable returns the printer of the address, which the visitor may print to.
func (s *site) usable(v *visit) (cloud.PrinterView, error) {
	return s.cfg.Service.Printer(v.ctx, v.caller, gcp.PrinterID(v.r.PathValue("id")))
}

// newAddressData is the page that shows a new personal address, this once.
type newAddressData struct {
	printerRow
	Lead, Steps, Line, Address string
	Code                       qrData
}

// makeAddress makes a personal address, and shows what to do with it on the system that
// was chosen. Apple's systems take a file.
func (s *site) makeAddress(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, err := s.usable(v)
	if err != nil {
		return err
	}
	label := strings.TrimSpace(form.Get("label"))
	text, a, err := s.cfg.OAuth.MakeAddress(v.ctx, v.caller.User.ID, p.ID, label)
	if cloud.KindOf(err) == cloud.KindInvalid {
		return s.useForm(v, http.StatusBadRequest, useData{Label: label, Problem: err.Error()})
	}
	if err != nil {
		return err
	}
	if err := s.noteAddress(v, a, "made"); err != nil {
		return err
	}
	uri := ipp.PrinterURI(s.cfg.BaseURL, p.ID, text.Reveal())
	if system(form.Get("system")) == systemApple {
		return s.sendProfile(v, &p, uri)
	}
	data := newAddressData{printerRow: s.printerRow(&p), Address: uri}
	if data.Lead, err = s.pages.text("use.lead", a.Label); err != nil {
		return err
	}
	switch system(form.Get("system")) {
	case systemAndroid:
		data.Steps = s.pages.words["use.androidsteps"]
	case systemCUPS:
		data.Steps, data.Line = s.pages.words["use.cupssteps"], cupsLine(p.ShownName(), uri)
	default:
		data.Steps, data.Line = s.pages.words["use.windowssteps"], windowsLine(p.ShownName(), uri)
	}
	if data.Code, err = qrOf(uri); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "useaddress", s.pages.words["use.made"], data)
}

// noteAddress writes into the log what a person did with an address.
func (s *site) noteAddress(v *visit, a oauth.Address, what string) error {
	return s.cfg.Service.OwnKeyChanged(v.ctx, v.caller, what+" the printing address "+strconv.Quote(a.Label))
}

func (s *site) removeAddress(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	id, printer := v.r.PathValue("address"), gcp.PrinterID(v.r.PathValue("id"))
	list, err := s.cfg.OAuth.Addresses(v.ctx, v.caller.User.ID, printer)
	if err != nil {
		return err
	}
	if err := s.cfg.OAuth.RevokeAddress(v.ctx, v.caller.User.ID, id); err != nil {
		return err
	}
	for _, a := range list {
		if a.ID == id {
			if err := s.noteAddress(v, a, "removed"); err != nil {
				return err
			}
		}
	}
	if _, err := s.usable(v); cloud.KindOf(err) == cloud.KindNotFound {
		return v.redirect("/account")
	}
	return v.redirect("/printers/" + string(printer) + "/use")
}

// windowsLine adds a printer of the class driver that Windows has itself. PowerShell takes
// typographic quotation marks for the plain one (about_Quoting_Rules), so
// that each of them would end the string.
func windowsLine(name, uri string) string {
	double := strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")
	quote := func(s string) string { return "'" + double.Replace(s) + "'" }
	return "Add-Printer -Name " + quote(name) + " -IppURL " + quote("http"+strings.TrimPrefix(uri, "ipp"))
}

// cupsLine adds a queue without a driver. Its name has no characters that CUPS or a
// shell takes for anything else.
func cupsLine(name, uri string) string {
	queue := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, name), "-")
	if queue == "" {
		queue = "printer"
	}
	return "lpadmin -p " + queue + " -E -v '" + uri + "' -m everywhere"
}
