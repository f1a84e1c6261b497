package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

const rangeOfSums = `SELECT COALESCE((SELECT MIN(day) FROM sums), ''), COALESCE((SELECT MAX(day) FROM sums), '')`

// span is the time of a report: whole months, whose sums are kept, and days of others.
type span struct {
	first, last string          // months, both included; "" if there is none
	days        [][2]string     // both included, and of one month each
	latest      string          // the last day of which anything is counted
	less        []gcp.PrinterID // see lessOf
}

const monthLayout = "2006-01"

// spanOf divides the time of a report. Nothing is counted before the oldest day nor
// after the latest, so that the months of these are whole.
func spanOf(f cloud.SumFilter, oldest, latest string) (s span, err error) {
	s.latest = latest
	from, err := time.Parse(cloud.DayLayout, max(f.From, oldest))
	if err != nil {
		return s, fmt.Errorf("read the days of a report: %w", err)
	}
	for month := from.AddDate(0, 0, 1-from.Day()); ; month = month.AddDate(0, 1, 0) {
		name, first, last := month.Format(monthLayout), month.Format(cloud.DayLayout), month.AddDate(0, 1, -1).Format(cloud.DayLayout)
		switch {
		case first > min(f.To, latest):
			return s, nil
		case f.From > max(first, oldest) || f.To < min(last, latest):
			s.days = append(s.days, [2]string{max(first, f.From), min(last, f.To)})
		default:
			s.first, s.last = cmp.Or(s.first, name), name
		}
	}
}

// parts are the queries for what a report adds up: as little as tells it.
func (s span) parts(f cloud.SumFilter) []sumPart {
	all := [2]string{f.From, f.To}
	switch f.By {
	case cloud.SumByPrinter:
		return []sumPart{s.totals(ofPrinter, all, f.Printers)}
	case cloud.SumByMonth:
		parts := s.monthSums(ofPrinter, f)
		for _, days := range s.days {
			parts = append(parts, s.totals(ofPrinter, days, f.Printers))
		}
		return parts
	case cloud.SumByPerson, cloud.SumByGroup:
		if f.Printers == nil || s.less != nil {
			return append(s.lessSums(f), s.totals(ofPerson, all, nil))
		}
	case cloud.SumByAll:
	}
	return append(s.monthSums(ofAll, f), s.daySums(f)...)
}

// lessSums are what people printed at the printers that a report leaves out.
func (s span) lessSums(f cloud.SumFilter) []sumPart {
	if len(s.less) == 0 {
		return nil
	}
	f.Printers = s.less
	parts := append(s.monthSums(ofAll, f), s.daySums(f)...)
	for i := range parts {
		parts[i].less = true
	}
	return parts
}

// monthSums are the sums of whole months.
func (s span) monthSums(kind string, f cloud.SumFilter) []sumPart {
	if s.first == "" {
		return nil
	}
	var w where
	w.add("kind = ?", kind)
	w.add("month >= ?", s.first)
	w.add("month <= ?", s.last)
	w.printers(f.Printers)
	return []sumPart{{query: `SELECT ` + countedColumns(f.By, `month`) + `, jobs, pages FROM month_sums` + w.String(), args: w.args, months: true}}
}

// daySums are the sums of the days beside them.
func (s span) daySums(f cloud.SumFilter) []sumPart {
	var parts []sumPart
	for _, days := range s.days {
		var w where
		if f.Printers == nil {
			w.add("day >= ?", days[0])
			w.add("day <= ?", days[1])
		} else { // of each day, these printers alone are read
			part, args := among("day", eachDay(days))
			w.add(part, args...)
			w.printers(f.Printers)
		}
		parts = append(parts, sumPart{query: `SELECT ` + countedColumns(f.By, `substr(day, 1, 7)`) + `, jobs, pages FROM sums` + w.String(), args: w.args})
	}
	return parts
}

// eachDay lists days of one month.
func eachDay(days [2]string) (all []string) {
	month := days[0][:len(monthLayout)]
	for n := 1; n <= 31; n++ {
		if day := fmt.Sprintf("%s-%02d", month, n); days[0] <= day && day <= days[1] {
			all = append(all, day)
		}
	}
	return all
}

// totals are what everybody, or each printer, printed in some days: what there was at their
// end less what there was before, so that it takes no longer the more days there are.
func (s span) totals(kind string, days [2]string, things []gcp.PrinterID) sumPart {
	columns := `'' AS printer, thing AS owner, '' AS printer_name, name AS owner_email`
	if kind == ofPrinter {
		columns = `thing AS printer, '' AS owner, name AS printer_name, '' AS owner_email`
	}
	from, args := `counted until`, []any{days[0][:len(monthLayout)]}
	if days[1] < s.latest {
		from = `(SELECT id, kind, thing, name, t.jobs, t.pages FROM counted CROSS JOIN totals t ON t.counted = id
			AND t.day = (SELECT MAX(day) FROM totals WHERE counted = id AND day <= ?)) until`
		args = append(args, days[1])
	}
	var w where
	w.add("kind = ?", kind)
	if things != nil {
		part, args := among("thing", things)
		w.add(part, args...)
	}
	return sumPart{
		query: `SELECT ? AS month, ` + columns + `, until.jobs - COALESCE(before.jobs, 0) AS jobs, until.pages - COALESCE(before.pages, 0) AS pages
			FROM ` + from + ` LEFT JOIN totals before ON before.counted = id AND before.day = (SELECT MAX(day) FROM totals WHERE counted = id AND day < ?)` + w.String(),
		args: slices.Concat(args, []any{days[0]}, w.args),
	}
}

// printers adds that a row is of one of some printers; nil stands for all.
func (w *where) printers(of []gcp.PrinterID) {
	if of != nil {
		part, args := among("printer", of)
		w.add(part, args...)
	}
}

// countedColumns are those that a report is about: rows are sorted with all that they have.
func countedColumns(by cloud.SumKind, month string) string {
	switch by {
	case cloud.SumByPerson, cloud.SumByGroup:
		return `'' AS month, '' AS printer, owner, '' AS printer_name, owner_email`
	case cloud.SumByMonth:
		return month + ` AS month, '' AS printer, '' AS owner, '' AS printer_name, '' AS owner_email`
	case cloud.SumByPrinter, cloud.SumByAll:
	}
	return month + ` AS month, printer, owner, printer_name, owner_email`
}

// fewPrinters are looked up one by one, also for a long time.
const fewPrinters = 50

// printersCounted is the query for all printers that anything was counted at.
const printersCounted = `SELECT thing FROM counted WHERE kind = '` + ofPrinter + `'`

// lessOf are the printers that a report about people leaves out, if they are fewer than
// those it is of: what was printed there is then taken from the totals of all printers. Else
// it is nil.
func lessOf(f cloud.SumFilter, counted []gcp.PrinterID) []gcp.PrinterID {
	of := make(map[gcp.PrinterID]bool, len(f.Printers))
	for _, p := range f.Printers {
		of[p] = true
	}
	less := []gcp.PrinterID{}
	for _, p := range counted {
		if !of[p] {
			less = append(less, p)
		}
	}
	if 2*len(less) >= len(counted) {
		return nil
	}
	return less
}

// The kinds of sums of months, and of what totals are of.
const (
	ofPerson  = "person"
	ofPrinter = "printer"
	ofAll     = "all" // each person at each printer
)
