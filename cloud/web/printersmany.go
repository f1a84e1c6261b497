package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// manyData says what became of printers that were changed at once.
type manyData struct {
	Sentence string
	Refused  []refusedRow
	Back     string
}

type refusedRow struct{ Name, Why string }

// changeMany changes the printers that are ticked, or all that match the filter.
func (s *site) changeMany(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	change, err := s.changeOf(v, form)
	if err != nil {
		return s.again(v, err, s.showPrinters)
	}
	filter := filterOf(form)
	found, err := s.cfg.Service.PrinterList(v.ctx, v.caller, filter.list(0, 0))
	if err != nil {
		return err
	}
	names := map[gcp.PrinterID]string{}
	for _, p := range found.Printers {
		names[p.ID] = p.ShownName()
	}
	ids := found.Matching
	if form.Get("which") != "all" {
		ids = nil
		for _, id := range form["printer"] {
			ids = append(ids, gcp.PrinterID(id))
		}
	}
	if len(ids) == 0 {
		return s.again(v, &cloud.Error{Kind: cloud.KindMissing, Message: s.pages.words["many.nothing"]}, s.showPrinters)
	}
	data := manyData{Back: filter.query(0)}
	done := 0
	for _, o := range s.cfg.Service.ChangePrinters(v.ctx, v.caller, ids, change) {
		if o.Err == nil {
			done++
			continue
		}
		why, err := s.refusal(o.Err)
		if err != nil {
			return err
		}
		name := names[o.Printer]
		if name == "" {
			name = string(o.Printer)
		}
		data.Refused = append(data.Refused, refusedRow{name, why})
	}
	if len(data.Refused) == 0 {
		return v.redirect(data.Back)
	}
	if data.Sentence, err = s.pages.text("many.some", done, len(ids)); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "many", s.pages.words["many.title"], data)
}

// refusal is the sentence of a refusal; other errors are the service's own trouble.
func (s *site) refusal(err error) (string, error) {
	if e, ok := errors.AsType[*cloud.Error](err); ok {
		return e.Message, nil
	}
	return "", err
}

// changeOf reads which button was pressed, and what belongs to it.
func (s *site) changeOf(v *visit, form url.Values) (cloud.Change, error) {
	paused, hold := form.Get("do") == "pause", form.Get("do") == "hold"
	switch form.Get("do") {
	case "pause", "resume":
		return cloud.Change{Fields: cloud.PrinterFields{Paused: &paused}}, nil
	case "hold", "nohold":
		return cloud.Change{Fields: cloud.PrinterFields{HoldJobs: &hold}}, nil
	case "location":
		place := strings.TrimSpace(form.Get("location"))
		return cloud.Change{Fields: cloud.PrinterFields{Location: &place}}, nil
	case "tag":
		if labels := labelsOf(form.Get("addtag")); len(labels) > 0 {
			return cloud.Change{Fields: cloud.PrinterFields{AddLabels: labels}}, nil
		}
	case "share":
		who, err := s.scopeIn(v, form)
		if err != nil {
			return cloud.Change{}, err
		}
		after, err := s.chosenTime(form.Get("expire_after"))
		if err != nil {
			return cloud.Change{}, err
		}
		if who != "" {
			return cloud.Change{Share: &cloud.ShareRequest{Scope: who, Role: gcp.RoleUser, ExpireAfter: after}}, nil
		}
	}
	return cloud.Change{}, &cloud.Error{Kind: cloud.KindMissing, Message: s.pages.words["many.what"]}
}
