package web

import (
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
	"platen/internal/stall"
)

// upload takes a document and sends it to a printer. The document is the form's
// last field and goes from the network to the disk.
func (s *site) upload(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, stall.Body(v.w, v.r.Body, stallTime), s.cfg.MaxDocument+maxForm)
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
		ContentType: kind, Document: doc, Received: time.Now(),
	})
	if err != nil {
		s.cfg.Service.Discard(v.ctx, doc)
		return err
	}
	return v.redirect("/jobs/" + string(j.ID))
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
	if err != nil {
		return nil, &cloud.Error{Kind: cloud.KindInvalid, Message: "The number of copies is not a number.", Cause: err}
	}
	if copies < 1 {
		return nil, &cloud.Error{Kind: cloud.KindInvalid, Message: "The number of copies must be at least 1."}
	}
	return json.Marshal(gcp.CJT{Version: "1.0", Print: gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: copies}}})
}
