package web

import (
	"bufio"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"platen/cloud"
	"platen/internal/stall"
)

// Bounds of a form with documents.
const (
	maxFields    = 400
	maxDocuments = 20
)

// receive reads a form with documents; values stand before its fields. Each document goes to take as it comes from
// the network, with the fields before it; among those is the xsrf token, which is
// checked first.
func (s *site) receive(v *visit, values url.Values, take func(*multipart.Part, url.Values) error) (url.Values, error) {
	v.bound(s.maxUpload())
	values, err := s.parts(v, values, take)
	if err != nil {
		v.readRest()
	}
	return values, errors.Join(err, v.patient())
}

// maxUpload is how long a form with documents may be.
func (s *site) maxUpload() int64 { return maxDocuments*s.cfg.MaxDocument + maxForm }

// parts reads the parts of a form with documents.
func (s *site) parts(v *visit, values url.Values, take func(*multipart.Part, url.Values) error) (url.Values, error) {
	form, err := v.r.MultipartReader()
	if err != nil {
		return values, s.formError(err)
	}
	fields, documents, size := 0, 0, 0
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return values, s.checkXSRF(v, values.Get("xsrf"))
		}
		if err != nil {
			return values, s.formError(err)
		}
		if part.FormName() != "document" {
			text, err := io.ReadAll(io.LimitReader(part, maxForm+1))
			fields, size = fields+1, size+len(text)
			if err != nil || fields > maxFields || size > maxForm {
				return values, s.formError(err)
			}
			values.Add(part.FormName(), string(text))
			continue
		}
		if err := s.checkXSRF(v, values.Get("xsrf")); err != nil {
			return values, err
		}
		if part.FileName() == "" {
			continue // no file was chosen
		}
		if documents++; documents > maxDocuments {
			return values, &cloud.Error{Kind: cloud.KindTooLarge, Message: s.pages.words["print.toomany"]}
		}
		if err := take(part, values); err != nil {
			return values, err
		}
	}
}

// bound lets the request's body be so long at most, and take as long as it moves.
func (v *visit) bound(limit int64) {
	v.r.Body = http.MaxBytesReader(v.w, stall.Body(v.w, v.r.Body, stallTime), limit)
}

// readRest reads what is left of the request's body: a browser hears an answer only once
// it has sent all, and nothing of one whose connection is closed before.
func (v *visit) readRest() {
	_, _ = io.Copy(io.Discard, v.r.Body) // the sender may be gone
}

// headOf looks at the beginning of a document of a form.
func (s *site) headOf(part *multipart.Part) (body *bufio.Reader, head []byte, err error) {
	body = bufio.NewReaderSize(part, cloud.ContentHead)
	head, err = body.Peek(cloud.ContentHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, s.formError(err)
	}
	return body, head, nil
}

func (s *site) formError(cause error) error {
	return &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["error.form"], Cause: cause}
}
