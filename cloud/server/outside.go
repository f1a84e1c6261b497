package server

import (
	"context"
	"errors"
	"time"

	"platen/cloud"
	"platen/cloud/component"
	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/stream"
)

// componentConfig is what the settings say of the XMPP server that carries the hints.
func (c PushConfig) componentConfig() (component.Config, error) {
	secret, err := readSecret("push.server.secret_file", c.Server.SecretFile)
	if err != nil {
		return component.Config{}, err
	}
	cfg := component.Config{
		Address: c.Server.Component, Secret: secret, Service: c.Service, Domain: c.Domain,
		Limits: component.Limits{Interval: c.Interval.Std()},
	}
	if c.Driver == DriverPubSub {
		cfg.PubSub = c.Server.PubSub
	}
	return cfg, nil
}

// openLink makes the stream to the XMPP server, if one carries the hints.
func (s *Server) openLink() error {
	if !s.cfg.Push.Driver.outside() {
		return nil
	}
	cfg, err := s.cfg.Push.componentConfig()
	if err != nil {
		return err
	}
	cfg.Store, cfg.Standing, cfg.Waiting = s.db, s.standing, s.waiting
	cfg.Changed = func(ctx context.Context, id gcp.RobotID) { s.push.Changed(ctx, id) }
	cfg.Logger = s.log.With("component", "xmpp")
	cfg.People = func(ctx context.Context, from string, n stream.Node) []string { return s.people.Handle(ctx, from, n) }
	s.link, err = component.New(cfg)
	return err
}

// remote is the link for push; nil if there is none.
func (s *Server) remote() push.Remote {
	if s.link == nil {
		return nil // no pointer to nothing
	}
	return s.link
}

// standing tells the link what to think of a robot.
func (s *Server) standing(ctx context.Context, id gcp.RobotID) (component.Standing, error) {
	r, err := s.db.Robot(ctx, id)
	switch {
	case errors.Is(err, cloud.ErrNotFound):
		return component.Unknown, nil
	case err != nil:
		return component.Unknown, err
	case r.ID == cloud.OwnRobot(r.Owner): // it has no tokens but a person's, which each login shows
		return component.Trusted, nil
	}
	has, err := s.oauth.HasTokens(ctx, id)
	if err != nil || !has {
		return component.Revoked, err
	}
	return component.Trusted, nil
}

// pushLimits are the times of streams that follow from the settings: a robot that was
// silent for one and a half intervals is asked, and after two it is gone.
func (c PushConfig) pushLimits() push.Limits {
	every := c.Interval.Std()
	return push.Limits{Idle: every * 3 / 2, Pong: every / 2, PresenceEvery: min(every, time.Minute)}
}

// outsideEndpoint is what pairing tells connectors of the XMPP server.
func (s *Server) outsideEndpoint(host string) (*gcp.PushEndpoint, error) {
	c := s.cfg.Push
	ca, err := c.Server.authorities()
	if err != nil {
		return nil, err
	}
	e := &gcp.PushEndpoint{
		Host: host, DirectPort: c.TellPort, STARTTLSPort: c.TellSTARTTLS, Domain: c.Domain, Service: c.Service, CA: ca,
	}
	if c.bySRV() {
		e.Host = ""
	}
	if c.Driver == DriverPubSub {
		e.PubSub = c.Server.PubSub
	}
	return e, nil
}
