package pubsub

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/stream"
)

// item is one thing as one person may see it.
type item struct {
	id      string
	title   string
	words   string // how it is, in words
	payload string
}

// text is the element of XEP-0060.
func (i item) text() string {
	return `<item xmlns="` + nsPubSub + `"` + stream.Attr("id", i.id) + `>` + i.payload + `</item>`
}

func printerItem(id gcp.PrinterID) string { return "printer-" + string(id) }
func jobItem(id gcp.JobID) string         { return "job-" + string(id) }

// itemsOf is what a node has at the moment: the newest first.
func (s *Server) itemsOf(ctx context.Context, c cloud.Caller, n found) ([]item, error) {
	var items []item
	query := cloud.JobQuery{Limit: maxShown}
	switch n.kind {
	case ofProgram:
		if n.own.Item.ID != "" {
			items = append(items, item{id: n.own.Item.ID, payload: n.own.Item.Payload})
		}
		return items, nil
	case ofPrinter:
		view, err := s.printer(ctx, c, n.printer)
		if err != nil {
			return nil, err
		}
		items = append(items, s.ofPrinter(c, view, n.name))
		query.Printer = n.printer
	case ofPerson:
		list, err := s.cfg.Cloud.PrinterList(ctx, c, cloud.PrinterListQuery{Limit: maxShown})
		if err != nil {
			return nil, err
		}
		for i := range list.Printers {
			items = append(items, s.ofPrinter(c, &list.Printers[i], n.name))
		}
		query.Owner = n.person
	case ofOwnJobs:
		query.Owner = n.person
	}
	jobs, _, err := s.cfg.Cloud.Jobs(ctx, c, query)
	if err != nil {
		return nil, err
	}
	for i := range jobs {
		items = append(items, s.ofJob(c, &jobs[i], n.name))
	}
	return items, nil
}

// ofPrinter is the state of a printer.
func (s *Server) ofPrinter(c cloud.Caller, view *cloud.PrinterView, node string) item {
	object := s.cfg.Objects.Printer(c, view)
	i := item{id: printerItem(view.ID), title: view.ShownName(), words: printerWords(view, object.UIState)}
	i.payload = s.entry(i, entry{
		node: node, updated: s.cfg.Now(), author: object.OwnerName, kind: "printer", page: "/printers/" + url.PathEscape(string(view.ID)), object: object,
	})
	return i
}

// ofJob is the state of a job.
func (s *Server) ofJob(c cloud.Caller, view *cloud.JobView, node string) item {
	object := s.cfg.Objects.Job(c, view)
	i := item{id: jobItem(view.ID), title: view.Title + " on " + view.PrinterName, words: jobWords(object.UIState)}
	i.payload = s.entry(i, entry{
		node: node, updated: view.UpdateTime, author: view.OwnerEmail, kind: "job", page: "/jobs/" + url.PathEscape(string(view.ID)), object: object,
	})
	return i
}

// entry is what an Atom entry says besides title and words.
type entry struct {
	node    string
	updated time.Time
	author  string
	kind    string
	page    string // of the cloud, for people
	object  any    // as the HTTP interfaces have it
}

// entry writes an Atom entry (RFC 4287, 4.1.2) with the whole object as JSON in it
// (XEP-0335), unless that is too long.
func (s *Server) entry(i item, e entry) string {
	text := `<entry xmlns="` + nsAtom + `"><id>` + stream.Escape(s.uri(e.node, i.id)) + `</id><title>` + stream.Escape(i.title) +
		`</title><updated>` + e.updated.UTC().Format(time.RFC3339Nano) + `</updated><author><name>` + stream.Escape(e.author) +
		`</name></author><category` + stream.Attr("term", e.kind) + `/><content type="text">` + stream.Escape(i.words) +
		`</content><link rel="alternate"` + stream.Attr("href", s.cfg.BaseURL+e.page) + `/>`
	if object, err := json.Marshal(e.object); err == nil && len(object) <= maxObject {
		text += `<json xmlns="` + nsJSON + `">` + stream.Escape(string(object)) + `</json>`
	}
	return text + `</entry>`
}

// uri names an item (XEP-0060, 12.21).
func (s *Server) uri(node, id string) string {
	return "xmpp:" + s.cfg.Service + "?;node=" + url.QueryEscape(node) + ";item=" + url.QueryEscape(id)
}

// printerWords says how a printer is.
func printerWords(p *cloud.PrinterView, ui *gcp.PrinterUIState) string {
	words := []string{}
	switch {
	case ui.Summary == "OFFLINE":
		words = append(words, "offline")
	case p.Connection == gcp.ConnectionUnknown:
		words = append(words, "never seen yet")
	case p.Paused:
		words = append(words, "paused")
	}
	u := ui.Printer
	for _, list := range [][]gcp.UIItem{u.VendorItem, u.MediaPathItem, u.InputTrayItem, u.OutputBinItem, u.MarkerItem, u.CoverItem} {
		for _, i := range list {
			if i.Message != "" && i.Severity != gcp.SeverityNone {
				words = append(words, i.Message)
			}
		}
	}
	if len(words) > 0 {
		return strings.Join(words, ", ")
	}
	switch gcp.PrinterStateType(ui.Summary) {
	case gcp.PrinterProcessing:
		return "printing"
	case gcp.PrinterStopped:
		return "stopped"
	}
	return "ready"
}

// jobWords says how a job is.
func jobWords(ui *gcp.JobUIState) string {
	words, known := summaries[ui.Summary]
	if !known {
		words = strings.ToLower(strings.ReplaceAll(string(ui.Summary), "_", " "))
	}
	if ui.Cause != "" {
		words += ", " + ui.Cause
	}
	return words
}

var summaries = map[gcp.JobSummary]string{
	gcp.SummaryQueued: "waiting", gcp.SummaryInProgress: "printing", gcp.SummaryDone: "printed", gcp.SummaryPaused: "held",
	gcp.SummaryError: "error", gcp.SummaryCancelled: "cancelled", gcp.SummaryExpired: "not printed",
}
