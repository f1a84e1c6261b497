package store

import (
	"slices"
	"strings"
	"time"

	"platen/cloud"
)

const rangeOfSums = `SELECT COALESCE((SELECT MIN(day) FROM sums), ''), COALESCE((SELECT MAX(day) FROM sums), '')`

// span is the time of a report: whole months, whose sums are kept, and the days before
// and after them.
type span struct {
	first, last string // months; last is before first if there is none
	days        [][2]string
	long        bool // the months are a large part of all that there are
}

const monthLayout = "2006-01"

// spanOf divides the time of a report. Nothing is counted before the oldest day nor
// after the latest, so that the months of these are whole.
func spanOf(f cloud.SumFilter, oldest, latest string) span {
	from, err1 := time.Parse(cloud.DayLayout, f.From)
	to, err2 := time.Parse(cloud.DayLayout, f.To)
	if err1 != nil || err2 != nil || f.To < f.From {
		return span{first: "1", last: "0", days: [][2]string{{f.From, f.To}}}
	}
	begin, end := monthOf(from), monthOf(to.AddDate(0, 0, 1)) // the first month that is whole, and the first that is not
	if from.Day() > 1 && f.From > oldest {
		begin = begin.AddDate(0, 1, 0)
	}
	if f.To >= latest {
		end = monthOf(to).AddDate(0, 1, 0)
	}
	if !begin.Before(end) {
		return span{first: "1", last: "0", days: [][2]string{{f.From, f.To}}}
	}
	s := span{first: begin.Format(monthLayout), last: end.AddDate(0, 0, -1).Format(monthLayout), long: longSpan(begin, end, oldest, latest)}
	if from.Before(begin) {
		s.days = append(s.days, [2]string{f.From, begin.AddDate(0, 0, -1).Format(cloud.DayLayout)})
	}
	if !to.Before(end) {
		s.days = append(s.days, [2]string{end.Format(cloud.DayLayout), f.To})
	}
	return s
}

// longSpan reports whether some months are at least a quarter of those between two days.
func longSpan(begin, end time.Time, oldest, latest string) bool {
	from, err1 := time.Parse(cloud.DayLayout, oldest)
	to, err2 := time.Parse(cloud.DayLayout, latest)
	return err1 == nil && err2 == nil && 4*end.Sub(begin) >= to.Sub(from)
}

func monthOf(t time.Time) time.Time { return t.AddDate(0, 0, 1-t.Day()) }

// counted is the query for what a report adds up: as little as tells it.
func (s span) counted(f cloud.SumFilter) (string, []any) {
	var parts []string
	var all []any
	add := func(query string, w where, group string) {
		if f.Printers != nil {
			part, args := among("printer", f.Printers)
			w.add(part, args...)
		}
		parts, all = append(parts, query+w.String()+group), append(all, w.args...)
	}
	if s.first <= s.last {
		var w where
		kind := monthKind(f)
		w.add("kind = ?", kind)
		w.add("month >= ?", s.first)
		w.add("month <= ?", s.last)
		switch {
		case s.long && (f.By == cloud.SumByPerson || f.By == cloud.SumByGroup) && (f.Printers == nil || len(f.Printers) > fewPrinters):
			// The index has them person by person, so that nothing is sorted.
			add(`SELECT '' AS month, '' AS printer, owner, '' AS printer_name, MAX(owner_email) AS owner_email, SUM(jobs) AS jobs, SUM(pages) AS pages
				FROM month_sums INDEXED BY month_sums_person`, w, ` GROUP BY owner`)
		case kind == ofPerson:
			w.add("printer = ''") // as the primary key has it
			add(fromMonths, w, "")
		default:
			add(fromMonths, w, "")
		}
	}
	for _, days := range s.days {
		var w where
		w.add("day >= ?", days[0])
		w.add("day <= ?", days[1])
		add(`SELECT substr(day, 1, 7) AS month, printer, owner, printer_name, owner_email, jobs, pages FROM sums`, w, "")
	}
	return strings.Join(parts, ` UNION ALL `), slices.Clip(all)
}

// fewPrinters are looked up one by one, also for a long time.
const fewPrinters = 50

const fromMonths = `SELECT month, printer, owner, printer_name, owner_email, jobs, pages FROM month_sums`

// The kinds of sums of months.
const (
	ofPerson  = "person"  // of all printers
	ofPrinter = "printer" // of all people
	ofAll     = "all"
)

// monthKind says which of the sums of months tell a report.
func monthKind(f cloud.SumFilter) string {
	switch f.By {
	case cloud.SumByPrinter, cloud.SumByMonth:
		return ofPrinter
	case cloud.SumByPerson, cloud.SumByGroup:
		if f.Printers == nil {
			return ofPerson
		}
	case cloud.SumByAll:
	}
	return ofAll
}
