package cloud

import (
	"context"
	"errors"
	"strings"
	"time"

	"platen/gcp"
)

// claimTimeout is how long an anonymous registration waits for a person.
const claimTimeout = 15 * time.Minute

// claimKept is how long a confirmed claim goes on answering the device's poll.
const claimKept = 24 * time.Hour

// claimedProxy is the proxy of robots that were made by a claim.
const claimedProxy gcp.ProxyID = "^claimed"

// mayTake reports whether the caller may become the robot of a printer that is
// registered already. A new connector of the same owner may; a device that was
// claimed as one printer must not take others over by naming them.
func mayTake(c Caller, p Printer) bool {
	return c.Robot == nil || p.Robot == c.Robot.ID || c.Robot.Proxy != claimedProxy
}

// Refusals of the claim dialogue.
var (
	errBadToken     = &Error{Kind: KindInvalid, Message: "Invalid registration token"}
	errNotClaimed   = &Error{Kind: KindNotClaimed, Message: "Token not registered yet."}
	errTokenExpired = &Error{Kind: KindTokenExpired, Message: "registration token expired"}
)

// Confirm ties an anonymously registered printer to the caller.
func (s *Service) Confirm(ctx context.Context, c Caller, token string) (PrinterView, error) {
	if c.User == nil {
		return PrinterView{}, errSignIn
	}
	token = strings.ToUpper(strings.TrimSpace(token))
	claim, err := s.cfg.Store.ClaimByToken(ctx, hashToken(token))
	switch {
	case errors.Is(err, ErrNotFound), err == nil && claim.Confirmed:
		return PrinterView{}, errBadToken
	case err != nil:
		return PrinterView{}, err
	case !claim.Expires.After(s.cfg.Now()):
		return PrinterView{}, errTokenExpired
	}
	p, err := s.confirm(ctx, c, claim)
	if errors.Is(err, ErrNotFound) {
		return PrinterView{}, errBadToken // somebody else was faster
	}
	if err != nil {
		return PrinterView{}, err
	}
	return s.newViewer(c).view(ctx, p)
}

// confirm makes a robot for the claimed printer. It is always a new one, even if
// the device names a proxy that the caller has: an unknown device must not get at
// other printers by naming their proxy.
func (s *Service) confirm(ctx context.Context, c Caller, claim PendingClaim) (Printer, error) {
	id := newID()
	robot := Robot{ID: gcp.RobotID(id), Owner: c.User.ID, Proxy: claimedProxy, CreateTime: s.cfg.Now()}
	return s.cfg.Store.ConfirmClaim(ctx, claim, robot, func(p *Printer) ([]Event, error) {
		now := s.cfg.Now()
		p.Owner, p.Robot, p.TOSAccepted, p.UpdateTime = c.User.ID, robot.ID, true, now
		return []Event{printerEvent(*p, EventPrinterAdded, now)}, nil
	})
}

// AuthCode answers the poll of an anonymously registered device.
func (s *Service) AuthCode(ctx context.Context, id gcp.PrinterID, clientID string) (RobotCode, error) {
	claim, err := s.cfg.Store.Claim(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return RobotCode{}, errTokenExpired
	case err != nil:
		return RobotCode{}, err
	}
	now := s.cfg.Now()
	if !claim.Confirmed {
		if claim.Expires.After(now) {
			return RobotCode{}, errNotClaimed
		}
		return RobotCode{}, errTokenExpired
	}
	if now.After(claim.Expires.Add(claimKept)) {
		return RobotCode{}, errTokenExpired
	}
	of, err := s.cfg.Store.PrinterRights(ctx, id)
	if err != nil {
		return RobotCode{}, unknownPrinter(err)
	}
	robot, err := s.cfg.Store.Robot(ctx, of.Robot)
	if err != nil {
		return RobotCode{}, unknownPrinter(err)
	}
	return s.robotCode(ctx, robot, clientID)
}
