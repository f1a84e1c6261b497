package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/api"
	"platen/cloud/blob"
	"platen/cloud/oauth"
	"platen/cloud/store"
	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/secret"
)

// realService is the service of this project, over HTTP.
func realService(t *testing.T) (base string, service *cloud.Service, tokens *oauth.Server) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	blobs, err := blob.Open(t.TempDir(), blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tokens = oauth.New(oauth.Config{Store: db, BaseURL: server.URL, DeviceInterval: time.Second})
	service = cloud.New(cloud.Config{Domain: "push.invalid", Store: db, Blobs: blobs, Codes: tokens, Sessions: tokens})
	mux.Handle("/", tokens.Handler())
	mux.Handle("/cloudprint/", api.New(api.Config{
		MaxDocument: 1 << 30,
		Service:     service, OAuth: tokens, Blobs: blobs, BaseURL: server.URL, Domain: "push.invalid",
		Push: &gcp.PushEndpoint{Host: "push.invalid", DirectPort: 5223, Domain: "push.invalid", Service: "push.invalid"},
	}))
	return server.URL + "/cloudprint", service, tokens
}

// pair lets a person and a robot in, as platen pair does.
func pair(t *testing.T, base string, service *cloud.Service, tokens *oauth.Server) (person, robot *client.Client) {
	t.Helper()
	user, err := service.AddUser(t.Context(), "ada@example.com", "correct horse battery", true)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Config{BaseURL: base, ClientID: "platen", Proxy: "px", MinWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	grant, err := c.DeviceAuth(t.Context(), client.Machine{Name: "desk", Printers: []string{"Hall"}})
	if err != nil {
		t.Fatal(err)
	}
	caller := cloud.Caller{User: &user, Via: cloud.ViaCookie}
	asked, err := tokens.PendingDevice(t.Context(), caller, grant.UserCode)
	if err != nil || asked.Host != "desk" || !slices.Equal(asked.Printers, []string{"Hall"}) || asked.Address != "127.0.0.1" {
		t.Fatalf("the person is asked about %+v, %v", asked, err)
	}
	if err := tokens.DecideDevice(t.Context(), caller, grant.UserCode, oauth.Allow); err != nil {
		t.Fatal(err)
	}
	userTokens, err := c.DeviceToken(t.Context(), grant)
	if err != nil {
		t.Fatal(err)
	}
	person = c.As(userTokens)
	r, err := person.CreateRobot(t.Context(), secret.Text{})
	if err != nil || r.Push == nil || r.Push.DirectPort != 5223 || r.XMPPJID == "" {
		t.Fatalf("have %+v, %v", r, err)
	}
	robotTokens, err := c.ExchangeRobotCode(t.Context(), secret.New(r.AuthorizationCode))
	if err != nil {
		t.Fatal(err)
	}
	return person, c.As(client.Tokens{Refresh: robotTokens.Refresh}) // begins with a refresh
}

// One job through the real interfaces, from pairing to DONE and deletion.
func TestRealService(t *testing.T) {
	base, service, tokens := realService(t)
	person, robot := pair(t, base, service, tokens)
	ctx := t.Context()
	p, err := robot.Register(ctx, client.RegisterRequest{PrinterFields: client.PrinterFields{
		Name: "testq", UUID: "u-1", GCPVersion: "2.0", Tags: []string{"__cp__location=2nd floor, left"},
		Capabilities: &gcp.CDD{Version: "1.0", Printer: gcp.PrinterDescriptionSection{
			SupportedContentType: []gcp.SupportedContentType{{ContentType: "application/pdf"}}, Copies: &gcp.Copies{Default: 1, Max: 9},
		}},
		State: &gcp.CDS{Version: "1.0", Printer: &gcp.PrinterState{State: gcp.PrinterIdle}},
	}})
	if err != nil || p.ID == "" {
		t.Fatalf("register: %+v, %v", p, err)
	}
	if jobs, err := robot.Fetch(ctx, p.ID, "", 10); err != nil || len(jobs) != 0 {
		t.Fatalf("fetch of nothing: %v, %v", jobs, err)
	}
	document := []byte("%PDF-1.4\n" + strings.Repeat("x", 200_000) + "\n%%EOF\n")
	two := &gcp.CJT{Version: "1.0", Print: gcp.PrintTicketSection{Copies: &gcp.CopiesTicketItem{Copies: 2}}}
	sent, err := person.Submit(ctx, client.Submission{
		Printer: p.ID, Title: "Räport.pdf", Ticket: two, ContentType: "application/pdf",
		Document: bytes.NewReader(document), Size: int64(len(document)),
	})
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	listed, err := robot.List(ctx, "", "queuedJobsCount")
	if err != nil || len(listed) != 1 || listed[0].QueuedJobsCount == nil || *listed[0].QueuedJobsCount != 1 {
		t.Fatalf("list: %+v, %v", listed, err)
	}
	jobs, err := robot.Fetch(ctx, p.ID, "", 10)
	if err != nil || len(jobs) != 1 || jobs[0].ID != sent.ID || len(jobs[0].Ticket) == 0 ||
		int(jobs[0].ContentLength) != len(document) || jobs[0].ContentDigest == "" {
		t.Fatalf("fetch: %+v, %v", jobs, err)
	}
	ticket, err := robot.Ticket(ctx, sent.ID)
	if err != nil || ticket.Print.Copies == nil || ticket.Print.Copies.Copies != 2 {
		t.Fatalf("ticket: %+v, %v", ticket, err)
	}
	var have bytes.Buffer
	if kind, err := robot.Download(ctx, jobs[0], gcp.Grant{}, &have); err != nil || kind != "application/pdf" || !bytes.Equal(have.Bytes(), document) {
		t.Fatalf("download: %d bytes of %q, %v", have.Len(), kind, err)
	}
	finish(t, person, robot, sent.ID, p.ID)
}

// Two installations with one robot's credentials: what the connector relies on, as
// the service does it.
func TestClaimsOfTwoInstallations(t *testing.T) {
	base, service, tokens := realService(t)
	person, robot := pair(t, base, service, tokens)
	ctx := t.Context()
	p, err := robot.Register(ctx, client.RegisterRequest{PrinterFields: client.PrinterFields{Name: "q", Capabilities: &gcp.CDD{Version: "1.0"}}})
	if err != nil {
		t.Fatal(err)
	}
	submit := func() gcp.JobID {
		j, err := person.Submit(ctx, client.Submission{Printer: p.ID, Title: "t", ContentType: "application/pdf", Document: strings.NewReader("%PDF-"), Size: 5})
		if err != nil {
			t.Fatal(err)
		}
		return j.ID
	}
	says := func(instance string, run gcp.RunID, was ...gcp.RunID) gcp.Installation {
		t.Helper()
		_, i, err := robot.Announce(ctx, gcp.Announcement{Instance: instance, Run: run, Was: was, Host: instance, Version: "1"}, "queuedJobsCount")
		if err != nil || i == nil {
			t.Fatalf("announce: %+v, %v", i, err)
		}
		return *i
	}
	refusedWith := func(err error, code gcp.ErrorCode) {
		t.Helper()
		if !errors.Is(err, &gcp.Error{Code: code}) {
			t.Errorf("have %v, want code %d", err, code)
		}
	}
	if i := says("a", "r1"); i.Standing != gcp.StandingGranted || i.Epoch == "" || len(i.Twins) > 0 {
		t.Errorf("the first: %+v", i)
	}
	if i := says("a", "r2", "r1"); i.Standing != gcp.StandingGranted {
		t.Errorf("again: %+v", i)
	}
	if i := says("b", "x1", "r1"); i.Standing != gcp.StandingStandby || len(i.Twins) != 2 {
		t.Errorf("the copy: %+v", i)
	}
	job := submit()
	_, err = robot.Fetch(ctx, p.ID, "x1", 10)
	refusedWith(err, gcp.CodeStandby)
	jobs, err := robot.Fetch(ctx, p.ID, "r2", 10)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("fetch: %v, %v", jobs, err)
	}
	_, err = robot.Download(ctx, jobs[0], gcp.Grant{Claim: "c-b", Run: "x1"}, io.Discard)
	refusedWith(err, gcp.CodeStandby)
	if _, err = robot.Download(ctx, jobs[0], gcp.Grant{Claim: "c-a", Run: "r2"}, io.Discard); err != nil {
		t.Errorf("the claim: %v", err)
	}
	_, err = robot.Download(ctx, jobs[0], gcp.Grant{Claim: "c-b", Run: "r2"}, io.Discard)
	refusedWith(err, gcp.CodeClaimed)
	working := gcp.StateOf(gcp.JobInProgress)
	refusedWith(robot.Report(ctx, gcp.Report{Job: job, State: &working, Grant: gcp.Grant{Claim: "c-b", Run: "r2"}}), gcp.CodeClaimed)
	for _, run := range []gcp.RunID{"r2", "x1"} { // what a printer did is true whoever tells it
		if err := robot.Report(ctx, gcp.Report{Job: job, State: &working, Grant: gcp.Grant{Claim: "c-a", Run: run}}); err != nil {
			t.Errorf("report in run %s: %v", run, err)
		}
	}
	lost := connectorsLost(t, robot, p.ID)
	if lost != 1 {
		t.Errorf("%d jobs in progress, want 1", lost)
	}
	if err := robot.Report(ctx, gcp.Report{Job: job, State: &gcp.JobState{Type: gcp.JobAborted, DeviceAction: &gcp.DeviceActionCause{ErrorCode: gcp.DeviceActionOther}}, Message: gcp.UnconfirmedMessage, Grant: gcp.Grant{Run: "r2"}}); err != nil {
		t.Errorf("a lost claim is reported without one: %v", err)
	}
}

func connectorsLost(t *testing.T, robot *client.Client, p gcp.PrinterID) int {
	t.Helper()
	jobs, err := robot.Jobs(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return len(jobs)
}

func finish(t *testing.T, person, robot *client.Client, job gcp.JobID, p gcp.PrinterID) {
	t.Helper()
	ctx := t.Context()
	working, done := gcp.StateOf(gcp.JobInProgress), gcp.StateOf(gcp.JobDone)
	if err := robot.Report(ctx, gcp.Report{Job: job, State: &working, Trace: gcp.Trace{gcp.HopClaimed: 1}}); err != nil {
		t.Fatalf("report: %v", err)
	}
	if _, err := person.Control(ctx, gcp.Report{Job: job, State: &gcp.JobState{
		Type: gcp.JobAborted, UserAction: &gcp.UserActionCause{ActionCode: gcp.UserCancelled},
	}}); err != nil {
		t.Fatalf("cancel: %v", err)
	}
	open, err := robot.Jobs(ctx, p)
	if err != nil || len(open) != 1 || !open[0].CancelRequested {
		t.Fatalf("jobs: %+v, %v", open, err)
	}
	for range 2 { // a lost answer makes the connector say it again
		if err := robot.Report(ctx, gcp.Report{Job: job, State: &done, CancelAcknowledged: true}); err != nil {
			t.Fatalf("report: %v", err)
		}
	}
	j, err := person.Job(ctx, job)
	if err != nil || j.Status != gcp.StatusDone {
		t.Fatalf("job: %+v, %v", j, err)
	}
	if open, err := robot.Jobs(ctx, p); err != nil || len(open) != 0 {
		t.Fatalf("jobs after the end: %+v, %v", open, err)
	}
	if err := person.DeleteJob(ctx, job); err != nil {
		t.Fatalf("deletejob: %v", err)
	}
	if found, err := person.Search(ctx, client.SearchQuery{Text: "testq"}); err != nil || len(found) != 1 {
		t.Fatalf("search: %+v, %v", found, err)
	}
	if err := person.Delete(ctx, p); err != nil {
		t.Fatalf("delete: %v", err)
	}
	_, err = robot.Printer(ctx, p)
	if e, ok := errors.AsType[*gcp.Error](err); !ok || e.Temporary() {
		t.Fatalf("deleted printer: %v", err)
	}
}
