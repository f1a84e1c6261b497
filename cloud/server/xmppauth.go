package server

import (
	"net/http"

	"platen/cloud/xmppauth"
)

// askedBy answers what an outside XMPP server asks about logins.
func (s *Server) askedBy() (http.Handler, error) {
	shared, err := s.cfg.Push.Server.AuthSecret()
	if err != nil {
		return nil, err
	}
	return xmppauth.New(xmppauth.Config{
		Secret: shared, Domain: s.cfg.Push.Domain, Authenticate: s.robotOf, People: s.people, Logger: s.log.With("component", "xmppauth"),
	}), nil
}
