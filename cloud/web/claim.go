package web

import (
	"net/http"

	"platen/gcp"
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
	words, err := s.pages.text("claim.done", displayName(p.Printer))
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "message", s.pages.words["claim.title"], words)
}

// showInvitation is the sheet that a device prints, or shows, for its owner to be.
func (s *site) showInvitation(v *visit) error {
	return s.show(v, http.StatusOK, "invitation", s.pages.words["claim.title"], claimData{v.r.URL.Query().Get("t")})
}

// publicData is the question whether to use a printer that is open to everybody.
type publicData struct{ Printer, Key string }

func (s *site) showPublic(v *visit) error {
	q := v.r.URL.Query()
	data := publicData{q.Get("printerid"), q.Get("key")}
	return s.show(v, http.StatusOK, "public", s.pages.words["claim.title"], data)
}

func (s *site) addPublic(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, err := s.cfg.Service.AddPublic(v.ctx, v.caller, gcp.PrinterID(form.Get("printerid")), form.Get("key"))
	if err != nil {
		return err
	}
	return v.redirect("/printers/" + string(p.ID))
}
