package cloud

import (
	"context"
	"fmt"
	"strings"
	"time"

	"platen/gcp"
)

// ConnectorView is a connector as its owner may see it.
type ConnectorView struct {
	Robot         gcp.RobotID
	Proxy         gcp.ProxyID
	Label         string    // what its owner calls it; "" for nothing else than its host
	Host          string    // the machine it runs on, as it says; "" from old connectors
	Version       string    // of the program, as it says
	Since         time.Time // since when this program runs, as far as the service knows; zero for old connectors
	Connection    gcp.ConnectionStatus
	Connected     bool      // its push stream is open: it runs, whatever it called a moment ago
	Seen          time.Time // zero if it never was
	Printers      []Printer
	Installations []gcp.Twin // seen lately; more than one means that its state was copied
}

// Connectors returns the caller's own connectors, oldest first. Printers that
// registered by themselves, or with the caller's own token, are not among them.
func (s *Service) Connectors(ctx context.Context, c Caller) ([]ConnectorView, error) {
	views, err := s.ConnectorsBrief(ctx, c)
	if err != nil {
		return nil, err
	}
	printers, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{Owner: c.User.ID, Parts: PartsBrief})
	if err != nil {
		return nil, err
	}
	serves := map[gcp.RobotID][]Printer{}
	for _, p := range printers {
		serves[p.Robot] = append(serves[p.Robot], p)
	}
	for i := range views {
		views[i].Printers = serves[views[i].Robot]
	}
	return views, nil
}

// ConnectorsBrief is Connectors without their printers, of which there may be hundreds.
func (s *Service) ConnectorsBrief(ctx context.Context, c Caller) ([]ConnectorView, error) {
	if c.User == nil {
		return nil, errSignIn
	}
	robots, err := s.cfg.Store.ListRobots(ctx, c.User.ID)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	views := make([]ConnectorView, 0, len(robots))
	for _, r := range robots {
		if r.Proxy == claimedProxy || r.Proxy == ownProxy {
			continue
		}
		holder := r.holder()
		views = append(views, ConnectorView{
			Robot: r.ID, Proxy: r.Proxy, Label: r.Label, Host: holder.Host, Version: holder.Version, Since: holder.FirstSeen, Connection: connection(r, now), Connected: r.Connected && r.LeaseUntil.After(now),
			Seen: r.LastSeen, Installations: r.seen(now),
		})
	}
	return views, nil
}

// RenameConnector says what the caller calls one of the own connectors; "" takes
// the name back.
func (s *Service) RenameConnector(ctx context.Context, c Caller, id gcp.RobotID, label string) error {
	if c.User == nil {
		return errSignIn
	}
	_, err := s.cfg.Store.UpdateRobot(ctx, id, func(r *Robot) ([]Event, error) {
		if r.Owner != c.User.ID {
			return nil, ErrNotFound // as if there were none
		}
		r.Label = strings.TrimSpace(CleanTitle(label))
		return nil, nil
	})
	return err
}

// RevokeConnector takes back what one of the caller's own connectors was given. Its
// printers stay, and the connector goes on with them once it was paired again.
func (s *Service) RevokeConnector(ctx context.Context, c Caller, id gcp.RobotID) error {
	if c.User == nil {
		return errSignIn
	}
	_, err := s.cfg.Store.UpdateRobot(ctx, id, func(r *Robot) ([]Event, error) {
		if r.Owner != c.User.ID {
			return nil, ErrNotFound // as if there were none
		}
		return []Event{{
			Time: s.cfg.Now(), Kind: EventAudit, Robot: r.ID, User: r.Owner,
			By: c.User.ID, Note: "revoked the connector " + string(r.Proxy),
		}}, nil
	})
	if err != nil {
		return fmt.Errorf("revoke connector %s: %w", id, err)
	}
	return s.cfg.Sessions.RevokeRobot(ctx, id)
}
