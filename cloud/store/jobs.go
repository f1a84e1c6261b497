package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"platen/cloud"
	"platen/gcp"
)

const baseColumns = `jobs.id, jobs.printer, printer_name, jobs.owner, owner_email, title, content_type, ticket,
	document, document_size, document_digest, tags, pages, state, unconfirmed, message, pages_printed,
	attempts, cancel_requested, cancel_ack, deleted, jobs.create_time, jobs.update_time, end_time,
	claim, expire_time, hold_until, heard_time, due_time, restored, again_of, work, notes, pin_hash, pin_tries, delegate`

// jobColumns are what scanJob reads; waitingColumns leave out the trace, which
// nobody needs of a job that waits and which takes longest to decode.
const (
	jobColumns     = baseColumns + `, trace`
	waitingColumns = baseColumns + `, 'null'`
)

// jobRow receives the columns of a job that have another form in Go.
type jobRow struct {
	ticket, tags, state, trace      string
	work, notes                     string
	unconfirmed, ack, deleted       int
	cancel, created, updated, ended int64
	expire, hold, heard, due        int64
}

func (r *jobRow) into(j *cloud.Job) []any {
	return []any{
		&j.ID, &j.Printer, &j.PrinterName, &j.Owner, &j.OwnerEmail, &j.Title, &j.ContentType, &r.ticket,
		&j.Document.ID, &j.Document.Size, &j.Document.Digest, &r.tags, &j.Pages, &r.state, &r.unconfirmed,
		&j.Message, &j.PagesPrinted, &j.DeliveryAttempts, &r.cancel, &r.ack, &r.deleted,
		&r.created, &r.updated, &r.ended, &j.Claim, &r.expire, &r.hold, &r.heard, &r.due, &j.Restored, &j.AgainOf,
		&r.work, &r.notes, &j.ReleaseBy.PINHash, &j.ReleaseBy.Tries, &j.ReleaseBy.Delegate, &r.trace,
	}
}

func (r *jobRow) finish(j *cloud.Job) error {
	j.Ticket = json.RawMessage(r.ticket)
	j.Unconfirmed, j.CancelAcknowledged, j.Deleted = r.unconfirmed != 0, r.ack != 0, r.deleted != 0
	j.CancelRequested, j.CreateTime = timeOf(r.cancel), timeOf(r.created)
	j.UpdateTime, j.EndTime = timeOf(r.updated), timeOf(r.ended)
	j.ExpireTime, j.HoldUntil = timeOf(r.expire), timeOf(r.hold)
	j.HeardTime, j.DueTime = timeOf(r.heard), timeOf(r.due)
	if r.state == queuedState {
		j.State.Type = gcp.JobQueued
	} else if err := fromJSON(r.state, &j.State); err != nil {
		return err
	}
	if r.tags != "null" {
		if err := fromJSON(r.tags, &j.Tags); err != nil {
			return err
		}
	}
	if r.work != "" {
		if err := fromJSON(r.work, &j.Work); err != nil {
			return err
		}
	}
	if r.notes != "null" {
		if err := fromJSON(r.notes, &j.Notes); err != nil {
			return err
		}
	}
	if r.trace == "null" {
		return nil
	}
	return fromJSON(r.trace, &j.Trace)
}

// queuedState is the state of every job of a fetch, which need not be decoded.
const queuedState = `{"type":"QUEUED"}`

func scanJob(s scanner) (cloud.Job, error) {
	var j cloud.Job
	var r jobRow
	if err := s.Scan(r.into(&j)...); err != nil {
		return j, found(err)
	}
	return j, r.finish(&j)
}

// addJob writes a new job. Its place in the queue is the position of the event
// that told of it, which grows in the order of the commits.
func (t *Tx) addJob(j cloud.Job) error {
	state, tags, trace, err := jobJSON(j)
	if err != nil {
		return err
	}
	work, notes, err := plannedJSON(j)
	if err != nil {
		return err
	}
	ticket := string(j.Ticket)
	if ticket == "" {
		ticket = "{}"
	}
	_, err = t.exec(`INSERT INTO jobs (id, ord, printer, owner, state_type, queued_time, create_time, update_time,
		end_time, cancel_requested, cancel_ack, attempts, pages_printed, unconfirmed, deleted,
		document, document_size, document_digest, title, tags, state, message, trace, owner_email,
		printer_name, content_type, pages, ticket, claim, expire_time, hold_until, heard_time, due_time,
		restored, again_of, work, notes, pin_hash, pin_tries, delegate)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(j.ID), int64(t.lastEvent), string(j.Printer), string(j.Owner), string(j.State.Type), micros(j.UpdateTime),
		micros(j.CreateTime), micros(j.UpdateTime), micros(j.EndTime), micros(j.CancelRequested),
		flag(j.CancelAcknowledged), j.DeliveryAttempts, j.PagesPrinted, flag(j.Unconfirmed), flag(j.Deleted),
		j.Document.ID, j.Document.Size, j.Document.Digest, j.Title, tags, state, j.Message, trace,
		j.OwnerEmail, j.PrinterName, j.ContentType, j.Pages, ticket, string(j.Claim), micros(j.ExpireTime),
		micros(j.HoldUntil), micros(j.HeardTime), micros(j.DueTime), string(j.Restored), string(j.AgainOf), work, notes,
		j.ReleaseBy.PINHash, j.ReleaseBy.Tries, j.ReleaseBy.Delegate)
	if err != nil {
		return fmt.Errorf("add job: %w", err)
	}
	return nil
}

// jobJSON returns the members of a job that are kept as JSON.
func jobJSON(j cloud.Job) (state, tags, trace string, err error) {
	state, err1 := asJSON(j.State)
	tags, err2 := asJSON(j.Tags)
	trace, err3 := asJSON(j.Trace)
	return state, tags, trace, errors.Join(err1, err2, err3)
}

// plannedJSON returns the members of a job that were decided when it was submitted.
func plannedJSON(j cloud.Job) (work, notes string, err error) {
	if !j.Work.IsZero() {
		if work, err = asJSON(j.Work); err != nil {
			return "", "", err
		}
	}
	notes, err = asJSON(j.Notes)
	return work, notes, err
}

// saveJob writes what may change of a job.
func (t *Tx) saveJob(j cloud.Job) error {
	state, tags, trace, err := jobJSON(j)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE jobs SET
		queued_time = CASE WHEN state_type <> 'QUEUED' AND ? = 'QUEUED' THEN ? ELSE queued_time END,
		state_type = ?, state = ?, update_time = ?, end_time = ?, cancel_requested = ?, cancel_ack = ?,
		pages = ?, pages_printed = ?, unconfirmed = ?, deleted = ?, message = ?, tags = ?, trace = ?,
		claim = ?, expire_time = ?, hold_until = ?, heard_time = ?, due_time = ?, restored = ?,
		pin_hash = ?, pin_tries = ?, delegate = ?
		WHERE id = ?`,
		string(j.State.Type), micros(j.UpdateTime),
		string(j.State.Type), state, micros(j.UpdateTime), micros(j.EndTime), micros(j.CancelRequested),
		flag(j.CancelAcknowledged), j.Pages, j.PagesPrinted, flag(j.Unconfirmed), flag(j.Deleted),
		j.Message, tags, trace, string(j.Claim), micros(j.ExpireTime), micros(j.HoldUntil),
		micros(j.HeardTime), micros(j.DueTime), string(j.Restored),
		j.ReleaseBy.PINHash, j.ReleaseBy.Tries, j.ReleaseBy.Delegate, string(j.ID))
	if err != nil {
		return fmt.Errorf("save job: %w", err)
	}
	return nil
}

const selectJob = `SELECT ` + jobColumns + `, COALESCE(printers.id, ''), COALESCE(printers.owner, ''),
	COALESCE(printers.robot, ''), COALESCE(robots.run, ''), COALESCE(` + shownName + `, ''), COALESCE(printers.hidden, 0) > 0,
	COALESCE(printers.paused, 0) > 0
	FROM jobs LEFT JOIN printers ON printers.id = jobs.printer LEFT JOIN robots ON robots.id = printers.robot
	WHERE jobs.id = ?`

// scanJobRights reads a row of selectJob.
func scanJobRights(s scanner) (cloud.Job, cloud.PrinterRights, error) {
	var j cloud.Job
	var r jobRow
	var of cloud.PrinterRights
	err := s.Scan(append(r.into(&j), &of.Printer, &of.Owner, &of.Robot, &of.Run, &of.Name, &of.Hidden, &of.Paused)...)
	if err != nil {
		return j, of, found(err)
	}
	return j, of, r.finish(&j)
}

// Job returns a job, and who has rights on its printer.
func (d *DB) Job(ctx context.Context, id gcp.JobID) (cloud.Job, cloud.PrinterRights, error) {
	return scanJobRights(d.queryRow(ctx, selectJob, string(id)))
}

// UpdateJob saves what fn makes of a job.
func (d *DB) UpdateJob(ctx context.Context, id gcp.JobID, fn func(*cloud.Job, cloud.PrinterRights) ([]cloud.Event, error)) (cloud.Job, error) {
	var j cloud.Job
	err := d.tx(ctx, func(tx *Tx) (err error) {
		var of cloud.PrinterRights
		if j, of, err = scanJobRights(tx.queryRow(selectJob, string(id))); err != nil {
			return err
		}
		before := j
		events, err := fn(&j, of)
		if err != nil {
			return kept(err)
		}
		if err := tx.endJob(before, j); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
	return j, err
}

// ListJobs returns a page of the jobs that match, and how many match.
func (d *DB) ListJobs(ctx context.Context, f cloud.JobFilter) ([]cloud.Job, int, error) {
	w := jobWhere(f)
	rows, err := d.r.QueryContext(ctx, `SELECT `+jobColumns+` FROM jobs`+w.String()+jobOrder(f.Sort)+` LIMIT ? OFFSET ?`,
		append(w.args, f.Limit, f.Offset)...)
	jobs, err := collect(rows, err, scanJob)
	if err != nil || len(jobs) > 0 && len(jobs) < f.Limit {
		return jobs, f.Offset + len(jobs), err // the last page tells how many there are
	}
	var total int
	if err := d.r.QueryRowContext(ctx, `SELECT COUNT(*) FROM jobs`+w.String(), w.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count jobs: %w", err)
	}
	return jobs, total, nil
}

func jobWhere(f cloud.JobFilter) where {
	var w where
	mine := "1 = 0"
	var args []any
	if f.Owner != "" {
		mine, args = "owner = ?", []any{string(f.Owner)}
	}
	if len(f.Printers) > 0 {
		part, more := among("printer", f.Printers)
		mine, args = "("+mine+" OR "+part+")", append(args, more...)
	}
	w.add(mine, args...)
	w.add("(deleted = 0 OR end_time = 0)")
	w.equal("printer", string(f.Printer))
	w.equal("owner_email", f.OwnerEmail)
	if f.AgainOf != "" {
		w.add("again_of <> '' AND again_of = ?", string(f.AgainOf)) // as the index has it
	}
	if f.Text != "" {
		like := likeText(f.Text)
		w.add(`(LOWER(title) LIKE ? ESCAPE '\' OR LOWER(tags) LIKE ? ESCAPE '\')`, like, like)
	}
	if len(f.States) > 0 {
		part, more := among("state_type", f.States)
		w.add(part, more...)
		if !slices.ContainsFunc(f.States, gcp.JobStateType.Ended) {
			w.add("end_time = 0") // there is an index of these: a printer's history may be long
		}
	}
	return w
}

// jobOrder returns the ORDER BY of a sort order; unknown ones are the default.
func jobOrder(sort string) string {
	switch sort {
	case "CREATE_TIME":
		return " ORDER BY create_time, ord"
	case "STATUS":
		return " ORDER BY state_type, create_time DESC, ord DESC"
	case "STATUS_DESC":
		return " ORDER BY state_type DESC, create_time DESC, ord DESC"
	case "TITLE":
		return " ORDER BY LOWER(title), create_time DESC, ord DESC"
	case "TITLE_DESC":
		return " ORDER BY LOWER(title) DESC, create_time DESC, ord DESC"
	}
	return " ORDER BY create_time DESC, ord DESC"
}
