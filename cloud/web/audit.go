package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// auditRows is how many entries one page of the audit log shows.
const auditRows = 100

type auditData struct {
	Rows     []cloud.AuditEntry
	Filter   auditForm
	Filtered bool
	Older    string // address of the entries before these; "" if there are none
	Newest   string // address of the first page; "" on it
	CSV      string // addresses of all that match, as files
	Lines    string
}

// auditForm is which entries are asked for, as the person wrote it.
type auditForm struct{ Who, Printer, From, To string }

// params are the form's fields.
func (f auditForm) params() map[string]string {
	return map[string]string{"who": f.Who, "printer": f.Printer, "from": f.From, "to": f.To}
}

// auditQuery reads which entries are asked for. Days are in UTC, and both included.
func (s *site) auditQuery(v *visit) (cloud.AuditQuery, auditForm, error) {
	form := v.r.URL.Query()
	f := auditForm{strings.TrimSpace(form.Get("who")), strings.TrimSpace(form.Get("printer")), form.Get("from"), form.Get("to")}
	q := cloud.AuditQuery{Who: f.Who}
	q.Printer = gcp.PrinterID(f.Printer)
	for text, at := range map[*string]*time.Time{&f.From: &q.From, &f.To: &q.To} {
		if *text == "" {
			continue
		}
		day, err := time.Parse(cloud.DayLayout, *text)
		if err != nil {
			return q, f, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["counts.badday"], Cause: err}
		}
		*at = day
	}
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
	}
	if text := form.Get("before"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return q, f, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["audit.position"], Cause: err}
		}
		q.Before = cloud.Seq(n)
	}
	return q, f, nil
}

// showAudit lists what people did, newest first.
func (s *site) showAudit(v *visit) error {
	q, f, err := s.auditQuery(v)
	if err != nil {
		return err
	}
	q.Limit = auditRows + 1 // one more tells whether there are more
	rows, err := s.cfg.Service.Audit(v.ctx, v.caller, q)
	if err != nil {
		return err
	}
	fields := f.params()
	data := auditData{
		Rows: rows, Filter: f, Filtered: f != (auditForm{}),
		CSV: address("/audit.csv", fields), Lines: address("/audit.jsonl", fields),
	}
	if q.Before != 0 {
		data.Newest = address("/audit", fields)
	}
	if len(rows) > auditRows {
		data.Rows = rows[:auditRows]
		fields["before"] = strconv.FormatInt(int64(rows[auditRows-1].Seq), 10)
		data.Older = address("/audit", fields)
	}
	return s.show(v, http.StatusOK, "audit", s.pages.words["audit.title"], data)
}
