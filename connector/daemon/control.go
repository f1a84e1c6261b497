package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"platen/connector"
	"platen/connector/control"
	"platen/gcp"
	"platen/notify"
	"platen/printer"
)

// twins returns the installations as the command line shows them.
func twins(list []gcp.Twin) []control.Twin {
	shown := make([]control.Twin, len(list))
	for i, t := range list {
		shown[i] = control.Twin{
			Host: t.Host, Address: t.Address, Version: t.Version, Since: t.Since.Time(), Seen: t.Seen.Time(),
			Standing: t.Standing, Self: t.Self,
		}
	}
	return shown
}

// Status implements control.Watcher.
func (d *Daemon) Status(ctx context.Context) (control.Status, error) {
	snap, err := d.connector.Snapshot(ctx)
	if err != nil {
		return control.Status{}, err
	}
	ch := d.channel.Status()
	s := control.Status{
		Version: d.version, PID: os.Getpid(), Started: d.started, Jobs: len(snap.Jobs), LastError: snap.Trouble,
		Standing: snap.Standing, Twins: twins(snap.Twins), Announced: d.network.announced(),
		Cloud: control.Cloud{
			URL: d.credentials.Cloud, Paired: true, Account: d.credentials.Owner,
			Connected: ch.Connected, Since: ch.Since, LastError: ch.LastError, Refused: ch.Refused,
			Ways: ways(d.ways.Rungs()), NextClimb: d.ways.NextClimb(),
		},
	}
	if ch.Refused {
		s.Cloud.LastError = d.credentials.refusal()
	}
	for _, p := range snap.Printers {
		if p.ID != "" && !p.Removed {
			s.Printers++
		}
		if len(p.MayBe) > 0 {
			s.Waiting++
		}
	}
	return s, nil
}

// ways returns the ways to the notifications as the command line shows them.
func ways(rungs []notify.Rung) []control.Way {
	list := make([]control.Way, len(rungs))
	for i, r := range rungs {
		list[i] = control.Way(r)
	}
	return list
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
		Kind: p.Kind, Why: p.Reason,
	}
	for _, c := range p.MayBe {
		out.MayBe = append(out.MayBe, control.Candidate(c))
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
			State: string(j.State.Type), Cause: j.State.Cause(), Message: j.Message, Pages: j.Pages, Local: j.Local, Claimed: j.Claimed, Notes: j.Notes,
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
			return control.Trace{ID: id, Hops: j.Trace, Notes: j.Notes}, nil
		}
	}
	return control.Trace{}, &connector.UnknownError{What: "job " + string(id)}
}

// cloudTime bounds how long a person waits for the cloud.
const cloudTime = 15 * time.Second

// AddPrinter implements control.Operator. A printer that the cloud cannot be told
// of now is added all the same, and registered when it can.
func (d *Daemon) AddPrinter(ctx context.Context, a control.Address) (control.Printer, error) {
	added, err := d.AddDirect(ctx, a)
	if err != nil {
		return control.Printer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, cloudTime)
	defer cancel()
	_, err = d.connector.OfferPrinter(ctx, added.Name)
	if err == nil {
		p, err := d.shown(ctx, added.Name)
		p.Was = added.Was
		return p, err
	}
	p := control.Printer{Name: added.Name, UUID: added.UUID, Info: added.Info, URI: a.URI, State: "not shared", Was: added.Was}
	if _, twin := errors.AsType[*connector.TwinError](err); twin {
		p.Why = err.Error()
	} else {
		p.Error = err.Error()
	}
	return p, nil
}

// SharePrinter implements control.Operator.
func (d *Daemon) SharePrinter(ctx context.Context, name printer.Name) (control.Printer, error) {
	if _, err := d.connector.SharePrinter(ctx, name); err != nil {
		return control.Printer{}, err
	}
	return d.shown(ctx, name)
}

// AdoptPrinter implements control.Operator.
func (d *Daemon) AdoptPrinter(ctx context.Context, name printer.Name, id gcp.PrinterID) error {
	ctx, cancel := context.WithTimeout(ctx, cloudTime)
	defer cancel()
	return d.connector.AdoptPrinter(ctx, name, id)
}

// shown returns a printer as the list has it.
func (d *Daemon) shown(ctx context.Context, name printer.Name) (control.Printer, error) {
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

// RemovePrinter implements control.Operator. One that was added by address and
// that the service does not have (any more) is forgotten.
func (d *Daemon) RemovePrinter(ctx context.Context, name printer.Name) error {
	ctx, cancel := context.WithTimeout(ctx, cloudTime)
	defer cancel()
	err := d.connector.RemovePrinter(ctx, name)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the cloud did not answer in time: %s stays, try again when 'platen status' shows the cloud", name)
	}
	if _, unknown := errors.AsType[*connector.UnknownError](err); unknown && slices.ContainsFunc(d.known.Direct(), named(name)) {
		err = nil
	}
	if err != nil {
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
		defer d.connector.Refresh() // else it is listed until the next look
		return errors.Join(d.system.SetDirect(d.known.Direct()), d.pins.SetPin(string(name), ""))
	}
	return nil
}

// testTime bounds how long a test page tries to reach its printer.
const testTime = 15 * time.Second

// TestPage implements control.Operator.
func (d *Daemon) TestPage(ctx context.Context, name printer.Name) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	known, err := d.Printers(ctx)
	if err != nil {
		return 0, err
	}
	if len(known) > 0 && !slices.ContainsFunc(known, func(p control.Printer) bool { return p.Name == name }) {
		return 0, &connector.UnknownError{What: "printer " + string(name)}
	}
	page, job, err := d.testJob(ctx, name)
	if err != nil {
		return 0, err
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

// Trust implements control.Operator.
func (d *Daemon) Trust(ctx context.Context, target string) (string, error) {
	fingerprint, err := d.system.Fingerprint(ctx, target)
	if err != nil {
		return "", err
	}
	return fingerprint, d.pins.SetPin(target, fingerprint)
}
