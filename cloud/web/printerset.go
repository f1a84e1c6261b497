package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// settingsData is the page of a printer's settings and shares.
type settingsData struct {
	printerRow
	DisplayName, Location, Description, Tags string
	Holds, Owns                              bool
	Quota                                    string // jobs a day; "" for no limit
	QuotaEach                                string // likewise, of each person
	Expiry                                   []choice
	Sharing                                  sharingData
	Choices                                  choicesData
}

// managed returns a printer that the person may change. Others who may use it are
// told so; to strangers it does not exist.
func (s *site) managed(v *visit) (cloud.PrinterView, error) {
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, gcp.PrinterID(v.r.PathValue("id")))
	if err == nil && !manages(&p) {
		return p, &cloud.Error{Kind: cloud.KindForbidden, Message: s.pages.words["printer.notyours"]}
	}
	return p, err
}

func (s *site) showSettings(v *visit) error {
	p, err := s.managed(v)
	if err != nil {
		return err
	}
	data := settingsData{
		printerRow: s.printerRow(&p), DisplayName: p.DisplayName, Location: p.Location, Description: p.Description,
		Tags: strings.Join(p.Labels, ", "), Holds: p.HoldJobs, Owns: p.Role == gcp.RoleOwner,
		Expiry: s.expiryChoices(&p),
	}
	if data.Sharing, err = s.sharing(v, &p); err != nil {
		return err
	}
	if data.Choices, err = s.choicesForm(v, p.ID); err != nil {
		return err
	}
	if p.QuotaEnabled {
		data.Quota = strconv.Itoa(p.DailyQuota)
	}
	if p.PersonQuota > 0 {
		data.QuotaEach = strconv.Itoa(p.PersonQuota)
	}
	if v.shows("settings") {
		data.fill(v.r.PostForm)
		v.choose("settings", "expire_after", data.Expiry)
	}
	title, err := s.pages.text("settings.title", data.Name)
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "settings", title, data)
}

// expiryChoices are how long jobs may wait unless their sender says otherwise.
func (s *site) expiryChoices(p *cloud.PrinterView) []choice {
	usual, _ := s.pages.text("printer.expire.default", s.inWords(s.cfg.Service.Limits().ExpireAfter(0, 0))) // a test knows that it is there
	list := []choice{{"0", usual, p.ExpireAfter == 0}}
	times := []time.Duration{time.Hour, day, 3 * day, 14 * day, 30 * day, 90 * day}
	if p.ExpireAfter != 0 && !slices.Contains(times, p.ExpireAfter) {
		times = append(times, p.ExpireAfter)
	}
	for _, d := range times {
		one := s.timeChoice(d)
		one.Chosen = d == p.ExpireAfter
		list = append(list, one)
	}
	return list
}

func (s *site) saveSettings(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, err := s.managed(v)
	if err != nil {
		return err
	}
	fields, err := s.settingsOf(form, p.Role)
	if err == nil {
		_, err = s.cfg.Service.UpdatePrinter(v.ctx, v.caller, p.ID, fields)
	}
	if err != nil {
		return s.again(v, err, s.showSettings)
	}
	return v.redirect("/printers/" + string(p.ID) + "/settings")
}

// fill shows what was typed in place of what is set.
func (d *settingsData) fill(form url.Values) {
	d.DisplayName, d.Location, d.Description, d.Tags = form.Get("name"), form.Get("location"), form.Get("description"), form.Get("tags")
	d.Holds, d.Quota, d.QuotaEach = form.Has("hold"), form.Get("quota"), form.Get("quota_each")
}

// settingsOf reads the form of settings. A box that is not ticked is not sent.
func (s *site) settingsOf(form url.Values, role gcp.Role) (cloud.PrinterFields, error) {
	name, location, labels, hold := form.Get("name"), form.Get("location"), labelsOf(form.Get("tags")), form.Has("hold")
	f := cloud.PrinterFields{DisplayName: &name, Location: &location, Labels: &labels, HoldJobs: &hold}
	if role != gcp.RoleOwner {
		return f, nil
	}
	description, limited := form.Get("description"), form.Get("quota") != ""
	quota, err := s.jobsADay(form.Get("quota"))
	if err != nil {
		return f, err
	}
	each, err := s.jobsADay(form.Get("quota_each"))
	if err != nil {
		return f, err
	}
	wait, err := s.chosenTime(form.Get("expire_after"))
	if err != nil {
		return f, err
	}
	expire := int(wait / time.Second)
	f.Description, f.QuotaEnabled, f.DailyQuota, f.ExpireAfter = &description, &limited, &quota, &expire
	f.PersonQuota = &each
	return f, nil
}

// jobsADay reads a quota; none is 0.
func (s *site) jobsADay(text string) (int, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return 0, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["settings.badquota"], Cause: err}
	}
	return int(n), nil
}

// labelsOf splits what a person typed into tags.
func labelsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
}

// pausePrinter keeps the printer's jobs waiting, or lets them go on.
func (s *site) pausePrinter(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	paused := form.Get("to") == "pause"
	id := gcp.PrinterID(v.r.PathValue("id"))
	if _, err := s.cfg.Service.UpdatePrinter(v.ctx, v.caller, id, cloud.PrinterFields{Paused: &paused}); err != nil {
		return err
	}
	return v.redirect("/printers/" + string(id))
}

// deleteData is the warning before a printer is deleted, or taken off a list.
type deleteData struct {
	printerRow
	Owns bool
}

func (s *site) askDelete(v *visit) error {
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, gcp.PrinterID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	data := deleteData{s.printerRow(&p), p.Role == gcp.RoleOwner}
	return s.show(v, http.StatusOK, "printerdelete", data.Name, data)
}

func (s *site) deletePrinter(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	if err := s.cfg.Service.DeletePrinter(v.ctx, v.caller, gcp.PrinterID(v.r.PathValue("id"))); err != nil {
		return err
	}
	return v.redirect("/printers")
}
