package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"platen/connector"
	"platen/connector/control"
	"platen/cups"
	"platen/gcp"
	"platen/printer"
)

// Status implements control.Watcher.
func (d *Daemon) Status(ctx context.Context) (control.Status, error) {
	snap, err := d.connector.Snapshot(ctx)
	if err != nil {
		return control.Status{}, err
	}
	ch := d.channel.Status()
	s := control.Status{
		Version: d.version, PID: os.Getpid(), Started: d.started, Jobs: len(snap.Jobs), LastError: snap.Trouble,
		Cloud: control.Cloud{
			URL: d.credentials.Cloud, Paired: true, Account: d.credentials.Owner,
			Connected: ch.Connected, Since: ch.Since, LastError: ch.LastError, Refused: ch.Refused,
		},
	}
	if ch.Refused {
		s.Cloud.LastError = d.credentials.refusal()
	}
	for _, p := range snap.Printers {
		if p.ID != "" && !p.Removed {
			s.Printers++
		}
	}
	return s, nil
}

// Printers implements control.Watcher.
func (d *Daemon) Printers(ctx context.Context) ([]control.Printer, error) {
	snap, err := d.connector.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]control.Printer, 0, len(snap.Printers))
	for _, p := range snap.Printers {
		list = append(list, listed(p))
	}
	return list, nil
}

// listed turns a printer of a snapshot into what the command line shows.
func listed(p connector.PrinterStatus) control.Printer {
	out := control.Printer{
		Name: p.Name, ID: p.ID, UUID: p.UUID, Info: p.Info, URI: p.URI, Source: p.Source, Jobs: p.Jobs, Error: p.Error,
	}
	switch {
	case p.Missing:
		out.State = "missing"
	case p.Removed:
		out.State = "removed"
	case p.ID == "":
		out.State = "not shared"
	case p.State.Printer != nil:
		out.State = strings.ToLower(string(p.State.Printer.State))
	}
	if p.State.Printer != nil && p.State.Printer.VendorState != nil {
		for _, item := range p.State.Printer.VendorState.Item {
			if item.State != gcp.VendorInfo {
				out.Reasons = append(out.Reasons, item.Description)
			}
		}
	}
	return out
}

// Jobs implements control.Watcher.
func (d *Daemon) Jobs(ctx context.Context) ([]control.Job, error) {
	snap, err := d.connector.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return jobs(snap.Jobs), nil
}

// Recent implements control.Watcher.
func (d *Daemon) Recent(ctx context.Context) ([]control.Job, error) {
	snap, err := d.connector.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return jobs(snap.Recent), nil
}

// jobs turns the jobs of a snapshot into what the command line shows.
func jobs(list []connector.JobStatus) []control.Job {
	out := make([]control.Job, 0, len(list))
	for _, j := range list {
		out = append(out, control.Job{
			ID: j.ID, Printer: j.Printer, Title: j.Title, User: j.User, Stage: string(j.Stage),
			State: string(j.State.Type), Cause: j.State.Cause(), Message: j.Message, Pages: j.Pages, Local: j.Local, Claimed: j.Claimed,
		})
	}
	return out
}

// Trace implements control.Watcher.
func (d *Daemon) Trace(ctx context.Context, id gcp.JobID) (control.Trace, error) {
	snap, err := d.connector.Snapshot(ctx)
	if err != nil {
		return control.Trace{}, err
	}
	for _, j := range slices.Concat(snap.Jobs, snap.Recent) {
		if j.ID == id {
			return control.Trace{ID: id, Hops: j.Trace}, nil
		}
	}
	return control.Trace{}, &connector.UnknownError{What: "job " + string(id)}
}

// AddPrinter implements control.Operator.
func (d *Daemon) AddPrinter(ctx context.Context, a control.Address) (control.Printer, error) {
	p, err := d.AddDirect(ctx, a)
	if err != nil {
		return control.Printer{}, err
	}
	return d.SharePrinter(ctx, p.Name)
}

// AddDirect asks the printer at an address what it is and keeps it, without
// sharing it; the command line uses it while no daemon runs.
func (d *Daemon) AddDirect(ctx context.Context, a control.Address) (printer.Printer, error) {
	u, err := url.Parse(a.URI)
	if err != nil || u.Host == "" || u.Scheme != "ipp" && u.Scheme != "ipps" {
		return printer.Printer{}, fmt.Errorf("%q is no printer address: write one like ipp://printer.local/ipp/print", a.URI)
	}
	if u.User != nil {
		return printer.Printer{}, fmt.Errorf("the address must not hold a password: put it into credentials.json under \"printers\"")
	}
	direct := cups.Direct{Name: a.Name, URI: a.URI}
	p, err := d.system.Probe(ctx, direct)
	if err != nil {
		return p, fmt.Errorf("ask the printer at %s: %w", a.URI, err)
	}
	if direct.Name == "" {
		direct.Name = d.freeName(p)
	}
	if err := d.known.AddDirect(direct); err != nil {
		return p, err
	}
	p.Name = direct.Name
	return p, d.system.SetDirect(d.known.Direct())
}

// freeName makes a name for a printer that was added without one.
func (d *Daemon) freeName(p printer.Printer) printer.Name {
	base := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(p.Info))
	base = strings.Trim(base, "-")
	if base == "" {
		base = "printer"
	}
	taken := map[printer.Name]bool{}
	for _, o := range d.known.Direct() {
		taken[o.Name] = true
	}
	name := printer.Name(base)
	for n := 2; taken[name]; n++ {
		name = printer.Name(fmt.Sprintf("%s-%d", base, n))
	}
	return name
}

// SharePrinter implements control.Operator.
func (d *Daemon) SharePrinter(ctx context.Context, name printer.Name) (control.Printer, error) {
	if _, err := d.connector.SharePrinter(ctx, name); err != nil {
		return control.Printer{}, err
	}
	list, err := d.Printers(ctx)
	if err != nil {
		return control.Printer{}, err
	}
	for _, p := range list {
		if p.Name == name {
			return p, nil
		}
	}
	return control.Printer{}, &connector.UnknownError{What: "printer " + string(name)}
}

// RemovePrinter implements control.Operator.
func (d *Daemon) RemovePrinter(ctx context.Context, name printer.Name) error {
	if err := d.connector.RemovePrinter(ctx, name); err != nil {
		return err
	}
	return d.forgetDirect(name)
}

func (d *Daemon) forgetDirect(name printer.Name) error {
	for _, p := range d.known.Direct() {
		if p.Name != name {
			continue
		}
		if err := d.known.RemoveDirect(name); err != nil {
			return err
		}
		return errors.Join(d.system.SetDirect(d.known.Direct()), d.pins.SetPin(string(name), ""))
	}
	return nil
}

// TestPage implements control.Operator.
func (d *Daemon) TestPage(ctx context.Context, name printer.Name) (int, error) {
	page := testPage("Platen test page", "Printer: "+string(name), "Printed: "+time.Now().Format(time.RFC1123))
	job := printer.Job{
		ID: gcp.JobID(fmt.Sprintf("test-%d", time.Now().UnixNano())), Printer: name, Title: "Platen test page",
		User: "platen", Format: "application/pdf", Size: int64(len(page)),
	}
	local, err := d.system.Create(ctx, job)
	if err != nil {
		return 0, err
	}
	local, err = d.system.Send(ctx, local, job, bytes.NewReader(page))
	return local.ID, err
}

// CancelJob implements control.Operator.
func (d *Daemon) CancelJob(ctx context.Context, id gcp.JobID) error {
	return d.connector.CancelJob(ctx, id)
}

// Trust pins the key that a directly added printer shows now, and returns its
// fingerprint.
func (d *Daemon) Trust(ctx context.Context, name printer.Name) (string, error) {
	for _, p := range d.known.Direct() {
		if p.Name != name {
			continue
		}
		fingerprint, err := d.system.Fingerprint(ctx, p)
		if err != nil {
			return "", err
		}
		if fingerprint == "" {
			return "", fmt.Errorf("%s speaks no TLS: there is no key to trust", p.URI)
		}
		return fingerprint, d.pins.SetPin(string(name), fingerprint)
	}
	return "", &connector.UnknownError{What: "a printer " + string(name) + " that was added by address"}
}
