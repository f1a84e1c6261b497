package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"platen/cloud"
	"platen/gcp"
)

// Sums returns what was printed.
func (d *DB) Sums(ctx context.Context, f cloud.SumFilter) ([]cloud.Sum, error) {
	var oldest, latest string
	if err := d.queryRow(ctx, rangeOfSums).Scan(&oldest, &latest); err != nil {
		return nil, fmt.Errorf("read what was counted: %w", err)
	}
	if oldest == "" || f.To < f.From {
		return nil, nil
	}
	of, err := spanOf(f, oldest, latest)
	if err != nil {
		return nil, err
	}
	if (f.By == cloud.SumByPerson || f.By == cloud.SumByGroup) && len(f.Printers) > fewPrinters {
		rows, err := d.r.QueryContext(ctx, printersCounted)
		counted, err := collect(rows, err, scanPrinterID)
		if err != nil {
			return nil, fmt.Errorf("read which printers were counted: %w", err)
		}
		of.less = lessOf(f, counted)
	}
	return d.sumsOf(ctx, f, of.parts(f))
}

// sumsOf reads the parts of a report, all at the same time: what is added up already, and
// days, take about as long.
func (d *DB) sumsOf(ctx context.Context, f cloud.SumFilter, parts []sumPart) ([]cloud.Sum, error) {
	found, errs := make([][]cloud.Sum, len(parts)), make([]error, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() {
			rows, err := d.r.QueryContext(ctx, part.sum(f.By), part.args...)
			found[i], errs[i] = collect(rows, err, scanSum)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return ordered(f, merged(f.By, found)), nil
}

// merged adds up the parts of a report, and leaves out of what nothing is left.
func merged(by cloud.SumKind, parts [][]cloud.Sum) []cloud.Sum {
	var all []cloud.Sum
	if by == cloud.SumByAll {
		all = slices.Concat(parts...) // each is of months of its own, and they may be long
	} else {
		all = addedUp(parts)
	}
	return slices.DeleteFunc(all, func(m cloud.Sum) bool { return m.Jobs == 0 && m.Pages == 0 })
}

func addedUp(parts [][]cloud.Sum) (all []cloud.Sum) {
	type what struct {
		month   string
		owner   cloud.UserID
		printer gcp.PrinterID
		group   string
	}
	at := map[what]int{}
	for _, part := range parts {
		for _, m := range part {
			k := what{m.Month, m.Owner, m.Printer, m.Group}
			i, known := at[k]
			if !known {
				at[k], all = len(all), append(all, m)
				continue
			}
			all[i].Jobs += m.Jobs
			all[i].Pages += m.Pages
			all[i].OwnerEmail = max(all[i].OwnerEmail, m.OwnerEmail)
			all[i].PrinterName = max(all[i].PrinterName, m.PrinterName)
		}
	}
	return all
}

// ordered sorts a report, and cuts it to its limit.
func ordered(f cloud.SumFilter, all []cloud.Sum) []cloud.Sum {
	slices.SortFunc(all, func(a, b cloud.Sum) int {
		pages := 0
		if f.Limit > 0 {
			pages = cmp.Compare(b.Pages, a.Pages)
		}
		return cmp.Or(pages, cmp.Compare(a.Month, b.Month), cmp.Compare(a.PrinterName, b.PrinterName), cmp.Compare(a.OwnerEmail, b.OwnerEmail),
			cmp.Compare(a.Group, b.Group), cmp.Compare(a.Printer, b.Printer), cmp.Compare(a.Owner, b.Owner))
	})
	if f.Limit > 0 && len(all) > f.Limit {
		all = all[:f.Limit]
	}
	return all
}

func scanPrinterID(s scanner) (id gcp.PrinterID, err error) { return id, s.Scan(&id) }

func scanSum(s scanner) (m cloud.Sum, err error) {
	return m, s.Scan(&m.Month, &m.Owner, &m.OwnerEmail, &m.Printer, &m.PrinterName, &m.Jobs, &m.Pages, &m.Group)
}

// sumPart is what a part of a report is made of: rows of the columns of sums, but the day.
type sumPart struct {
	query  string
	args   []any
	months bool // whole ones: what SumByAll tells is added up already
	less   bool // it is taken from the others
}

// sum is the query of a part.
func (p sumPart) sum(by cloud.SumKind) string {
	const person, printer = `sums.owner, MAX(owner_email)`, `printer, MAX(printer_name)`
	columns, group, name := "", "", `''`
	added := `SUM(jobs), SUM(pages)`
	if p.less {
		added = `-SUM(jobs), -SUM(pages)`
	}
	from := `(` + p.query + `) sums`
	switch by {
	case cloud.SumByPrinter:
		columns, group = `'', '', '', `+printer, `printer`
	case cloud.SumByMonth:
		columns, group = `month, '', '', '', ''`, `month`
	case cloud.SumByPerson:
		columns, group = `'', `+person+`, '', ''`, `sums.owner`
	case cloud.SumByGroup:
		from += ` LEFT JOIN (SELECT DISTINCT owner, name FROM members) m ON m.owner = sums.owner`
		columns, group, name = `'', '', '', '', ''`, `8`, `COALESCE(m.name, '')`
	case cloud.SumByAll:
		columns, group = `month, `+person+`, `+printer, `month, sums.owner, printer`
	}
	if by == cloud.SumByAll && p.months {
		return `SELECT month, owner, owner_email, printer, printer_name, jobs, pages, '' FROM ` + from
	}
	return `SELECT ` + columns + `, ` + added + `, ` + name + ` FROM ` + from + ` GROUP BY ` + group
}

// addSum counts more at a printer. Triggers count it in the sums of months and in totals.
const addSum = `INSERT INTO sums (day, printer, owner, printer_name, owner_email, jobs, pages) VALUES (?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (day, printer, owner) DO UPDATE SET jobs = sums.jobs + excluded.jobs, pages = sums.pages + excluded.pages,
	printer_name = excluded.printer_name, owner_email = excluded.owner_email`

// endJob saves a job, and counts what it printed if it has ended.
func (t *Tx) endJob(before, after cloud.Job) error {
	if err := t.saveJob(after); err != nil {
		return err
	}
	had, hadJobs := before.Counted()
	pages, jobs := after.Counted()
	pages, jobs = pages-had, jobs-hadJobs
	if pages == 0 && jobs == 0 {
		return nil
	}
	_, err := t.exec(addSum,
		after.EndTime.UTC().Format(cloud.DayLayout), string(after.Printer), string(after.Owner), after.PrinterName, after.OwnerEmail, jobs, pages)
	if err != nil {
		return fmt.Errorf("count pages: %w", err)
	}
	return nil
}
