package web

import (
	"net/http"
	"strconv"

	"platen/cloud"
	"platen/gcp"
)

// A document that takes long comes in pieces: it is announced with a form, sent with
// PATCH from where it was left, and GET or HEAD says where that is. The names of the
// headers are those of draft-ietf-httpbis-resumable-upload; the announcement is a form of
// ours.

// The headers of uploads.
const (
	headerOffset = "Upload-Offset"
	headerLength = "Upload-Length"
	headerXSRF   = "X-Xsrf" // a piece has no form that could hold it
)

// maxPiece is how much of a document one request may bring.
const maxPiece = 64 << 20

// beginUpload announces a document.
func (s *site) beginUpload(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(form.Get("size"), 10, 64)
	if err != nil {
		return s.formError(err)
	}
	name, kind := form.Get("name"), form.Get("type")
	u, err := s.cfg.Service.BeginUpload(v.ctx, v.caller, cloud.NewUpload{
		Printer: gcp.PrinterID(v.r.PathValue("id")), Title: name, Size: size, Limit: s.cfg.MaxDocument,
		Kind: func(head []byte) (string, bool) { return typeOf(kind, name, head) },
	})
	if err != nil {
		return err
	}
	return tellUpload(v, u)
}

// showUpload says how far a document has come.
func (s *site) showUpload(v *visit) error {
	u, err := s.cfg.Service.Upload(v.caller, cloud.DraftID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	return tellUpload(v, u)
}

// continueUpload takes a piece of a document.
func (s *site) continueUpload(v *visit) error {
	v.bound(maxPiece)
	err := s.takePiece(v)
	if err != nil {
		v.readRest()
	}
	return err
}

func (s *site) takePiece(v *visit) error {
	if err := s.checkXSRF(v, v.r.Header.Get(headerXSRF)); err != nil {
		return err
	}
	offset, err := strconv.ParseInt(v.r.Header.Get(headerOffset), 10, 64)
	if err != nil {
		return s.formError(err)
	}
	u, err := s.cfg.Service.ContinueUpload(v.ctx, v.caller, cloud.DraftID(v.r.PathValue("id")), offset, v.r.Body)
	if err != nil {
		v.w.Header().Set(headerOffset, strconv.FormatInt(u.Offset, 10))
		return err
	}
	return tellUpload(v, u)
}

func tellUpload(v *visit, u cloud.Upload) error {
	v.w.Header().Set(headerOffset, strconv.FormatInt(u.Offset, 10))
	v.w.Header().Set(headerLength, strconv.FormatInt(u.Size, 10))
	return answer(v, http.StatusOK, map[string]any{"upload": u.ID, "offset": u.Offset, "done": u.Done})
}
