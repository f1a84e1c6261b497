package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// SharePath begins the address of a link that shares a printer.
const SharePath = "/share/"

// linkRow is one link that shares a printer.
type linkRow struct {
	ID   cloud.LinkID
	Name string
	For  string // whom, in words
	Uses string
	From string
	Ends time.Time
	Over bool // it lets nobody in any more
}

func (s *site) linkRows(v *visit, id gcp.PrinterID) ([]linkRow, error) {
	if v.caller.User.Guest {
		return nil, nil
	}
	links, err := s.cfg.Service.LinksOf(v.ctx, v.caller, id)
	if err != nil {
		return nil, err
	}
	rows := make([]linkRow, len(links))
	for i, l := range links {
		rows[i] = linkRow{ID: l.ID, Name: l.Name, From: l.From, Ends: l.ExpireTime, Over: !l.Stands, For: s.pages.words["links.accounts"]}
		switch {
		case l.Visitors:
			rows[i].For = s.pages.words["links.visitors"]
		case l.Keeps:
			rows[i].For = s.pages.words["links.keeps"]
		}
		rows[i].Uses, err = s.pages.text("links.count", l.Uses)
		if l.Most > 0 {
			rows[i].Uses, err = s.pages.text("links.used", l.Uses, l.Most)
		}
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// linkTimes are the choices of how long a link is good, in seconds.
func (s *site) linkTimes() []choice {
	var list []choice
	for _, d := range []time.Duration{day, 7 * day, 30 * day, 90 * day} {
		list = append(list, s.timeChoice(d))
	}
	return list
}

// makeLink shows a new link, this once.
func (s *site) makeLink(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	n := cloud.NewLink{
		Printer: gcp.PrinterID(v.r.PathValue("id")), Name: form.Get("name"), Visitors: form.Get("for") == "visitors", Keeps: form.Get("for") == "keeps",
	}
	if n.Lifetime, err = s.chosenTime(form.Get("lifetime")); err != nil {
		return s.again(v, err, s.showSettings)
	}
	if text := strings.TrimSpace(form.Get("most")); text != "" {
		if n.Most, err = strconv.Atoi(text); err != nil {
			return s.again(v, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["links.badmost"], Cause: err}, s.showSettings)
		}
	}
	_, token, err := s.cfg.Service.MakeLink(v.ctx, v.caller, n)
	if err != nil {
		return s.again(v, err, s.showSettings)
	}
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, n.Printer)
	if err != nil {
		return err
	}
	lead, err := s.pages.text("links.lead", p.ShownName())
	if err != nil {
		return err
	}
	data := linkData{lead, s.absolute(SharePath + token), s.pages.words["links.once"], "/printers/" + string(n.Printer) + "/settings#links"}
	return s.show(v, http.StatusOK, "once", s.pages.words["links.made"], data)
}

func (s *site) removeLink(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	id := gcp.PrinterID(v.r.PathValue("id"))
	if err := s.cfg.Service.RemoveLink(v.ctx, v.caller, id, cloud.LinkID(v.r.PathValue("link"))); err != nil {
		return err
	}
	return v.redirect("/printers/" + string(id) + "/settings#links")
}
