package cloud

import (
	"context"
	"errors"
	"fmt"

	"platen/gcp"
)

// CreateRobot makes (or finds, by owner and proxy) a robot of the caller. Once
// the code is exchanged, what the robot was given before is revoked.
func (s *Service) CreateRobot(ctx context.Context, c Caller, r RobotRequest) (RobotCode, error) {
	if err := c.Member(); err != nil {
		return RobotCode{}, err
	}
	robot, err := s.findRobot(ctx, c.User.ID, r.Proxy)
	switch {
	case errors.Is(err, ErrNotFound):
		robot, err = s.addRobot(ctx, Robot{Owner: c.User.ID, Proxy: r.Proxy, ClientID: r.ClientID})
	case err == nil:
		err = s.pairAgain(ctx, c, robot, r.Token)
	}
	if err != nil {
		return RobotCode{}, err
	}
	return s.robotCode(ctx, robot, r.ClientID)
}

// pairAgain lets a robot's connector be paired again: what the robot was given
// before ends with that.
func (s *Service) pairAgain(ctx context.Context, c Caller, robot Robot, token string) error {
	if len(c.Scopes) > 0 {
		if err := s.provedRobot(ctx, robot, token); err != nil {
			return err
		}
	}
	_, err := s.cfg.Store.UpdateRobot(ctx, robot.ID, func(r *Robot) ([]Event, error) {
		return []Event{{
			Time: s.cfg.Now(), Kind: EventAudit, Robot: r.ID, User: r.Owner,
			By: c.User.ID, Note: "paired the connector " + string(r.Proxy) + " again",
		}}, nil
	})
	return err
}

var errNotThisConnector = &Error{
	Kind:    KindForbidden,
	Message: "There is a connector of this name already. A key that only adds connectors cannot take its place: a person must approve it (pair without --token).",
}

// provedRobot checks that whoever asks for a robot with a key that may only add
// connectors is that robot's connector. One that never got its tokens is nobody's:
// its pairing was interrupted.
func (s *Service) provedRobot(ctx context.Context, robot Robot, token string) error {
	has, err := s.cfg.Codes.HasTokens(ctx, robot.ID)
	if err != nil || !has {
		return err
	}
	if token == "" {
		return errNotThisConnector
	}
	id, err := s.cfg.Codes.RobotOf(ctx, token)
	switch {
	case err == nil && id == robot.ID:
		return nil
	case err == nil || errors.Is(err, ErrCredentials):
		return errNotThisConnector
	}
	return err
}

// findRobot finds a proxy's robot. A caller that names no proxy gets a new one:
// nothing tells which connector asks.
func (s *Service) findRobot(ctx context.Context, owner UserID, proxy gcp.ProxyID) (Robot, error) {
	if proxy == "" || proxy == claimedProxy || proxy == ownProxy {
		return Robot{}, ErrNotFound
	}
	return s.cfg.Store.RobotByProxy(ctx, owner, proxy)
}

func (s *Service) addRobot(ctx context.Context, r Robot) (Robot, error) {
	r.ID, r.CreateTime = gcp.RobotID(gcp.NewID()), s.cfg.Now()
	return r, s.cfg.Store.AddRobot(ctx, r)
}

// robotCode returns a code that the client exchanges for the robot's tokens.
func (s *Service) robotCode(ctx context.Context, r Robot, clientID string) (RobotCode, error) {
	owner, err := s.cfg.Store.User(ctx, r.Owner)
	if err != nil {
		return RobotCode{}, fmt.Errorf("find owner of robot %s: %w", r.ID, err)
	}
	code, err := s.cfg.Codes.RobotCode(ctx, r.ID, clientID)
	if err != nil {
		return RobotCode{}, err
	}
	return RobotCode{Robot: r, JID: s.jid(r.ID), Code: code, UserEmail: owner.Email}, nil
}
