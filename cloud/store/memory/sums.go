package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"platen/cloud"
)

// sum is what was printed on a day.
type sum struct {
	day string
	cloud.Sum
}

// endJob saves a job, and counts what it printed if it has ended.
func (s *Store) endJob(row *job, after cloud.Job) {
	had, hadJobs := row.Counted()
	row.save(after)
	pages, jobs := row.Counted()
	if pages == had && jobs == hadJobs {
		return
	}
	day := row.EndTime.UTC().Format(cloud.DayLayout)
	n := sum{day, cloud.Sum{
		Month: day[:7], Owner: row.Owner, OwnerEmail: row.OwnerEmail, Printer: row.Printer, PrinterName: row.PrinterName,
		Jobs: jobs - hadJobs, Pages: pages - had,
	}}
	for i, m := range s.sums {
		if m.day == n.day && m.Printer == n.Printer && m.Owner == n.Owner {
			n.Jobs, n.Pages = n.Jobs+m.Jobs, n.Pages+m.Pages
			s.sums[i] = n
			return
		}
	}
	s.sums = append(s.sums, n)
}

// Sums returns what was printed.
func (s *Store) Sums(_ context.Context, f cloud.SumFilter) ([]cloud.Sum, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []cloud.Sum
	for _, m := range s.sums {
		if m.day < f.From || m.day > f.To || f.Printers != nil && !slices.Contains(f.Printers, m.Printer) {
			continue
		}
		for _, n := range s.rowsOf(m.Sum, f.By) {
			list = addSum(list, n)
		}
	}
	slices.SortFunc(list, func(a, b cloud.Sum) int {
		byName := cmp.Or(strings.Compare(a.Month, b.Month), strings.Compare(a.PrinterName, b.PrinterName),
			strings.Compare(a.OwnerEmail, b.OwnerEmail), strings.Compare(a.Group, b.Group), strings.Compare(string(a.Printer), string(b.Printer)),
			strings.Compare(string(a.Owner), string(b.Owner)))
		if f.Limit > 0 {
			return cmp.Or(b.Pages-a.Pages, byName)
		}
		return byName
	})
	if f.Limit > 0 {
		list = list[:min(f.Limit, len(list))]
	}
	return list, nil
}

// rowsOf are the rows of a report that a sum counts in.
func (s *Store) rowsOf(n cloud.Sum, by cloud.SumKind) []cloud.Sum {
	bare := cloud.Sum{Jobs: n.Jobs, Pages: n.Pages}
	switch by {
	case cloud.SumByPerson:
		n.Month, n.Printer, n.PrinterName = "", "", ""
	case cloud.SumByPrinter:
		n.Month, n.Owner, n.OwnerEmail = "", "", ""
	case cloud.SumByMonth:
		bare.Month = n.Month
		return []cloud.Sum{bare}
	case cloud.SumByGroup:
		u, err := s.user(func(u *cloud.User) bool { return u.ID == n.Owner })
		if err != nil || len(u.Groups) == 0 {
			return []cloud.Sum{bare}
		}
		rows := make([]cloud.Sum, len(u.Groups))
		for i, g := range u.Groups {
			rows[i] = bare
			rows[i].Group = g
		}
		return rows
	case cloud.SumByAll:
	}
	return []cloud.Sum{n}
}

// addSum adds a row to those of its kind.
func addSum(list []cloud.Sum, n cloud.Sum) []cloud.Sum {
	i := slices.IndexFunc(list, func(o cloud.Sum) bool {
		return o.Month == n.Month && o.Owner == n.Owner && o.Printer == n.Printer && o.Group == n.Group
	})
	if i < 0 {
		return append(list, n)
	}
	list[i].Jobs, list[i].Pages = list[i].Jobs+n.Jobs, list[i].Pages+n.Pages
	list[i].OwnerEmail, list[i].PrinterName = max(list[i].OwnerEmail, n.OwnerEmail), max(list[i].PrinterName, n.PrinterName)
	return list
}
