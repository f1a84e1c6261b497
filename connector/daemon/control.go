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
	p, err := d.SharePrinter(ctx, added.Name)
	if err != nil {
		p = control.Printer{Name: added.Name, UUID: added.UUID, Info: added.Info, URI: a.URI, State: "not shared", Error: err.Error()}
	}
	return p, nil
}

// AddDirect asks the printer at an address what it is and keeps it, without
// sharing it; the command line uses it while no daemon runs. A printer that is
// there already keeps its name and gets the address.
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
	there := d.addedAs(a.URI, p.UUID)
	switch {
	case there != "" && a.Name != "" && a.Name != there:
		return p, fmt.Errorf("this printer was added already, as %s: 'platen printer remove %s' first to give it another name", there, there)
	case there != "":
		direct.Name = there
	case a.Name == "":
		direct.Name = d.freeName(p)
	}
	if err := d.known.AddDirect(direct); err != nil {
		return p, err
	}
	p.Name = direct.Name
	return p, d.system.SetDirect(d.known.Direct())
}

// addedAs returns the name under which a printer was added by address before, by
// its address or its UUID; "" if it was not.
func (d *Daemon) addedAs(uri, uuid string) printer.Name {
	direct := d.known.Direct()
	for _, o := range direct {
		if o.URI == uri {
			return o.Name
		}
	}
	for _, id := range d.known.Identities() {
		if uuid != "" && id.UUID == uuid && slices.ContainsFunc(direct, named(id.Name)) {
			return id.Name
		}
	}
	return ""
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

// Trust implements control.Operator.
func (d *Daemon) Trust(ctx context.Context, target string) (string, error) {
	fingerprint, err := d.system.Fingerprint(ctx, target)
	if err != nil {
		return "", err
	}
	return fingerprint, d.pins.SetPin(target, fingerprint)
}
