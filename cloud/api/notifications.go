package api

import (
	"context"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Listener hands hints to connectors that ask for them; cloud/push satisfies it.
type Listener interface {
	// Listen answers once there is a hint for the robot, stop is closed, or the wait is
	// over.
	Listen(ctx context.Context, robot gcp.RobotID, q gcp.HintsQuery, stop <-chan struct{}) (gcp.Hints, error)
}

// maxListen is the longest time that a call for notifications may be held.
const maxListen = 50 * time.Second

// notifications answers a connector that no stream reaches as soon as a printer of its
// own has work.
func (h *handler) notifications(c *call) error {
	if c.caller.Robot == nil {
		return &cloud.Error{Kind: cloud.KindForbidden, Message: "User is not authorized: this is for connectors."}
	}
	if h.cfg.Listener == nil {
		return &cloud.Error{Kind: cloud.KindUnsupported, Message: "This service sends no notifications."}
	}
	robot := c.caller.Robot.ID
	hints, err := h.cfg.Listener.Listen(c.ctx, robot, gcp.HintsQuery{
		Session: c.args.get("session"), Got: c.args.count("got"), Leave: c.args.truth("leave"),
		Wait: c.args.seconds("wait", maxListen), Return: c.args.seconds("return", time.Hour),
	}, h.cfg.Stopping)
	if err != nil {
		return err
	}
	if hints.Fresh {
		// A revocation ends the sessions that there are. One that came since the token was
		// looked at, while the rest of a slow call was read, did not find this one yet.
		if err := c.authenticate(h.routes[c.name]); err != nil {
			_, _ = h.cfg.Listener.Listen(c.ctx, robot, gcp.HintsQuery{Session: hints.Session, Leave: true}, h.cfg.Stopping)
			return err
		}
	}
	c.write(&notificationsAnswer{c.done(""), hints})
	return nil
}
