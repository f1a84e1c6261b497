package store

import (
	"time"

	"platen/cloud"
	"platen/gcp"
)

const rangeOfSums = `SELECT COALESCE((SELECT MIN(day) FROM sums), ''), COALESCE((SELECT MAX(day) FROM sums), '')`

// span is the time of a report: whole months, whose sums are kept, and the days before
// and after them.
type span struct {
	first, last string // months; last is before first if there is none
	days        [][2]string
	long        bool            // the months are a large part of all that there are
	less        []gcp.PrinterID // see lessOf
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

// parts are the queries for what a report adds up: as little as tells it.
func (s span) parts(f cloud.SumFilter) []sumPart {
	var parts []sumPart
	add := func(query string, w where, group string) {
		parts = append(parts, sumPart{query: query + w.String() + group, args: w.args})
	}
	if s.first <= s.last {
		s.months(f, add)
		for i := range parts {
			parts[i].sums = true
		}
	}
	for _, days := range s.days {
		var w where
		w.add("day >= ?", days[0])
		w.add("day <= ?", days[1])
		switch {
		case s.less == nil:
			w.printers(f.Printers)
		case len(s.less) > 0:
			part, args := among("printer", s.less)
			w.add("NOT "+part, args...)
		}
		add(`SELECT `+countedColumns(f.By, `substr(day, 1, 7)`)+`, jobs, pages FROM sums`, w, "")
	}
	return parts
}

// printers adds that a row is of one of some printers; nil stands for all.
func (w *where) printers(of []gcp.PrinterID) {
	if of != nil {
		part, args := among("printer", of)
		w.add(part, args...)
	}
}

// months is the part of the query that is about whole months.
func (s span) months(f cloud.SumFilter, add func(query string, w where, group string)) {
	people := f.By == cloud.SumByPerson || f.By == cloud.SumByGroup
	month := func(kind string) (w where) {
		w.add("kind = ?", kind)
		w.add("month >= ?", s.first)
		w.add("month <= ?", s.last)
		return w
	}
	columns := `SELECT ` + countedColumns(f.By, `month`)
	switch {
	case people && (f.Printers == nil || s.less != nil):
		if s.long {
			add(personByPerson, month(ofPerson), ` GROUP BY owner`)
		} else {
			w := month(ofPerson)
			w.add("printer = ''") // as the primary key has it
			add(columns+`, jobs, pages FROM month_sums`, w, "")
		}
		if len(s.less) > 0 {
			w := month(ofAll)
			w.printers(s.less)
			add(`SELECT '' AS month, '' AS printer, owner, '' AS printer_name, '' AS owner_email, -jobs AS jobs, -pages AS pages FROM month_sums`, w, "")
		}
	case people && s.long && len(f.Printers) > fewPrinters:
		w := month(ofAll)
		w.printers(f.Printers)
		add(personByPerson, w, ` GROUP BY owner`)
	default:
		w := month(monthKind(f.By))
		w.printers(f.Printers)
		add(columns+`, jobs, pages FROM month_sums`, w, "")
	}
}

// personByPerson reads an index that has the sums in this order, so that nothing is sorted.
const personByPerson = `SELECT '' AS month, '' AS printer, owner, '' AS printer_name, MAX(owner_email) AS owner_email, SUM(jobs) AS jobs, SUM(pages) AS pages
	FROM month_sums INDEXED BY month_sums_person`

// countedColumns are those that a report is about: rows are sorted with all that they have.
func countedColumns(by cloud.SumKind, month string) string {
	printer, owner := `'' AS printer, '' AS owner, `, `'' AS printer_name, '' AS owner_email`
	switch by {
	case cloud.SumByPerson, cloud.SumByGroup:
		return `'' AS month, '' AS printer, owner, '' AS printer_name, owner_email`
	case cloud.SumByPrinter:
		return `'' AS month, printer, '' AS owner, printer_name, '' AS owner_email`
	case cloud.SumByAll:
		printer, owner = `printer, owner, `, `printer_name, owner_email`
	case cloud.SumByMonth:
	}
	return month + ` AS month, ` + printer + owner
}

// fewPrinters are looked up one by one, also for a long time.
const fewPrinters = 50

// printersCounted is the query for all printers that anything was counted at.
const printersCounted = `SELECT DISTINCT printer FROM month_sums WHERE kind = '` + ofPrinter + `'`

// lessOf are the printers that a report about people leaves out, if they are fewer than
// those it is of: what was printed there is then taken from the sums of all printers. Else
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

// The kinds of sums of months.
const (
	ofPerson  = "person"  // of all printers
	ofPrinter = "printer" // of all people
	ofAll     = "all"
)

// monthKind says which of the sums of months tell a report that is not about all that
// people printed.
func monthKind(by cloud.SumKind) string {
	if by == cloud.SumByPrinter || by == cloud.SumByMonth {
		return ofPrinter
	}
	return ofAll
}
