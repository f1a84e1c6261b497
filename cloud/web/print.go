package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// printData is the page that people print from.
type printData struct {
	ID       gcp.PrinterID
	Name     string
	State    string // how the printer is, in words
	Tone     string
	Usual    []field
	Rare     []field
	Open     bool // the rare choices are shown
	Accept   string
	Expiry   []choice
	Held     bool   // what is sent is to be held
	Delegate string // who else may release it
	Holds    bool   // the printer holds all
	Paused   bool
	Previews bool
	Chosen   bool // the defaults are not the printer's own
	Drafts   []draftData
	Problem  string
	Live     cloud.Seq
}

func (d printData) after() cloud.Seq { return d.Live }

// printForm is what is chosen on the page of one printer, from a form or an address.
type printForm struct {
	offer  cloud.Offer
	fields []field
	values url.Values
}

// printForm returns the dialog of a printer with values filled in.
func (s *site) printForm(v *visit, id gcp.PrinterID, values url.Values) (printForm, error) {
	offer, err := s.cfg.Service.Offer(v.ctx, v.caller, id)
	if err != nil {
		return printForm{}, err
	}
	f := printForm{offer, s.fieldsOf(offer), values}
	for i := range f.fields {
		if values.Has(f.fields[i].Name) && f.fields[i].Kind != fieldSecret {
			f.fields[i].Value = values.Get(f.fields[i].Name)
		}
	}
	return f, nil
}

// order reads the form, and asks the service about its ticket. The problems are those
// of both; pages is how many pages the document has, 0 if that is not known.
func (s *site) order(v *visit, f printForm, pages int) (order, []byte, error) {
	o := sheet{cdd: f.offer.CDD, fields: f.fields, values: f.values, pages: pages, words: s.pages.words}.read()
	text, err := json.Marshal(o.ticket)
	if err != nil {
		return o, nil, err
	}
	wrong, err := s.cfg.Service.CheckTicket(v.ctx, v.caller, f.offer.Printer.ID, text)
	if err != nil {
		return o, nil, err
	}
	for _, each := range wrong {
		o.problems[fieldOf(f.fields, each.Item)] = each.Text
	}
	return o, text, nil
}

// fieldOf returns the name of the field that an item of a ticket is from; the number
// of copies, which is always there, stands for those that have none.
func fieldOf(fields []field, item string) string {
	for _, f := range fields {
		if f.Item == item {
			return f.Name
		}
	}
	return nameCopies
}

// showPrint shows the dialog with the choices of the address filled in.
func (s *site) showPrint(v *visit) error {
	f, err := s.printForm(v, gcp.PrinterID(v.r.PathValue("id")), v.r.URL.Query())
	if err == nil && f.values.Has("own") {
		own := s.ownValues(f.offer)
		own["draft"] = f.values["draft"]
		f, err = s.printForm(v, f.offer.Printer.ID, own)
	}
	if err != nil {
		return err
	}
	return s.showDialog(v, http.StatusOK, f, order{})
}

// showDialog shows the page, with the problems beside their fields.
func (s *site) showDialog(v *visit, status int, f printForm, o order) error {
	last, err := s.cfg.Service.LastEvent(v.ctx) // before what it tells of is read
	if err != nil {
		return err
	}
	now, err := s.cfg.Service.Printer(v.ctx, v.caller, f.offer.Printer.ID)
	if err != nil {
		return err
	}
	data := printData{
		Live: last,
		ID:   f.offer.Printer.ID, Name: f.offer.Printer.ShownName(), Accept: strings.Join(f.offer.Accepts, ","),
		Expiry: s.expiries(f.offer.Printer, f.values.Get("expire_after")), Previews: f.offer.Previews, Held: f.values.Get("hold") != "",
		Delegate: releasersOf(f.values).Delegate,
		Holds:    f.offer.Printer.HoldJobs, Paused: f.offer.Printer.Paused,
	}
	data.Open = slices.ContainsFunc(data.Expiry, func(c choice) bool { return c.Chosen && c.Value != "" })
	data.State, data.Tone = s.printerWords(&now)
	data.Chosen = made(f.offer.Printer)
	if len(o.problems) > 0 {
		data.Problem = s.pages.words["print.problem"]
	}
	for _, each := range f.fields {
		each.Problem = o.problems[each.Name]
		if each.Rare {
			data.Rare = append(data.Rare, each)
			data.Open = data.Open || each.Value != each.Default || each.Problem != ""
		} else {
			data.Usual = append(data.Usual, each)
		}
	}
	data.Drafts = s.draftsOf(v, f)
	if gone := s.gone(len(f.values["draft"]) - len(data.Drafts)); gone != "" {
		data.Problem = gone
	}
	return s.show(v, status, "print", s.pages.words["print.title"], data)
}

// checkPrint says what cannot be printed so, for each field, while it is filled in.
func (s *site) checkPrint(v *visit) error {
	values, err := s.form(v)
	if err != nil {
		return err
	}
	f, err := s.printForm(v, gcp.PrinterID(v.r.PathValue("id")), values)
	if err != nil {
		return err
	}
	o, _, err := s.order(v, f, 0)
	if err != nil {
		return err
	}
	return answer(v, http.StatusOK, map[string]any{"fields": o.problems})
}

// wantsJSON reports whether a script of ours asks.
func wantsJSON(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// answer writes JSON for a script of ours.
func answer(v *visit, status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(text) // the reader may be gone
	return nil
}

// plain tells a script of ours what went wrong as JSON.
func (s *site) plain(h pageFunc) pageFunc {
	return func(v *visit) error {
		err := h(v)
		if err == nil || !wantsJSON(v.r) {
			return err
		}
		e, ok := errors.AsType[*cloud.Error](err)
		if !ok {
			e = s.own(v, err)
		}
		v.after = e.After
		v.later(statusOf(e.Kind))
		return answer(v, statusOf(e.Kind), map[string]string{"error": cmp.Or(e.Message, s.pages.words["error.notfound"])})
	}
}
