package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// removeTime bounds the clean-up after a refused upload.
const removeTime = 10 * time.Second

// upload takes a document and sends it to a printer. The document is the form's
// last field and goes from the network to the disk.
func (s *site) upload(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, &movingBody{v: v, ReadCloser: v.r.Body}, s.cfg.MaxDocument+maxForm)
	form, err := v.r.MultipartReader()
	if err != nil {
		return &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["error.form"], Cause: err}
	}
	fields := map[string]string{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return &cloud.Error{Kind: cloud.KindMissing, Message: s.pages.words["printer.nofile"]}
		}
		if err != nil {
			return s.formError(err)
		}
		if part.FormName() == "document" {
			return s.uploadDocument(v, part, fields)
		}
		text, err := io.ReadAll(io.LimitReader(part, maxForm))
		if err != nil {
			return s.formError(err)
		}
		if fields[part.FormName()] = string(text); len(fields) > 16 {
			return s.formError(nil)
		}
	}
}

func (s *site) formError(cause error) error {
	return &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["error.form"], Cause: cause}
}

func (s *site) uploadDocument(v *visit, part *multipart.Part, fields map[string]string) error {
	if err := s.checkXSRF(v, fields["xsrf"]); err != nil {
		return err
	}
	if part.FileName() == "" {
		return &cloud.Error{Kind: cloud.KindMissing, Message: s.pages.words["printer.nofile"]}
	}
	ticket, err := ticketOf(fields)
	if err != nil {
		return err
	}
	kind := contentType(part)
	doc, err := s.cfg.Blobs.Save(v.ctx, part, s.cfg.MaxDocument, kind)
	if err != nil {
		return err
	}
	j, err := s.cfg.Service.Submit(v.ctx, v.caller, cloud.Submission{
		Printer: gcp.PrinterID(v.r.PathValue("id")), Title: part.FileName(), Ticket: ticket,
		ContentType: kind, Document: doc, Received: s.cfg.Now(),
	})
	if err != nil {
		s.remove(v, doc)
		return err
	}
	return v.redirect("/jobs/" + string(j.ID))
}

// remove deletes a document that no job came of, also when the person is gone.
func (s *site) remove(v *visit, doc cloud.Document) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.ctx), removeTime)
	defer cancel()
	if err := s.cfg.Blobs.Remove(ctx, doc.ID); err != nil {
		s.cfg.Logger.WarnContext(ctx, "removing a refused document", "document", doc.ID, "err", err)
	}
}

// contentType believes the browser, or else the file's name.
func contentType(part *multipart.Part) string {
	kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err == nil && kind != "application/octet-stream" {
		return kind
	}
	switch ext := strings.ToLower(path.Ext(part.FileName())); ext {
	case ".pdf":
		return "application/pdf"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	}
	return "application/octet-stream"
}

func ticketOf(fields map[string]string) ([]byte, error) {
	copies, err := strconv.Atoi(fields["copies"])
	if fields["copies"] == "" || err == nil && copies == 1 {
		return nil, nil
	}
	if err != nil || copies < 1 {
		return nil, &cloud.Error{Kind: cloud.KindInvalid, Message: "The number of copies is not a number.", Cause: err}
	}
	return json.Marshal(gcp.CJT{Version: "1.0", Print: gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: copies}}})
}

// movingBody ends an upload that does not move. The deadline is set anew now and
// then, not for each read.
type movingBody struct {
	io.ReadCloser
	v   *visit
	set time.Time
}

// Read reads from the body.
func (m *movingBody) Read(p []byte) (int, error) {
	if now := time.Now(); now.Sub(m.set) > stallTime/10 {
		m.set = now
		err := http.NewResponseController(m.v.w).SetReadDeadline(now.Add(stallTime))
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return 0, err
		}
	}
	return m.ReadCloser.Read(p)
}
