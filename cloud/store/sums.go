package store

import (
	"context"
	"fmt"

	"platen/cloud"
)

// Sums returns what was printed.
func (d *DB) Sums(ctx context.Context, f cloud.SumFilter) ([]cloud.Sum, error) {
	var oldest, latest string
	if err := d.queryRow(ctx, rangeOfSums).Scan(&oldest, &latest); err != nil {
		return nil, fmt.Errorf("read what was counted: %w", err)
	}
	query, args := sumQuery(f, spanOf(f, oldest, latest))
	rows, err := d.r.QueryContext(ctx, query, args...)
	return collect(rows, err, scanSum)
}

func scanSum(s scanner) (m cloud.Sum, err error) {
	return m, s.Scan(&m.Month, &m.Owner, &m.OwnerEmail, &m.Printer, &m.PrinterName, &m.Jobs, &m.Pages, &m.Group)
}

// sumQuery is the query of a report.
func sumQuery(f cloud.SumFilter, of span) (string, []any) {
	const person, printer = `sums.owner, MAX(owner_email)`, `printer, MAX(printer_name)`
	columns, group, name := "", "", `''`
	counted, args := of.counted(f)
	from := `(` + counted + `) sums`
	switch f.By {
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
	query := `SELECT ` + columns + `, SUM(jobs), SUM(pages), ` + name + ` FROM ` + from + ` GROUP BY ` + group
	if f.Limit > 0 {
		return query + ` ORDER BY 7 DESC, 1, 5, 3, 8 LIMIT ?`, append(args, f.Limit)
	}
	return query + ` ORDER BY 1, 5, 3, 8, 4, 2`, args
}

// addSum counts more at a printer. Triggers count it in the sums of months.
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
