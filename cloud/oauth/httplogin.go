package oauth

import (
	"fmt"
	"net/http"

	"platen/cloud"
)

// userInfo is what /oauth2/v1/userinfo tells.
type userInfo struct {
	ID            string `json:"id"`
	Email         string `json:"email"`
	VerifiedEmail bool   `json:"verified_email"`
	Name          string `json:"name,omitempty"`
}

func (s *Server) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	token, ok := BearerOf(r.Header.Get("Authorization"))
	if !ok {
		token = r.URL.Query().Get("access_token") // as old clients send it
	}
	c, err := s.AuthenticateRequest(r, token)
	if err == nil && c.User == nil {
		err = refused(errKind)
	}
	if cloud.KindOf(err) == cloud.KindCredentials {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`) // RFC 6750, 3
		writeJSON(w, http.StatusUnauthorized, errorAnswer{"invalid_token", "User credentials required."})
		return
	}
	if cloud.KindOf(err) == cloud.KindQuota {
		w.Header().Set("Retry-After", "30")
		writeJSON(w, http.StatusTooManyRequests, errorAnswer{"slow_down", err.Error()})
		return
	}
	if err != nil {
		s.writeError(w, r, err, false)
		return
	}
	writeJSON(w, http.StatusOK, userInfo{string(c.User.ID), c.User.Email, true, c.User.Name})
}

// serveLogin is ClientLogin: text lines, 403 for a wrong password.
func (s *Server) serveLogin(w http.ResponseWriter, r *http.Request) {
	if !s.cfg.ClientLogin || s.cfg.CheckPassword == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if r.Method != http.MethodPost { // a password in a query ends up in logs
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	f, err := readForm(w, r)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	token, err := s.login(r, f)
	if err != nil {
		s.refuseLogin(w, r, err)
		return
	}
	t := token.Reveal()
	fmt.Fprintf(w, "SID=%s\nLSID=%s\nAuth=%s\n", t, t, t)
}

func (s *Server) refuseLogin(w http.ResponseWriter, r *http.Request, err error) {
	switch cloud.KindOf(err) {
	case cloud.KindQuota:
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case cloud.KindUnavailable, "":
		s.cfg.Logger.ErrorContext(r.Context(), "oauth request", "path", r.URL.Path, "err", err)
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, "Error=BadAuthentication\n")
}
