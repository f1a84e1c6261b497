package cloud

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"platen/gcp"
)

// dormantAfter is how long a printer must have been away to be DORMANT.
const dormantAfter = 30 * 24 * time.Hour

// minRobotTag is the shortest tag that robots may see: the classic connector
// cuts six characters off every tag and crashes on shorter ones.
const minRobotTag = 6

// viewer shows printers to one caller; it remembers owners and robots, which
// many printers share, and how busy printers are, which many callers are shown, for
// the length of one call. What many printers need is best read at once: see gather.
type viewer struct {
	s      *Service
	caller Caller
	now    time.Time
	owners map[UserID]User
	robots map[gcp.RobotID]Robot
	counts map[gcp.PrinterID]PrinterCounts
	shares map[gcp.PrinterID][]Share
}

func (s *Service) newViewer(c Caller) *viewer {
	return &viewer{
		s: s, caller: c, now: s.cfg.Now(),
		owners: map[UserID]User{}, robots: map[gcp.RobotID]Robot{}, counts: map[gcp.PrinterID]PrinterCounts{}, shares: map[gcp.PrinterID][]Share{},
	}
}

// gather reads what the views of some printers need, in as many reads for many as for one.
func (v *viewer) gather(ctx context.Context, printers []Printer) error {
	ids := make([]gcp.PrinterID, 0, len(printers))
	days := map[bool][]gcp.PrinterID{} // by whether the day's jobs count
	for _, p := range printers {
		ids, days[p.QuotaEnabled] = append(ids, p.ID), append(days[p.QuotaEnabled], p.ID)
		v.shares[p.ID], v.counts[p.ID], v.owners[p.Owner], v.robots[p.Robot] = nil, PrinterCounts{}, User{}, Robot{}
	}
	shares, err := v.s.cfg.Store.Shares(ctx, ids...)
	if err != nil {
		return err
	}
	for _, sh := range v.s.live(shares) {
		v.shares[sh.Printer] = append(v.shares[sh.Printer], sh)
	}
	users, err := v.s.cfg.Store.UsersAmong(ctx, slices.Collect(maps.Keys(v.owners)))
	if err != nil {
		return err
	}
	for _, u := range users {
		u.PasswordHash = ""
		v.owners[u.ID] = u
	}
	robots, err := v.s.cfg.Store.RobotsAmong(ctx, slices.Collect(maps.Keys(v.robots)))
	if err != nil {
		return err
	}
	for _, r := range robots {
		v.robots[r.ID] = r
	}
	for quota, some := range days {
		counts, err := v.s.cfg.Store.PrinterCounts(ctx, some, v.since(quota))
		if err != nil {
			return err
		}
		maps.Copy(v.counts, counts)
	}
	return nil
}

// since is from when a printer's jobs count: midnight if it has a quota; zero for never.
func (v *viewer) since(quota bool) time.Time {
	if quota {
		return midnight(v.now)
	}
	return time.Time{}
}

// view returns the printer as the caller may see it; ErrNotFound if not at all.
func (v *viewer) view(ctx context.Context, p Printer) (PrinterView, error) {
	shares, known := v.shares[p.ID]
	if !known {
		var err error
		if shares, err = v.s.shares(ctx, p.ID); err != nil {
			return PrinterView{}, err
		}
	}
	return v.shown(ctx, p, shares)
}

// shown is view for a printer with its shares.
func (v *viewer) shown(ctx context.Context, p Printer, shares []Share) (PrinterView, error) {
	view := PrinterView{Printer: p, Role: v.role(rightsOf(p), shares)}
	if view.Role == "" {
		return PrinterView{}, errUnknownPrinter
	}
	var err error
	if view.OwnerUser, err = v.owner(ctx, p.Owner); err != nil {
		return PrinterView{}, err
	}
	robot, err := v.robot(ctx, p.Robot)
	if err != nil {
		return PrinterView{}, err
	}
	view.Connection, view.Seen = connection(robot, v.now), robot.LastSeen
	if err := v.count(ctx, &view); err != nil {
		return PrinterView{}, err
	}
	view.Tags = v.tags(view, shares)
	view.Data = nil // write-only
	if roleRank(view.Role) >= roleRank(gcp.RoleManager) {
		view.Shares = shares
	} else {
		view.PublicKey = ""
	}
	return view, nil
}

func rightsOf(p Printer) PrinterRights {
	return PrinterRights{Printer: p.ID, Owner: p.Owner, Robot: p.Robot, Name: p.ShownName(), Hidden: !p.Hidden.IsZero(), Paused: p.Paused}
}

// ShownName is what people call the printer.
func (p *Printer) ShownName() string { return cmp.Or(p.DisplayName, p.DefaultDisplayName, p.Name) }

func (v *viewer) role(of PrinterRights, shares []Share) gcp.Role {
	c := v.caller
	switch {
	case device(c, of), c.User != nil && of.Owner == c.User.ID:
		return gcp.RoleOwner
	case c.User != nil:
		return v.s.sharedRole(c.User, shares)
	}
	return ""
}

// owner returns the printer's owner; nobody while the printer is not claimed.
func (v *viewer) owner(ctx context.Context, id UserID) (User, error) {
	u, known := v.owners[id]
	if known || id == "" {
		return u, nil
	}
	u, err := v.s.cfg.Store.User(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	u.PasswordHash = ""
	v.owners[id] = u
	return u, nil
}

func (v *viewer) robot(ctx context.Context, id gcp.RobotID) (Robot, error) {
	r, known := v.robots[id]
	if known || id == "" {
		return r, nil
	}
	r, err := v.s.cfg.Store.Robot(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Robot{}, err
	}
	v.robots[id] = r
	return r, nil
}

func (v *viewer) count(ctx context.Context, view *PrinterView) error {
	n, known := v.counts[view.ID]
	if !known {
		counts, err := v.s.cfg.Store.PrinterCounts(ctx, []gcp.PrinterID{view.ID}, v.since(view.QuotaEnabled))
		if err != nil {
			return err
		}
		n = counts[view.ID]
		v.counts[view.ID] = n
	}
	view.Queued, view.UsedToday = n.Queued, n.Since
	return nil
}

// connection says whether a printer's robot is there.
func connection(r Robot, now time.Time) gcp.ConnectionStatus {
	switch {
	case r.Connected || r.LeaseUntil.After(now):
		return gcp.ConnectionOnline
	case r.LastSeen.IsZero():
		return gcp.ConnectionUnknown
	case now.Sub(r.LastSeen) > dormantAfter:
		return gcp.ConnectionDormant
	}
	return gcp.ConnectionOffline
}

// tags returns the printer's own tags and, for people, the service's.
func (v *viewer) tags(view PrinterView, shares []Share) []string {
	if v.caller.Robot != nil {
		return slices.DeleteFunc(slices.Clone(view.Tags), func(t string) bool { return len(t) < minRobotTag })
	}
	var tags []string
	if view.Role == gcp.RoleOwner {
		tags = append(tags, tagOwn, "^can_share", "^can_update", "^can_delete")
	} else {
		tags = append(tags, tagShared)
		if directly(v.caller.User, shares) {
			tags = append(tags, tagSharedDirectly)
		}
		if view.Role == gcp.RoleManager {
			tags = append(tags, "^can_share", "^can_update")
		}
	}
	return slices.Concat(tags, view.Labels, view.Tags)
}

// directly reports whether a person was given a printer by the own address.
func directly(u *User, shares []Share) bool {
	return slices.ContainsFunc(shares, func(sh Share) bool {
		return !sh.Pending && strings.EqualFold(sh.Scope, u.Email)
	})
}
