package web

import (
	"encoding/json"
	"net/url"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// fieldsOf describes the form for a printer, with the choices of whoever manages it
// for defaults.
func (s *site) fieldsOf(o cloud.Offer) []field {
	fields := dialog(o.CDD, s.pages.words)
	for i := range fields {
		// Portrait by a person's choice is no printer's default, which turns wide pages.
		if f := &fields[i]; f.Name == nameOrientation && o.Choices.PageOrientation != nil && f.has(string(o.Choices.PageOrientation.Type)) {
			f.Default = string(o.Choices.PageOrientation.Type)
			f.Value = f.Default
		}
	}
	return fields
}

// choosable are the fields in which a choice for everybody makes sense: not the pages
// of one document, nor a password, nor a size that is in no list.
func choosable(fields []field) []field {
	var list []field
	for _, f := range fields {
		switch {
		case f.Name == nameRange, f.Name == nameSubset, f.Name == nameWidth, f.Name == nameHeight, f.Kind == fieldSecret:
			continue
		case f.Name == nameMedia:
			var choices []fieldChoice
			for _, c := range f.Choices {
				if c.Value != valueCustom {
					choices = append(choices, c)
				}
			}
			f.Choices = choices
		}
		list = append(list, f)
	}
	return list
}

// ownValues are the printer's own choices, as a form has them.
func (s *site) ownValues(o cloud.Offer) url.Values {
	values := url.Values{}
	for _, f := range choosable(dialog(o.Own, s.pages.words)) {
		values.Set(f.Name, f.Default)
	}
	return values
}

// saveChoices sets what the printer does unless somebody chooses otherwise.
func (s *site) saveChoices(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, err := s.managed(v)
	if err != nil {
		return err
	}
	o, err := s.cfg.Service.Offer(v.ctx, v.caller, p.ID)
	if err != nil {
		return err
	}
	if form.Has("own") {
		form = s.ownValues(o)
	}
	text, err := s.choicesOf(o, form)
	if err != nil {
		return s.again(v, err, s.showSettings)
	}
	wrong, err := s.cfg.Service.SetChoices(v.ctx, v.caller, p.ID, text)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.again(v, &cloud.Error{Kind: cloud.KindInvalid, Message: wrong[0].Text}, s.showSettings)
	}
	return v.redirect("/printers/" + string(p.ID) + "/settings#choices")
}

// choicesOf makes a ticket of the form: what differs from the printer's own choices.
func (s *site) choicesOf(o cloud.Offer, form url.Values) ([]byte, error) {
	fields := choosable(dialog(o.Own, s.pages.words))
	filled := sheet{cdd: o.Own, fields: fields, values: form, words: s.pages.words}.read()
	for _, f := range fields {
		if problem := filled.problems[f.Name]; problem != "" {
			return nil, &cloud.Error{Kind: cloud.KindInvalid, Message: f.Label + ": " + problem}
		}
	}
	t := filled.ticket
	if c := t.Print.Copies; c != nil && form.Get(nameCopies) == ownCopies(fields) {
		t.Print.Copies = nil
	}
	return json.Marshal(t)
}

func ownCopies(fields []field) string {
	for _, f := range fields {
		if f.Name == nameCopies {
			return f.Default
		}
	}
	return ""
}

// made reports whether somebody made choices for a printer.
func made(p cloud.Printer) bool { return strings.Trim(string(p.Choices), "{}") != "" }

// choicesData is the form of the printer's choices.
type choicesData struct {
	Fields []field
	Made   bool // they are not the printer's own
}

// choicesForm returns the form; none for a printer of version 1.0, whose own words the
// old clients are told.
func (s *site) choicesForm(v *visit, id gcp.PrinterID) (choicesData, error) {
	o, err := s.cfg.Service.Offer(v.ctx, v.caller, id)
	if err != nil || o.Printer.CapsFormat != "" {
		return choicesData{}, err
	}
	data := choicesData{Made: made(o.Printer)}
	for _, f := range choosable(s.fieldsOf(o)) {
		f.ID = "default-" + f.ID
		if v.shows("choices") {
			f.Value = v.typed("choices", f.Name)
		}
		data.Fields = append(data.Fields, f)
	}
	return data, nil
}
