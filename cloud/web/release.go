package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// stickerPath begins the address that stands on stickers.
const stickerPath = "/at/"

// releaseData is the page on which somebody at a printer releases documents.
type releaseData struct {
	Action    string // of its forms
	Printer   string // its name; "" for all printers, or one that is not to be seen
	AtPrinter bool
	Paused    bool
	Done      string // what was done a moment ago
	Here      heldList
	Elsewhere heldList
	Others    heldList
	Problem   string
}

// heldList is a list of held documents, each with its button.
type heldList struct {
	Rows   []heldRow
	Action string
	Button string
}

// heldRow is a held document.
type heldRow struct {
	ID      gcp.JobID
	Title   string
	Label   string // of its button, for who does not see the row
	Printer string
	Sent    time.Time
}

// heldList makes a list of documents, whose buttons are called as the catalogue says.
func (s *site) heldList(action, button, label string, rows []heldRow) heldList {
	for i := range rows {
		if rows[i].Title == "" {
			rows[i].Title = s.pages.words["job.untitled"]
		}
		rows[i].Label, _ = s.pages.text(label, rows[i].Title) // a test knows that it is there
	}
	return heldList{rows, action, s.pages.words[button]}
}

// held fills in what can be released.
func (s *site) held(action string, h cloud.Held) releaseData {
	own := func(jobs []cloud.Job) []heldRow {
		rows := make([]heldRow, len(jobs))
		for i, j := range jobs {
			rows[i] = heldRow{ID: j.ID, Title: j.Title, Printer: j.PrinterName, Sent: j.CreateTime}
		}
		return rows
	}
	others := make([]heldRow, len(h.Others))
	for i, o := range h.Others {
		others[i] = heldRow{ID: o.ID, Printer: o.PrinterName, Sent: o.Sent}
		others[i].Title, _ = s.pages.text("release.of", o.Sender) // a test knows that it is there
	}
	return releaseData{
		Action:    action,
		Here:      s.heldList(action, "release.print", "release.label", own(h.Here)),
		Elsewhere: s.heldList(action, "release.here", "release.herelabel", own(h.Elsewhere)),
		Others:    s.heldList(action, "release.print", "release.label", others),
	}
}

// releasePage is the address of the page that a request is of.
func releasePage(v *visit) string {
	if key := v.r.PathValue("key"); key != "" {
		return stickerPath + url.PathEscape(key)
	}
	return "/release"
}

// wrongPIN stands in the page's address, in place of how many were released.
const wrongPIN = "wrong"

// showRelease is the page behind a printer's sticker, or for whatever printer.
func (s *site) showRelease(v *visit) error {
	data, err := s.releasable(v)
	if err != nil {
		return err
	}
	switch done := v.r.URL.Query().Get("released"); done {
	case "":
	case wrongPIN:
		data.Problem = s.pages.words["release.wrong"]
	default:
		if n, err := strconv.Atoi(done); err == nil && n >= 0 {
			data.Done = s.releasedWords(n)
		}
	}
	title := s.pages.words["release.title"]
	if data.Printer != "" {
		title, _ = s.pages.text("release.at", data.Printer) // a test knows that it is there
	}
	return s.show(v, http.StatusOK, "release", title, data)
}

// releasable reads what the page shows: of the printer of the address, or of all.
func (s *site) releasable(v *visit) (releaseData, error) {
	key := v.r.PathValue("key")
	if key == "" {
		held, err := s.cfg.Service.Held(v.ctx, v.caller)
		return s.held(releasePage(v), held), err
	}
	at, err := s.cfg.Service.AtSticker(v.ctx, v.caller, cloud.StickerKey(key))
	data := s.held(releasePage(v), at.Held)
	data.Printer, data.AtPrinter, data.Paused = at.Name, true, at.Paused
	return data, err
}

func (s *site) releasedWords(n int) string {
	switch n {
	case 0:
		return s.pages.words["release.none"]
	case 1:
		return s.pages.words["release.one"]
	}
	words, _ := s.pages.text("release.many", n) // a test knows that it is there
	return words
}

// release releases the documents that a form names, at the printer of the address or at
// their own.
func (s *site) release(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	at, err := s.stoodAt(v)
	if err != nil {
		return err
	}
	var ids []gcp.JobID
	for _, id := range form["job"] {
		ids = append(ids, gcp.JobID(id))
	}
	n, err := s.cfg.Service.ReleaseHeld(v.ctx, v.caller, ids, at)
	if err != nil {
		return err
	}
	return v.redirect(releasePage(v) + "?released=" + strconv.Itoa(n))
}

// releaseByPIN releases documents of another person.
func (s *site) releaseByPIN(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	at, err := s.stoodAt(v)
	if err != nil {
		return err
	}
	n, err := s.cfg.Service.ReleaseByPIN(v.ctx, v.caller, cloud.PINRelease{Sender: form.Get("who"), PIN: form.Get("pin"), Printer: at})
	did := strconv.Itoa(n)
	if cloud.KindOf(err) == cloud.KindForbidden {
		did, err = wrongPIN, nil
	}
	if err != nil {
		return err
	}
	return v.redirect(releasePage(v) + "?released=" + did)
}

// stoodAt is the printer whose sticker led here; "" for none.
func (s *site) stoodAt(v *visit) (gcp.PrinterID, error) {
	key := v.r.PathValue("key")
	if key == "" {
		return "", nil
	}
	return s.cfg.Service.StickerPrinter(v.ctx, v.caller, cloud.StickerKey(key))
}

// releasersData says who may release a job besides its sender, on the job's page.
type releasersData struct {
	ID       gcp.JobID
	PIN      bool
	Spoiled  bool // the PIN was guessed at too often
	Delegate string
}

// releasers returns who may release a job, for its sender; nil for others, and for a job
// that is not held.
func (s *site) releasers(v *visit, j *cloud.JobView) *releasersData {
	if j.Owner != v.caller.User.ID || !j.Held() {
		return nil
	}
	data := &releasersData{ID: j.ID, PIN: j.HasPIN(), Spoiled: j.PINSpoiled(), Delegate: j.ReleaseBy.Delegate}
	if v.shows("releasers") {
		data.Delegate = v.typed("releasers", "release_who")
	}
	return data
}

// setReleasers says who else may release a job of the person.
func (s *site) setReleasers(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	id, pin := gcp.JobID(v.r.PathValue("id")), cloud.PINKept
	if form.Get("nopin") != "" {
		pin = cloud.PINRemoved
	}
	if err := s.cfg.Service.SetReleasers(v.ctx, v.caller, id, releasersOf(form), pin); err != nil {
		return s.again(v, err, s.showJob)
	}
	return v.redirect("/jobs/" + string(id))
}

// releasersOf reads who may release what a form sends.
func releasersOf(form url.Values) cloud.Releasers {
	return cloud.Releasers{PIN: form.Get("release_pin"), Delegate: form.Get("release_who")}
}
