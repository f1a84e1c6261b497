package web

import (
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"platen/cloud"
	"platen/gcp"
)

// Bounds of what the page for shared documents looks at.
const (
	lastUsed    = 6  // printers with a button of their own
	lookedAtFor = 50 // newest jobs, among which they are looked for
)

// openData is the page that asks for the printer of documents that another app shared.
type openData struct {
	Again  bool // what was shared came from somebody who was not signed in, and is lost
	Drafts []cloud.Draft
	Gone   string              // says that not all documents are there any more
	Last   []cloud.PrinterName // last used first
	Others []cloud.PrinterName
}

// showOpen asks for the printer first.
func (s *site) showOpen(v *visit) error {
	q := v.r.URL.Query()
	data, named := openData{Again: q.Has("again")}, q["draft"]
	for _, id := range named {
		if d, err := s.cfg.Service.Draft(v.caller, cloud.DraftID(id)); err == nil && len(data.Drafts) < maxDocuments {
			data.Drafts = append(data.Drafts, d)
		}
	}
	data.Gone = s.gone(len(named) - len(data.Drafts))
	if len(data.Drafts) > 0 {
		if err := s.addPrinters(v, &data); err != nil {
			return err
		}
	}
	return s.show(v, http.StatusOK, "open", s.pages.words["open.title"], data)
}

// addPrinters lists where the person can print.
func (s *site) addPrinters(v *visit, data *openData) error {
	names, err := s.cfg.Service.PrinterNames(v.ctx, v.caller, cloud.ScopeMine)
	if err != nil {
		return err
	}
	page, err := s.cfg.Service.Browse(v.ctx, v.caller, cloud.BrowseQuery{Scope: cloud.ScopeMine, Limit: lookedAtFor})
	if err != nil {
		return err
	}
	data.Others = slices.DeleteFunc(names, func(p cloud.PrinterName) bool { return p.Hidden })
	for _, j := range page.Jobs {
		i := slices.IndexFunc(data.Others, func(p cloud.PrinterName) bool { return p.ID == j.Printer })
		if i >= 0 && len(data.Last) < lastUsed {
			data.Last = append(data.Last, data.Others[i])
			data.Others = slices.Delete(data.Others, i, i+1)
		}
	}
	for len(data.Last) < lastUsed && len(data.Others) > 0 {
		data.Last, data.Others = append(data.Last, data.Others[0]), data.Others[1:]
	}
	return nil
}

// openShared takes documents that another app shares. The browser itself sends them, on
// nobody's page, so that there is no xsrf field: it says so in Sec-Fetch-Site, which no
// page can set (Fetch Metadata, 2.3). Nothing is printed before the person has said so.
func (s *site) openShared(v *visit) error {
	before := url.Values{}
	switch v.r.Header.Get("Sec-Fetch-Site") {
	case "none", "same-origin":
		before.Set("xsrf", s.cfg.OAuth.XSRF(v.cookie))
	}
	to := url.Values{}
	_, err := s.receive(v, before, func(part *multipart.Part, _ url.Values) error {
		n, err := s.draftOf("", part)
		if err != nil {
			return err
		}
		d, err := s.cfg.Service.AddUnplaced(v.ctx, v.caller, n)
		to.Add("draft", string(d.ID))
		return err
	})
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return &cloud.Error{Kind: cloud.KindMissing, Message: s.pages.words["printer.nofile"]}
	}
	return v.redirect(openPath + "?" + to.Encode())
}

// choosePrinter opens the dialog of a printer with the documents.
func (s *site) choosePrinter(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, to := gcp.PrinterID(form.Get("printer")), url.Values{}
	for _, id := range form["draft"] {
		if err := s.cfg.Service.UseDraft(v.ctx, v.caller, cloud.DraftID(id), p); err != nil {
			return err
		}
		to.Add("draft", id)
	}
	return v.redirect("/printers/" + url.PathEscape(string(p)) + "/print?" + to.Encode())
}

// gone says that some of the documents that were chosen are not there; "" for none.
func (s *site) gone(n int) string {
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return s.pages.words["print.goneone"]
	}
	words, _ := s.pages.text("print.gonemany", n) // a test knows that it is there
	return words
}
