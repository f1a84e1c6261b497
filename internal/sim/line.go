package sim

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"platen/cloud"
	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// line is the service as one connector reaches it: what gcp/client and cloud/api
// do, without HTTP. It is a connector.Cloud and a connector.Registry.
type line struct {
	w    *world
	host *host
	side *side
}

var (
	_ connector.Cloud    = line{}
	_ connector.Registry = line{}
)

// call lets one call of the service wait for its turn.
func (l line) call(ctx context.Context, name string, do func(context.Context, *cloud.Service, cloud.Caller) error) error {
	return l.w.pass(ctx, l.side, name, func(e effect) error {
		if e == fail || l.host.cut || l.w.service == nil {
			return &lost{name}
		}
		return l.w.request(name, e, func() error {
			ctx := context.Background() // the service goes on when the caller does not wait
			robot, err := l.w.store.Robot(ctx, l.w.robot)
			if err != nil {
				return err
			}
			return do(ctx, l.w.service, cloud.Caller{Robot: &robot, Via: cloud.ViaToken})
		})
	})
}

// request lets a call happen at the service as the controller wants it.
func (w *world) request(name string, e effect, do func() error) error {
	if e == late {
		w.ghosts = append(w.ghosts, ghost{name, do})
		return &lost{name}
	}
	err := do()
	if e == twice && w.service != nil {
		err = do()
	}
	if e == lose || e == halfOf || w.ward.dead {
		return &lost{name}
	}
	return wire(name, err)
}

// wire turns an error of the service into what a client sees of it.
func wire(op string, err error) error {
	var e *cloud.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &e):
		return &gcp.Error{Op: op, Message: err.Error(), HTTPStatus: http.StatusServiceUnavailable}
	}
	out := &gcp.Error{Op: op, Message: e.Message, HTTPStatus: http.StatusOK, Code: gcp.CodeFailure}
	switch e.Kind {
	case cloud.KindUnavailable:
		out.HTTPStatus = http.StatusServiceUnavailable
	case cloud.KindCredentials:
		out.HTTPStatus = http.StatusForbidden
	case cloud.KindForbidden:
		out.Code = gcp.CodeUnauthorized
	case cloud.KindNoJob:
		out.Code = gcp.CodeNoJob
	case cloud.KindClaimed:
		out.Code = gcp.CodeClaimed
	case cloud.KindStandby:
		out.Code = gcp.CodeStandby
	default:
	}
	return out
}

// download gives a refusal of a document its status.
func download(err error) error {
	var e *gcp.Error
	if !errors.As(err, &e) || e.HTTPStatus != http.StatusOK {
		return err
	}
	switch e.Code {
	case gcp.CodeUnauthorized:
		e.HTTPStatus = http.StatusForbidden
	case gcp.CodeClaimed:
		e.HTTPStatus = http.StatusConflict
	case gcp.CodeStandby:
		e.HTTPStatus = http.StatusLocked
	default:
		e.HTTPStatus = http.StatusNotFound
	}
	return err
}

// jobs turns jobs of the service into what a connector sees of them.
func jobs(views []cloud.JobView) []gcp.Job {
	list := make([]gcp.Job, len(views))
	for i, v := range views {
		list[i] = gcp.Job{
			ID: v.ID, PrinterID: v.Printer, Title: v.Title, ContentType: v.ContentType, OwnerID: v.OwnerEmail,
			Status: gcp.StatusOf(v.State), SemanticState: gcp.CJS{State: v.State}, Ticket: json.RawMessage(`{"version":"1.0","print":{}}`),
			ContentLength: gcp.Int64(v.Document.Size), ContentDigest: v.Document.Digest,
			CancelRequested: !v.CancelRequested.IsZero() && !v.State.Type.Ended(),
		}
	}
	return list
}

// Fetch implements connector.Cloud.
func (l line) Fetch(ctx context.Context, p gcp.PrinterID, run gcp.RunID, limit int) ([]gcp.Job, error) {
	var list []gcp.Job
	err := l.call(ctx, "fetch "+l.w.ledger.printers[p], func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		views, err := s.Fetch(ctx, c, cloud.FetchQuery{Printer: p, Run: l.w.bugs.run(run, c), Limit: limit})
		list = jobs(views)
		return err
	})
	return noJob(list, err)
}

func noJob(list []gcp.Job, err error) ([]gcp.Job, error) {
	if errors.Is(err, &gcp.Error{Code: gcp.CodeNoJob}) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Restored implements connector.Cloud.
func (l line) Restored(ctx context.Context, p gcp.PrinterID, run gcp.RunID) ([]gcp.Job, error) {
	var list []gcp.Job
	err := l.call(ctx, "fetch restored "+l.w.ledger.printers[p], func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		views, err := s.FetchRestored(ctx, c, cloud.FetchQuery{Printer: p, Run: l.w.bugs.run(run, c)})
		list = jobs(views)
		return err
	})
	return noJob(list, err)
}

// Ticket implements connector.Cloud; Fetch has given it.
func (l line) Ticket(context.Context, gcp.JobID) (gcp.CJT, error) { return gcp.CJT{}, nil }

// Download implements connector.Cloud.
func (l line) Download(ctx context.Context, j gcp.Job, g gcp.Grant, to io.Writer) (string, error) {
	var doc []byte
	err := l.call(ctx, "download "+l.w.nameOf(j.ID), func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		open, err := s.Document(ctx, c, j.ID, l.w.bugs.grant(l.w, j.ID, g, c), cloud.Form{})
		if err != nil {
			return err
		}
		doc, err = io.ReadAll(open.Body)
		return errors.Join(err, open.Body.Close())
	})
	if err != nil {
		return "", download(err)
	}
	_, err = to.Write(doc)
	return "application/pdf", err
}

// Report implements connector.Cloud.
func (l line) Report(ctx context.Context, r gcp.Report) error {
	name := "report " + l.w.nameOf(r.Job)
	if r.State != nil {
		name += " " + string(r.State.Type)
	}
	if r.Unheard {
		name += " unheard"
	}
	return l.call(ctx, name, func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		report := cloud.JobReport{
			Job: r.Job, State: r.State, PagesPrinted: r.PagesPrinted, CancelAcknowledged: r.CancelAcknowledged,
			Trace: r.Trace, Grant: l.w.bugs.grant(l.w, r.Job, r.Grant, c), Unheard: r.Unheard,
		}
		if r.Message != "" {
			report.Message = &r.Message
		}
		_, err := s.Control(ctx, c, report)
		return err
	})
}

// Jobs implements connector.Cloud.
func (l line) Jobs(ctx context.Context, p gcp.PrinterID) ([]gcp.Job, error) {
	var open []gcp.Job
	err := l.call(ctx, "lists jobs of "+l.w.ledger.printers[p], func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		views, _, err := s.Jobs(ctx, c, cloud.JobQuery{Printer: p, Status: []gcp.JobStatus{gcp.StatusInProgress}, Sort: "CREATE_TIME"})
		open = nil
		for _, j := range jobs(views) {
			if !j.SemanticState.State.Type.Ended() {
				open = append(open, j)
			}
		}
		return err
	})
	return open, err
}

// List implements connector.Registry.
func (l line) List(ctx context.Context, a gcp.Announcement) ([]gcp.Printer, *gcp.Installation, error) {
	var list []gcp.Printer
	var inst gcp.Installation
	err := l.call(ctx, "list", func(ctx context.Context, s *cloud.Service, c cloud.Caller) (err error) {
		if inst, err = s.Announce(ctx, c, a, l.host.name); err != nil {
			return err
		}
		views, err := s.List(ctx, c, proxy)
		list = nil
		for _, v := range views {
			list = append(list, l.printer(v))
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return list, l.w.bugs.standing(&inst), nil
}

// printer turns a printer of the service into what a connector sees of it.
func (l line) printer(v cloud.PrinterView) gcp.Printer {
	l.w.registered(v.ID, v.UUID)
	return gcp.Printer{ID: v.ID, Name: v.Name, UUID: v.UUID, SemanticState: v.SemanticState, QueuedJobsCount: &v.Queued, Tags: v.Tags}
}

// Register implements connector.Registry.
func (l line) Register(ctx context.Context, p printer.Printer) (gcp.Printer, error) {
	var out gcp.Printer
	err := l.call(ctx, "register "+string(p.Name), func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		v, err := s.Register(ctx, c, fields(p))
		if err == nil {
			out = l.printer(v)
		}
		return err
	})
	return out, err
}

func fields(p printer.Printer) cloud.PrinterFields {
	name, uuid, owner := connector.WireName(p), p.UUID, string(proxy)
	caps, _ := json.Marshal(p.CDD)    // it can be written
	state, _ := json.Marshal(p.State) // it can be written
	return cloud.PrinterFields{
		Name: &name, DefaultDisplayName: &p.Info, UUID: &uuid, Proxy: &owner, Capabilities: caps, CapsHash: &p.CapsHash, SemanticState: state,
	}
}

// Update implements connector.Registry.
func (l line) Update(ctx context.Context, id gcp.PrinterID, p printer.Printer) error {
	return l.update(ctx, id, fields(p))
}

// UpdateState implements connector.Registry.
func (l line) UpdateState(ctx context.Context, id gcp.PrinterID, s gcp.CDS) error {
	state, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return l.update(ctx, id, cloud.PrinterFields{SemanticState: state})
}

func (l line) update(ctx context.Context, id gcp.PrinterID, f cloud.PrinterFields) error {
	return l.call(ctx, "update "+l.w.ledger.printers[id], func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		_, err := s.UpdatePrinter(ctx, c, id, f)
		return err
	})
}

// Share implements connector.Registry.
func (l line) Share(ctx context.Context, id gcp.PrinterID, a connector.Access) error {
	return l.call(ctx, "share "+l.w.ledger.printers[id], func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		return s.Share(ctx, c, cloud.ShareRequest{Printer: id, Scope: a.Scope, Role: a.Role, SkipNotification: true})
	})
}

// Delete implements connector.Registry.
func (l line) Delete(ctx context.Context, id gcp.PrinterID) error {
	return l.call(ctx, "delete "+l.w.ledger.printers[id], func(ctx context.Context, s *cloud.Service, c cloud.Caller) error {
		return s.DeletePrinter(ctx, c, id)
	})
}
