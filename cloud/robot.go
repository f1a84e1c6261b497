package cloud

import (
	"context"
	"errors"
	"fmt"

	"platen/gcp"
)

// CreateRobot makes (or finds, by owner and proxy) a robot of the caller.
func (s *Service) CreateRobot(ctx context.Context, c Caller, clientID string, proxy gcp.ProxyID) (RobotCode, error) {
	if c.User == nil {
		return RobotCode{}, errSignIn
	}
	robot, err := s.findRobot(ctx, c.User.ID, proxy)
	if errors.Is(err, ErrNotFound) {
		robot, err = s.addRobot(ctx, Robot{Owner: c.User.ID, Proxy: proxy, ClientID: clientID})
	}
	if err != nil {
		return RobotCode{}, err
	}
	return s.robotCode(ctx, robot, clientID)
}

// findRobot finds a proxy's robot. A caller that names no proxy gets a new one:
// nothing tells which connector asks.
func (s *Service) findRobot(ctx context.Context, owner UserID, proxy gcp.ProxyID) (Robot, error) {
	if proxy == "" || proxy == claimedProxy {
		return Robot{}, ErrNotFound
	}
	return s.cfg.Store.RobotByProxy(ctx, owner, proxy)
}

func (s *Service) addRobot(ctx context.Context, r Robot) (Robot, error) {
	id := newID()
	r.ID, r.CreateTime = gcp.RobotID(id), s.cfg.Now()
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
