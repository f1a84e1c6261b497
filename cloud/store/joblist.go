package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// lookedAt bounds how many jobs one page looks at for those that match.
const lookedAt = 2000

// mergedPrinters bounds how many printers' jobs are put in order by merging them;
// with more printers, the jobs of all are looked at.
const mergedPrinters = 48

// candidate is a job that may be one of a list, with what words are looked for in.
type candidate struct {
	id    string
	place cloud.JobPlace
	text  cloud.JobText
	ok    bool // it meets all but the words
}

func scanCandidate(s scanner) (candidate, error) {
	var c candidate
	var create int64
	var tags string
	err := s.Scan(&c.id, &create, &c.place.Order, &c.text.Title, &tags, &c.text.PrinterName, &c.text.OwnerEmail, &c.ok)
	c.place.Time = timeOf(create)
	if err != nil || tags == "null" {
		return c, err
	}
	return c, fromJSON(tags, &c.text.Tags)
}

// BrowseJobs returns jobs from before a place, newest first. It looks at the places
// and the words of candidates, and reads no more jobs than it returns.
func (d *DB) BrowseJobs(ctx context.Context, f cloud.JobBrowse) (cloud.JobsPage, error) {
	if f.Printers != nil && len(f.Printers) == 0 {
		return cloud.JobsPage{}, nil
	}
	var list []candidate
	var page cloud.JobsPage
	var err error
	// One person's jobs, and those that are open, are so few that the index of words,
	// which has everybody's, is the longer way.
	if match := matchOf(f); match != "" && f.Owner == "" && !onlyOpen(f) {
		list, page.Next, err = d.lookByWords(ctx, f, match)
	} else {
		list, page.Next, err = d.lookThrough(ctx, f, sourceOf(f), f.Limit)
	}
	if err != nil {
		return page, err
	}
	page.Jobs, err = d.jobsOf(ctx, list)
	return page, err
}

// onlyOpen reports whether no job is asked for that has ended.
func onlyOpen(f cloud.JobBrowse) bool {
	return len(f.States) > 0 && !slices.ContainsFunc(f.States, gcp.JobStateType.Ended)
}

// lookThrough returns the first candidates of a source that match, and where it
// stopped; the zero place if there are no more.
func (d *DB) lookThrough(ctx context.Context, f cloud.JobBrowse, from source, limit int) (list []candidate, stop cloud.JobPlace, err error) {
	query, args := candidatesQuery(f, from)
	rows, err := d.r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, stop, fmt.Errorf("look for jobs: %w", err)
	}
	list, stop, err = firstMatching(rows, cloud.SearchWords(f.Text), limit)
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, stop, fmt.Errorf("look for jobs: %w", err)
	}
	return list, stop, nil
}

// candidatesQuery gives candidates in the order of the list. The inner query has them
// in order, as the indexes do, and CROSS JOIN keeps SQLite from another order: whoever
// reads stops when a page is full.
func candidatesQuery(f cloud.JobBrowse, from source) (string, []any) {
	filter := browseWhere(f)
	return `SELECT jobs.id, jobs.create_time, jobs.ord, title, tags, printer_name, owner_email, ` + strings.Join(filter.parts, " AND ") + `
		FROM (` + from.query + ` LIMIT ?) c CROSS JOIN jobs ON jobs.` + from.key + ` = c.key`,
		slices.Concat(filter.args, from.args, []any{lookedAt})
}

func firstMatching(rows *sql.Rows, words []string, limit int) (list []candidate, stop cloud.JobPlace, err error) {
	looked := 0
	for rows.Next() {
		c, err := scanCandidate(rows)
		if err != nil {
			return nil, stop, err
		}
		looked++
		stop = c.place
		switch {
		case !c.ok || !c.text.Has(words):
		case len(list) == limit:
			return list, list[limit-1].place, nil
		default:
			list = append(list, c)
		}
	}
	if looked < lookedAt {
		stop = cloud.JobPlace{}
	}
	return list, stop, nil
}

// jobsOf reads jobs, in the order of the list; one that was removed meanwhile is left out.
func (d *DB) jobsOf(ctx context.Context, list []candidate) ([]cloud.Job, error) {
	ids := make([]string, len(list))
	order := make(map[gcp.JobID]int, len(list))
	for i, c := range list {
		ids[i], order[gcp.JobID(c.id)] = c.id, i
	}
	in, args := among("jobs.id", ids)
	rows, err := d.r.QueryContext(ctx, `SELECT `+jobColumns+` FROM jobs WHERE `+in, args...)
	jobs, err := collect(rows, err, scanJob)
	slices.SortFunc(jobs, func(a, b cloud.Job) int { return order[a.ID] - order[b.ID] })
	return jobs, err
}

func scanPlace(s scanner) (cloud.JobPlace, error) {
	var p cloud.JobPlace
	var create int64
	err := s.Scan(&create, &p.Order)
	p.Time = timeOf(create)
	return p, found(err)
}

// source is a query for those jobs among which the ones that match are, newest first:
// what an index finds in the order of the list. Its first column is key of table jobs.
type source struct {
	query string
	args  []any
	key   string
}

func sourceOf(f cloud.JobBrowse) source {
	var common where
	if !f.Before.IsZero() {
		common.add("(create_time, ord) < (?, ?)", micros(f.Before.Time), f.Before.Order)
	}
	if onlyOpen(f) {
		common.add("end_time = 0")
	}
	from := source{key: "rowid"}
	part := func(column, value string) {
		w := common
		if column != "" {
			w = where{}
			w.add(column+" = ?", value)
			w.parts, w.args = append(w.parts, common.parts...), append(w.args, common.args...)
		}
		if from.query != "" {
			from.query += ` UNION ALL `
		}
		from.query += `SELECT rowid AS key, create_time, ord FROM jobs` + w.String()
		from.args = append(from.args, w.args...)
	}
	switch {
	case f.Owner != "":
		part("owner", string(f.Owner))
	case f.Printers != nil && len(f.Printers) <= mergedPrinters:
		for _, id := range f.Printers {
			part("printer", string(id))
		}
	default:
		part("", "")
	}
	from.query += ` ORDER BY create_time DESC, ord DESC`
	return from
}

// browseWhere is what a job must meet besides its place and its words.
func browseWhere(f cloud.JobBrowse) where {
	var w where
	w.add("(jobs.deleted = 0 OR jobs.end_time = 0)")
	w.equal("jobs.owner", string(f.Owner))
	if f.Printers != nil {
		part, args := among("jobs.printer", f.Printers)
		w.add(part, args...)
	}
	if len(f.States) > 0 {
		part, args := among("jobs.state_type", f.States)
		w.add(part, args...)
	}
	return w
}
