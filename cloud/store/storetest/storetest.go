// Package storetest is the one test of a store that every store must pass. It
// knows no SQL: it drives what cloud declares, and nothing else.
package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/impose"
)

// Run tests stores. open returns an empty one each time, and closes it when the
// test ends.
func Run(t *testing.T, open func(t *testing.T) cloud.Store) {
	for _, tt := range []struct {
		name string
		fn   func(*testing.T, cloud.Store)
	}{
		{"Users", testUsers},
		{"RemoveUser", testRemoveUser},
		{"LastAdministrator", testLastAdministrator},
		{"ServiceAccounts", testServiceAccounts},
		{"PageUsers", testPageUsers},
		{"Identities", testIdentities},
		{"Groups", testGroups},
		{"Robots", testRobots},
		{"Printers", testPrinters},
		{"Paused", testPaused},
		{"SavePrinter", testSavePrinter},
		{"RemovePrinter", testRemovePrinter},
		{"Shares", testShares},
		{"Links", testLinks},
		{"RemoveEnded", testRemoveEnded},
		{"Claims", testClaims},
		{"Jobs", testJobs},
		{"UpdateJobFails", testUpdateJobFails},
		{"Quota", testQuota},
		{"Limits", testLimits},
		{"LimitsOfManyAtOnce", testWaitingRace},
		{"Keys", testKeys},
		{"KeyOfManyAtOnce", testKeyRace},
		{"StoredBytes", testStoredBytes},
		{"RemoveJobs", testRemoveJobs},
		{"DueJobs", testDueJobs},
		{"Epoch", testEpoch},
		{"Audit", testAudit},
		{"Hidden", testHidden},
		{"ListJobs", testListJobs},
		{"BrowseJobs", testBrowseJobs},
		{"PrinterNames", testPrinterNames},
		{"MoveJob", testMoveJob},
		{"HeldJobs", testHeldJobs},
		{"Stickers", testStickers},
		{"Outages", testOutages},
		{"Census", testCensus},
		{"Sums", testSums},
		{"SumsOfDeletedPrinter", testSumsOfDeletedPrinter},
		{"Queue", testQueue},
		{"Notes", testNotes},
		{"Documents", testDocuments},
		{"Events", testEvents},
		{"OneUpdateAtATime", testConcurrentUpdates},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.fn(t, open(t)) })
	}
}

// at is a point in time: stores keep microseconds.
func at(seconds int64) time.Time { return time.Unix(1_700_000_000+seconds, 123_456_000) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func user(id string) cloud.User {
	return cloud.User{
		ID: cloud.UserID(id), Email: id + "@example.com", Name: "N " + id,
		Admin: true, PasswordHash: "hash", CreateTime: at(0),
	}
}

func robot(id string) cloud.Robot {
	return cloud.Robot{
		ID: gcp.RobotID(id), Owner: "alice", Proxy: "proxy", ClientID: "client", Label: "Front desk",
		CreateTime: at(0), LastSeen: at(1), Connected: true, LeaseUntil: at(90),
		Run: "run", Installations: []cloud.Installation{{
			Instance: "i", Host: "h", Address: "192.0.2.1", Version: "1", Run: "run",
			Standing: gcp.StandingGranted, FirstSeen: at(1), LastSeen: at(2), Challenge: at(3),
		}},
	}
}

// printer returns one with every member set.
func printer(id string) cloud.Printer {
	discovery := true
	return cloud.Printer{
		ID: gcp.PrinterID(id), Owner: "alice", Robot: "r1", Proxy: "proxy", Name: "name-" + id,
		DisplayName: "Display", DefaultDisplayName: "Default", Description: "D", UUID: "uuid-" + id,
		Manufacturer: "M", Model: "Mo", GCPVersion: "2.0", Firmware: "1", SetupURL: "s", SupportURL: "u",
		UpdateURL: "p", Status: "OK", Capabilities: []byte(`{"version":"1.0"}`), CapsFormat: "ppd",
		CapsHash: "h", Defaults: "*PPD", ContentTypes: "a/b", Tags: []string{"__cp__x=ü"}, Data: []string{"d"},
		SemanticState: []byte(`{"version":""}`), LocalSettings: gcp.LocalSettings{Current: &gcp.Settings{LocalDiscovery: &discovery}},
		NotificationChannel: gcp.ChannelXMPP, TOSAccepted: true, Public: true, PublicKey: "k",
		QuotaEnabled: true, DailyQuota: 7, PersonQuota: 3, Approval: true, ExpireAfter: time.Hour, Location: "Hall", Labels: []string{"blue"}, HoldJobs: true,
		Choices:    []byte(`{"duplex":{"type":"LONG_EDGE"}}`),
		CreateTime: at(0), AccessTime: at(1), UpdateTime: at(2),
	}
}

// job returns a QUEUED one with every member set that it can have.
func job(id string) cloud.Job {
	return cloud.Job{
		ID: gcp.JobID(id), Printer: "p1", PrinterName: "Display", Owner: "bob", OwnerEmail: "bob@example.com",
		Title: "Title " + id, ContentType: "application/pdf", Ticket: []byte(`{"version":"1.0"}`),
		Document: cloud.Document{ID: "doc-" + id, Size: 5, Digest: "sha256:x"}, Tags: []string{"tag"}, Pages: 3,
		State: gcp.StateOf(gcp.JobQueued), CreateTime: at(0), UpdateTime: at(0),
		Trace: gcp.Trace{gcp.HopReceived: 17}, ExpireTime: at(1000), AgainOf: "older",
		Work:  impose.Work{Layout: impose.Layout{Pages: []gcp.PageInterval{{Start: 2, End: 3}}, NumberUp: 2}},
		Notes: []string{"The printer cannot be told the colour mode: it is ignored."},
	}
}

func queued(j cloud.Job) cloud.Event {
	return cloud.Event{
		Time: j.CreateTime, Kind: cloud.EventJobQueued, Printer: j.Printer, Job: j.ID,
		Robot: "r1", User: j.Owner, State: j.State.Type,
	}
}

// world adds alice with robot r1 and printer p1.
func world(t *testing.T, s cloud.Store) {
	t.Helper()
	ctx := t.Context()
	must(t, s.AddUser(ctx, user("alice")))
	must(t, s.AddRobot(ctx, robot("r1")))
	addPrinter(t, s, printer("p1"))
}

func addPrinter(t *testing.T, s cloud.Store, p cloud.Printer) {
	t.Helper()
	_, err := s.SavePrinter(t.Context(), cloud.PrinterKey{Owner: p.Owner, Proxy: p.Proxy, Name: p.Name},
		func(*cloud.Printer) (cloud.Printer, []cloud.Event, error) { return p, nil, nil })
	must(t, err)
}

func addJob(t *testing.T, s cloud.Store, j cloud.Job) {
	t.Helper()
	_, err := s.AddJob(t.Context(), j, cloud.Admission{}, queued(j))
	must(t, err)
}

func ids(jobs []cloud.Job) []gcp.JobID {
	list := make([]gcp.JobID, len(jobs))
	for i, j := range jobs {
		list[i] = j.ID
	}
	return list
}

func testConcurrentUpdates(t *testing.T, s cloud.Store) {
	world(t, s)
	addJob(t, s, job("j1"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				_, err := s.UpdateJob(t.Context(), "j1", func(j *cloud.Job, _ cloud.PrinterRights) ([]cloud.Event, error) {
					j.PagesPrinted++
					return []cloud.Event{{Kind: cloud.EventJobState, Job: "j1"}}, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	j, _, err := s.Job(t.Context(), "j1")
	must(t, err)
	same(t, "pages after 160 updates", j.PagesPrinted, 160)
	events, err := s.Events(t.Context(), 0, 1000)
	must(t, err)
	same(t, "events", len(events), 161)
	if !slices.IsSortedFunc(events, func(a, b cloud.Event) int { return int(a.Seq - b.Seq) }) {
		t.Error("events out of order")
	}
}
