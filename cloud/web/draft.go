package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// shownSides is how many sides of a document the page shows without a script.
const shownSides = 4

// draftData is a document that can be looked at before it is printed.
type draftData struct {
	ID      cloud.DraftID
	Title   string
	Sides   []sideData
	More    int // sides that are not shown
	Note    string
	Problem string
}

// sideData is the picture of one side of a sheet.
type sideData struct{ Src, Alt string }

// draftState is a draft for our script.
type draftState struct {
	ID    cloud.DraftID `json:"id"`
	Title string        `json:"title"`
	Pages int           `json:"pages"`
	Side  int           `json:"side"` // that is shown
	Sides int           `json:"sides"`
	Note  string        `json:"note"`
}

// addDraft takes a document to be looked at.
func (s *site) addDraft(v *visit) error {
	id := gcp.PrinterID(v.r.PathValue("id"))
	kept := url.Values{}
	sent, err := s.receive(v, url.Values{}, func(part *multipart.Part, _ url.Values) error {
		d, err := s.keepDraft(v, id, part)
		if err == nil {
			kept.Add("draft", string(d.ID))
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(kept["draft"])+len(sent["draft"]) == 0 {
		return &cloud.Error{Kind: cloud.KindMissing, Message: s.pages.words["printer.nofile"]}
	}
	if wantsJSON(v.r) {
		return answer(v, http.StatusOK, map[string]any{"drafts": kept["draft"]})
	}
	f, err := s.printForm(v, id, sent)
	if err != nil {
		return err
	}
	to := shown(f)
	to["draft"] = append(sent["draft"], kept["draft"]...)
	return v.redirect("/printers/" + string(id) + "/print?" + to.Encode())
}

// shown are the values of a form that may stand in an address: no PIN, and only what
// is not as the printer does it anyway.
func shown(f printForm) url.Values {
	out := url.Values{}
	for _, each := range f.fields {
		if value := f.values.Get(each.Name); value != "" && value != each.Default && each.Kind != fieldSecret {
			out.Set(each.Name, value)
		}
	}
	if f.values.Get("hold") != "" {
		out.Set("hold", "1")
	}
	if wait := f.values.Get("expire_after"); wait != "" {
		out.Set("expire_after", wait)
	}
	if who := releasersOf(f.values).Delegate; who != "" {
		out.Set("release_who", who)
	}
	return out
}

// keepDraft keeps one document of a form.
func (s *site) keepDraft(v *visit, id gcp.PrinterID, part *multipart.Part) (cloud.Draft, error) {
	n, err := s.draftOf(id, part)
	if err != nil {
		return cloud.Draft{}, err
	}
	return s.cfg.Service.AddDraft(v.ctx, v.caller, n)
}

// draftOf reads what a document of a form is.
func (s *site) draftOf(id gcp.PrinterID, part *multipart.Part) (cloud.NewDraft, error) {
	body, head, err := s.headOf(part)
	if err != nil {
		return cloud.NewDraft{}, err
	}
	kind, opaque := contentType(part, head)
	return cloud.NewDraft{
		Printer: id, Title: part.FileName(), ContentType: kind, Opaque: opaque, Body: body, Limit: s.cfg.MaxDocument,
	}, nil
}

// looked draws one side of a draft with the choices of the request's address.
func (s *site) looked(v *visit, q cloud.PreviewQuery, values url.Values) (cloud.Draft, cloud.Preview, error) {
	d, err := s.cfg.Service.Draft(v.caller, q.Draft)
	if err != nil {
		return d, cloud.Preview{}, err
	}
	f, err := s.printForm(v, d.Printer, values)
	if err != nil {
		return d, cloud.Preview{}, err
	}
	pages, err := s.pagesFor(v, f, d)
	if err != nil {
		return d, cloud.Preview{}, err
	}
	o, text, err := s.order(v, f, pages)
	if err != nil {
		return d, cloud.Preview{}, err
	}
	for _, problem := range o.problems {
		return d, cloud.Preview{}, &cloud.Error{Kind: cloud.KindInvalid, Message: problem}
	}
	q.Ticket = text
	p, err := s.cfg.Service.Preview(v.ctx, v.caller, q)
	return d, p, err
}

// pagesFor returns how many pages a draft has, if the choices ask for it.
func (s *site) pagesFor(v *visit, f printForm, d cloud.Draft) (int, error) {
	if subset := f.values.Get(nameSubset); subset != valueOdd && subset != valueEven {
		return d.Pages, nil
	}
	return s.cfg.Service.CountPages(v.ctx, v.caller, d.ID)
}

// showDraft says how many sides a draft becomes, and draws the one that is asked for,
// or else the first.
func (s *site) showDraft(v *visit) error {
	values := v.r.URL.Query()
	side, err := strconv.Atoi(values.Get("at"))
	if err != nil {
		side = 1
	}
	id := cloud.DraftID(v.r.PathValue("id"))
	d, p, err := s.looked(v, cloud.PreviewQuery{Draft: id, Side: side, Nearby: true}, values)
	if err != nil {
		return err
	}
	_ = p.Body.Close() // it is asked for again, as a picture
	return answer(v, http.StatusOK, draftState{id, d.Title, p.Pages, p.Side, p.Sides, s.layoutNote(p)})
}

// layoutNote says who lays out the sheets.
func (s *site) layoutNote(p cloud.Preview) string {
	if p.ByPrinter {
		return s.pages.words["print.byprinter"]
	}
	return ""
}

// showSide is the picture of one side: 3.png, or small-3.png to find it by.
func (s *site) showSide(v *visit) error {
	number, ok := strings.CutSuffix(v.r.PathValue("file"), ".png")
	number, small := strings.CutPrefix(number, "small-")
	side, err := strconv.Atoi(number)
	if !ok || err != nil || side < 1 {
		return s.notFound(v)
	}
	_, p, err := s.looked(v, cloud.PreviewQuery{Draft: cloud.DraftID(v.r.PathValue("id")), Side: side, Small: small}, v.r.URL.Query())
	if err != nil {
		return err
	}
	defer func() { _ = p.Body.Close() }() // it was only read
	v.w.Header().Set("Content-Type", "image/png")
	_, _ = io.Copy(v.w, p.Body) // the reader may be gone
	return nil
}

// removeDraft forgets a document that is not to be printed after all.
func (s *site) removeDraft(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	s.cfg.Service.DropDraft(v.ctx, v.caller, cloud.DraftID(v.r.PathValue("id")))
	if wantsJSON(v.r) {
		return answer(v, http.StatusOK, struct{}{})
	}
	return v.redirect("/printers")
}

// draftsOf shows the drafts that the form names, as far as they are there.
func (s *site) draftsOf(v *visit, f printForm) []draftData {
	query := shown(f).Encode()
	var list []draftData
	for _, id := range f.values["draft"] {
		if len(list) > 0 {
			list = append(list, s.draftBeside(v, cloud.DraftID(id), query)...)
			continue
		}
		d, p, err := s.looked(v, cloud.PreviewQuery{Draft: cloud.DraftID(id), Side: 1}, f.values)
		if d.ID == "" {
			continue
		}
		data := draftData{ID: d.ID, Title: d.Title}
		if e, ok := errors.AsType[*cloud.Error](err); ok {
			data.Problem = e.Message
		} else if err != nil {
			data.Problem = s.pages.words["error.own"]
		}
		if err == nil {
			_ = p.Body.Close() // it is asked for again, as a picture
			data.Note = s.layoutNote(p)
			for n := 1; n <= min(p.Sides, shownSides); n++ {
				alt, _ := s.pages.text("print.side", n, p.Sides, d.Title) // a test knows that it is there
				data.Sides = append(data.Sides, sideData{sideAddress(d.ID, n, query), alt})
			}
			data.More = max(0, p.Sides-shownSides)
		}
		list = append(list, data)
	}
	return list
}

func sideAddress(id cloud.DraftID, n int, query string) string {
	return fmt.Sprintf("/drafts/%s/page/%d.png?%s", id, n, query)
}

// draftBeside shows the first side of a draft beside others, if it is there. It is drawn
// when the browser asks for the picture: the page does not wait for many documents.
func (s *site) draftBeside(v *visit, id cloud.DraftID, query string) []draftData {
	d, err := s.cfg.Service.Draft(v.caller, id)
	if err != nil {
		return nil
	}
	return []draftData{{ID: d.ID, Title: d.Title, Sides: []sideData{{sideAddress(d.ID, 1, query), d.Title}}}}
}
