package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"platen/cloud"
	"platen/cloud/api"
	"platen/cloud/oauth"
	"platen/cloud/pubsub"
	"platen/cloud/push"
	"platen/internal/config"
)

// people lets people in to XMPP, and answers what they say there.
type people struct {
	*pubsub.Server
	s *Server
}

var (
	errWrongPerson = &cloud.Error{Kind: cloud.KindCredentials, Message: "The key is not that person's."}
	errScope       = &cloud.Error{Kind: cloud.KindForbidden, Message: "The key may not read printers and jobs."}
)

// Names reports whether the user of a login is an escaped address (XEP-0106).
func (p *people) Names(user string) bool {
	_, ok := pubsub.Person(user)
	return ok
}

// SignIn checks that a token is the person's, and may read printers and jobs.
func (p *people) SignIn(ctx context.Context, l cloud.Login) (local string, err error) {
	email, _ := pubsub.Person(l.User)
	l.User = email
	c, err := p.s.logIn(ctx, l, func(c cloud.Caller) error {
		switch {
		case c.User == nil || c.User.Email != email:
			return errWrongPerson
		case len(c.Scopes) > 0 && !slices.Contains(c.Scopes, string(oauth.ScopePrint)):
			return errScope
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return pubsub.EscapeLocal(c.User.Email), nil
}

// logIn checks a login's token.
func (s *Server) logIn(ctx context.Context, l cloud.Login, fits func(cloud.Caller) error) (cloud.Caller, error) {
	from := ""
	if l.From.IsValid() {
		from = subscriber(l.From).String() // as remoteAddr: what is counted of HTTP counts here
	}
	return s.oauth.LogIn(ctx, oauth.Login{Token: l.Token.Reveal(), Account: l.User, From: from, Fits: fits})
}

// openPubSub makes the service that tells people of printers and jobs.
func (s *Server) openPubSub(served api.Config) error {
	if !s.cfg.Push.tellsPeople() {
		return nil
	}
	made, err := pubsub.New(pubsub.Config{
		Domain: s.cfg.Push.Domain, Service: s.cfg.Push.Service, Trusted: s.cfg.Push.Trusted, BaseURL: s.base,
		Cloud: s.service, Log: s.service, Users: s.db, Objects: api.NewObjects(served), Store: s.db, Logger: s.log.With("component", "pubsub"),
	})
	s.people.Server = made
	return err
}

// letsIn is people for push; nil if none are let in.
func (s *Server) letsIn() push.People {
	if !s.cfg.Push.tellsPeople() {
		return nil // no pointer to nothing
	}
	return s.people
}

// tellsPeople reports whether people log in to XMPP.
func (c PushConfig) tellsPeople() bool { return c.Driver != DriverNone }

// revokePerson ends the streams of somebody who lost tokens.
func (s *Server) revokePerson(ctx context.Context, e cloud.Event) error {
	email := e.Note
	u, err := s.db.User(ctx, e.User)
	switch {
	case err == nil:
		email = u.Email
	case !errors.Is(err, cloud.ErrNotFound):
		return fmt.Errorf("end somebody's sessions: %w", err)
	case email == "":
		return nil // it was removed, which another event says
	}
	s.push.RevokePerson(ctx, pubsub.EscapeLocal(email))
	return nil
}

// logOut ends the sessions at the XMPP server of those who lost tokens up to an event, also
// while no replica ran. Which session came by which token that server does not tell: whoever
// has good ones comes back.
func (s *Server) logOut(ctx context.Context, upTo cloud.Seq) {
	if s.link != nil {
		s.link.LogOut(int64(upTo))
		return
	}
	if err := s.db.ForgetPushLogouts(ctx); err != nil {
		s.log.WarnContext(ctx, "forgetting whom no XMPP server is to log out", "err", err)
	}
}

// checkTrusted refuses domains that cannot hold addresses of people.
func (c PushConfig) checkTrusted() error {
	for _, d := range c.Trusted {
		if d != strings.ToLower(d) || !strings.Contains(d, ".") || strings.ContainsAny(d, "@/ ") || d == c.Domain || d == c.Service {
			return &config.Wrong{Key: "push.trusted_domains", Value: c.Trusted, Want: `domains of other XMPP servers, in lower case, such as "example.com"`}
		}
	}
	if len(c.Trusted) > 0 && !c.Driver.outside() {
		return &config.Wrong{Key: "push.trusted_domains", Value: c.Trusted, Want: "none: the embedded service speaks with no other servers"}
	}
	return nil
}
