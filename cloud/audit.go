package cloud

import (
	"context"
	"errors"
	"strings"
	"time"

	"platen/gcp"
)

// Operator is who did what was done at the service's command line, in the audit log.
const Operator UserID = "operator"

// auditPage is how many events of the audit log are given at most.
const auditPage = 500

// AuditFilter selects events of the audit log; the conditions given must all hold.
type AuditFilter struct {
	Before   Seq           // from before this position; 0 for the end
	By       UserID        // done by this person; "" for anybody
	Printer  gcp.PrinterID // about this printer; "" for anything
	From, To time.Time     // not before From, and before To; zero for no bound
	Limit    int
}

// Matches reports whether an event is one that the filter selects.
func (f AuditFilter) Matches(e Event) bool {
	return e.By != "" && (f.Before == 0 || e.Seq < f.Before) && (f.By == "" || e.By == f.By) &&
		(f.Printer == "" || e.Printer == f.Printer) && !e.Time.Before(f.From) && (f.To.IsZero() || e.Time.Before(f.To))
}

// AuditQuery asks for a page of the audit log.
type AuditQuery struct {
	AuditFilter
	Who string // address of the person who did it, or "operator"; "" for anybody
}

// AuditEntry is an event of the audit log with who did it.
type AuditEntry struct {
	Event
	Who string // the address; the id of somebody who is gone
}

// Audit returns a page of the audit log, newest first. Administrators may read it.
func (s *Service) Audit(ctx context.Context, c Caller, q AuditQuery) ([]AuditEntry, error) {
	if err := c.Administrator(); err != nil {
		return nil, err
	}
	if q.Limit <= 0 || q.Limit > auditPage {
		q.Limit = auditPage
	}
	if q.Who != "" {
		by, err := s.auditedAs(ctx, q.Who)
		if err != nil || by == "" {
			return nil, err
		}
		q.By = by
	}
	events, err := s.cfg.Store.Audit(ctx, q.AuditFilter)
	if err != nil {
		return nil, err
	}
	return s.named(ctx, events)
}

// auditedAs is who an address stands for; an id stands for itself, because somebody
// who is gone has no address any more.
func (s *Service) auditedAs(ctx context.Context, who string) (UserID, error) {
	who = strings.TrimSpace(who)
	u, err := s.cfg.Store.UserByEmail(ctx, strings.ToLower(who))
	if errors.Is(err, ErrNotFound) {
		return UserID(who), nil
	}
	return u.ID, err
}

// named adds to each event who did it.
func (s *Service) named(ctx context.Context, events []Event) ([]AuditEntry, error) {
	entries, names := make([]AuditEntry, len(events)), map[UserID]string{}
	for i, e := range events {
		name, ok := names[e.By]
		if !ok {
			u, err := s.cfg.Store.User(ctx, e.By)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
			if name = u.Email; name == "" {
				name = string(e.By) // gone, or the operator
			}
			names[e.By] = name
		}
		entries[i] = AuditEntry{e, name}
	}
	return entries, nil
}
