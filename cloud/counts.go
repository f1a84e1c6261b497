package cloud

import (
	"context"
	"encoding/json"
	"time"

	"platen/gcp"
)

// DayLayout is how a day of the sums is written. Days begin at midnight UTC.
const DayLayout = time.DateOnly

// SumKind says what a report adds up.
type SumKind string

// The kinds of reports.
const (
	SumByPerson  SumKind = "person"
	SumByPrinter SumKind = "printer"
	SumByMonth   SumKind = "month"
	SumByGroup   SumKind = "group" // whoever is in several today counts in each; "" for those in none
	SumByAll     SumKind = "all"   // each person at each printer in each month
)

// SumFilter selects what was printed.
type SumFilter struct {
	From, To string          // days, both included
	Printers []gcp.PrinterID // nil for all
	By       SumKind
	Limit    int // 0 for no limit; with one, those with the most pages come first
}

// Sum is what was printed by somebody, at a printer, in a month: members by which
// nothing was added up are empty.
type Sum struct {
	Month       string // such as 2026-11
	Owner       UserID
	OwnerEmail  string // as it was last
	Printer     gcp.PrinterID
	PrinterName string // as it was last
	Group       string // of SumByGroup only
	Jobs, Pages int
}

// Counted returns how many pages of a job count as printed, and whether the job does:
// as many as the printer told, or those of the document where it only said that it
// printed them.
func (j *Job) Counted() (pages, jobs int) {
	if !j.State.Type.Ended() {
		return 0, 0
	}
	if pages = j.PagesPrinted; pages > 0 {
		return pages, 1
	}
	if j.State.Type != gcp.JobDone {
		return 0, 0
	}
	return j.Pages * j.copies(), 1
}

// copies is how many copies the ticket asks for.
func (j *Job) copies() int {
	var t gcp.CJT
	if json.Unmarshal(j.Ticket, &t) != nil || t.Print.Copies == nil {
		return 1 // the tickets of old programs may be anything
	}
	return max(1, t.Print.Copies.Copies)
}

// SumQuery asks for a report.
type SumQuery struct {
	From, To time.Time // days, both included
	By       SumKind
	Limit    int // 0 for no limit
}

// Sums returns what was printed: all of it for administrators, what their printers
// printed for those who own or manage any.
func (s *Service) Sums(ctx context.Context, c Caller, q SumQuery) ([]Sum, error) {
	if c.User == nil {
		return nil, errSignIn
	}
	if q.By == SumByGroup && c.User.Guest { // as Groups
		return nil, errGuest
	}
	f := SumFilter{From: q.From.UTC().Format(DayLayout), To: q.To.UTC().Format(DayLayout), By: q.By, Limit: q.Limit}
	if !c.User.Admin {
		managed, err := s.managedNames(ctx, c)
		if err != nil {
			return nil, err
		}
		if len(managed) == 0 {
			return nil, errNotAllowed
		}
		for _, p := range managed {
			f.Printers = append(f.Printers, p.ID)
		}
	}
	return s.cfg.Store.Sums(ctx, f)
}
