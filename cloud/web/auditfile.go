package web

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// auditFile bounds the entries of one file: older ones are asked for by their days.
const auditFile = 100_000

// auditLine is an entry of the audit log for other programs.
type auditLine struct {
	Seq     cloud.Seq     `json:"seq"`
	Time    time.Time     `json:"time"`
	Who     string        `json:"who"`
	WhoID   cloud.UserID  `json:"who_id"`
	What    string        `json:"what"`
	Printer gcp.PrinterID `json:"printer,omitempty"`
	Job     gcp.JobID     `json:"job,omitempty"`
	Robot   gcp.RobotID   `json:"connector,omitempty"`
}

// auditTable writes entries as a table.
type auditTable struct{ *csv.Writer }

func (t auditTable) head() error {
	return t.Write([]string{"time", "who", "who_id", "what", "printer", "job", "connector"})
}

func (t auditTable) add(l auditLine) error {
	return t.Write([]string{
		l.Time.Format(time.RFC3339Nano), plainCell(l.Who), plainCell(string(l.WhoID)), plainCell(l.What),
		plainCell(string(l.Printer)), plainCell(string(l.Job)), plainCell(string(l.Robot)),
	})
}

func (t auditTable) end() error {
	t.Flush()
	return t.Error()
}

// auditLines writes entries as JSON, one a line.
type auditLines struct{ *json.Encoder }

func (auditLines) head() error             { return nil }
func (t auditLines) add(l auditLine) error { return t.Encode(l) }
func (auditLines) end() error              { return nil }

// auditWriter writes entries in one of the forms.
type auditWriter interface {
	head() error
	add(l auditLine) error
	end() error
}

func (s *site) exportAuditTable(v *visit) error {
	return s.exportAudit(v, "text/csv; charset=utf-8", "audit.csv", func(w io.Writer) auditWriter { return auditTable{csv.NewWriter(w)} })
}

func (s *site) exportAuditLines(v *visit) error {
	return s.exportAudit(v, "application/jsonl", "audit.jsonl", func(w io.Writer) auditWriter { return auditLines{json.NewEncoder(w)} })
}

// exportAudit writes all entries that are asked for, newest first, a page at a time:
// the log may be longer than what memory is for.
func (s *site) exportAudit(v *visit, kind, name string, form func(io.Writer) auditWriter) error {
	q, _, err := s.auditQuery(v)
	if err != nil {
		return err
	}
	page, err := s.cfg.Service.Audit(v.ctx, v.caller, q)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out, control := form(v.w), http.NewResponseController(v.w)
	err = out.head()
	for n := 0; err == nil && len(page) > 0; {
		_ = control.SetWriteDeadline(time.Now().Add(stallTime)) // a recorder of a test has none
		for _, e := range page {
			err = errors.Join(err, out.add(auditLine{e.Seq, e.Time.UTC(), e.Who, e.By, e.Note, e.Printer, e.Job, e.Robot}))
		}
		if n += len(page); err != nil || n >= auditFile {
			break
		}
		q.Before = page[len(page)-1].Seq
		page, err = s.cfg.Service.Audit(v.ctx, v.caller, q)
	}
	if err := errors.Join(err, out.end()); err != nil {
		panic(http.ErrAbortHandler) // the one way to tell the reader that more was to come
	}
	return nil
}
