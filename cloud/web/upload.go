package web

import (
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// waiting is a document of a form that is stored, and not a job yet.
type waiting struct {
	title  string
	kind   string
	opaque bool
	doc    cloud.Document
	at     time.Time     // when it was there
	draft  cloud.DraftID // that it was
	pages  int
}

// batch is the documents of a form, which count for their sender until they are jobs.
type batch struct {
	docs []waiting
	in   *cloud.Intake
}

// upload takes documents, or drafts of them, and sends each to a printer with the
// choices of the form.
func (s *site) upload(v *visit) error {
	id := gcp.PrinterID(v.r.PathValue("id"))
	b := batch{in: s.cfg.Service.Intake(v.caller)}
	defer b.in.Close()
	form, wrong, err := s.received(v, id, &b)
	if err == nil && wrong == nil && len(b.docs) == 0 {
		err = &cloud.Error{Kind: cloud.KindMissing, Message: s.pages.words["printer.nofile"]}
	}
	if err != nil || wrong != nil {
		s.discard(v, b.docs)
	}
	if wrong != nil {
		return s.refuse(v, *form, *wrong)
	}
	if err != nil {
		return err
	}
	return s.submitAll(v, *form, b.docs)
}

// errWrong ends the reading of a form whose choices cannot be printed.
var errWrong = errors.New("the form's choices cannot be printed")

// received reads the form and stores its documents; what cannot be printed so is
// known before, if the choices come before the documents, as our script sends them.
func (s *site) received(v *visit, id gcp.PrinterID, b *batch) (*printForm, *order, error) {
	var form printForm
	var wrong *order
	check := func(values url.Values) (err error) {
		if form, err = s.printForm(v, id, values); err != nil {
			return err
		}
		o, _, err := s.order(v, form, 0)
		if err == nil && len(o.problems) > 0 {
			wrong, err = &o, errWrong
		}
		return err
	}
	values, err := s.receive(v, url.Values{}, func(part *multipart.Part, before url.Values) error {
		if err := check(before); err != nil {
			return err
		}
		return s.store(v, part, b)
	})
	if err == nil {
		err = check(values)
	}
	for _, draft := range values["draft"] {
		if err == nil {
			err = s.storeDraft(v, cloud.DraftID(draft), b)
		}
	}
	if errors.Is(err, errWrong) {
		err = nil
	}
	return &form, wrong, err
}

// store keeps one document of a form.
func (s *site) store(v *visit, part *multipart.Part, b *batch) error {
	body, head, err := s.headOf(part)
	if err != nil {
		return err
	}
	w := waiting{title: part.FileName()}
	w.kind, w.opaque = contentType(part, head)
	w.doc, err = s.cfg.Blobs.Save(v.ctx, b.in.Of(body), s.cfg.MaxDocument, w.kind)
	if err != nil {
		return err
	}
	w.at = time.Now()
	b.docs = append(b.docs, w)
	return nil
}

// storeDraft keeps what somebody has looked at.
func (s *site) storeDraft(v *visit, id cloud.DraftID, b *batch) error {
	if len(b.docs) >= maxDocuments {
		return &cloud.Error{Kind: cloud.KindTooLarge, Message: s.pages.words["print.toomany"]}
	}
	d, body, err := s.cfg.Service.OpenDraft(v.caller, id)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // it was only read
	w := waiting{title: d.Title, kind: d.ContentType, opaque: d.Opaque, draft: id, pages: d.Pages}
	if w.doc, err = s.cfg.Blobs.Save(v.ctx, b.in.Of(body), s.cfg.MaxDocument, w.kind); err != nil {
		return err
	}
	w.at = time.Now()
	b.docs = append(b.docs, w)
	return nil
}

func (s *site) discard(v *visit, docs []waiting) {
	for _, d := range docs {
		s.cfg.Service.Discard(v.ctx, d.doc)
	}
}

// refuse shows the form again, with what is wrong beside the fields.
func (s *site) refuse(v *visit, form printForm, wrong order) error {
	if wantsJSON(v.r) {
		return answer(v, http.StatusBadRequest, map[string]any{"error": s.pages.words["print.problem"], "fields": wrong.problems})
	}
	return s.showDialog(v, http.StatusBadRequest, form, wrong)
}

// submitAll makes a job of each document. Those before one that is refused are sent.
func (s *site) submitAll(v *visit, form printForm, docs []waiting) error {
	to := "/jobs"
	for i, d := range docs {
		j, err := s.submit(v, form, d)
		if err != nil {
			s.discard(v, docs[i:])
			if e, ok := errors.AsType[*cloud.Error](err); ok && len(docs) > 1 {
				words, _ := s.pages.text("print.notsent", d.title, e.Message, i, len(docs)) // a test knows that it is there
				return &cloud.Error{Kind: e.Kind, Message: words, Cause: err}
			}
			return err
		}
		s.cfg.Service.DropDraft(v.ctx, v.caller, d.draft) // at once: going back sends only those that were not sent
		if len(docs) == 1 {
			to = "/jobs/" + string(j.ID)
		}
	}
	if wantsJSON(v.r) {
		return answer(v, http.StatusOK, map[string]string{"to": to})
	}
	return v.redirect(to)
}

// submit makes a job of one document.
func (s *site) submit(v *visit, form printForm, d waiting) (cloud.JobView, error) {
	expire, err := s.chosenTime(form.values.Get("expire_after"))
	if err != nil {
		return cloud.JobView{}, err
	}
	if subset := form.values.Get(nameSubset); d.pages == 0 && (subset == valueOdd || subset == valueEven) {
		if d.pages, err = s.cfg.Service.CountStored(v.ctx, v.caller, d.doc, d.kind); err != nil {
			return cloud.JobView{}, err
		}
	}
	o, ticket, err := s.order(v, form, d.pages)
	if err != nil {
		return cloud.JobView{}, err
	}
	for _, problem := range o.problems { // with the number of pages there may be one
		return cloud.JobView{}, &cloud.Error{Kind: cloud.KindInvalid, Message: problem}
	}
	sub := cloud.Submission{
		Printer: form.offer.Printer.ID, Title: d.title, Ticket: ticket,
		ContentType: d.kind, Opaque: d.opaque, Document: d.doc, Received: d.at, ExpireAfter: expire,
		Hold: form.values.Get("hold") != "", Releasers: releasersOf(form.values),
	}
	sub.Key = onceKey(form.values.Get("key"), string(sub.Printer), cloud.CleanTitle(sub.Title), string(ticket), d.doc.Digest,
		expire.String(), form.values.Get("hold"), sub.Releasers.PIN, sub.Releasers.Delegate)
	return s.cfg.Service.Submit(v.ctx, v.caller, sub)
}

// contentType is typeOf for a part of a form.
func contentType(part *multipart.Part, head []byte) (kind string, opaque bool) {
	return typeOf(part.Header.Get("Content-Type"), part.FileName(), head)
}

// typeOf believes the browser, or else the document's beginning, or else the file's
// name. opaque says that the browser did not know.
func typeOf(told, name string, head []byte) (kind string, opaque bool) {
	kind, _, err := mime.ParseMediaType(told)
	if err == nil && kind != cloud.OctetStream {
		return kind, false
	}
	if kind = cloud.LooksLike(head); kind != "" {
		return kind, true
	}
	if kind = cloud.TypeOfName(name); kind != "" {
		return kind, false
	}
	return cloud.OctetStream, true
}
