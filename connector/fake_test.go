package connector_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"platen/connector"
	"platen/gcp"
	"platen/printer"
)

// world is a service and some printers, which go on when the connector dies.
// Nobody looks into it without mu.
type world struct {
	mu       sync.Mutex
	down     bool // the service cannot be reached
	jobs     []*cloudJob
	byID     map[gcp.JobID]*cloudJob
	finished int // reports that ended a job
	printers map[gcp.PrinterID]*gcp.Printer
	locals   map[printer.Name]*localPrinter
	look     error                 // of the next looks at the local printers
	half     *printer.PartialError // likewise, of looks that find some
	calls    map[string]int
	prints   map[gcp.JobID]int // how often each document came out
	order    []gcp.JobID       // in which they came out
	noDoc    map[gcp.JobID]error
	updates  error
	deleted  int
	classic  bool // no ticket with fetch
	page     int  // jobs given at once at most; 0 for all
	mute     bool // reports fail
	noTicket error
	access   []string // printer and scope of each call of share

	firstPages int // what printers say that they have printed of a job that has begun
	runs       runs
}

type cloudJob struct {
	gcp.Job
	body   []byte
	state  gcp.JobState
	msg    string
	pages  int
	ended  int // reports that ended it
	acked  bool
	cancel bool
	trace  gcp.Trace

	claim    gcp.ClaimID
	restored gcp.JobStateType // before the service was restored
}

type localPrinter struct {
	printer.Printer
	gone    bool
	jobs    map[int]*localJob
	created int
	hold    bool                                    // nothing is printed
	stopped bool                                    // and it says so
	refuse  error                                   // of Create
	refused []string                                // attributes that Create leaves out
	reject  error                                   // of Send, which took nothing
	picky   func(format string, creates bool) error // of Create and Send; nil takes all
	away    error                                   // of Follow and Settle
	forgets bool                                    // the printer knows no job any more
	cutSend bool                                    // Send fails in the middle, and the printer may have printed
}

type localJob struct {
	cloud     gcp.JobID
	as        printer.Job // as it was created
	doc       []byte
	has       bool
	cancelled bool
	removed   bool
}

func newWorld(names ...printer.Name) *world {
	w := &world{
		printers: map[gcp.PrinterID]*gcp.Printer{}, locals: map[printer.Name]*localPrinter{},
		calls: map[string]int{}, byID: map[gcp.JobID]*cloudJob{}, prints: map[gcp.JobID]int{}, noDoc: map[gcp.JobID]error{}, firstPages: 1,
	}
	for _, n := range names {
		w.locals[n] = &localPrinter{
			Printer: printer.Printer{
				Name: n, UUID: "uuid-" + string(n), CapsHash: "1", State: gcp.CDS{Printer: &gcp.PrinterState{State: gcp.PrinterIdle}},
				Capabilities: printer.Capabilities{Formats: []string{"application/pdf"}},
			},
			jobs: map[int]*localJob{},
		}
	}
	return w
}

var errDown = errors.New("connection refused")

// finished is what the protocol's reference answers to a late report.
func finished() error {
	return &gcp.Error{Op: "control", Message: "Can't modify the finished job.", HTTPStatus: 200}
}

func (w *world) enter(call string) error {
	w.calls[call]++
	if w.down {
		return errDown
	}
	return nil
}

// submit puts a job for a registered printer into the service.
func (w *world) submit(p printer.Name, id gcp.JobID) *cloudJob {
	w.mu.Lock()
	defer w.mu.Unlock()
	body := []byte("%PDF of " + id)
	sum := sha256.Sum256(body)
	j := &cloudJob{body: body, state: gcp.StateOf(gcp.JobQueued), Job: gcp.Job{
		ID: id, Title: string(id), OwnerID: "ann@example.org", ContentType: "application/pdf",
		Ticket: []byte(`{"version":"1.0","print":{}}`), ContentLength: gcp.Int64(len(body)),
		ContentDigest: "sha256:" + hex.EncodeToString(sum[:]), PrinterID: w.idOf(p),
	}}
	if w.classic {
		j.Ticket, j.ContentLength, j.ContentDigest = nil, 0, ""
	}
	w.jobs, w.byID[id] = append(w.jobs, j), j
	return j
}

func (w *world) idOf(p printer.Name) gcp.PrinterID { return gcp.PrinterID("id-" + p) }

// The Cloud.

func (w *world) Fetch(_ context.Context, p gcp.PrinterID, run gcp.RunID, limit int) ([]gcp.Job, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("fetch"); err != nil {
		return nil, err
	}
	if err := w.current(run); err != nil {
		return nil, err
	}
	if w.page > 0 {
		limit = min(limit, w.page)
	}
	var jobs []gcp.Job
	for _, j := range w.jobs {
		if j.PrinterID == p && j.state.Type == gcp.JobQueued && len(jobs) < limit {
			jobs = append(jobs, j.Job)
		}
	}
	return jobs, nil
}

func (w *world) Ticket(context.Context, gcp.JobID) (gcp.CJT, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.enter("ticket")
	return gcp.CJT{Version: "1.0"}, cmp.Or(err, w.noTicket)
}

func (w *world) Download(_ context.Context, j gcp.Job, g gcp.Grant, to io.Writer) (string, error) {
	w.mu.Lock()
	if err := cmp.Or(w.enter("download"), w.noDoc[j.ID]); err != nil {
		w.mu.Unlock()
		return "", err
	}
	if err := w.take(w.job(j.ID), g); err != nil {
		w.mu.Unlock()
		return "", err
	}
	body := w.job(j.ID).body
	w.mu.Unlock()
	_, err := io.Copy(to, bytes.NewReader(body))
	return "application/pdf", err
}

func (w *world) job(id gcp.JobID) *cloudJob {
	return w.byID[id]
}

func (w *world) Report(_ context.Context, r gcp.Report) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("report"); err != nil {
		return err
	}
	if w.mute {
		return errDown
	}
	j := w.job(r.Job)
	if err := w.take(j, r.Grant); err != nil {
		return err
	}
	if r.Unheard {
		w.release(j)
		return nil
	}
	late := j.msg == gcp.UnconfirmedMessage && r.State.Type == gcp.JobDone
	if j.state.Type.Ended() && !late {
		if r.State.Equal(j.state) {
			return nil // repeated reports are idempotent
		}
		return finished()
	}
	j.acked = j.acked || r.CancelAcknowledged
	j.state, j.msg = *r.State, r.Message
	if r.PagesPrinted != nil {
		j.pages = *r.PagesPrinted
	}
	if r.State.Type.Ended() {
		j.ended++
		w.finished++
		j.trace = maps.Clone(r.Trace)
	}
	return nil
}

func (w *world) Jobs(_ context.Context, p gcp.PrinterID) ([]gcp.Job, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("jobs"); err != nil {
		return nil, err
	}
	var jobs []gcp.Job
	for _, j := range w.jobs {
		if j.PrinterID == p && (j.state.Type == gcp.JobInProgress || j.state.Type == gcp.JobStopped) {
			o := j.Job
			o.CancelRequested = j.cancel
			jobs = append(jobs, o)
		}
	}
	return jobs, nil
}

// The Registry.

func (w *world) List(_ context.Context, a gcp.Announcement) ([]gcp.Printer, *gcp.Installation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("list"); err != nil {
		return nil, nil, err
	}
	var all []gcp.Printer
	for _, id := range slices.Sorted(maps.Keys(w.printers)) {
		p := *w.printers[id]
		n := 0
		for _, j := range w.jobs {
			if j.PrinterID == id && j.state.Type == gcp.JobQueued {
				n++
			}
		}
		p.QueuedJobsCount = &n
		all = append(all, p)
	}
	return all, w.announce(a), nil
}

func (w *world) Register(_ context.Context, p printer.Printer) (gcp.Printer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("register"); err != nil {
		return gcp.Printer{}, err
	}
	r := gcp.Printer{ID: w.idOf(p.Name), Name: string(p.Name), UUID: p.UUID}
	if _, ok := w.printers[r.ID]; ok {
		r.ID += gcp.PrinterID(fmt.Sprintf("-%d", w.calls["register"]))
	}
	w.printers[r.ID] = &r
	return r, nil
}

func (w *world) Update(_ context.Context, id gcp.PrinterID, p printer.Printer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := cmp.Or(w.enter("update"), w.updates); err != nil {
		return err
	}
	w.printers[id].Name, w.printers[id].CapsHash, w.printers[id].DefaultDisplayName = string(p.Name), p.CapsHash, p.Info
	return nil
}

func (w *world) UpdateState(_ context.Context, id gcp.PrinterID, s gcp.CDS) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("state"); err != nil {
		return err
	}
	w.printers[id].Status = string(s.Printer.State)
	w.printers[id].Description = ""
	if v := s.Printer.VendorState; v != nil {
		w.printers[id].Description = v.Item[0].Description
	}
	return nil
}

func (w *world) Share(_ context.Context, id gcp.PrinterID, a connector.Access) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.enter("share"); err != nil {
		return err
	}
	if a.Role == gcp.RoleManager {
		return &gcp.Error{Op: "share", HTTPStatus: 200, Code: gcp.CodeUnauthorized, Message: "User is not authorized."}
	}
	w.access = append(w.access, string(id)+" "+a.Scope)
	return nil
}

func (w *world) Delete(_ context.Context, id gcp.PrinterID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deleted++
	delete(w.printers, id)
	return w.enter("delete")
}

// The PrintSystem.

func (w *world) Printers(context.Context) ([]printer.Printer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.look != nil {
		return nil, w.look
	}
	var all []printer.Printer
	for _, n := range slices.Sorted(maps.Keys(w.locals)) {
		if p := w.locals[n]; !p.gone {
			all = append(all, p.Printer)
		}
	}
	if w.half != nil {
		return all, w.half
	}
	return all, nil
}

func (w *world) Create(_ context.Context, j printer.Job) (printer.LocalJob, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.locals[j.Printer]
	if p.refuse != nil {
		return printer.LocalJob{}, p.refuse
	}
	if p.picky != nil {
		if err := p.picky(j.Format, true); err != nil {
			return printer.LocalJob{}, err
		}
	}
	p.created++
	p.jobs[p.created] = &localJob{cloud: j.ID, as: j}
	return printer.LocalJob{Printer: j.Printer, Cloud: j.ID, ID: p.created, User: j.User, Refused: p.refused}, nil
}

var errCut = errors.New("connection reset")

func (w *world) Send(_ context.Context, l printer.LocalJob, j printer.Job, doc io.ReadSeeker) (printer.LocalJob, error) {
	b, err := io.ReadAll(doc)
	if err != nil {
		return l, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.locals[l.Printer]
	lj, ok := p.jobs[l.ID]
	if !ok || lj.removed {
		return l, &printer.Error{Op: "Send-Document", Text: "job not found"}
	}
	if p.reject != nil {
		return l, p.reject
	}
	if p.picky != nil {
		if err := p.picky(j.Format, false); err != nil {
			return l, err
		}
	}
	lj.doc, lj.has = b, true
	w.prints[j.ID]++
	w.order = append(w.order, j.ID)
	if p.cutSend {
		return l, errCut
	}
	return l, nil
}

func (w *world) Follow(ctx context.Context, l printer.LocalJob, report func(printer.JobStatus)) (printer.JobStatus, error) {
	s, wait, err := w.status(l)
	if !wait {
		return s, err
	}
	said := w.halfway(l)
	report(said)
	for wait {
		if err := sleep(ctx, pollPrinter); err != nil {
			return printer.JobStatus{}, err
		}
		if now := w.halfway(l); now.Begun != said.Begun {
			said = now
			report(said)
		}
		s, wait, err = w.status(l)
	}
	return s, err
}

// halfway is what a printer says of a job before its end.
func (w *world) halfway(l printer.LocalJob) printer.JobStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.locals[l.Printer].stopped {
		return printer.JobStatus{State: gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceOther)}
	}
	return printer.JobStatus{State: gcp.StateOf(gcp.JobInProgress), Pages: w.firstPages, Begun: true}
}

// status says what a printer says of a job, and whether to ask again.
func (w *world) status(l printer.LocalJob) (printer.JobStatus, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls["follow"]++
	p := w.locals[l.Printer]
	lj, ok := p.jobs[l.ID]
	switch {
	case p.away != nil:
		return printer.JobStatus{}, false, p.away
	case p.forgets || !ok:
		return printer.JobStatus{}, false, printer.ErrNoJob
	case lj.cancelled:
		return printer.JobStatus{State: gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)}, false, nil
	case p.hold:
		return printer.JobStatus{}, true, nil
	}
	return printer.JobStatus{State: gcp.StateOf(gcp.JobDone), Pages: 2}, false, nil
}

// Settle is a CUPS server's answer: what has its document is whole there.
func (w *world) Settle(_ context.Context, l printer.LocalJob, _ bool) (printer.Fate, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls["settle"]++
	p := w.locals[l.Printer]
	lj, ok := p.jobs[l.ID]
	switch {
	case p.away != nil:
		return "", p.away
	case p.forgets || !ok || p.cutSend:
		return printer.FateUnknown, nil
	case lj.has:
		return printer.FateFollow, nil
	}
	lj.removed = true
	return printer.FateResend, nil
}

func (w *world) Cancel(_ context.Context, l printer.LocalJob) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls["cancel"]++
	lj, ok := w.locals[l.Printer].jobs[l.ID]
	if !ok {
		return printer.ErrNoJob
	}
	lj.cancelled, lj.removed = true, !lj.has
	return nil
}
