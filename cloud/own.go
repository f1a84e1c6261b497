package cloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"platen/gcp"
)

// ownProxy is the proxy of the robots of people: the oldest connectors have no
// account of their own, they register printers, print and listen with the token of
// a person.
const ownProxy gcp.ProxyID = "^own"

// OwnRobot names the robot of a person's own tokens. It follows from the account, so
// that rights need no look-up; it is there once the person used such a connector.
func OwnRobot(u UserID) gcp.RobotID {
	sum := sha256.Sum256([]byte("own robot of " + string(u)))
	return gcp.RobotID(hex.EncodeToString(sum[:16]))
}

// Serve returns the robot as which the caller serves printers: the own one, which is
// made here if it is not there yet, for a person.
func (s *Service) Serve(ctx context.Context, c Caller) (gcp.RobotID, error) {
	if c.Robot != nil {
		return c.Robot.ID, nil
	}
	if err := c.Member(); err != nil {
		return "", err
	}
	if len(c.Scopes) > 0 {
		return "", errNotAllowed
	}
	id := OwnRobot(c.User.ID)
	_, err := s.cfg.Store.Robot(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return id, err
	}
	err = s.cfg.Store.AddRobot(ctx, Robot{ID: id, Owner: c.User.ID, Proxy: ownProxy, CreateTime: s.cfg.Now()})
	if err == nil {
		return id, nil
	}
	if _, again := s.cfg.Store.Robot(ctx, id); again != nil {
		return "", err
	}
	return id, nil // a call at the same time made it
}
