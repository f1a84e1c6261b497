package ipp_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
)

// A request that is sent again, because its answer was lost, prints once.
func TestRepeatedJobsPrintOnce(t *testing.T) {
	b := newBench(t)
	uuid := uri("job-uuid", "urn:uuid:12345678-9abc-4def-8123-456789abcdef")
	for _, a := range []ask{
		{attrs: goipp.Attributes{uuid}},
		{job: goipp.Attributes{uuid}, attrs: goipp.Attributes{flag("ipp-attribute-fidelity", true)}},
		{header: map[string]string{"Idempotency-Key": "till-1"}},
	} {
		a.op, a.bearer, a.doc = goipp.OpPrintJob, b.keys["owner"], pdf()
		first, again := b.must(a), b.must(a)
		n, m := ippserver.Integer(first.Job, "job-id", 0), ippserver.Integer(again.Job, "job-id", 0)
		if n == 0 || n != m {
			t.Errorf("the job is %d, and the second time %d", n, m)
		}
		a.doc = append(pdf(), '\n')
		if other, _ := b.send(a); status(other) != goipp.StatusErrorNotPossible {
			t.Errorf("another document under the same key: %s", status(other))
		}
	}
	if _, total, err := b.service.Jobs(t.Context(), b.people["owner"], cloud.JobQuery{Printer: b.printer}); err != nil || total != 2 {
		t.Errorf("there are %d jobs (%v), want 2: one of the UUID, one of the key", total, err)
	}
}

// Create-Job and Send-Document, as CUPS and Windows print.
func TestCreateAndSend(t *testing.T) {
	b := newBench(t)
	key := b.keys["user"]
	create := ask{op: goipp.OpCreateJob, bearer: key, attrs: goipp.Attributes{name("job-name", "report")}, job: goipp.Attributes{integer("copies", 2)}}
	m := b.must(create)
	n := ippserver.Integer(m.Job, "job-id", 0)
	if s := ippserver.Integer(m.Job, "job-state", 0); s != 4 || ippserver.Text(m.Job, "job-state-reasons") != "job-incoming" {
		t.Errorf("a job without its document is in state %d", s)
	}
	id := integer("job-id", n)
	list := b.must(ask{op: goipp.OpGetJobs, bearer: key})
	if got := ippserver.Integer(list.Job, "job-id", 0); got != n {
		t.Errorf("Get-Jobs tells of %d, want %d", got, n)
	}
	// Another person neither sees it nor sends its document.
	for _, op := range []goipp.Op{goipp.OpGetJobAttributes, goipp.OpSendDocument, goipp.OpCancelJob} {
		if m, _ := b.send(ask{op: op, bearer: b.keys["sender"], attrs: goipp.Attributes{id, flag("last-document", true)}, doc: pdf()}); status(m) != goipp.StatusErrorNotFound {
			t.Errorf("%s by somebody else: %s", op, status(m))
		}
	}
	send := ask{op: goipp.OpSendDocument, bearer: key, attrs: goipp.Attributes{id, flag("last-document", false), format("application/pdf")}, doc: pdf()}
	b.must(send)
	j := b.newest()
	if j.Title != "report" || b.ticket().Copies == nil || b.ticket().Copies.Copies != 2 {
		t.Errorf("the job is %q with the ticket %s", j.Title, j.Ticket)
	}
	if m, _ := b.send(send); status(m) != goipp.StatusErrorMultipleJobsNotSupported {
		t.Errorf("a second document: %s", status(m))
	}
	send.attrs, send.doc = goipp.Attributes{id, flag("last-document", true)}, nil
	b.must(send) // which only says that there was no more
	got := b.must(ask{op: goipp.OpGetJobAttributes, bearer: key, attrs: goipp.Attributes{id}})
	if s := ippserver.Integer(got.Job, "job-state", 0); s != 3 || ippserver.Integer(got.Job, "job-id", 0) != n {
		t.Errorf("job %d is in state %d", n, s)
	}
	// One that is closed without a document is over.
	m = b.must(create)
	id = integer("job-id", ippserver.Integer(m.Job, "job-id", 0))
	b.must(ask{op: goipp.OpCloseJob, bearer: key, attrs: goipp.Attributes{id}})
	got = b.must(ask{op: goipp.OpGetJobAttributes, bearer: key, attrs: goipp.Attributes{id}})
	if s := ippserver.Integer(got.Job, "job-state", 0); s != 7 {
		t.Errorf("the closed job is in state %d", s)
	}
}

// A job's state is the truth of the service in IPP's words.
func TestJobStates(t *testing.T) {
	b := newBench(t)
	n := b.print("user")
	id := b.newest().ID
	message := "may have printed: check the output"
	none := ""
	for _, tt := range []struct {
		to      gcp.JobState
		message *string
		state   int
		reason  string
	}{
		{gcp.StateOf(gcp.JobInProgress), &none, 5, "job-printing"},
		{gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray), &none, 6, "printer-stopped"},
		{gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), &message, 8, "errors-detected"},
		{gcp.StateOf(gcp.JobDone), &none, 9, "job-completed-successfully"},
	} {
		pages := 2
		_, err := b.service.Control(t.Context(), b.robot, cloud.JobReport{Job: id, State: &tt.to, Message: tt.message, PagesPrinted: &pages})
		b.ok(err)
		m := b.must(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", n)}})
		state, reason := ippserver.Integer(m.Job, "job-state", 0), ippserver.Text(m.Job, "job-state-reasons")
		if state != tt.state || reason != tt.reason || ippserver.Integer(m.Job, "job-impressions-completed", 0) != 2 {
			t.Errorf("%s is %d %s: %v", tt.to.Cause(), state, reason, m.Job)
		}
		if tt.message == &message && ippserver.Text(m.Job, "job-state-message") != message {
			t.Errorf("job-state-message is %q", ippserver.Text(m.Job, "job-state-message"))
		}
	}
	held := gcp.StateOf(gcp.JobHeld)
	n = b.print("user")
	_, err := b.service.Control(t.Context(), b.people["user"], cloud.JobReport{Job: b.newest().ID, State: &held})
	b.ok(err)
	m := b.must(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", n)}})
	if s, r := ippserver.Integer(m.Job, "job-state", 0), ippserver.Text(m.Job, "job-state-reasons"); s != 4 || r != "job-release-wait" {
		t.Errorf("a held job is %d %s", s, r)
	}
	b.must(ask{op: goipp.OpCancelJob, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", n)}})
	m = b.must(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", n)}})
	if s := ippserver.Integer(m.Job, "job-state", 0); s != 7 {
		t.Errorf("a cancelled job is in state %d", s)
	}
	if m, _ := b.send(ask{op: goipp.OpCancelJob, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", n)}}); status(m) != goipp.StatusErrorNotPossible {
		t.Errorf("cancelled again: %s", status(m))
	}
}

// A quota that is used up is the account's limit, of which no client makes a queue that tries
// for ever (PWG 5100.16, 8).
func TestQuota(t *testing.T) {
	b := newBench(t)
	yes, one := true, 1
	_, err := b.service.UpdatePrinter(t.Context(), b.people["owner"], b.printer, cloud.PrinterFields{QuotaEnabled: &yes, DailyQuota: &one})
	b.ok(err)
	n := b.print("user")
	a := ask{op: goipp.OpPrintJob, bearer: b.keys["user"], doc: pdf()}
	if m, _ := b.send(a); status(m) != goipp.StatusErrorAccountLimitReached || !strings.Contains(ippserver.Text(m.Operation, "status-message"), "daily quota") {
		t.Errorf("the second job: %s, %v", status(m), m.Operation)
	}
	m := b.must(ask{op: goipp.OpCreateJob, bearer: b.keys["user"]})
	id := integer("job-id", ippserver.Integer(m.Job, "job-id", 0))
	if m, _ := b.send(ask{op: goipp.OpSendDocument, bearer: b.keys["user"], attrs: goipp.Attributes{id, flag("last-document", true)}, doc: pdf()}); status(m) != goipp.StatusErrorAccountLimitReached {
		t.Errorf("its document: %s", status(m))
	}
	m = b.must(ask{op: goipp.OpGetJobAttributes, bearer: b.keys["user"], attrs: goipp.Attributes{id}})
	if s := ippserver.Integer(m.Job, "job-state", 0); s != 8 {
		t.Errorf("the job that was refused is in state %d", s)
	}
	if got := ippserver.Integer(b.must(ask{op: goipp.OpGetJobs, bearer: b.keys["user"]}).Job, "job-id", 0); got != n {
		t.Errorf("Get-Jobs tells of %d, want %d", got, n)
	}
}

// Documents may be compressed (RFC 8011, 5.4.32), and one that is not what it says is
// refused.
func TestCompressedDocuments(t *testing.T) {
	b := newBench(t)
	packed := func(w io.WriteCloser, buf *bytes.Buffer) []byte {
		_, err := w.Write(pdf())
		b.ok(err)
		b.ok(w.Close())
		return buf.Bytes()
	}
	var g, z bytes.Buffer
	for how, doc := range map[string][]byte{"gzip": packed(gzip.NewWriter(&g), &g), "deflate": packed(zlib.NewWriter(&z), &z), "none": pdf()} {
		b.must(ask{op: goipp.OpPrintJob, bearer: b.keys["owner"], attrs: goipp.Attributes{keyword("compression", how)}, doc: doc})
		if size := b.newest().Document.Size; size != int64(len(pdf())) {
			t.Errorf("%s: %d bytes", how, size)
		}
	}
	for _, tt := range []struct {
		attrs goipp.Attributes
		doc   []byte
		want  goipp.Status
	}{
		{goipp.Attributes{keyword("compression", "compress")}, pdf(), goipp.StatusErrorCompressionNotSupported},
		{goipp.Attributes{keyword("compression", "gzip")}, pdf(), goipp.StatusErrorCompressionError},
		{goipp.Attributes{format("application/vnd.hp-pcl")}, []byte("\x1bE"), goipp.StatusErrorDocumentFormatNotSupported},
		{goipp.Attributes{format("application/pdf")}, []byte("\x1bE hello"), goipp.StatusErrorDocumentFormatError},
		{goipp.Attributes{format("image/pwg-raster")}, []byte("RaS2 and nothing"), goipp.StatusErrorDocumentFormatError},
		{nil, nil, goipp.StatusErrorBadRequest},
		{nil, bytes.Repeat([]byte("%PDF-1.4\n"), 1<<19), goipp.StatusErrorRequestEntity},
	} {
		if m, _ := b.send(ask{op: goipp.OpPrintJob, bearer: b.keys["owner"], attrs: tt.attrs, doc: tt.doc}); status(m) != tt.want {
			t.Errorf("%v: %s, want %s", tt.attrs, status(m), tt.want)
		}
	}
}

// Get-Notifications with notify-wait is answered once something happens, and not before
// (RFC 3996, 5).
func TestNotificationsWait(t *testing.T) {
	b := newBench(t)
	id := b.subscription("user", "job-created", "job-completed", "printer-state-changed")
	get := ask{op: goipp.OpGetNotifications, bearer: b.keys["user"], attrs: goipp.Attributes{integer("notify-subscription-ids", id), flag("notify-wait", true)}}
	type answer struct {
		m  *goipp.Message
		at time.Time
	}
	answers := make(chan answer, 1)
	go func() {
		m, _ := b.send(get)
		answers <- answer{m, time.Now()}
	}()
	b.print("sender") // of which the user hears nothing
	select {
	case a := <-answers:
		t.Fatalf("answered before anything happened: %v", a.m)
	case <-time.After(200 * time.Millisecond): // nothing is to come: there is nothing to wait for
	}
	sent := time.Now()
	n := b.print("user")
	a := <-answers
	if got := ippserver.Text(a.m.EventNotification, "notify-subscribed-event"); got != "job-created" {
		t.Errorf("the event is %q", got)
	}
	if got := ippserver.Integer(a.m.EventNotification, "notify-job-id", 0); got != n {
		t.Errorf("the event is of job %d, want %d", got, n)
	}
	if took := a.at.Sub(sent); took > 5*time.Second {
		t.Errorf("it was answered after %v", took)
	}
	// What was told is told again to whoever asks from before, and is left out otherwise.
	next := ippserver.Integer(a.m.EventNotification, "notify-sequence-number", 0) + 1
	get.attrs = goipp.Attributes{integer("notify-subscription-ids", id)}
	if m := b.must(get); len(m.EventNotification) == 0 {
		t.Error("the event is not told again")
	}
	get.attrs = append(get.attrs, integer("notify-sequence-numbers", next))
	if m := b.must(get); len(m.EventNotification) != 0 {
		t.Errorf("told: %v", m.EventNotification)
	}
	b.ok(b.service.Presence(t.Context(), b.robot.Robot.ID, false))
	m := b.must(get)
	if ippserver.Text(m.EventNotification, "notify-subscribed-event") != "printer-state-changed" || ippserver.Integer(m.EventNotification, "printer-state", 0) != 5 {
		t.Errorf("the connector went away: %v", m.EventNotification)
	}
	b.must(ask{op: goipp.OpCancelSubscription, bearer: b.keys["user"], attrs: goipp.Attributes{integer("notify-subscription-id", id)}})
	if m, _ := b.send(get); status(m) != goipp.StatusErrorNotFound {
		t.Errorf("a cancelled subscription: %s", status(m))
	}
}

// The client sees what the connector says of the printer.
func TestPrinterStates(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		cds     string
		state   int
		reason  string
		reduced string // what strangers are told
	}{
		{`{"printer":{"state":"IDLE"}}`, 3, "none", "3 none"},
		{`{"printer":{"state":"PROCESSING"}}`, 4, "none", "3 none"},
		{`{"printer":{"state":"STOPPED","input_tray_state":{"item":[{"vendor_id":"tray-1","state":"EMPTY"}]}}}`, 5, "media-empty-error", "5 media-empty-error"},
		{`{"printer":{"state":"STOPPED","media_path_state":{"item":[{"vendor_id":"media-path","state":"MEDIA_JAM"}]}}}`, 5, "media-jam-error", "5 media-jam-error"},
		{`{"printer":{"state":"IDLE","marker_state":{"item":[{"vendor_id":"black","state":"OK","level_percent":5}]}}}`, 3, "marker-supply-low-warning", "3 none"},
		{`{"printer":{"state":"STOPPED","marker_state":{"item":[{"vendor_id":"black","state":"OK","level_percent":5}]}}}`, 5, "marker-supply-low-warning", "5 other-error"},
		{`{"printer":{"state":"STOPPED","marker_state":{"item":[{"vendor_id":"black","state":"EXHAUSTED"}]}}}`, 5, "marker-supply-empty-error", "5 other-error"},
		{`{"printer":{"state":"STOPPED","cover_state":{"item":[{"vendor_id":"cover","state":"OPEN"}]}}}`, 5, "cover-open-error", "5 cover-open-error"},
	} {
		_, err := b.service.UpdatePrinter(t.Context(), b.robot, b.printer, cloud.PrinterFields{SemanticState: []byte(tt.cds)})
		b.ok(err)
		m := b.must(ask{op: goipp.OpGetPrinterAttributes, bearer: b.keys["user"]})
		if s, r := ippserver.Integer(m.Printer, "printer-state", 0), ippserver.Text(m.Printer, "printer-state-reasons"); s != tt.state || r != tt.reason {
			t.Errorf("%s is %d %s, want %d %s", tt.cds, s, r, tt.state, tt.reason)
		}
		m = b.must(ask{op: goipp.OpGetPrinterAttributes})
		if got := fmt.Sprint(ippserver.Integer(m.Printer, "printer-state", 0), " ", ippserver.Text(m.Printer, "printer-state-reasons")); got != tt.reduced {
			t.Errorf("%s is %s to strangers, want %s", tt.cds, got, tt.reduced)
		}
	}
	b.ok(b.service.Presence(t.Context(), b.robot.Robot.ID, false))
	m := b.must(ask{op: goipp.OpGetPrinterAttributes})
	if s, r := ippserver.Integer(m.Printer, "printer-state", 0), ippserver.Texts(m.Printer, "printer-state-reasons"); s != 5 || r[len(r)-1] != "offline-report" {
		t.Errorf("without its connector it is %d %v", s, r)
	}
}

// Whoever looks after a printer sees everybody's jobs there, and by a personal address
// none but their own.
func TestAddressesReachOwnJobs(t *testing.T) {
	b := newBench(t)
	sub := b.subscription("owner", "job-created")
	mine, other := b.print("owner"), b.print("user")
	numbers := func(m *goipp.Message, group goipp.Tag, name string) []int {
		var list []int
		for _, g := range m.Groups {
			if g.Tag == group {
				list = append(list, ippserver.Integer(g.Attrs, name, 0))
			}
		}
		return list
	}
	for _, tt := range []struct {
		who  ask
		want []int
	}{
		{ask{bearer: b.keys["owner"]}, []int{mine, other}},
		{ask{secret: b.address("owner")}, []int{mine}},
	} {
		a := tt.who
		a.op = goipp.OpGetJobs
		if got := numbers(b.must(a), goipp.TagJobGroup, "job-id"); !slices.Equal(got, tt.want) {
			t.Errorf("Get-Jobs tells of %v, want %v", got, tt.want)
		}
		a.op, a.attrs = goipp.OpGetNotifications, goipp.Attributes{integer("notify-subscription-ids", sub)}
		if got := numbers(b.must(a), goipp.TagEventNotificationGroup, "notify-job-id"); !slices.Equal(got, tt.want) {
			t.Errorf("Get-Notifications tells of %v, want %v", got, tt.want)
		}
		if a.secret == "" {
			continue
		}
		for _, op := range []goipp.Op{goipp.OpGetJobAttributes, goipp.OpCancelJob} {
			a.op, a.attrs = op, goipp.Attributes{integer("job-id", other)}
			if m, _ := b.send(a); status(m) != goipp.StatusErrorNotFound {
				t.Errorf("%s of somebody else's job: %s", op, status(m))
			}
		}
		a.attrs = goipp.Attributes{integer("job-id", mine)}
		b.must(a)
	}
}
