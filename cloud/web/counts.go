package web

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
)

// countedRows is how many rows the page of what was printed shows; the file has all.
const countedRows = 200

// countsData is the page of what was printed.
type countsData struct {
	From, To string
	By       []choice
	Kind     cloud.SumKind
	Rows     []countRow
	Jobs     int
	Pages    int
	More     bool   // there are more rows than are shown
	File     string // address of all of it
}

type countRow struct {
	Name        string
	Jobs, Pages int
}

// countsQuery reads which report is asked for: of this month unless it is said.
func (s *site) countsQuery(v *visit) (cloud.SumQuery, error) {
	form, now := v.r.URL.Query(), time.Now().UTC()
	q := cloud.SumQuery{From: now.AddDate(0, 0, 1-now.Day()), To: now, By: cloud.SumKind(cmp.Or(form.Get("by"), string(cloud.SumByPerson)))}
	for name, at := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if text := form.Get(name); text != "" {
			day, err := time.Parse(cloud.DayLayout, text)
			if err != nil {
				return q, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["counts.badday"], Cause: err}
			}
			*at = day
		}
	}
	if !slices.Contains(countKinds(), q.By) {
		q.By = cloud.SumByPerson
	}
	return q, nil
}

func countKinds() []cloud.SumKind {
	return []cloud.SumKind{cloud.SumByPerson, cloud.SumByGroup, cloud.SumByPrinter, cloud.SumByMonth}
}

// showCounts shows how much was printed, by person, printer or month.
func (s *site) showCounts(v *visit) error {
	q, err := s.countsQuery(v)
	if err != nil {
		return err
	}
	sums, err := s.cfg.Service.Sums(v.ctx, v.caller, q)
	if err != nil {
		return err
	}
	data := countsData{From: q.From.Format(cloud.DayLayout), To: q.To.Format(cloud.DayLayout), Kind: q.By}
	together := sums
	if q.By == cloud.SumByGroup { // whoever is in two counts once in what was printed together
		if together, err = s.cfg.Service.Sums(v.ctx, v.caller, cloud.SumQuery{From: q.From, To: q.To, By: cloud.SumByMonth}); err != nil {
			return err
		}
	}
	for _, m := range together {
		data.Jobs, data.Pages = data.Jobs+m.Jobs, data.Pages+m.Pages
	}
	for _, m := range sums {
		data.Rows = append(data.Rows, countRow{s.countName(q.By, m), m.Jobs, m.Pages})
	}
	if q.By != cloud.SumByMonth {
		slices.SortStableFunc(data.Rows, func(a, b countRow) int { return b.Pages - a.Pages })
	}
	if len(data.Rows) > countedRows {
		data.Rows, data.More = data.Rows[:countedRows], true
	}
	for _, k := range countKinds() {
		data.By = append(data.By, choice{string(k), s.pages.words["counts.by."+string(k)], k == q.By})
	}
	data.File = "/counts.csv?" + url.Values{"from": {data.From}, "to": {data.To}, "by": {string(q.By)}}.Encode()
	return s.show(v, http.StatusOK, "counts", s.pages.words["counts.title"], data)
}

// countName is whose a row is.
func (s *site) countName(by cloud.SumKind, m cloud.Sum) string {
	if by == cloud.SumByGroup {
		return cmp.Or(m.Group, s.pages.words["counts.nogroup"])
	}
	return cmp.Or(m.Month, m.OwnerEmail, m.PrinterName)
}

// exportCounts gives all that was printed as a table for other programs.
func (s *site) exportCounts(v *visit) error {
	q, err := s.countsQuery(v)
	if err != nil {
		return err
	}
	if q.By != cloud.SumByGroup { // a person's groups are no part of what was printed
		q.By = cloud.SumByAll
	}
	sums, err := s.cfg.Service.Sums(v.ctx, v.caller, q)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	if err := out.WriteAll(countTable(q.By, sums)); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="printed.csv"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = file.WriteTo(v.w) // the reader may be gone
	return nil
}

// countTable are the rows of the file.
func countTable(by cloud.SumKind, sums []cloud.Sum) [][]string {
	rows := [][]string{{"month", "person", "printer", "printer_id", "jobs", "pages"}}
	if by == cloud.SumByGroup {
		rows = [][]string{{"group", "jobs", "pages"}}
	}
	for _, m := range sums {
		jobs, pages := strconv.Itoa(m.Jobs), strconv.Itoa(m.Pages)
		if by == cloud.SumByGroup {
			rows = append(rows, []string{plainCell(m.Group), jobs, pages})
			continue
		}
		rows = append(rows, []string{m.Month, plainCell(m.OwnerEmail), plainCell(m.PrinterName), plainCell(string(m.Printer)), jobs, pages})
	}
	return rows
}

// plainCell keeps a text that people chose from being taken for a formula by the
// program that opens the table.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
