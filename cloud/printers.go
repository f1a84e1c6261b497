package cloud

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"platen/gcp"
)

// The tags by which people ask for a kind of printer.
const (
	tagRecent         = "^recent"
	tagOwn            = "^own"
	tagShared         = "^shared"
	tagSharedDirectly = "^shared_directly"
)

// recentJobs is how far back the printers of ^recent are looked for.
const recentJobs = 50

// Search returns the printers that the caller may use.
func (s *Service) Search(ctx context.Context, c Caller, q PrinterQuery) ([]PrinterView, error) {
	if c.Anonymous() {
		return nil, errSignIn
	}
	if q.Type != "" && q.Type != gcp.PrinterTypeGoogle {
		return nil, nil // nobody registers other types here
	}
	v := s.newViewer(c)
	views, err := s.visible(ctx, v, "")
	if err != nil {
		return nil, err
	}
	recent, err := s.recent(ctx, c)
	if err != nil {
		return nil, err
	}
	views = slices.DeleteFunc(views, func(p PrinterView) bool {
		return !matchesConnection(p, q.Connection) || !matchesText(p, q.Text, recent)
	})
	for i := range views {
		if slices.Contains(recent, views[i].ID) {
			views[i].Tags = append(views[i].Tags, tagRecent)
		}
	}
	return views, nil
}

// visible returns all printers that the caller owns, serves or was given.
func (s *Service) visible(ctx context.Context, v *viewer, proxy gcp.ProxyID) ([]PrinterView, error) {
	filter := PrinterFilter{Proxy: proxy}
	if v.caller.Robot != nil {
		filter.Robot = v.caller.Robot.ID
	} else {
		filter.Owner = v.caller.User.ID
	}
	printers, err := s.cfg.Store.ListPrinters(ctx, filter)
	if err != nil {
		return nil, err
	}
	if v.caller.User != nil {
		shared, err := s.sharedWith(ctx, v.caller.User, printers, PrinterFilter{Proxy: proxy})
		if err != nil {
			return nil, err
		}
		printers = append(printers, shared...)
	}
	if err := v.gather(ctx, printers); err != nil {
		return nil, err
	}
	views := make([]PrinterView, 0, len(printers))
	for _, p := range printers {
		view, err := v.view(ctx, p)
		if errors.Is(err, ErrNotFound) {
			continue // a share that was taken back meanwhile
		}
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, nil
}

// sharedWith returns the printers of others that a person was given and that match.
func (s *Service) sharedWith(ctx context.Context, u *User, own []Printer, f PrinterFilter) ([]Printer, error) {
	shares, err := s.sharesWith(ctx, u)
	if err != nil {
		return nil, err
	}
	known := make(map[gcp.PrinterID]bool, len(own)) // those are not read again
	for _, p := range own {
		known[p.ID] = true
	}
	for _, sh := range shares {
		if !sh.Pending && !known[sh.Printer] {
			f.IDs = append(f.IDs, sh.Printer)
		}
	}
	if len(f.IDs) == 0 {
		return nil, nil
	}
	printers, err := s.cfg.Store.ListPrinters(ctx, f)
	return slices.DeleteFunc(printers, func(p Printer) bool { return p.Owner == u.ID }), err
}

// recent returns the printers that a person sent the latest jobs to.
func (s *Service) recent(ctx context.Context, c Caller) ([]gcp.PrinterID, error) {
	if c.User == nil {
		return nil, nil
	}
	jobs, _, err := s.cfg.Store.ListJobs(ctx, JobFilter{Owner: c.User.ID, OwnerEmail: c.User.Email, Limit: recentJobs})
	var ids []gcp.PrinterID
	for _, j := range jobs {
		if !slices.Contains(ids, j.Printer) {
			ids = append(ids, j.Printer)
		}
	}
	return ids, err
}

func matchesConnection(p PrinterView, want gcp.ConnectionStatus) bool {
	switch want {
	case gcp.ConnectionAll:
		return true
	case "":
		return p.Connection != gcp.ConnectionDormant
	}
	return p.Connection == want
}

func matchesText(p PrinterView, text string, recent []gcp.PrinterID) bool {
	switch text {
	case "":
		return true
	case tagRecent:
		return slices.Contains(recent, p.ID)
	case tagOwn:
		return p.Role == gcp.RoleOwner
	case tagShared, tagSharedDirectly:
		return slices.Contains(p.Tags, text)
	}
	text = strings.ToLower(text)
	return slices.ContainsFunc(append([]string{p.Name, p.DisplayName, p.DefaultDisplayName}, p.Tags...),
		func(s string) bool { return strings.Contains(strings.ToLower(s), text) })
}

// List returns the printers of one proxy of the caller.
func (s *Service) List(ctx context.Context, c Caller, proxy gcp.ProxyID) ([]PrinterView, error) {
	if c.Anonymous() {
		return nil, errSignIn
	}
	if proxy == "" {
		return nil, &Error{Kind: KindMissing, Message: "Missing required parameters: proxy."}
	}
	s.seen(ctx, c, "")
	return s.visible(ctx, s.newViewer(c), proxy)
}

// Printer returns one printer.
func (s *Service) Printer(ctx context.Context, c Caller, id gcp.PrinterID) (PrinterView, error) {
	if c.Anonymous() {
		return PrinterView{}, errSignIn
	}
	p, err := s.cfg.Store.Printer(ctx, id)
	if err != nil {
		return PrinterView{}, unknownPrinter(err)
	}
	view, err := s.newViewer(c).view(ctx, p)
	if err == nil {
		s.seen(ctx, c, id)
	}
	if !device(c, rightsOf(p)) && p.CapsFormat == "" {
		view.Capabilities = preferring(p.Capabilities, &p)
	}
	if err == nil && !p.Hidden.IsZero() {
		return PrinterView{}, hiddenFor(c)
	}
	return view, err
}

// midnight returns when the day of t began, in UTC: quotas count by the day.
func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
