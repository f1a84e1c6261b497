package web

import (
	"net/http"
)

// claimData is the page that ties a printer to whoever has its code.
type claimData struct{ Token string }

func (s *site) showClaim(v *visit) error {
	return s.show(v, http.StatusOK, "claim", s.pages.words["claim.title"], claimData{v.r.URL.Query().Get("token")})
}

func (s *site) claim(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, err := s.cfg.Service.Confirm(v.ctx, v.caller, form.Get("token"))
	if err != nil {
		return err
	}
	words, err := s.pages.text("claim.done", p.ShownName())
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "message", s.pages.words["claim.title"], words)
}

// publicData is the question whether to use a printer that is open to everybody.
type publicData struct{ Printer, Key string }

func (s *site) showPublic(v *visit) error {
	q := v.r.URL.Query()
	data := publicData{q.Get("printerid"), q.Get("key")}
	return s.show(v, http.StatusOK, "public", s.pages.words["claim.title"], data)
}
