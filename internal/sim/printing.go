package sim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/printer"
)

// printing is the printers as one connector reaches them: a connector.PrintSystem
// that does what package cups does, without IPP.
type printing struct {
	w    *world
	side *side
}

func (p printing) pass(ctx context.Context, name string, do func(effect) error) error {
	return p.w.pass(ctx, p.side, name, do)
}

// away is a printer that does not answer, or whose answer was lost.
func away(op string) error {
	return &printer.Error{Op: op, Text: "the printer does not answer", Retry: true}
}

// Printers implements connector.PrintSystem.
func (p printing) Printers(ctx context.Context) ([]printer.Printer, error) {
	var list []printer.Printer
	err := p.pass(ctx, "looks for printers", func(e effect) error {
		if e != goOn {
			return away("Get-Printers")
		}
		for _, d := range p.w.devices {
			if !d.gone {
				list = append(list, d.describe())
			}
		}
		return nil
	})
	return list, err
}

func (d *device) describe() printer.Printer {
	p := printer.Printer{
		Name: d.name, Source: printer.SourceDirect, URI: "ipp://" + string(d.name) + "/ipp/print", UUID: d.uuid,
		CDD: gcp.CDD{Version: "1.0", Printer: gcp.PrinterDescriptionSection{
			SupportedContentType: []gcp.SupportedContentType{{ContentType: "application/pdf"}},
		}},
		CapsHash: "hash", State: gcp.CDS{Version: "1.0", Printer: &gcp.PrinterState{State: gcp.PrinterIdle}},
		Capabilities: printer.Capabilities{Formats: []string{"application/pdf"}},
	}
	if d.model.server {
		p.Source = printer.SourceCUPS
	}
	return p
}

// at runs do on a printer that can be reached.
func (p printing) at(ctx context.Context, op string, l printer.LocalJob, do func(*device, effect) error) error {
	return p.pass(ctx, op+" "+p.w.nameOf(l.Cloud), func(e effect) error {
		d := p.w.device(l.Printer)
		if d == nil || d.away || e == fail || e == late {
			return away(op)
		}
		if e == twice { // IPP is not sent again by HTTP
			e = goOn
		}
		if err := do(d, e); err != nil {
			return err
		}
		if e != goOn {
			return away(op)
		}
		return nil
	})
}

// Create implements connector.PrintSystem.
func (p printing) Create(ctx context.Context, j printer.Job) (printer.LocalJob, error) {
	l := printer.LocalJob{Printer: j.Printer, Cloud: j.ID, User: j.User}
	made := l
	err := p.at(ctx, "Create-Job", l, func(d *device, _ effect) error {
		if d.model.printJob {
			return nil
		}
		if old := d.orphan(j.ID); old != nil {
			d.cancel(old)
		}
		n := d.create(j.ID)
		made.ID, made.UUID = n.number, n.uuid
		return nil
	})
	if err != nil {
		return l, err
	}
	return made, nil
}

// orphan returns a job that an earlier Create-Job left whose answer was lost: on
// printers that are asked directly it is found by its name.
func (d *device) orphan(cloud gcp.JobID) *local {
	for _, l := range d.jobs {
		if !d.model.server && l.cloud == cloud && l.state == held {
			return l
		}
	}
	return nil
}

// Send implements connector.PrintSystem.
func (p printing) Send(ctx context.Context, l printer.LocalJob, j printer.Job, doc io.ReadSeeker) (printer.LocalJob, error) {
	b, err := io.ReadAll(doc)
	if err != nil {
		return l, err
	}
	made := l
	err = p.at(ctx, "Send-Document", l, func(d *device, e effect) error {
		n := d.find(l)
		if l.ID == 0 {
			n = d.create(l.Cloud)
			made.ID, made.UUID = n.number, n.uuid
		}
		switch {
		case n == nil:
			return &printer.Error{Op: "Send-Document", Text: "no such job", Retry: true}
		case n.state != held:
			return &printer.Error{Op: "Send-Document", Text: "not possible", Retry: true}
		}
		if p.w.bodyOf(j.ID) != "" && !bytes.Equal(b, []byte(p.w.bodyOf(j.ID))) {
			p.w.ledger.broken("the document of %s that a printer gets is not whole", p.w.nameOf(j.ID))
		}
		d.receive(n, b, e != halfOf)
		return nil
	})
	if err != nil {
		return l, err
	}
	return made, nil
}

// Follow implements connector.PrintSystem.
func (p printing) Follow(ctx context.Context, l printer.LocalJob, report func(printer.JobStatus)) (printer.JobStatus, error) {
	for {
		var now printer.JobStatus
		var changed <-chan struct{}
		err := p.at(ctx, "Get-Job-Attributes", l, func(d *device, _ effect) error {
			n := d.find(l)
			if n == nil {
				return printer.ErrNoJob
			}
			now, changed = status(p.w.bugs.followed(n)), n.changed
			return nil
		})
		var gone *printer.Error
		switch {
		case errors.As(err, &gone): // a failure to ask says nothing about the job
			if err := backoff.Sleep(ctx, 5*time.Second); err != nil {
				return now, err
			}
			continue
		case err != nil || now.State.Type.Ended():
			return now, err
		}
		report(now)
		select {
		case <-changed:
		case <-ctx.Done():
			return now, ctx.Err()
		}
	}
}

func status(s localState) printer.JobStatus {
	switch s {
	case completed:
		return printer.JobStatus{State: gcp.StateOf(gcp.JobDone), Pages: 1}
	case cancelled, stopped:
		return printer.JobStatus{State: gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)}
	}
	return printer.JobStatus{State: gcp.StateOf(gcp.JobInProgress)}
}

// Settle implements connector.PrintSystem as package cups does.
func (p printing) Settle(ctx context.Context, l printer.LocalJob, sent bool) (printer.Fate, error) {
	var fate printer.Fate
	err := p.at(ctx, "settles", l, func(d *device, _ effect) error {
		fate = d.settle(l, sent)
		return nil
	})
	if err != nil {
		return "", err
	}
	return p.w.bugs.settled(fate), nil
}

func (d *device) settle(l printer.LocalJob, sent bool) printer.Fate {
	n := d.find(l)
	switch {
	case l.ID == 0 && d.model.server:
		return printer.FateResend
	case n == nil, l.ID == 0:
		return printer.FateUnknown
	case sent:
		return printer.FateFollow
	case n.state == held:
		d.cancel(n)
		return printer.FateResend
	case !d.model.server:
		d.cancel(n) // half a document is of use to nobody
		return printer.FateUnknown
	case n.bytes == 0:
		return printer.FateResend
	}
	return printer.FateFollow
}

// Cancel implements connector.PrintSystem.
func (p printing) Cancel(ctx context.Context, l printer.LocalJob) error {
	return p.at(ctx, "Cancel-Job", l, func(d *device, _ effect) error {
		n := d.find(l)
		if n == nil {
			return printer.ErrNoJob
		}
		d.cancel(n)
		return nil
	})
}
