package cloud

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"platen/gcp"
)

// claimTimeout is how long an anonymous registration waits for a person.
const claimTimeout = 15 * time.Minute

// claimKept is how long a confirmed claim goes on answering the device's poll;
// bareKept, where the device does not prove itself.
const (
	claimKept = 24 * time.Hour
	bareKept  = 15 * time.Minute
)

// claimedProxy is the proxy of robots that were made by a claim.
const claimedProxy gcp.ProxyID = "^claimed"

// mayTake reports whether the caller may become the robot of a printer that is
// registered already. Another robot of the same proxy may, and one that was made
// without a proxy, as old connectors do. Any other, also a device that was claimed
// as one printer, must not take printers over by naming their proxy.
func mayTake(c Caller, p Printer) bool {
	switch {
	case c.Robot == nil, p.Robot == c.Robot.ID:
		return true
	case c.Robot.Proxy == claimedProxy:
		return false
	}
	return c.Robot.Proxy == "" || c.Robot.Proxy == p.Proxy
}

// Refusals of the claim dialogue.
var (
	errBadToken     = &Error{Kind: KindInvalid, Message: "Invalid registration token"}
	errNotClaimed   = &Error{Kind: KindNotClaimed, Message: "Token not registered yet."}
	errTokens       = &Error{Kind: KindQuota, Message: "Too many wrong codes. Try again in a quarter of an hour.", After: guessWindow}
	errTokenExpired = &Error{Kind: KindTokenExpired, Message: "registration token expired"}
)

// Confirm ties an anonymously registered printer to the caller.
func (s *Service) Confirm(ctx context.Context, c Caller, token string) (PrinterView, error) {
	if err := c.Member(); err != nil {
		return PrinterView{}, err
	}
	who := guessKey{who: string(c.User.ID)}
	if !s.claims.take(who, s.cfg.Now()) {
		return PrinterView{}, errTokens
	}
	v, err := s.confirmToken(ctx, c, strings.ToUpper(strings.TrimSpace(token)))
	if !errors.Is(err, errBadToken) {
		s.claims.back(who)
	}
	return v, err
}

func (s *Service) confirmToken(ctx context.Context, c Caller, token string) (PrinterView, error) {
	claim, err := s.cfg.Store.ClaimByToken(ctx, hashToken(token))
	switch {
	case errors.Is(err, ErrNotFound), err == nil && claim.Confirmed:
		return PrinterView{}, errBadToken
	case err != nil:
		return PrinterView{}, err
	case !claim.Expires.After(s.cfg.Now()):
		return PrinterView{}, errTokenExpired
	}
	claim.ConfirmTime = s.cfg.Now()
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
	robot := Robot{ID: gcp.RobotID(gcp.NewID()), Owner: c.User.ID, Proxy: claimedProxy, CreateTime: s.cfg.Now()}
	return s.cfg.Store.ConfirmClaim(ctx, claim, robot, func(p *Printer) ([]Event, error) {
		now := s.cfg.Now()
		p.Owner, p.Robot, p.TOSAccepted, p.UpdateTime = c.User.ID, robot.ID, true, now
		return []Event{printerEvent(*p, EventPrinterAdded, now)}, nil
	})
}

// AuthCode answers the poll of an anonymously registered device. Everybody whom
// the printer is shared with knows its id, so the id alone gives nothing.
func (s *Service) AuthCode(ctx context.Context, poll ClaimPoll) (RobotCode, error) {
	claim, err := s.polled(ctx, poll)
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
	of, err := s.cfg.Store.PrinterRights(ctx, poll.Printer)
	if err != nil {
		return RobotCode{}, unknownPrinter(err)
	}
	robot, err := s.cfg.Store.Robot(ctx, of.Robot)
	if err != nil {
		return RobotCode{}, unknownPrinter(err)
	}
	if poll.Secret == "" {
		if err := s.bareAllowed(ctx, of); err != nil {
			return RobotCode{}, err
		}
	}
	return s.robotCode(ctx, robot, poll.ClientID)
}

// bareAllowed refuses a poll without the secret once the robot has its tokens, or
// somebody besides the owner can know the printer's id.
func (s *Service) bareAllowed(ctx context.Context, of PrinterRights) error {
	p, err := s.cfg.Store.Printer(ctx, of.Printer)
	if err != nil {
		return unknownPrinter(err)
	}
	shares, err := s.shares(ctx, of.Printer)
	if err != nil {
		return err
	}
	has, err := s.cfg.Codes.HasTokens(ctx, of.Robot)
	if err != nil {
		return err
	}
	if has || p.Public || len(shares) > 0 {
		return errTokenExpired
	}
	return nil
}

// polled finds the claim that a poll is about, and notes in it how the device
// polls.
func (s *Service) polled(ctx context.Context, poll ClaimPoll) (PendingClaim, error) {
	claim, err := s.cfg.Store.Claim(ctx, poll.Printer)
	if err != nil {
		return claim, err
	}
	err = s.admit(&claim, poll)
	if errors.Is(err, ErrUnchanged) {
		return claim, nil
	}
	if err != nil {
		return claim, err
	}
	return s.cfg.Store.UpdateClaim(ctx, poll.Printer, func(c *PendingClaim) error { return s.admit(c, poll) })
}

// admit refuses a poll that the claimed device did not send. A device that calls
// getauthcode without the arguments of its polling_url has no secret: it is
// known by its client id, for some minutes, and only as long as nobody polled
// with the secret.
func (s *Service) admit(c *PendingClaim, poll ClaimPoll) error {
	switch {
	case poll.Secret != "":
		if subtle.ConstantTimeCompare([]byte(c.PollHash), []byte(hashToken(poll.Secret))) != 1 {
			return errTokenExpired
		}
		if c.Proved {
			return ErrUnchanged
		}
		c.Proved = true
		return nil
	case c.Proved, c.Client != "" && c.Client != poll.ClientID:
		return errTokenExpired
	case c.Confirmed && s.cfg.Now().After(c.ConfirmTime.Add(bareKept)):
		return errTokenExpired
	case c.Client != "":
		return ErrUnchanged
	}
	c.Client = poll.ClientID
	return nil
}
